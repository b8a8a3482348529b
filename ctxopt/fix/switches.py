"""The lines of a plan as switches of the ignore file: which text stands in it with any of them on. Pure."""

from __future__ import annotations

from collections.abc import Collection
from difflib import SequenceMatcher
from typing import NamedTuple

from ctxopt.fix.plan import Fix
from ctxopt.fix.proposal import ProposedLine
from ctxopt.languages.ignore.dialect import Dialect
from ctxopt.languages.ignore.text import IgnoreFile, Line, parse_ignore_file


class Segment(NamedTuple):
    """One line of the file, and when it stands there."""

    line: Line
    on: tuple[int, ...] = ()
    """The switches of which one has to be on; empty where none has to."""
    off: int | None = None
    """The switch that has to be off."""

    @property
    def literal(self) -> int:
        """0 for a fixed line, ``n`` for one that stands there with switch ``n - 1`` on, ``-n`` with it off."""
        if self.off is not None:
            return -(self.off + 1)
        if self.on:
            return self.on[0] + 1
        return 0

    def stands(self, on: Collection[int]) -> bool:
        """Tell whether it stands there with the switches ``on``, and no others."""
        if self.on and not any(switch in on for switch in self.on):
            return False
        return self.off is None or self.off not in on


class SwitchedFile(NamedTuple):
    """An ignore file with lines that can be switched."""

    path: str
    dialect: Dialect
    switches: tuple[tuple[ProposedLine, ...], ...]
    """What each switch is about: one line, or several that go together."""
    segments: tuple[Segment, ...]
    ending: str
    """The ending of a line that had none because it was the last one."""
    existed: bool
    """Whether there is such a file now."""

    def is_there(self, on: Collection[int]) -> bool:
        """Tell whether there is a file with the switches ``on``."""
        return self.existed or bool(on)

    def file(self, on: Collection[int]) -> IgnoreFile:
        """Return the file with the switches ``on``, which are numbers of ``switches``."""
        return self._file_of([item.line for item in self.segments if item.stands(on)])

    def all_lines(self) -> IgnoreFile:
        """Return every line that may stand in the file, each with its place in ``segments``, from 1, as its number."""
        return self._file_of([item.line for item in self.segments])

    def _file_of(self, lines: list[Line]) -> IgnoreFile:
        found = []
        for number, line in enumerate(lines, 1):
            ending = line.ending
            if number < len(lines):
                ending = ending or self.ending
            found.append(line._replace(number=number, ending=ending))
        return IgnoreFile(self.path, tuple(found), self.dialect)


def fixed_file(file: IgnoreFile | None, path: str, dialect: Dialect) -> SwitchedFile:
    """Return a file without any switch; None stands for one that is not there or cannot be read."""
    lines: tuple[Line, ...] = ()
    if file is not None:
        lines = file.lines
    return SwitchedFile(
        path=path,
        dialect=dialect,
        switches=(),
        segments=tuple(Segment(line) for line in lines),
        ending="\n",
        existed=file is not None,
    )


def switched_file(fix: Fix, dialect: Dialect, *, at_once: bool = False) -> SwitchedFile:
    """Return the file of a plan that writes something, with a switch for each line of the plan.

    Lines that cannot be told apart in the file share a switch; with ``at_once``, all of them do.
    """
    old = parse_ignore_file(fix.old_content or b"", fix.shown, dialect)
    new = parse_ignore_file(fix.new_content or b"", fix.shown, dialect)
    groups = _groups(fix.lines)
    segments: tuple[Segment, ...] | None = None
    if not at_once:
        segments = _Assignment(groups).segments(old, new)
    if segments is not None:
        found = _switched(fix, old, groups, segments)
        if _is_right(found, fix):
            return found
    gone = [Segment(line, off=0) for line in old.lines]
    come = [Segment(line, on=(0,)) for line in new.lines]
    return _switched(fix, old, (tuple(fix.lines),), (*gone, *come))


