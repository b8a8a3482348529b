"""Which files of a context are kept back under any combination of switches: exact, without trying them all. Pure.

A pattern that matches neither a path nor a folder above it has no say about the path. Where no exception has one, a
path is kept back as soon as one of its patterns stands in the file; where one has, the few switches with a say are
tried together on the measured tree.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ctxopt.build.analysis import matcher_for
from ctxopt.build.context import BuildContext
from ctxopt.fix.switches import SwitchedFile
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.languages.ignore.level import Level, Levels
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.tree.model import EMPTY, Flag, Folder
from ctxopt.tree.replay import replay
from ctxopt.tree.view import View

MOST_SWITCHES: Final = 6
"""Switches that may have a say together about one path which an exception is about, too."""

SENT, KEPT_BACK, SENT_EMPTY = 0, 1, 2
"""What becomes of a file: sent, kept back, or sent without its content."""


class TooEntangledError(Exception):
    """More switches have a say about one path than can be tried together."""


class Condition(NamedTuple):
    """When a file is kept back."""

    hidden_by: tuple[int, ...] = ()
    """The literals of which one is enough: ``n`` is switch ``n - 1`` on, ``-n`` the same off."""
    switches: tuple[int, ...] = ()
    """The switches that ``outcomes`` are about, if they do not just add up."""
    outcomes: tuple[int, ...] = ()
    """What becomes of it: with bit ``i`` of the place set, the switch at ``i`` of ``switches`` is on."""
    always: int = SENT
    """What becomes of it where neither says anything."""

    def outcome(self, on: frozenset[int]) -> int:
        """Return what becomes of it with the switches ``on``."""
        if self.outcomes:
            place = sum(1 << bit for bit, switch in enumerate(self.switches) if switch in on)
            return self.outcomes[place]
        for literal in self.hidden_by:
            if (abs(literal) - 1 in on) == (literal > 0):
                return KEPT_BACK
        return self.always


_ALWAYS: Final = tuple(Condition(always=outcome) for outcome in (SENT, KEPT_BACK, SENT_EMPTY))


class Place(NamedTuple):
    """A folder, as the patterns see it."""

    level: Level
    touching: int
    """The patterns, as bits, that match it or a folder above it."""

    def enter(self, name: str, touching: int) -> Place:
        """Return the place of the folder ``name`` in this one, with the patterns that ``touching`` told of it."""
        return Place(self.level.advance(name), touching)

    def touching_each(self, names: Sequence[str]) -> list[int]:
        """Return the patterns, as bits, that match each of ``names`` or a folder that it is in."""
        above, level = self.touching, self.level
        if level.is_dead:
            return [above] * len(names)
        masks = level.masks(names)
        others = level.everything
        return [above | masks.get(name, others) for name in names]


class Combinations:
    """Tells the conditions of the files of a tree, folder by folder on the way down from the root."""

    def __init__(self, whole: View, context: BuildContext, switched: SwitchedFile) -> None:
        """``whole`` is measured with what the client skips, under the file without any switch."""
        self._whole = whole
        self._context = context
        self._switched = switched
        self._dialect = dialect_of(context.builder)
        self._views: dict[frozenset[int], View] = {frozenset(): whole}
        patterns = self._matcher(switched.all_lines()).patterns
        segments = switched.segments
        self._literals = [
            segments[pattern.line - 1].literal if pattern.line is not None else 0
            for pattern in patterns
        ]
        self._exceptions = sum(1 << bit for bit, item in enumerate(patterns) if item.exception)
        self._switchable = sum(1 << bit for bit, item in enumerate(self._literals) if item)
        self._entangled: set[int] = set()
        """Switches that have a say wherever an exception has."""
        if not self._dialect.prunes_locally:
            # An exception can make the client look into folders that it has nothing to do with.
            self._entangled = {
                abs(self._literals[bit]) - 1
                for bit, item in enumerate(patterns)
                if item.exception and self._literals[bit]
            }
        self._levels = Levels(patterns)
        self._sums: dict[int, Condition] = {}
        self._made: dict[Condition, Condition] = {}

    def root(self) -> Place:
        """Return where to start."""
        return Place(self._levels.root, 0)

    def of(self, folder: Folder, index: int, touching: int) -> Condition:
        """Return the condition of an entry of a folder; raises TooEntangledError."""
        if not touching & self._switchable:
            return _ALWAYS[_outcome(self._whole, folder, index)]
        covers = not self._dialect.covers_below or "\n" not in folder.path
        if not touching & self._exceptions and covers:
            return self._added_up(touching)
        return self._tried(folder, index, touching)

    def of_new_file(self, name: str) -> Condition:
        """Return the condition of a file in the root that is not there yet; raises TooEntangledError."""
        touching = self.root().touching_each([name])[0]
        if touching & self._exceptions:
            raise TooEntangledError(name)
        return self._added_up(touching)

    def _added_up(self, touching: int) -> Condition:
        known = self._sums.get(touching)
        if known is None:
            literals = set(self._literals_in(touching))
            known = _ALWAYS[KEPT_BACK]
            # A pattern that stands there always has the literal 0, and hides whatever it matches.
            if not any(-literal in literals for literal in literals):
                known = self._shared(Condition(hidden_by=tuple(sorted(literals))))
            self._sums[touching] = known
        return known

    def _tried(self, folder: Folder, index: int, touching: int) -> Condition:
        switches = {abs(item) - 1 for item in self._literals_in(touching) if item}
        several = tuple(sorted(switches | self._entangled))
        if len(several) > MOST_SWITCHES:
            raise TooEntangledError(folder.child(folder.names[index]))
        outcomes = []
        for answers in itertools.product((False, True), repeat=len(several)):
            # The first switch is the lowest bit, so it changes fastest.
            on = frozenset(itertools.compress(several, reversed(answers)))
            outcomes.append(_outcome(self._view(on), folder, index))
        return self._shared(Condition(switches=several, outcomes=tuple(outcomes)))

    def _literals_in(self, touching: int) -> Iterator[int]:
        for bit, literal in enumerate(self._literals):
            if touching >> bit & 1:
                yield literal

    def _view(self, on: frozenset[int]) -> View:
        view = self._views.get(on)
        if view is None:
            matcher = self._matcher(self._switched.file(on)).lenient()
            view = replay(self._whole.tree, matcher, builder=self._context.builder).view
            self._views[on] = view
        return view

    def _shared(self, condition: Condition) -> Condition:
        """Return an equal condition that was made before, if there is one: thousands of files share each."""
        return self._made.setdefault(condition, condition)

    def _matcher(self, file: IgnoreFile) -> Matcher:
        return matcher_for(self._context, file, self._context.builder)


def _outcome(view: View, folder: Folder, index: int) -> int:
    flags = view.flags(folder)
    if flags is None:
        return SENT
    if flags[index] & Flag.EXCLUDED:
        return KEPT_BACK
    if flags[index] & EMPTY:
        return SENT_EMPTY
    return SENT


__all__ = [
    "KEPT_BACK",
    "SENT",
    "SENT_EMPTY",
    "Combinations",
    "Condition",
    "Place",
    "TooEntangledError",
]
