"""What an allow-list keeps of the ignore file it takes the place of: lines that still can do something.

Pure. Asks what a pattern could match, not what it does match: a line about files to come stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ctxopt.fix.allow_list.entries import AllowedEntry
from ctxopt.languages.golang.paths import BadPatternError, has_meta, match
from ctxopt.languages.ignore.text import BOM, IgnoreFile, Line

HEAD: Final = "# Only what the build takes"
_CATCH_ALL: Final = r"\*+|\*\*/\*+|(?:\*\*/)+\*\*"


class Leftovers(NamedTuple):
    """The lines that stay, as text, and those that go."""

    kept: tuple[str, ...]
    removed: tuple[Line, ...]
    """Only patterns; comments that spoke of them alone go with them."""


def is_catch_all(pattern: str) -> bool:
    """Tell whether a pattern excludes everything."""
    return bool(re.fullmatch(_CATCH_ALL, pattern))


def listed(file: IgnoreFile) -> frozenset[int]:
    """Return the numbers of the lines that an earlier run wrote: from its head to a blank line."""
    found: list[int] = []
    for line in file.lines:
        if found and not line.text.strip():
            break
        if found or line.text.removeprefix(BOM) == HEAD:
            found.append(line.number)
    return frozenset(found)


def after_catch_all(file: IgnoreFile) -> list[Line]:
    """Return the patterns after the last line that excludes everything; all where there is none.

    What an earlier run wrote is left out.
    """
    own = listed(file)
    found: list[Line] = []
    for line in file.lines:
        if line.pattern is None:
            continue
        if is_catch_all(line.pattern):
            found.clear()
        elif line.number not in own:
            found.append(line)
    return found


def part_leftovers(
    file: IgnoreFile,
    entries: Sequence[AllowedEntry],
    barred: Sequence[AllowedEntry],
    files: frozenset[str],
) -> Leftovers:
    """Decide about every line.

    ``barred`` are entries that lines of the file exclude, so that these have to stay; ``files``
    those of the entries' paths that are no folders.
    """
    alive = {line.number for line in _alive(file, entries, barred, files)}
    own = listed(file)
    kept: list[str] = []
    removed: list[Line] = []
    for block in _blocks(file):
        patterns = [line for line in block if line.pattern is not None]
        # A comment stays with any of the lines it may speak of, and where it speaks of none.
        speaks = not patterns or any(line.number in alive for line in patterns)
        for line in block:
            if line.pattern is not None and line.number not in alive:
                removed.append(line)
            elif line.pattern is not None or _stays(line, speaks=speaks and line.number not in own):
                kept.append(line.text.removeprefix(BOM))
    return Leftovers(tuple(_without_gaps(kept)), tuple(removed))


def _stays(line: Line, *, speaks: bool) -> bool:
    """Whether a line that is no pattern stays: a comment that still speaks, or one to ctxopt."""
    if line.is_comment and speaks:
        return True
    text = line.text.removeprefix(BOM)
    return "ctxopt:" in text or not text.strip()


def _blocks(file: IgnoreFile) -> list[list[Line]]:
    """Comments with the patterns below them; a blank line, or the next comment, starts another block."""
    found: list[list[Line]] = [[]]
    for line in file.lines:
        block = found[-1]
        is_blank = line.pattern is None and not line.is_comment
        is_next_comment = line.is_comment and any(item.pattern is not None for item in block)
        is_after_blank = bool(block) and not block[-1].text.strip()
        if is_blank or is_next_comment or is_after_blank:
            found.append([])
        found[-1].append(line)
    return found


def _without_gaps(texts: list[str]) -> list[str]:
    """Leave out blank lines at the ends and beside another one."""
    found: list[str] = []
    for text in texts:
        if text.strip() or (found and found[-1].strip()):
            found.append(text)
    while found and not found[-1].strip():
        found.pop()
    return found


def _alive(
    file: IgnoreFile,
    entries: Sequence[AllowedEntry],
    barred: Sequence[AllowedEntry],
    files: frozenset[str],
) -> list[Line]:
    kept: list[Line] = []
    for line in after_catch_all(file):
        pattern = line.pattern or ""
        if not pattern.startswith("!"):
            is_alive = any(_can_meet(pattern, entry, files) for entry in entries) or any(
                _can_meet(pattern, entry, files, or_above=True) for entry in barred
            )
        else:
            # An exception is about the lines above it: without one that excludes, it does nothing.
            is_alive = bool(kept) and any(_is_inside(pattern[1:], entry) for entry in entries)
        if is_alive:
            kept.append(line)
    return kept


def _is_inside(pattern: str, entry: AllowedEntry) -> bool:
    """Whether an exception brings back nothing but what an entry lets in."""
    fixed = entry.pattern
    return pattern == fixed or (entry.path is not None and pattern.startswith(fixed + "/"))


def _can_meet(
    pattern: str, entry: AllowedEntry, files: frozenset[str], *, or_above: bool = False
) -> bool:
    """Whether a pattern can match what an entry names, anything below that, or a folder above."""
    # Two patterns of such shapes are too hard to compare; a line too many does no harm.
    if "**" in pattern or "**" in entry.pattern or re.search(r"[\[\\|]", pattern):
        return True
    mine, its = pattern.split("/"), entry.pattern.split("/")
    if len(mine) < len(its) and not or_above:
        return False
    # Nothing lies below a file.
    if len(mine) > len(its) and entry.path in files:
        return False
    return all(map(_may_be_same, mine, its))


def _may_be_same(one: str, other: str) -> bool:
    if one == other:
        return True
    # Matching takes one of them for a name, and here neither is.
    if has_meta(one) and (has_meta(other) or "\\" in other):
        return True
    try:
        return match(one, other) or match(other, one)
    except BadPatternError:
        return True


__all__ = ["HEAD", "Leftovers", "after_catch_all", "is_catch_all", "part_leftovers"]
