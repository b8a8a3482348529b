"""The patterns still alive in one folder, ready to be compared with the names in it.

A level depends only on how far each pattern has come, so thousands of folders share one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from ctxopt.languages.golang.chain import Chain
from ctxopt.languages.ignore.automaton import Automaton, Positions
from ctxopt.languages.ignore.components import Comparison, Cut, NameTest, Tail, cut
from ctxopt.languages.ignore.pattern import BadPatternError, Pattern

_CACHE_LIMIT = 50_000

Texts = tuple[tuple[str, ...], ...]
"""Whole names, then ``/`` and the start of a name, the end of a name and ``/``, and what is in a name."""

Position = tuple[int, int]
"""A pattern's index and how many of its components have been met."""


class Levels:
    """Builds and keeps the levels of one list of patterns."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.broken = 0
        """Patterns, as bits, that Docker fails to compile when it first tries them."""
        self.cuts: dict[int, Cut] = {}
        chains: list[tuple[int, tuple[Chain, ...]]] = []
        for index, pattern in enumerate(patterns):
            found = cut(pattern)
            if found:
                self.cuts[index] = found
                continue
            try:
                chains.append((index, pattern.chains()))
            except BadPatternError:
                self.broken |= 1 << index
        self.automaton: Automaton | None = None
        start: Positions | None = None
        # Most files have no such pattern, and then a folder is entered without running one.
        if chains:
            self.automaton = Automaton(chains)
            start = self.automaton.start
        self._kept: dict[tuple[frozenset[Position], Positions | None, bool], Level] = {}
        anchored = frozenset((i, 0) for i, c in self.cuts.items() if not c.floating)
        self.root = self.level(anchored, start, False)

    def level(
        self, live: frozenset[Position], state: Positions | None, newline_above: bool
    ) -> Level:
        """Return the level with these positions besides those of floating patterns."""
        key = (live, state, newline_above)
        level = self._kept.get(key)
        if level is None:
            if len(self._kept) >= _CACHE_LIMIT:
                self._kept.clear()
            level = self._kept[key] = Level(self, live, state, newline_above)
        return level


class Level:
    """See the module; ``everything`` holds the patterns, as bits, that match any child."""

    def __init__(
        self,
        levels: Levels,
        live: frozenset[Position],
        state: Positions | None,
        newline_above: bool,
    ) -> None:
        self._levels = levels
        self._state = state
        self._newline_above = newline_above
        self.everything = 0
        self._no_newline = 0
        self._tails: list[Position] = []
        self._gaps: list[Position] = []
        self._literals: dict[str, int] = defaultdict(int)
        self._affixes: list[tuple[Callable[[str], object], int]] = []
        self._suffixes: tuple[str, ...] = ()
        self._prefixes: tuple[str, ...] = ()
        self._globs: list[tuple[str, Callable[[str], object], int]] = []
        self._onward: list[tuple[Callable[[str], object], Position]] = []
        self._onward_names: dict[str, list[Position]] = defaultdict(list)
        floating = {
            (index, 0)
            for index, found in levels.cuts.items()
            if found.floating and not (newline_above and found.newline_blocks)
        }
        for index, met in sorted(live | floating):
            self._open(levels.cuts[index], index, met)
        self._literals = dict(self._literals)
        self._rest: Level | None = None

    @property
    def is_dead(self) -> bool:
        """Whether no pattern can match anything in this folder or below it."""
        state = self._state
        return not (
            self.everything or self._literals or self._affixes or self._globs
            or self._onward or self._onward_names or self._tails or (state and state[0])
        )  # fmt: skip

    def _open(self, found: Cut, index: int, met: int) -> None:
        """Take up one live position: what matches here, and what may match further down."""
        bit = 1 << index
        if met == len(found.tests):
            self._tails.append((index, met))
            if found.tail is Tail.NO_NEWLINE:
                self._no_newline |= bit
            self.everything |= bit
            return
        if met in found.gaps:
            self._gaps.append((index, met))
        test = found.tests[met]
        last = met + 1 == len(found.tests)
        if last and not found.tail_only:
            self._finish(test, bit)
        if not last or found.tail is not Tail.NONE:
            if test.kind is Comparison.LITERAL:
                self._onward_names[test.text].append((index, met + 1))
            else:
                self._onward.append((test.compiled(), (index, met + 1)))

    def _finish(self, test: NameTest, bit: int) -> None:
        if test.kind is Comparison.ANY:
            self.everything |= bit
        elif test.kind is Comparison.LITERAL:
            self._literals[test.text] |= bit
        elif test.kind is Comparison.GLOB:
            self._globs.append((test.literal, test.compiled(), bit))
        else:
            self._affixes.append((test.compiled(), bit))
            if test.kind is Comparison.SUFFIX:
                self._suffixes += (test.text,)
            else:
                self._prefixes += (test.text,)

    def masks(self, names: Sequence[str]) -> dict[str, int]:
        """Return the matching patterns, as bits, of the names that match more than ``everything``.

        Names with a newline may match less; they are listed, too.
        """
        # One pass a kind of test and not one call a name: a folder of 10,000 names costs no more
        # calls than one of ten. This is the hottest code of a walk, so it stays in one piece.
        found: dict[str, int] = {}
        everything = self.everything
        if self._literals:
            for name in self._literals.keys() & names:
                found[name] = everything | self._literals[name]
        # One search in all names at once: in most folders none has any of the texts that a test asks for.
        joined = ""
        if self._affixes or self._globs:
            joined = "/".join(names)
        if self._affixes and self._has_affix(joined):
            suffixes, prefixes = self._suffixes, self._prefixes
            for name in names:
                if name.endswith(suffixes) or name.startswith(prefixes):
                    mask = found.get(name, everything)
                    for test, bit in self._affixes:
                        if test(name):
                            mask |= bit
                    found[name] = mask
        for literal, test, bit in self._globs:
            if literal not in joined:
                continue
            for name in names:
                if test(name):
                    found[name] = found.get(name, everything) | bit
        if self._no_newline:
            for name in names:
                if "\n" in name:
                    found[name] = found.get(name, everything) & ~self._no_newline
        automaton, state = self._levels.automaton, self._state
        if automaton is not None and state is not None:
            for name in names:
                mask = automaton.accepted(automaton.advance(state, name))
                if mask:
                    found[name] = found.get(name, everything) | mask
        return found

    def _has_affix(self, joined: str) -> bool:
        # A generator costs more than the search in the names of a small folder.
        for text in self._suffixes + self._prefixes:  # noqa: SIM110
            if text in joined:
                return True
        return False

    def texts(self) -> Texts | None:
        """Return the texts of which a name holds one if it matches more than ``everything`` or leads on.

        Names with a newline may do so without any. None where a pattern asks for more than a text.
        """
        parts = tuple(literal for literal, _, _ in self._globs)
        texts = (
            (*self._literals, *self._onward_names),
            tuple("/" + text for text in self._prefixes),
            tuple(text + "/" for text in self._suffixes),
            parts,
        )
        if self._levels.automaton is not None or self._onward or not all(parts):
            return None
        return texts

    def advance(self, name: str) -> Level:
        """Return the level of the child folder ``name``."""
        state = self._state
        automaton = self._levels.automaton
        newline = "\n" in name
        if automaton is not None and state is not None:
            state = automaton.advance(state, name + "/")
        # A list and not a set: most names open nothing, and this runs once for every folder.
        live = [position for test, position in self._onward if test(name)]
        live += self._onward_names.get(name, ())
        if self._gaps and not newline:
            live += self._gaps
        if self._tails:
            lost = 0
            if newline:
                lost = self._no_newline
            live += [(index, met) for index, met in self._tails if not lost >> index & 1]
        if live or newline or state is not self._state:
            return self._levels.level(frozenset(live), state, newline or self._newline_above)
        if self._rest is None:
            self._rest = self._levels.level(frozenset(), state, self._newline_above)
        return self._rest
