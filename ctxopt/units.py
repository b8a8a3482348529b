"""Sizes in bytes to and from text; knows nothing of where the numbers come from."""

from __future__ import annotations

import re

from ctxopt.errors import ConfigError

_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_FACTORS = {
    "": 1, "b": 1,
    "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9, "t": 10**12, "tb": 10**12,
    "ki": 2**10, "kib": 2**10, "mi": 2**20, "mib": 2**20, "gi": 2**30, "gib": 2**30, "ti": 2**40, "tib": 2**40,
}  # fmt: skip


def format_size(size: int) -> str:
    """Render ``size`` bytes for people, in powers of 1000: ``0 B``, ``999 B``, ``1.2 kB``, ``35 MB``."""
    if -1000 < size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in _DECIMAL:
        if abs(value) < 999.5:
            digits = 1 if abs(value) < 99.95 else 0
            return f"{value:.{digits}f} {unit}"
        value /= 1000
    return f"{value:.0f} ZB"


def format_buildkit(size: int) -> str:
    """Render ``size`` bytes as BuildKit's progress does after ``transferring context:``.

    Source: moby/buildkit util/progress/progressui/display.go with tonistiigi/units, ``%.2f``.
    """
    return _format_docker(size, "{:.2f}{}")


def format_classic(size: int) -> str:
    """Render ``size`` bytes as the classic client does after ``Sending build context``.

    Source: docker/go-units HumanSize, ``%.4g``.
    """
    return _format_docker(size, "{:.4g}{}")


def _format_docker(size: int, template: str) -> str:
    if size < 1000:
        return f"{size}B"
    value = float(size)
    unit = 0
    while value >= 1000 and unit < len(_DECIMAL) - 1:
        value /= 1000
        unit += 1
    return template.format(value, _DECIMAL[unit])


def parse_size(text: str) -> int:
    """Read ``40 MB``, ``40MiB``, ``1.5g`` or plain bytes as a number of bytes; raises ConfigError."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text, re.IGNORECASE | re.ASCII)
    factor = _FACTORS.get(match[2].lower()) if match else None
    if match is None or factor is None:
        raise ConfigError(f"not a size: {text!r}", hint="write 40MB, 512 KiB or a number of bytes")
    return round(float(match[1]) * factor) if "." in match[1] else int(match[1]) * factor
