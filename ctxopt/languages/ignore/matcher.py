"""Docker's decision about every path, made while walking down from the root.

A decision needs what the parent folder decided, so the only way to ask is through a ``Scope``: the
root's, then each folder's. Knows nothing of files on disk.
Source: moby/patternmatcher patternmatcher.go MatchesUsingParentResults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ctxopt.builder import Builder
from ctxopt.errors import IgnoreFileError
from ctxopt.languages.ignore.dialect import DOCKER, Dialect, dialect_of
from ctxopt.languages.ignore.level import Level, Levels, Texts
from ctxopt.languages.ignore.pattern import (
    BadPatternError,
    IllegalExceptionError,
    Pattern,
    read_pattern,
)

_META = frozenset("*[]?^\\")
_CACHE_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Decision:
    """What the patterns say of one path."""

    excluded: bool
    index: int | None
    """The pattern that decided, as its place in ``Matcher.patterns``; None if none did."""
    matched: int
    """Patterns, as bits, whose match is handed down to the children."""
    reached: int
    """Patterns, as bits, that match the path or an ancestor of it, tried or not."""


class Matcher:
    """The patterns of one ignore file, or of one list of sources, in order."""

    def __init__(
        self,
        patterns: Iterable[Pattern],
        path: str | None = None,
        *,
        lenient: bool = False,
        dialect: Dialect = DOCKER,
    ) -> None:
        self.patterns: tuple[Pattern, ...] = tuple(patterns)
        self.path = path
        self.dialect = dialect
        self._lenient = lenient
        """Whether a pattern that Docker cannot compile matches nothing instead of failing."""
        self.exceptions = tuple(p for p in self.patterns if p.exception)
        self._negated = sum(1 << i for i, p in enumerate(self.patterns) if p.exception)
        self._levels = Levels(self.patterns)
        self._covering = 0
        """Patterns, as bits, that match all below a match without being asked again: not those run whole."""
        self._combine = self._fold
        if dialect.covers_below:
            self._covering = sum(1 << index for index in self._levels.cuts)
            self._combine = self._fold_last
        self._broken = self._levels.broken
        self._outcomes: dict[tuple[int, int], tuple[bool, int | None, int]] = {}
        self._refusals: dict[int, bool] = {}
        self._scopes: dict[tuple[Level, int, int], Scope] = {}
        self._plain_stems = _Stems(p for p in self.patterns if not p.exception)
        self._exception_stems = _Stems(self.exceptions)

    def with_pattern(self, line: str) -> Matcher:
        """Return a matcher with one more cleaned line at the end."""
        added = read_pattern(line, dialect=self.dialect)
        patterns = self.patterns
        if added is not None:
            patterns = (*patterns, added)
        return Matcher(patterns, self.path, dialect=self.dialect)

    @property
    def has_broken(self) -> bool:
        """Whether Docker fails to compile a pattern once it tries it on a path."""
        return self._broken != 0

    def lenient(self) -> Matcher:
        """Return a matcher that passes over the patterns which Docker cannot compile."""
        return Matcher(self.patterns, self.path, lenient=True, dialect=self.dialect)

    def root(self) -> Scope:
        """Return the scope of the context root, where every walk starts."""
        return self._scope(self._levels.root, 0, 0)

    def decide(self, path: str) -> Decision:
        """Decide a single path, existing or not, by walking down to it."""
        scope = self.root()
        *folders, name = path.split("/")
        for folder in folders:
            scope = scope.enter(folder, scope.decide_one(folder))
        return scope.decide_one(name)

    def pruner(self, builder: Builder) -> Callable[[str], bool]:
        """Return the question whether that client skips an excluded folder."""
        skips = dialect_of(builder).skips
        if skips == "unless stems match":
            return self.buildkit_prunes
        if skips == "unless an exception is below":
            return self.classic_prunes
        return self.podman_prunes

    def buildkit_prunes(self, folder: str) -> bool:
        """Tell whether BuildKit's client skips an excluded ``folder`` without looking inside.

        Source: tonistiigi/fsutil filter.go (*filterFS).Walk.
        """
        return not self._exception_stems.may_match_below(folder)

    def include_prunes(self, folder: str) -> bool:
        """Tell whether BuildKit's client skips a ``folder`` that these include patterns leave out.

        Source: tonistiigi/fsutil filter.go (*filterFS).Walk.
        """
        return not self._plain_stems.may_match_below(folder)

    def classic_prunes(self, folder: str) -> bool:
        """Tell whether the classic client skips an excluded ``folder`` without looking inside.

        Source: moby/go-archive archive.go (*Tarballer).Do.
        """
        return not any((p.text + "/").startswith(folder + "/") for p in self.exceptions)

    def podman_prunes(self, folder: str) -> bool:
        """Tell whether Podman skips an excluded ``folder`` without looking inside.

        Source: containers/buildah copier/copier.go copierHandlerGet.
        """
        return not any((p.text + "/").startswith(folder) for p in self.exceptions)

    def refuses(self, decision: Decision) -> bool:
        """Tell whether BuildKit, having kept the file, refuses to open it, so it arrives empty.

        Source: tonistiigi/fsutil filter.go (*filterFS).Open, MatchesOrParentMatches.
        """
        # Podman opens what it decided to take.
        if not self._negated or self.dialect.covers_below:
            return False
        refused = self._refusals.get(decision.reached)
        if refused is None:
            try:
                refused = self.reaches(decision)
            except IgnoreFileError:
                # Here the error is about one file: BuildKit sends it empty and goes on.
                refused = True
            self._refusals[decision.reached] = refused
        return refused

    def reaches(self, decision: Decision) -> bool:
        """Decide as MatchesOrParentMatches about a path on which ``decision`` was made.

        Only with exceptions; without any, it is the decision itself.
        """
        return self._fold(0, decision.reached)[0]

    def matches_or_parent(self, path: str) -> bool:
        """Decide as ``MatchesOrParentMatches``: no state is handed down.

        Raises IgnoreFileError where a pattern that is tried on ``path`` itself cannot be compiled.
        """
        parts = path.split("/")
        above = ["/".join(parts[:count]) for count in range(1, len(parts))]
        return self._decide_alone(path, lambda _: above)

    def matches_single_parent(self, path: str) -> bool:
        """Decide as the deprecated ``Matches``: the path, and one ancestor as deep as the pattern.

        Source: moby/patternmatcher patternmatcher.go (*PatternMatcher).Matches.
        """
        parts = path.split("/")[:-1]

        def above(pattern: Pattern) -> list[str]:
            depth = pattern.text.count("/") + 1
            if depth > len(parts):
                return []
            return ["/".join(parts[:depth])]

        return self._decide_alone(path, above)

    def _decide_alone(self, path: str, above: Callable[[Pattern], list[str]]) -> bool:
        """Decide without a parent's state: each pattern tries the path, then the ancestors given."""
        excluded = False
        for index, pattern in enumerate(self.patterns):
            if pattern.exception != excluded:
                continue
            if self._broken >> index & 1:
                raise self._bad_pattern(index)
            if any(pattern.matches(candidate) for candidate in (path, *above(pattern))):
                excluded = not pattern.exception
        return excluded

    def _scope(self, level: Level, matched: int, reached: int) -> Scope:
        key = (level, matched, reached)
        scope = self._scopes.get(key)
        if scope is None:
            if len(self._scopes) >= _CACHE_LIMIT:
                self._scopes.clear()
            scope = self._scopes[key] = Scope(self, level, matched, reached)
        return scope

    def _decision(self, matched: int, reached: int, mask: int) -> Decision:
        key = (matched, mask)
        outcome = self._outcomes.get(key)
        if outcome is None:
            if len(self._outcomes) >= _CACHE_LIMIT:
                self._outcomes.clear()
            outcome = self._outcomes[key] = self._combine(matched, mask)
        # Without exceptions it is never asked who was reached, and equal values keep scopes few.
        reached_now = 0
        if self._negated:
            reached_now = reached | mask
        return Decision(*outcome, reached_now)

    def _fold(self, parent: int, mask: int) -> tuple[bool, int | None, int]:
        """Combine the patterns in order, as MatchesUsingParentResults does."""
        excluded = False
        decider = None
        matched = 0
        for index in _bits(parent | mask | self._broken):
            bit = 1 << index
            exception = bool(self._negated & bit)
            if not parent & bit:
                if exception != excluded:
                    continue  # NOTE: a skipped pattern counts as no match for the children, too
                if self._broken & bit:
                    if self._lenient:
                        continue
                    raise self._bad_pattern(index)
            matched |= bit
            excluded = not exception
            decider = index
        return excluded, decider, matched

    def _fold_last(self, parent: int, mask: int) -> tuple[bool, int | None, int]:
        """Let the last pattern decide that matches the path, or covers it from above.

        Source: containers/storage pkg/fileutils/fileutils.go (*PatternMatcher).MatchesResult.
        """
        # Every pattern is compiled before the first path is decided.
        if self._broken and not self._lenient:
            raise self._bad_pattern(_bits(self._broken)[0])
        matched = parent & self._covering | mask
        if not matched:
            return False, None, 0
        last = matched.bit_length() - 1
        return not self._negated >> last & 1, last, matched

    def _bad_pattern(self, index: int) -> IgnoreFileError:
        return IgnoreFileError(
            f"syntax error in pattern: {self.patterns[index]}",
            path=self.path,
            line=self.patterns[index].line,
            hint=hint_for(str(self.patterns[index])),
        )


