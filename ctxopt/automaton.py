"""Run many regexp chains over a path at once, in time linear in its length.

Every position of every chain is one bit of a Python integer, so a character costs a few integer
operations however hostile the patterns are, and usually one dictionary lookup: transitions are
kept. The state after a folder's path is carried to its children, so nobody reads a prefix twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from ctxopt.goregexp import ANYTHING, NOT_NEWLINE, SLASH, Chain, CharSet, Step

State = tuple[int, int]
"""Live positions as bits, and what came before: _AT_START, _AFTER_WORD or _AFTER_OTHER."""

_AT_START, _AFTER_WORD, _AFTER_OTHER = range(3)
_WORD_CHARS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_CACHE_LIMIT = 100_000
"""Transitions kept; hostile input makes each one new, and then none is worth its memory."""


class Automaton:
    """The chains of several patterns, given as (pattern index, alternatives)."""

    def __init__(self, patterns: Iterable[tuple[int, tuple[Chain, ...]]]) -> None:
        self._sets: dict[CharSet, list[int]] = {}
        self._skip_one = self._skip_two = 0
        self._assertions = dict.fromkeys((Step.BEGIN, Step.END, Step.WORD, Step.NOT_WORD), 0)
        self._restart = 0
        self._accepting: list[tuple[int, int]] = []
        self._moves: dict[str, tuple[int, int]] = {}
        self._cache: dict[tuple[State, str], State] = {}
        self._accepted: dict[State, int] = {}
        self._size = 0
        start = 0
        for index, chains in patterns:
            for chain in chains:
                start |= 1 << self._size
                self._add(index, chain)
        self.start: State = (start, _AT_START)

    def _add(self, index: int, chain: Chain) -> None:
        if chain[:1] == () or chain[0][0] is not Step.BEGIN:
            self._restart |= 1 << self._size
        for step, chars in chain:
            bit = 1 << self._size
            self._size += 1
            if step in self._assertions:
                self._assertions[step] |= bit
            elif step is Step.GAP:
                self._skip_one |= bit
                self._skip_two |= bit
                self._allow(NOT_NEWLINE, loop=bit << 1)
                self._allow(SLASH, advance=bit << 1)
                self._size += 1
            elif step is Step.STAR:
                self._skip_one |= bit
                self._allow(chars, loop=bit)
            else:
                self._skip_one |= bit if step is Step.OPTIONAL else 0
                self._allow(chars, advance=bit)
        final = 1 << self._size
        self._size += 1
        self._accepting.append((final, 1 << index))
        if not chain or chain[-1][0] is not Step.END:
            self._allow(ANYTHING, loop=final)

    def _allow(self, chars: CharSet, *, advance: int = 0, loop: int = 0) -> None:
        masks = self._sets.setdefault(chars, [0, 0])
        masks[0] |= advance
        masks[1] |= loop

    def advance(self, state: State, text: str) -> State:
        """Return the state after reading ``text``."""
        cache = self._cache
        for char in text:
            following = cache.get((state, char))
            if following is None:
                if len(cache) >= _CACHE_LIMIT:
                    cache.clear()
                following = cache[state, char] = self._step(state, char)
            state = following
        return state

    def accepted(self, state: State) -> int:
        """Return the patterns, as bits, that match the text read so far."""
        found = self._accepted.get(state)
        if found is None:
            if len(self._accepted) >= _CACHE_LIMIT:
                self._accepted.clear()
            bits = self._close(state, None)
            found = 0
            for final, pattern in self._accepting:
                if bits & final:
                    found |= pattern
            self._accepted[state] = found
        return found

    def _step(self, state: State, char: str) -> State:
        moves = self._moves.get(char)
        if moves is None:
            advance = loop = 0
            for chars, (advancing, looping) in self._sets.items():
                if char in chars:
                    advance |= advancing
                    loop |= looping
            moves = self._moves[char] = (advance, loop)
        bits = self._close(state, char)
        bits = (bits & moves[0]) << 1 | bits & moves[1] | self._restart
        if not (self._assertions[Step.WORD] | self._assertions[Step.NOT_WORD]):
            return bits, _AFTER_OTHER
        return bits, _AFTER_WORD if char in _WORD_CHARS else _AFTER_OTHER

    def _close(self, state: State, following: str | None) -> int:
        """Add the positions reached without reading; ``following`` is None at the end."""
        bits, before = state
        boundary = (before == _AFTER_WORD) != (following in _WORD_CHARS)
        single = self._skip_one | self._assertions[Step.WORD if boundary else Step.NOT_WORD]
        if before == _AT_START:
            single |= self._assertions[Step.BEGIN]
        if following is None:
            single |= self._assertions[Step.END]
        while True:
            closed = bits | (bits & single) << 1 | (bits & self._skip_two) << 2
            if closed == bits:
                return bits
            bits = closed
