"""How many of the last commits would have kept a step in the cache under other patterns, told from changed paths alone.

Counts what ``guard.rebuilds`` counts, without the trees of the commits: a key counts as changed where a path that is
sent and taken is. Links on the way to a source, and folders that come and go, are looked through by that one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final, TypeAlias

from ctxopt.build.analysis import Analysis
from ctxopt.build.cache_key import KeySource, key_sources
from ctxopt.build.later_steps import steps_after
from ctxopt.builder import BUILDKIT
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.folder import HISTORY, holds_history
from ctxopt.git.recent_changes import recent_changes
from ctxopt.languages.dockerfile import Build, Source
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.paths import folders_above

COMMITS: Final = 50
"""How many are looked at."""

Commits: TypeAlias = frozenset[int]
"""Some of the commits, by their place: 0 is the newest."""


class PastRebuilds:
    """The last commits, and the builds that an ignore file serves; asked about one pair of matchers after the other."""

    def __init__(self, commits: Sequence[Collection[str]], builds: Sequence[Build]) -> None:
        self.commits: Final = len(commits)
        self._builds = builds
        self._sources = [source for build in builds for source in key_sources(build)]
        takers = [_taker(source) for source in self._sources]
        self._changed: dict[str, set[int]] = {}
        for place, paths in enumerate(commits):
            for path in {*paths, *folders_above(paths)}:
                self._changed.setdefault(path, set()).add(place)
        self._taken = [[takes(paths) for takes in takers] for paths in map(tuple, commits)]
        self._steps: dict[frozenset[int], int] = {}
        self._before: _Sent | None = None

    def saved(self, before: Matcher, after: Matcher, among: Commits | None = None) -> Commits:
        """Return the commits in which fewer steps would have run again under ``after`` than under ``before``.

        ``after`` hides more; ``among`` are the commits that patterns which hide still more would have saved.
        """
        if among is None:
            among = frozenset(range(self.commits))
        # Many lines are weighed against one file: what that lets through is looked up once.
        if self._before is None or self._before.matcher is not before:
            self._before = _Sent(before)
        is_sent, stays = self._before, _Sent(after)
        return frozenset(place for place in among if self._saves(place, is_sent, stays))

    def changing(self, path: str) -> Commits:
        """Return the commits that changed ``path`` or something below it."""
        return frozenset(self._changed.get(path, ()))

    def running(self, source: Source, matcher: Matcher) -> Commits:
        """Return the commits that made the key of ``source``, one of these builds', another one."""
        is_sent = _Sent(matcher)
        numbers = [number for number, item in enumerate(self._sources) if item.source is source]
        return frozenset(
            place
            for place, taken in enumerate(self._taken)
            if any(is_sent(path) for number in numbers for path in taken[number])
        )

    def _saves(self, place: int, is_sent: _Sent, stays: _Sent) -> bool:
        kept: set[int] = set()
        changed: set[int] = set()
        for number, paths in enumerate(self._taken[place]):
            # In this order: nearly always the first path is one that stays.
            if any(stays(path) and is_sent(path) for path in paths):
                changed.add(number)
            elif any(map(is_sent, paths)):
                kept.add(number)
        return bool(kept) and self._number(changed) < self._number(changed | kept)

    def _number(self, changed: Collection[int]) -> int:
        """Return how many steps run again where the keys of these sources are others."""
        key = frozenset(changed)
        if key not in self._steps:
            sources = [self._sources[number].source for number in key]
            self._steps[key] = sum(len(steps_after(build, sources)) for build in self._builds)
        return self._steps[key]


class _Sent:
    """Whether patterns let a path through; remembers what it was asked."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher: Final = matcher
        self._asked = matcher
        if matcher.has_broken:
            # A path of the past must not stop what Docker has not stopped at.
            self._asked = matcher.lenient()
        self._known: dict[str, bool] = {}

    def __call__(self, path: str) -> bool:
        found = self._known.get(path)
        if found is None:
            found = not self._asked.decide(path).excluded
            self._known[path] = found
        return found


def _taker(source: KeySource) -> Callable[[tuple[str, ...]], Collection[str]]:
    """Return what tells of paths which of them enter the key of ``source``, where no link leads elsewhere."""
    starts = source.starts(lambda path: path)
    plain = {start for start in starts if start is not None}
    if source.is_listed or None in starts:
        return lambda paths: [path for path in paths if source.takes(path, starts)]
    if "" in plain:
        return lambda paths: paths
    folders = tuple(f"{start}/" for start in plain)
    return lambda paths: [path for path in paths if path in plain or path.startswith(folders)]


def read_past(
    analysis: Analysis, evidence: GitEvidence | None, builds: Sequence[Build]
) -> PastRebuilds | None:
    """Return what the last commits of the repository around a context changed for ``builds``; None where that is not known.

    It is known of BuildKit's builds in a repository whose last commits git names in time.
    """
    context = analysis.context
    if evidence is None or evidence.found is None or not builds or context.builder is not BUILDKIT:
        return None
    commits = recent_changes(evidence.found, COMMITS)
    if commits is None:
        return None
    if holds_history(context.root):
        commits = tuple((*paths, HISTORY) for paths in commits)
    return PastRebuilds(commits, builds)


__all__ = ["COMMITS", "Commits", "PastRebuilds", "read_past"]