class Scope:
    """One folder: decides its children's names; children of equal folders share a scope."""

    __slots__ = ("_default", "_level", "_matched", "_matcher", "_reached")

    def __init__(self, matcher: Matcher, level: Level, matched: int, reached: int) -> None:
        self._matcher = matcher
        self._level = level
        self._matched = matched
        self._reached = reached
        self._default: Decision | None = None

    @property
    def default(self) -> Decision:
        """The decision about every name that ``decide`` does not list; raises as that does."""
        if self._default is None:
            everything = self._level.everything
            self._default = self._matcher._decision(self._matched, self._reached, everything)
        return self._default

    def decide(self, names: Sequence[str]) -> dict[str, Decision]:
        """Return the decisions about those ``names`` for which ``default`` does not hold.

        Raises IgnoreFileError where Docker's walk fails on a pattern.
        """
        found = self._level.masks(names)
        if self._matched and self._matcher._covering:
            return self._decide_covered(names, found)
        if not found:
            return {}
        decision = self._matcher._decision
        return {name: decision(self._matched, self._reached, mask) for name, mask in found.items()}

    def _decide_covered(
        self, names: Sequence[str], found: Mapping[str, int]
    ) -> dict[str, Decision]:
        """Decide where a pattern above covers: all but names with a newline, which ends ``.*``."""
        decisions: dict[str, Decision] = {}
        for name in names:
            if "\n" in name:
                mask = found.get(name, self._level.everything)
                decisions[name] = self._matcher._decision(0, 0, mask)
            elif name in found:
                decisions[name] = self._matcher._decision(self._matched, 0, found[name])
        return decisions

    @property
    def texts(self) -> Texts | None:
        """What ``Level.texts`` returns; None also where a pattern above may cover all."""
        return None if self._matcher._covering else self._level.texts()

    def decide_one(self, name: str) -> Decision:
        """Return the decision about one name."""
        return self.decide((name,)).get(name) or self.default

    def enter(self, name: str, decision: Decision) -> Scope:
        """Return the scope of the child folder ``name``, about which ``decision`` was made."""
        return self._matcher._scope(self._level.advance(name), decision.matched, decision.reached)


