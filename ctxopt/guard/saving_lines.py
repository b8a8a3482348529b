"""Which ignore lines would have kept steps from running again, and in how many commits each of them. Writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ctxopt.build.cache_key import KeySource
from ctxopt.build.key_change import KeyChange
from ctxopt.build.later_steps import steps_after
from ctxopt.evidence.unread import Unread, UnreadKind
from ctxopt.guard.key_history import CommitStep
from ctxopt.languages.dockerfile import Build, Source
from ctxopt.languages.ignore.matcher import Matcher, read_matcher


class SavingLine(NamedTuple):
    """One line for the end of the ignore file."""

    pattern: str
    kinds: tuple[UnreadKind, ...]
    """What it keeps back."""
    alone: int
    """In how many of the commits fewer steps would have run again, with this line and no other."""
    together: int
    """The same with this line and those before it."""


class RebuiltCommit(NamedTuple):
    """A commit that made keys others, which is asked again under other patterns."""

    step: CommitStep
    changes: tuple[KeyChange, ...]


class SavingLines:
    """Tries lines on the commits of one history."""

    def __init__(
        self,
        build: Build,
        sources: Sequence[KeySource],
        matcher: Matcher,
        rebuilt: Sequence[RebuiltCommit],
    ) -> None:
        self._build = build
        self._sources = {item.source: item for item in sources}
        self._matcher = matcher
        self._rebuilt = rebuilt
        self._steps: dict[frozenset[Source], int] = {}

    def of(self, unread: Iterable[Unread]) -> tuple[SavingLine, ...]:
        """Return the lines that save something, those first that save most alone, then those that are met most often."""
        kinds: dict[str, dict[UnreadKind, None]] = {}
        met: Counter[str] = Counter()
        for item in unread:
            kinds.setdefault(item.pattern, {})[item.kind] = None
            met[item.pattern] += 1
        alone = {pattern: self.saved([pattern]) for pattern in kinds}
        whole = self.saved(kinds)
        # A commit may need two lines: one that saves nothing alone stays where the others miss it.
        needed = [
            pattern
            for pattern, saved in alone.items()
            if saved or self.saved(kinds.keys() - {pattern}) < whole
        ]
        needed.sort(key=lambda pattern: (-alone[pattern], -met[pattern], pattern))
        return tuple(
            SavingLine(
                pattern=pattern,
                kinds=tuple(kinds[pattern]),
                alone=alone[pattern],
                together=self.saved(needed[: place + 1]),
            )
            for place, pattern in enumerate(needed)
        )

    def saved(self, patterns: Iterable[str]) -> int:
        """Return in how many of the commits fewer steps would have run again with ``patterns`` at the end."""
        matcher, added = self._matcher, list(patterns)
        hides = read_matcher((None, pattern) for pattern in added)
        for pattern in added:
            matcher = matcher.with_pattern(pattern)
        return sum(self._saves(commit, hides, matcher) for commit in self._rebuilt)

    def _saves(self, commit: RebuiltCommit, hides: Matcher, matcher: Matcher) -> bool:
        paths = {path for change in commit.changes for path in change.paths}
        if not any(hides.decide(path).excluded for path in paths):
            return False
        before = [change.source for change in commit.changes]
        asked = [self._sources[source] for source in before]
        after = [change.source for change in commit.step.changes(asked, matcher)]
        return self._number(after) < self._number(before)

    def _number(self, changed: Iterable[Source]) -> int:
        """Return how many steps run again where the keys of ``changed`` are others."""
        sources = frozenset(changed)
        if sources not in self._steps:
            self._steps[sources] = len(steps_after(self._build, sources))
        return self._steps[sources]


__all__ = ["RebuiltCommit", "SavingLine", "SavingLines"]
