"""One ignore pattern: what kind of match Docker makes of it, and the match itself.

The kinds decide speed elsewhere; this is the meaning. Paths are relative, ``/``-separated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from ctxopt.languages.golang.chain import NOTHING, Chain, ChainStep, literal
from ctxopt.languages.golang.paths import BadPatternError, clean, match, trim_space
from ctxopt.languages.golang.regexp import BELOW_TEXT, GAP_TEXT, parse_regexp
from ctxopt.languages.ignore.automaton import Automaton
from ctxopt.languages.ignore.dialect import DOCKER, Dialect
from ctxopt.languages.ignore.text import BOM


class IllegalExceptionError(ValueError):
    """A line that is nothing but an exclamation mark."""

    def __init__(self) -> None:
        super().__init__('illegal exclusion pattern: "!"')


class PatternKind(Enum):
    """How a pattern is compared with a path."""

    EXACT = "the path is the pattern"
    PREFIX = "the path starts with the pattern, without its last two characters"
    SUFFIX = "the path ends with the pattern, without its first two characters"
    REGEXP = "the path matches the expression"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as the matcher reads it: ``text`` without ``!``; ``line`` is None for no file."""

    text: str
    exception: bool
    line: int | None
    dialect: Dialect = DOCKER
    kind: PatternKind = field(init=False)
    regexp: str = field(init=False)

    def __post_init__(self) -> None:
        kind, regexp = _translate(self.text, self.dialect)
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "regexp", regexp)

    def __str__(self) -> str:
        if self.exception:
            return "!" + self.text
        return self.text

    def chains(self) -> tuple[Chain, ...]:
        """Return the pattern as an automaton runs it, whatever its kind.

        Raises BadPatternError where Docker fails to compile it.
        """
        start, end = (ChainStep.BEGIN, NOTHING), (ChainStep.END, NOTHING)
        if self.kind is PatternKind.EXACT:
            return ((start, *_spell(self.text), end),)
        if self.kind is PatternKind.PREFIX:
            return ((start, *_spell(self.text[:-2])),)
        if self.kind is PatternKind.SUFFIX:
            suffix = self.text[2:]
            ending = (*_spell(suffix), end)
            if suffix[:1] != "/":
                return (ending,)
            # ``**/x`` is also the ``x`` at the root, where no slash is in front of it.
            return ending, (start, *ending[1:])
        return parse_regexp(self.regexp)

    def matches(self, path: str) -> bool:
        """Compare with one whole path; raises BadPatternError where Docker's match fails.

        Source: moby/patternmatcher patternmatcher.go (*Pattern).match.
        """
        if self.kind is PatternKind.EXACT:
            return path == self.text
        if self.kind is PatternKind.PREFIX:
            return path.startswith(self.text[:-2])
        if self.kind is PatternKind.SUFFIX:
            suffix = self.text[2:]
            return path.endswith(suffix) or (suffix[:1] == "/" and path == suffix[1:])
        automaton = _automaton(self.regexp)
        return automaton.accepted(automaton.advance(automaton.start, path)) != 0


def _spell(text: str) -> Chain:
    return tuple((ChainStep.CHAR, literal(char)) for char in text)


@lru_cache(maxsize=256)
def _automaton(regexp: str) -> Automaton:
    return Automaton([(0, parse_regexp(regexp))])


def read_pattern(text: str, line: int | None = None, dialect: Dialect = DOCKER) -> Pattern | None:
    """Read one cleaned line; None for a blank one.

    Raises BadPatternError or IllegalExceptionError as ``patternmatcher.New`` does.
    Source: moby/patternmatcher patternmatcher.go New; containers/storage fileutils.go NewPatternMatcher.
    """
    text = trim_space(text)
    if not text:
        return None
    text = clean(text)
    exception = text.startswith("!")
    if exception:
        text = text[1:]
        if not text:
            raise IllegalExceptionError
        if dialect.slashes_first:
            text = clean(text).removeprefix("/")
    # For its error alone: what filepath.Match cannot read, Docker refuses before it walks.
    match(text, ".")
    return Pattern(text, exception, line, dialect)


def _translate(pattern: str, dialect: Dialect) -> tuple[PatternKind, str]:
    """Return the kind and, for an expression, its text.

    Source: moby/patternmatcher patternmatcher.go (*Pattern).compile. ``{``, ``}`` and ``|`` stay
    operators because upstream's escape table covers code points below 64 only. Podman's, in
    containers/storage fileutils.go, is this one without kinds: always an expression.
    """
    # One loop with upstream's branches in upstream's order: its kinds depend on what came before,
    # and only side by side can the two be compared.
    kind = PatternKind.EXACT
    parts = ["^"]
    text = pattern.removeprefix(BOM)
    at = 0
    first = True
    while at < len(text):
        char = text[at]
        at += 1
        if char == "*" and text.startswith("*", at):
            at += 1
            # A slash behind the stars is theirs: ``**/`` also stands for no folder at all.
            if text.startswith("/", at):
                at += 1
            if at < len(text):
                parts.append(GAP_TEXT)
                kind = PatternKind.REGEXP
            elif kind is PatternKind.EXACT and not dialect.covers_below:
                kind = PatternKind.PREFIX
            else:
                parts.append(".*")
                kind = PatternKind.REGEXP
            if first:
                kind = PatternKind.SUFFIX
        elif char == "*":
            parts.append("[^/]*")
            kind = PatternKind.REGEXP
        elif char == "?":
            parts.append("[^/]")
            kind = PatternKind.REGEXP
        elif char in dialect.escaped:
            parts.append("\\" + char)
        elif char == "\\" and at < len(text):
            parts.append("\\" + text[at])
            at += 1
            kind = PatternKind.REGEXP
        else:
            # Go writes a byte that is not UTF-8 into the expression as U+FFFD.
            if "\udc80" <= char <= "\udcff":
                char = "\ufffd"
            parts.append(char)
            if char in "[]":
                kind = PatternKind.REGEXP
        first = False
    if dialect.covers_below:
        return PatternKind.REGEXP, "".join(parts) + BELOW_TEXT + "$"
    if kind is not PatternKind.REGEXP:
        return kind, ""
    return kind, "".join(parts) + "$"


__all__ = ["BadPatternError", "IllegalExceptionError", "Pattern", "PatternKind", "read_pattern"]
