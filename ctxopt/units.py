"""Sizes, counts, shares, speeds and times to and from text; knows nothing of where the numbers come from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ctxopt.errors import ConfigError

_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_FACTORS = {
    "": 1, "b": 1,
    "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9, "t": 10**12, "tb": 10**12,
    "ki": 2**10, "kib": 2**10, "mi": 2**20, "mib": 2**20, "gi": 2**30, "gib": 2**30, "ti": 2**40, "tib": 2**40,
}  # fmt: skip
# The lengths are bounded because int() refuses thousands of digits with an error of its own.
_NUMBER = r"\d{1,18}(?:\.\d{1,18})?"
_PPM_PER_PERCENT = 10_000


def format_size(size: int) -> str:
    """Render ``size`` bytes for people, in powers of 1000: ``0 B``, ``999 B``, ``1.2 kB``, ``35 MB``."""
    if -1000 < size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in _DECIMAL:
        if abs(value) < 999.5:
            # 99.95 would be rounded to 100.0: three figures are enough of any size.
            if abs(value) < 99.95:
                return f"{value:.1f}".removesuffix(".0") + f" {unit}"
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.0f} ZB"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun: ``1 file``, ``1,234 files``."""
    if number != 1:
        noun = plural or noun + "s"
    return f"{number:,} {noun}"


def count_entries(number: int) -> str:
    """Write how many entries of a context, of which folders are some: ``12 files and folders``."""
    return count(number, "file or folder", "files and folders")


def and_more(number: int) -> str:
    """Write how many are not named, to stand behind those that are; nothing where all are."""
    if number <= 0:
        return ""
    return f" and {number:,} more"


def either(names: Iterable[str]) -> str:
    """Write what there is to choose from, two names or more: ``a, b or c``."""
    *some, last = names
    return f"{', '.join(some)} or {last}"


def parse_size(text: str) -> int:
    """Read ``40 MB``, ``40MiB``, ``1.5g`` or plain bytes as a number of bytes; raises ConfigError."""
    match = re.fullmatch(rf"\s*({_NUMBER})\s*([a-z]*)\s*", text, re.IGNORECASE | re.ASCII)
    if match is None or match[2].lower() not in _FACTORS:
        raise ConfigError(f"not a size: {text!r}", hint="write 40MB, 512 KiB or a number of bytes")
    return _scaled(match[1], _FACTORS[match[2].lower()])


def parse_percent(text: str) -> int:
    """Read ``10%`` or ``2.5 %`` as parts per million, so that shares compare exactly.

    Raises ConfigError, also for more than four decimals.
    """
    match = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,4})?)\s*%\s*", text, re.ASCII)
    if match is None:
        raise ConfigError(
            f"not a percentage: {text!r}", hint="write 10% or 2.5%, with four decimals at most"
        )
    return _scaled(match[1], _PPM_PER_PERCENT)


def format_percent(ppm: int) -> str:
    """Render parts per million as a percentage, with as many decimals as it needs, four at most."""
    whole, rest = divmod(abs(ppm), _PPM_PER_PERCENT)
    decimals = f".{rest:04}".rstrip("0").rstrip(".")
    if ppm < 0:
        return f"-{whole}{decimals}%"
    return f"{whole}{decimals}%"


def parse_bandwidth(text: str) -> int:
    """Read ``100 Mbit/s``, ``1 Gbps`` or ``10 MB/s`` as bits per second; raises ConfigError."""
    match = re.fullmatch(rf"\s*({_NUMBER})\s*([KkMmGgTt]i?)?(bit/s|bps|B/s)\s*", text, re.ASCII)
    bits = 0
    if match is not None:
        factor = _FACTORS[(match[2] or "").lower()]
        if match[3] == "B/s":
            factor *= 8
        bits = _scaled(match[1], factor)
    if not bits:
        raise ConfigError(
            f"not a bandwidth: {text!r}", hint="write 100 Mbit/s, 1 Gbit/s or 10 MB/s"
        )
    return bits


def format_bandwidth(bits: int) -> str:
    """Render bits per second for people, in powers of 1000: ``100 Mbit/s``, ``1.5 Gbit/s``."""
    for power, prefix in ((12, "T"), (9, "G"), (6, "M"), (3, "k")):
        if bits >= 10**power:
            return f"{bits / 10**power:.1f}".removesuffix(".0") + f" {prefix}bit/s"
    return f"{bits} bit/s"


def transfer_seconds(size: int, bandwidth: int) -> float:
    """Return the seconds that ``size`` bytes take at ``bandwidth`` bits per second."""
    return size * 8 / bandwidth


def format_seconds(seconds: float) -> str:
    """Render a time for people: ``under 0.1 s``, ``2.4 s``, ``35 s``, ``2 min 5 s``, ``1 h 3 min``."""
    if seconds <= 0:
        return "0 s"
    if seconds < 0.1:
        return "under 0.1 s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return _two(whole, 60, "min", "s")
    return _two(round(seconds / 60), 60, "h", "min")


def _two(count: int, size: int, large: str, small: str) -> str:
    first, second = divmod(count, size)
    if not second:
        return f"{first} {large}"
    return f"{first} {large} {second} {small}"


def _scaled(number: str, factor: int) -> int:
    """Multiply without a float where one would round: 18 digits are more than a float holds."""
    whole, _, decimals = number.partition(".")
    scale: int = 10 ** len(decimals)
    return (int(whole + decimals) * factor * 2 + scale) // (2 * scale)
