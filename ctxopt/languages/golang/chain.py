"""Chains: what expressions are made of when they are run. Sets of characters, steps, and forks; parses nothing."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class CharSet:
    """A set of code points: ``ranges`` and, for ``\\p``, Unicode ``categories``; or their complement."""

    ranges: Ranges
    negated: bool = False
    categories: tuple[tuple[str, bool], ...] = ()
    """(prefix of a general category, whether it is excluded)"""

    def __contains__(self, char: str) -> bool:
        point = ord(char)
        hit = self._holds(point)
        if 0xDC80 <= point <= 0xDCFF:
            # What Go makes of a byte that is not UTF-8.
            hit = hit or self._holds(0xFFFD)
        return hit != self.negated

    def _holds(self, point: int) -> bool:
        return any(low <= point <= high for low, high in self.ranges) or any(
            unicodedata.category(chr(point)).startswith(prefix) != excluded
            for prefix, excluded in self.categories
        )


class ChainStep(Enum):
    """What a step of a chain does."""

    CHAR = "one character of the set"
    OPTIONAL = "one character of the set, or none"
    STAR = "any number of characters of the set"
    GAP = "nothing, or anything without a newline up to a slash"
    BEGIN = "only at the start"
    END = "only at the end"
    WORD = "only at a word boundary"
    NOT_WORD = "only away from a word boundary"
    FORK = "goes on at other steps of the chain, so many behind this one"


Ways = tuple[int, ...]
"""Where a fork goes on, counted in steps from itself: ``(1, -3)`` is the next step or the third before."""
Link = tuple[ChainStep, CharSet | Ways]
Chain = tuple[Link, ...]
_ASSERTIONS = frozenset((ChainStep.BEGIN, ChainStep.END, ChainStep.WORD, ChainStep.NOT_WORD))
NOTHING = CharSet(())
ANYTHING = CharSet((), negated=True)
NOT_NEWLINE = CharSet(((0x0A, 0x0A),), negated=True)
SLASH = CharSet(((0x2F, 0x2F),))


@lru_cache(maxsize=4096)
def literal(char: str) -> CharSet:
    """Return the set of one character."""
    return CharSet(((ord(char), ord(char)),))


def join_alternatives(chains: list[list[Link]]) -> list[Link]:
    """Return one chain that goes any of the given ways."""
    if len(chains) == 1:
        return chains[0]
    found: list[Link] = []
    starts = []
    left = sum(len(chain) + 1 for chain in chains)
    for chain in chains:
        starts.append(len(found) + 1)
        left -= len(chain) + 1
        # Behind each alternative the way goes on behind all of them.
        found += [*chain, (ChainStep.FORK, (left + 1,))]
    return [(ChainStep.FORK, tuple(starts)), *found]


def repeat_links(unit: list[Link], low: int, high: int) -> list[Link]:
    """Return ``unit`` from ``low`` to ``high`` times; -1 is any number."""
    if all(step in _ASSERTIONS for step, _ in unit):
        # An assertion holds or does not: more than once says nothing new.
        return unit * min(low, 1)
    if len(unit) == 1 and unit[0][0] is ChainStep.CHAR:
        chars = unit[0][1]
        if high < 0:
            return [*unit * low, (ChainStep.STAR, chars)]
        return [*unit * low, *[(ChainStep.OPTIONAL, chars)] * (high - low)]
    skip = (ChainStep.FORK, (1, len(unit) + 1))
    if high >= 0:
        return [*unit * low, *[skip, *unit] * (high - low)]
    again = (ChainStep.FORK, (1, -len(unit)))
    if low:
        return [*unit * low, again]
    return [(ChainStep.FORK, (1, len(unit) + 2)), *unit, again]
