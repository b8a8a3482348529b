"""Run many regexp chains over a path at once, in time linear in its length.

Every position of every chain is one bit of a Python integer, so a character costs a few integer
operations however hostile the patterns are, and usually one dictionary lookup: transitions are
kept. Chains are run in groups, apart from those that may start anywhere, so that what cannot match
any more costs nothing. The state after a folder's path is carried to its children, so no prefix is
read twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctxopt.languages.golang.chain import ANYTHING, NOT_NEWLINE, SLASH, Chain, ChainStep, CharSet

_AT_START, _AFTER_WORD, _AFTER_OTHER = range(3)
_WORD_CHARS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_CACHE_LIMIT = 60_000
"""States kept over all groups; hostile input makes each one new, and then none is worth it."""

_GROUP_BITS = 1_000
"""Positions from which on a group takes no further chains: small integers, and states recur."""


class _State:
    """Live positions as bits, and what came before: _AT_START, _AFTER_WORD or _AFTER_OTHER."""

    __slots__ = ("accepted", "before", "bits", "following")

    def __init__(self, bits: int, before: int) -> None:
        self.bits = bits
        self.before = before
        self.following: dict[str, _State] = {}
        self.accepted: int | None = None


Positions = tuple[_State, ...]
"""A state of each group."""


class Automaton:
    """The chains of several patterns, given as (pattern index, alternatives)."""

    def __init__(self, patterns: Iterable[tuple[int, tuple[Chain, ...]]]) -> None:
        groups: list[_Group] = []
        open_groups: dict[bool, _Group] = {}
        for index, chains in patterns:
            for chain in chains:
                # Apart, because one chain that never dies keeps its whole group alive everywhere.
                can_die = _can_die(chain)
                group = open_groups.get(can_die)
                if group is None or group.size >= _GROUP_BITS:
                    group = open_groups[can_die] = _Group()
                    groups.append(group)
                group.add(index, chain)
        self._groups = tuple(groups)
        for group in groups:
            group.limit = _CACHE_LIMIT // len(groups) + 1
        self.start: Positions = tuple([group.state(group.first, _AT_START) for group in groups])

    def advance(self, state: Positions, text: str) -> Positions | None:
        """Return the state after reading ``text``; None where nothing can match any more."""
        pairs = zip(self._groups, state, strict=True)
        following = tuple([group.advance(at, text) if at.bits else at for group, at in pairs])
        if any(at.bits for at in following):
            return following
        return None

    def accepted(self, state: Positions | None) -> int:
        """Return the patterns, as bits, that match the text read so far."""
        if state is None:
            return 0
        found = 0
        for group, at in zip(self._groups, state, strict=True):
            if at.bits:
                found |= group.accepted(at) if at.accepted is None else at.accepted
        return found


def _can_die(chain: Chain) -> bool:
    """Tell whether a chain is bound to the start, so that a first name can rule it out for good."""
    steps = [step for step, _ in chain[:2]]
    return steps[:1] == [ChainStep.BEGIN] and steps[1:] != [ChainStep.GAP]


class _Group:
    """Chains whose positions share one integer."""

    def __init__(self) -> None:
        self.size = 0
        self.first = 0
        """The positions where the chains start."""
        self.limit = _CACHE_LIMIT
        self._sets: dict[CharSet, list[int]] = {}
        self._skip_one = self._skip_two = 0
        self._assertions = dict.fromkeys(
            (ChainStep.BEGIN, ChainStep.END, ChainStep.WORD, ChainStep.NOT_WORD), 0
        )
        self._restart = 0
        self._forks: list[tuple[int, int]] = []
        """(position, those where its way goes on)"""
        self._accepting: list[tuple[int, int]] = []
        self._moves: dict[str, tuple[int, int]] = {}
        self._states: dict[tuple[int, int], _State] = {}

    def add(self, index: int, chain: Chain) -> None:
        """Take up one alternative of the pattern ``index``."""
        self.first |= 1 << self.size
        if chain[:1] == () or chain[0][0] is not ChainStep.BEGIN:
            self._restart |= 1 << self.size
        starts: list[int] = []
        for step, chars in chain:
            bit = 1 << self.size
            starts.append(self.size)
            self.size += 1
            if isinstance(chars, tuple):
                continue
            if step in self._assertions:
                self._assertions[step] |= bit
            elif step is ChainStep.GAP:
                # Two positions: in the first anything is read, in the second the slash has been.
                self._skip_one |= bit
                self._skip_two |= bit
                self._allow(NOT_NEWLINE, loop=bit << 1)
                self._allow(SLASH, advance=bit << 1)
                self.size += 1
            elif step is ChainStep.STAR:
                self._skip_one |= bit
                self._allow(chars, loop=bit)
            else:
                if step is ChainStep.OPTIONAL:
                    self._skip_one |= bit
                self._allow(chars, advance=bit)
        final = 1 << self.size
        self._link(chain, [*starts, self.size])
        self.size += 1
        self._accepting.append((final, 1 << index))
        # Go searches, so what follows the match does not matter unless the end is asked for.
        if not chain or chain[-1][0] is not ChainStep.END:
            self._allow(ANYTHING, loop=final)

    def _link(self, chain: Chain, starts: Sequence[int]) -> None:
        """Note where the forks of a chain lead, whose steps have these positions."""
        for place, (_, ways) in enumerate(chain):
            if isinstance(ways, tuple):
                onward = sum(1 << starts[place + way] for way in set(ways))
                self._forks.append((1 << starts[place], onward))

    def _allow(self, chars: CharSet, *, advance: int = 0, loop: int = 0) -> None:
        masks = self._sets.setdefault(chars, [0, 0])
        masks[0] |= advance
        masks[1] |= loop

    def state(self, bits: int, before: int) -> _State:
        """Return the one state with these values."""
        found = self._states.get((bits, before))
        if found is None:
            if len(self._states) >= self.limit:
                # States point at each other; with the collector off, cutting that is what frees them.
                for state in self._states.values():
                    state.following.clear()
                self._states.clear()
            found = self._states[bits, before] = _State(bits, before)
        return found

    def advance(self, state: _State, text: str) -> _State:
        """Return the state after reading ``text``."""
        for char in text:
            following = state.following.get(char)
            if following is None:
                following = self._step(state, char)
                state.following[char] = following
            state = following
        return state

    def accepted(self, state: _State) -> int:
        """Return the patterns, as bits, that match in ``state``, and note them there."""
        bits = self._close(state, None)
        found = 0
        for final, pattern in self._accepting:
            if bits & final:
                found |= pattern
        state.accepted = found
        return found

    def _step(self, state: _State, char: str) -> _State:
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
        word = self._assertions[ChainStep.WORD] | self._assertions[ChainStep.NOT_WORD]
        before = _AFTER_OTHER
        # Where no pattern asks for a word boundary, one state does for both.
        if word and char in _WORD_CHARS:
            before = _AFTER_WORD
        return self.state(bits, before)

    def _close(self, state: _State, following: str | None) -> int:
        """Add the positions reached without reading; ``following`` is None at the end."""
        bits, before = state.bits, state.before
        assertion = ChainStep.NOT_WORD
        if (before == _AFTER_WORD) != (following in _WORD_CHARS):
            assertion = ChainStep.WORD
        single = self._skip_one | self._assertions[assertion]
        if before == _AT_START:
            single |= self._assertions[ChainStep.BEGIN]
        if following is None:
            single |= self._assertions[ChainStep.END]
        while True:
            closed = bits | (bits & single) << 1 | (bits & self._skip_two) << 2
            for fork, onward in self._forks:
                if closed & fork:
                    closed |= onward
            if closed == bits:
                return bits
            bits = closed
