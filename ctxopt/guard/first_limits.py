"""The first configuration: today's figures with room to grow, written where there is none."""

from __future__ import annotations

import os

from ctxopt.atomic_write import replace_file
from ctxopt.build.analysis import Analysis
from ctxopt.config.file import OWN
from ctxopt.errors import ConfigError
from ctxopt.units import format_size

_MARGIN = 25
"""Percent."""

_ITSELF = 500
"""Bytes that the file may have: it is mostly sent as well, and must not break its own limit."""


def first_limits(
    analysis: Analysis, tracked: int | None = None, *, can_compare: bool = True
) -> str:
    """Return a configuration that holds today, with a margin above and far below.

    ``tracked`` is how many files are sent of a fresh checkout, which is held against the same limits.
    Growth is limited only if there is a commit to compare with (``can_compare``).
    Raises ConfigError where something could not be read, since a limit would start too low.
    """
    if analysis.tree.errors:
        first = analysis.tree.errors[0]
        raise ConfigError(
            f"not all could be read: {first.path or '.'}: {first.reason}",
            hint="limits taken from a part would be too low",
        )
    total = analysis.permitted.total
    files = _with_margin(total.files + 1)
    text = (
        f"# Permitted when this was written: {format_size(total.bytes)} in {total.files:,} files;"
        f" the limits leave {_MARGIN}% more.\n"
        f'max-size = "{_rounded(_with_margin(total.bytes + _ITSELF))}"\n'
        f"max-files = {files}\n"
        "# Less than this has lost something: an ignore file that keeps back too much.\n"
        f"min-files = {min(total.files, tracked or total.files) // 2}\n"
    )
    if can_compare:
        text += "# From one state to the next, as `ctxopt check --against REF` compares them.\n"
        text += f'max-growth = "{_MARGIN}%"\n'
    return text


def write_limits(root: str, present: str | None, text: str) -> str:
    """Write ``ctxopt.toml`` at ``root`` and return its path; raises for one that is there."""
    path = OWN if root in ("", ".") else os.path.join(root, OWN)
    if present is not None:
        raise ConfigError(f"there is a configuration already: {present}", hint="edit that file")
    replace_file(path, text.encode(), expected=None, root=root or ".")
    return path


def _with_margin(number: int) -> int:
    return -(-number * (100 + _MARGIN) // 100)


def _rounded(size: int) -> str:
    """A size of three digits that is not below ``size``, as the configuration writes it."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            digits = max(0, 3 - len(str(size // factor)))
            tenth = factor // 10**digits
            whole = -(-size // tenth)
            return f"{whole / 10**digits:g} {unit}"
    return f"{size} B"