def _switched(
    fix: Fix,
    old: IgnoreFile,
    groups: tuple[tuple[ProposedLine, ...], ...],
    segments: tuple[Segment, ...],
) -> SwitchedFile:
    return SwitchedFile(
        path=old.path,
        dialect=old.dialect,
        switches=groups,
        segments=segments,
        ending=old.ending,
        existed=fix.old_content is not None,
    )


def _is_right(found: SwitchedFile, fix: Fix) -> bool:
    """Whether nothing switched is the file as it is, and everything the file of the plan."""
    everything = range(len(found.switches))
    return (
        found.file(()).render() == (fix.old_content or b"")
        and found.file(everything).render() == fix.new_content
    )


def _groups(lines: tuple[ProposedLine, ...]) -> tuple[tuple[ProposedLine, ...], ...]:
    """Return the lines of a plan; one that takes the place of what another one writes belongs to that."""
    groups: list[list[ProposedLine]] = []
    for line in lines:
        before = next(
            (
                group
                for group in groups
                if any(not set(line.replaces).isdisjoint(other.texts) for other in group)
            ),
            None,
        )
        if before is None:
            groups.append([line])
        else:
            before.append(line)
    return tuple(map(tuple, groups))


class _Assignment:
    """Finds for each line that differs between two files the switch that it is due to."""

    def __init__(self, groups: tuple[tuple[ProposedLine, ...], ...]) -> None:
        self._written: dict[str, list[int]] = {}
        self._replaced: dict[str, list[int]] = {}
        for place, group in enumerate(groups):
            for line in group:
                for text in line.texts:
                    self._written.setdefault(text, []).append(place)
                for text in line.replaces:
                    self._replaced.setdefault(text, []).append(place)
        self._heads: list[Line] = []
        self._found: list[Segment] = []
        self._under: list[int] = []

    def segments(self, old: IgnoreFile, new: IgnoreFile) -> tuple[Segment, ...] | None:
        """Return the lines of both files, each once and in order; None where one is due to no switch."""
        # Without ``autojunk``: a line that many files hold is a line all the same.
        matcher = SequenceMatcher(
            None,
            [line.text for line in old.lines],
            [line.text for line in new.lines],
            autojunk=False,
        )
        for _, start, end, new_start, new_end in matcher.get_opcodes():
            was, now = old.lines[start:end], new.lines[new_start:new_end]
            if [line.text for line in was] == [line.text for line in now]:
                self._close()
                self._found += map(Segment, was)
            elif not (self._take_away(was) and self._add(now)):
                return None
        self._close()
        return tuple(self._found)

    def _take_away(self, lines: tuple[Line, ...]) -> bool:
        for line in lines:
            places = self._replaced.get(line.text)
            if not places:
                return False
            self._found.append(Segment(line, off=places.pop(0)))
        return True

    def _add(self, lines: tuple[Line, ...]) -> bool:
        for line in lines:
            places = self._written.get(line.text)
            if places:
                place = places.pop(0)
                self._put(Segment(line, on=(place,)))
                self._under.append(place)
            elif line.pattern is None:
                # A comment, or the blank line before it, stands over what comes below.
                if self._under:
                    self._close()
                self._heads.append(line)
            else:
                return False
        return True

    def _put(self, segment: Segment) -> None:
        # The places of the lines above are known once the last line below them is.
        self._found += (Segment(line, on=(-1,)) for line in self._heads)
        self._heads = []
        self._found.append(segment)

    def _close(self) -> None:
        """Give the comments the switches of all that stands below them."""
        on = tuple(sorted(set(self._under)))
        self._found = [item._replace(on=on) if item.on == (-1,) else item for item in self._found]
        # What nothing stands below does not depend on one line: no switch could be named.
        self._found += (Segment(line, on=(-1,)) for line in self._heads)
        self._heads = []
        self._under = []


__all__ = ["Segment", "SwitchedFile", "fixed_file", "switched_file"]
