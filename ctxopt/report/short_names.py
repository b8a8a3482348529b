"""Names in a column that is too narrow for them, shortened so that they can still be told apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ctxopt.report.wording import cell_len


def shortened_column(names: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return each of ``names`` in at most as many columns as ``widths`` has for it, ``…`` in place of what is left out.

    Paths lose their first folders and other names their middle; where this makes two names one, what all have alike goes.
    """
    short = [shortened_name(name, width) for name, width in zip(names, widths, strict=True)]
    different = set(names)
    if len(set(short)) == len(different):
        return short
    before = _shared(different)
    after = _shared({name[before:][::-1] for name in different})
    cores = [_core(name, before, after, width) for name, width in zip(names, widths, strict=True)]
    return max(short, cores, key=lambda column: len(set(column)))


def shortened_name(name: str, width: int) -> str:
    """Return a path without its first folders, or another name without its middle, in at most ``width`` columns."""
    if "/" in name:
        return _cut(name, width, 0)
    return _cut(name, width, len(name) // 2)


def _shared(names: Collection[str]) -> int:
    """Return how many characters all names begin with."""
    first, last = min(names), max(names)
    pairs = zip(first, last, strict=False)
    return next(
        (place for place, (one, other) in enumerate(pairs) if one != other),
        min(len(first), len(last)),
    )


def _core(name: str, before: int, after: int, width: int) -> str:
    """Return in what ``name`` differs from others; they share the first ``before`` and the last ``after`` characters."""
    if cell_len(name) <= width:
        return name
    core = name[before : len(name) - after]
    marks = sum(1 for length in (before, after) if length)
    short = _cut(core, width - marks, len(core) // 2)
    if before:
        short = f"…{short}"
    if after:
        short = f"{short}…"
    return short


def _cut(name: str, width: int, place: int) -> str:
    """Leave out what is around ``place``, until ``width`` columns hold the rest."""
    if cell_len(name) <= width:
        return name
    start = end = place
    while start + len(name) - end and cell_len(name[:start]) + 1 + cell_len(name[end:]) > width:
        if start >= len(name) - end:
            start -= 1
        else:
            end += 1
    return f"{name[:start]}…{name[end:]}"
