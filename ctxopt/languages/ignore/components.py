"""Ignore patterns cut at their slashes, for those simple enough to be matched name by name.

Most patterns people write are names, suffixes or ``**/name``. Such a pattern becomes one test per
path component, decided by lookups; ``cut`` refuses the rest, which ``automaton`` runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import NamedTuple

from ctxopt.languages.ignore.dialect import Dialect
from ctxopt.languages.ignore.pattern import Pattern, PatternKind

_MAX_FLOATING = 8
"""Components of a pattern that may meet any depth; each may be the next one to meet in one and the same folder."""

_OPERATORS = frozenset("^{}|\\[]\ufeff\ufffd")
_CLASS = r"\[(?:[A-Za-z0-9_](?:-[A-Za-z0-9_])?)+\]"
"""A class as people write it, ``*.py[cod]``; what else brackets may hold, only the expression tells."""
_RANGE = r"[A-Za-z0-9_]-[A-Za-z0-9_]"
_GROUPS = frozenset("()+")
"""With two that Go's expressions read in their own way: U+FFFD is also any byte that is not UTF-8."""


class Comparison(Enum):
    """How one component is compared with a name."""

    LITERAL = "equal"
    SUFFIX = "ends with"
    PREFIX = "starts with"
    GLOB = "matches"
    ANY = "always"


class NameTest(NamedTuple):
    """One component; ``text`` is the literal, or the expression of a GLOB."""

    kind: Comparison
    text: str = ""
    literal: str = ""
    """What every name has that a GLOB matches."""

    def compiled(self) -> Callable[[str], object]:
        """Return a function whose truth is the match of a name."""
        text = self.text
        if self.kind is Comparison.LITERAL:
            return text.__eq__
        if self.kind is Comparison.SUFFIX:
            return lambda name: name.endswith(text)
        if self.kind is Comparison.PREFIX:
            return lambda name: name.startswith(text)
        if self.kind is Comparison.GLOB:
            return re.compile(text, re.DOTALL).fullmatch
        return lambda _: True


class Tail(Enum):
    """What a pattern says about everything below its last component."""

    NONE = "nothing"
    ANY = "matches"
    NO_NEWLINE = "matches unless a newline is in the way"


class Cut(NamedTuple):
    """A pattern as tests of successive components."""

    tests: tuple[NameTest, ...]
    floating: bool
    """Whether the first test may meet any depth."""
    newline_blocks: bool
    """Whether a folder name with a newline above the first test prevents a match."""
    tail: Tail
    tail_only: bool
    """Whether only what is below the last component matches, not the component itself."""
    gaps: frozenset[int] = frozenset()
    """The tests before which any folders may stand, or none; one whose name has a newline ends that."""


def cut(pattern: Pattern) -> Cut | None:
    """Cut ``pattern`` into components; None where only its expression tells the truth."""
    text = pattern.text
    found: Cut | None
    if pattern.kind is PatternKind.EXACT:
        found = _literals(text)
    elif pattern.kind is PatternKind.PREFIX:
        found = _cut_prefix(text[:-2])
    elif pattern.kind is PatternKind.SUFFIX:
        found = _cut_suffix(text[2:])
    else:
        found = _cut_regexp(text, _operators_of(pattern.dialect))
    if found and (found.floating or found.gaps) and len(found.tests) > _MAX_FLOATING:
        return None
    return found


def _literals(text: str) -> Cut:
    tests = tuple(NameTest(Comparison.LITERAL, part) for part in text.split("/"))
    return Cut(tests, floating=False, newline_blocks=False, tail=Tail.NONE, tail_only=False)


def _cut_prefix(stem: str) -> Cut:
    *folders, last = stem.split("/")
    tests = [NameTest(Comparison.LITERAL, part) for part in folders]
    if last:
        tests.append(NameTest(Comparison.PREFIX, last))
    return Cut(
        tuple(tests), floating=False, newline_blocks=False, tail=Tail.ANY, tail_only=not last
    )


def _cut_suffix(suffix: str) -> Cut:
    first, *rest = suffix.removeprefix("/").split("/")
    start = NameTest(Comparison.SUFFIX, first)
    if not suffix:
        start = NameTest(Comparison.ANY)
    elif suffix.startswith("/"):
        start = NameTest(Comparison.LITERAL, first)
    tests = (start, *(NameTest(Comparison.LITERAL, part) for part in rest))
    return Cut(tests, floating=True, newline_blocks=False, tail=Tail.NONE, tail_only=False)


@cache
def _operators_of(dialect: Dialect) -> frozenset[str]:
    """Return what makes an expression more than components, with what a dialect does not escape."""
    return _OPERATORS | _GROUPS.difference(dialect.escaped)


def _cut_regexp(text: str, operators: frozenset[str]) -> Cut | None:
    if operators.intersection(_without_classes(text)):
        return None
    if any("\udc80" <= char <= "\udcff" for char in text):
        return None
    floating = text.startswith("**")
    if floating:
        text = text[2:].removeprefix("/")
    # ``.*`` in the expression: Go's dot stops at a newline.
    tail = Tail.NONE
    if text.endswith("/**"):
        tail = Tail.NO_NEWLINE
        text = text[:-3]
    *parts, last = text.split("/")
    names = [part for part in parts if part != "**"]
    # What a ``**`` at an end or in the middle of a name means, only the expression tells.
    if not text or text.startswith("**/") or any("**" in name for name in (*names, last)):
        return None
    gaps = frozenset(
        place - parts[:place].count("**") for place, part in enumerate(parts) if part == "**"
    )
    return Cut(
        tuple(_glob_test(name) for name in (*names, last)),
        floating,
        newline_blocks=floating,
        tail=tail,
        tail_only=tail is not Tail.NONE,
        gaps=gaps,
    )


def _without_classes(text: str) -> str:
    """Return the rest of a pattern whose classes mean the same to Python; all of it where one does not."""
    if "[" not in text:
        return text
    ranges = (found for one in re.findall(_CLASS, text) for found in re.findall(_RANGE, one))
    # One that ends before it starts, Go refuses.
    if any(found[0] > found[2] for found in ranges):
        return text
    return re.sub(_CLASS, "", text)


def _glob_test(glob: str) -> NameTest:
    plain = _plain_test(glob)
    if plain is not None:
        return plain
    literal = max(re.split(rf"[*?]|{_CLASS}", glob), key=len)
    return NameTest(Comparison.GLOB, _glob_expression(glob), literal)


def _plain_test(glob: str) -> NameTest | None:
    """Return the test of a component that needs no expression; None where it does."""
    if "?" in glob or "[" in glob:
        return None
    stars = glob.count("*")
    if not stars:
        return NameTest(Comparison.LITERAL, glob)
    if glob == "*":
        return NameTest(Comparison.ANY)
    if stars == 1 and glob[0] == "*":
        return NameTest(Comparison.SUFFIX, glob[1:])
    if stars == 1 and glob[-1] == "*":
        return NameTest(Comparison.PREFIX, glob[:-1])
    return None


def _glob_expression(glob: str) -> str:
    # Each piece between stars has a fixed length, so its leftmost place is as good as any: an
    # atomic group never comes back to it, and the expression cannot explode.
    first, *rest = (_spell_piece(piece) for piece in glob.split("*"))
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>.*?{piece})" for piece in middle) + ".*" + last


def _spell_piece(piece: str) -> str:
    spelled = []
    for place, text in enumerate(re.split(rf"(\?|{_CLASS})", piece)):
        # Every second piece is what the expression found.
        if not place % 2:
            text = re.escape(text)
        elif text == "?":
            text = "."
        spelled.append(text)
    return "".join(spelled)