def hint_for(refused: str) -> str | None:
    """Return how a pattern that Docker refuses is written with slashes; None where it has no backslash that may mean one."""
    plain = with_slashes(refused)
    if plain == refused:
        return None
    return f"a backslash is no separator of folders: write {plain}"


def with_slashes(text: str) -> str:
    """Return a pattern with a slash for each backslash that may be one of Windows: before a letter, a star, or at the end."""
    if "\\" not in text:
        return text
    return re.sub(r"\\(?=[\w.*]|$)", "/", text)


def read_matcher(
    patterns: Iterable[tuple[int | None, str]],
    path: str | None = None,
    dialect: Dialect = DOCKER,
) -> Matcher:
    """Build a matcher of cleaned (line, pattern) pairs.

    Raises IgnoreFileError with ``path`` and the line for what Docker refuses before it walks.
    """
    found = []
    for line, text in patterns:
        try:
            pattern = read_pattern(text, line, dialect)
        except BadPatternError as error:
            raise IgnoreFileError(
                f"{error}: {text}", path=path, line=line, hint=hint_for(text)
            ) from error
        except IllegalExceptionError as error:
            raise IgnoreFileError(
                str(error), path=path, line=line, hint="write the path to keep after the !"
            ) from error
        if pattern is not None:
            found.append(pattern)
    return Matcher(found, path, dialect=dialect)


class _Stems:
    """Patterns without trailing wildcards, as BuildKit's client compares them with a folder.

    Source: tonistiigi/fsutil filter.go (*filterFS).Walk.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        texts = [_stem(pattern.text) for pattern in patterns]
        self._starts = [text + "/" for text in texts]
        self._any_wild = any(_META.intersection(text) for text in texts)

    def may_match_below(self, folder: str) -> bool:
        """Tell whether the client takes the trouble to look into ``folder``."""
        # One wildcard anywhere is enough: the client does not ask where it could lead.
        return self._any_wild or any(start.startswith(folder + "/") for start in self._starts)


def _stem(text: str) -> str:
    """Drop one trailing ``/**`` and then one trailing ``/*``.

    Source: tonistiigi/fsutil filter.go patternWithoutTrailingGlob.
    """
    return text.removesuffix("/**").removesuffix("/*")


def _bits(mask: int) -> list[int]:
    """Return the set bits of ``mask``, lowest first."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
