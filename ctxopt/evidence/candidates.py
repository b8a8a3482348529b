"""Which sent paths may be superfluous: one pass over the measured folders, every byte told once.

Evidence first, names second. Judges nothing: rules decide what to say of which candidate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from ctxopt.build.analysis import Analysis
from ctxopt.build.sources import SourceUse
from ctxopt.config.load import Config
from ctxopt.evidence.catalog import Catalog, CatalogEntry, CatalogKind
from ctxopt.evidence.keep import KeepList
from ctxopt.evidence.needs import Needs
from ctxopt.evidence.reach import Reach, Reaches
from ctxopt.evidence.run_steps import installs_nothing, makes_nothing
from ctxopt.git.evidence import GitEvidence
from ctxopt.tree.model import DIR, EMPTY, FILE, SOCKET, Flag, Folder, Tally

GitStatus: TypeAlias = Literal["tracked", "ignored", "untracked", "unknown"]
Topic: TypeAlias = CatalogKind | Literal["ignored", "large"]
"""A kind of the catalogue, or what evidence alone says."""

_GENERATED: Final = frozenset(
    {"dependencies", "build-output", "cache", "test-report", "log", "dump"}
)
_BULK: Final = frozenset({"data", "model", "media", "archive", "dump"})
_FOR_TESTS: Final = frozenset({"test-data", "docs"})
"""Kinds that are sources as well: what is worse inside them comes first."""


class Candidate(NamedTuple):
    """A topmost path that may not be needed; ``bytes`` and ``entries`` are what is permitted of it."""

    path: str
    is_dir: bool
    topic: Topic
    entry: CatalogEntry | None
    """What the catalogue knows; None where evidence alone speaks."""
    bytes: int
    entries: int
    state: GitStatus
    reach: Reach
    use: SourceUse | None
    """The instruction that takes it furthest; None where none does."""
    root: str
    """The most that an instruction takes with it: the path alone, a folder above it, or ``""`` for everything."""
    nearest: str
    """What the instruction closest to it names: the path itself, a folder above it, or ``""``."""
    needed_because: str | None


class Candidates(NamedTuple):
    """What the pass found. ``unsafe`` are the catalogue's patterns that would also hide what is no candidate."""

    found: tuple[Candidate, ...]
    unsafe: frozenset[str]

    def about(self, *topics: Topic) -> list[Candidate]:
        """Return the candidates of these topics, the heaviest first."""
        chosen = [candidate for candidate in self.found if candidate.topic in topics]
        return sorted(chosen, key=lambda candidate: (-candidate.bytes, candidate.path))


def find_candidates(
    analysis: Analysis,
    config: Config,
    catalog: Catalog,
    evidence: GitEvidence | None,
    kept: KeepList,
    needs: Needs,
    uses: Sequence[SourceUse],
) -> Candidates:
    """Walk the measured folders once, from the top; what is claimed is not entered."""
    return _Pass(analysis, config, catalog, evidence, kept, needs, uses).run()


class _Pass:
    def __init__(
        self,
        analysis: Analysis,
        config: Config,
        catalog: Catalog,
        evidence: GitEvidence | None,
        kept: KeepList,
        needs: Needs,
        uses: Sequence[SourceUse],
    ) -> None:
        self._view = analysis.permitted
        self._folders = self._view.tree.folders
        self._catalog = catalog
        self._kept = kept.paths(self._view)
        self._reasons = needs.reasons()
        self._large = max(config.large_file, 1)
        self._unsafe: set[str] = set()
        self._nearby: dict[str, frozenset[str]] = {"": self._names_in("")}
        self._travel = Reaches(analysis, uses)
        plan = analysis.plan
        self._installs_nothing = plan is not None and installs_nothing(plan.build)
        self._makes_nothing = plan is not None and makes_nothing(plan.build)
        # An ignored root says nothing of what is in it, and a repository without files nothing of any.
        self._evidence = evidence if evidence and "" not in evidence.ignored else None
        self._knows_tracked = bool(
            self._evidence and self._evidence.knows_tracked and self._evidence.tracked
        )
        self._ignored: dict[str, list[str]] = defaultdict(list)
        for path in self._evidence.ignored if self._evidence else ():
            folder, _, name = path.rpartition("/")
            self._ignored[folder].append(name)
        self._below: dict[str, list[str]] = defaultdict(list)
        for path in self._folders:
            if path:
                self._below[path.rpartition("/")[0]].append(path)

    def run(self) -> Candidates:
        found: list[Candidate] = []
        stack = [""]
        while stack:
            path = stack.pop()
            folder = self._folders.get(path)
            if folder is None or not self._view.sends_below(path):
                continue
            claimed, postponed = self._look_into(folder)
            found += claimed
            taken = {candidate.path for candidate in claimed} | {item.path for item in postponed}
            children = self._below.get(path, ())
            stack += [child for child in children if child not in taken] if taken else children
            for item in postponed:
                found += self._inside_or_whole(item)
        found.sort(key=lambda candidate: candidate.path)
        return Candidates(tuple(found), frozenset(self._unsafe))

    def _inside_or_whole(self, whole: Candidate) -> list[Candidate]:
        """Either the candidates inside a folder of sources, or the folder: what explains more bytes."""
        below: list[Candidate] = []
        stack = [whole.path]
        while stack:
            folder = self._folders.get(stack.pop())
            if folder is None or not self._view.sends_below(folder.path):
                continue
            claimed, _ = self._look_into(folder)
            below += claimed
            taken = {item.path for item in claimed}
            stack += [child for child in self._below.get(folder.path, ()) if child not in taken]
        if whole.needed_because and whole.entry:
            self._unsafe.add(whole.entry.pattern)
        # What is tracked in it is of its kind: a table among tests belongs to the tests.
        other = sum(item.bytes for item in below if item.state != "tracked")
        if whole.needed_because or other * 2 > whole.bytes:
            return below
        return [whole]

    def _look_into(self, folder: Folder) -> tuple[list[Candidate], list[Candidate]]:
        """The entries of one folder that are candidates, and those to decide after a look inside."""
        names = folder.names
        asked = dict.fromkeys(self._catalog.may_match(folder.joined, names))
        ignored = self._ignored.get(folder.path)
        if ignored:
            asked |= dict.fromkeys(ignored)
        large = self._view.largest_in(folder) >= self._large
        heavy = self._knows_tracked and self._view.totals[folder.path].bytes >= self._large
        new = self._new_folders(folder) if heavy else []
        if not asked and not large and not new:
            return [], []
        places = {name: place for place, name in enumerate(names)}
        sizes = folder.sizes
        if large:
            asked |= dict.fromkeys(
                name for name, size in zip(names, sizes, strict=True) if size >= self._large
            )
        asked |= dict.fromkeys(new)
        flags = self._view.flags(folder)
        claimed: list[Candidate] = []
        postponed: list[Candidate] = []
        for name in asked:
            place = places.get(name)
            if place is None:
                continue
            path, flag = folder.child(name), flags[place] if flags else 0
            if flag & Flag.EXCLUDED and not self._view.sends_below(path):
                continue
            size = 0 if flag & EMPTY else sizes[place]
            candidate = self._consider(path, folder.kinds[place], size)
            if candidate is None:
                continue
            if candidate.is_dir and candidate.topic in _FOR_TESTS:
                postponed.append(candidate)
            else:
                claimed.append(candidate)
        return claimed, postponed

    def _new_folders(self, folder: Folder) -> list[str]:
        """Heavy folders in which git tracks nothing."""
        evidence = self._evidence
        totals = self._view.totals
        return [
            child.rpartition("/")[2]
            for child in self._below.get(folder.path, ())
            if totals[child].bytes >= self._large
            and evidence is not None
            and child not in evidence.ignored
            and not self._holds_tracked(child)
        ]

    def _holds_tracked(self, path: str) -> bool:
        """Whether git tracks a file below a folder: the first one found says so.

        Evidence could tell, but needs all folders above all tracked files for its first answer.
        """
        tracked = self._evidence.tracked if self._evidence else frozenset()
        stack = [path]
        while stack:
            folder = self._folders.get(stack.pop())
            if folder is None:
                continue
            start = f"{folder.path}/"
            if any(start + name in tracked for name in folder.names):
                return True
            stack += self._below.get(folder.path, ())
        return False

    def _consider(self, path: str, kind: int, size: int) -> Candidate | None:
        is_dir = kind == DIR
        if not is_dir and kind not in (FILE, SOCKET):
            self._unsafe.update(entry.pattern for entry in self._catalog.hits(path, False)[0])
            return None
        entries, others = self._catalog.hits(path, is_dir)
        if path in self._kept:
            self._unsafe.update(entry.pattern for entry in (*entries, *others))
            return None
        state = self._state(path, is_dir)
        entry = self._choose(entries, path, is_dir, size, state)
        topic: Topic | None = entry.kind if entry else None
        if entry is None:
            total = self._total(path).bytes if is_dir else size
            if state == "ignored":
                topic = "ignored"
            elif total >= self._large and (not is_dir or state == "untracked"):
                topic = "large"
        claimed = {entry.pattern} if entry else set()
        self._unsafe.update(
            item.pattern
            for item in (*entries, *others)
            if topic is None or (item.pattern not in claimed and topic in _FOR_TESTS)
        )
        return None if topic is None else self._candidate(path, is_dir, size, topic, entry, state)

    def _candidate(
        self,
        path: str,
        is_dir: bool,
        size: int,
        topic: Topic,
        entry: CatalogEntry | None,
        state: GitStatus,
    ) -> Candidate:
        count = 1
        if is_dir:
            total = self._total(path)
            size, count = total.bytes, total.entries + self._is_sent(path)
        reach, use, root, nearest = self._travel.of(path)
        reason = self._reasons.get(path)
        if topic == "dependencies" and reach == "final" and self._installs_nothing:
            reason = reason or "no step of this build installs it"
        if topic == "build-output" and reach in ("builder", "final") and self._makes_nothing:
            reason = reason or "no step of this build makes it"
        if reason and entry:
            self._unsafe.add(entry.pattern)
        return Candidate(
            path, is_dir, topic, entry, size, count, state, reach, use, root, nearest, reason
        )

    def _total(self, path: str) -> Tally:
        return self._view.totals.get(path) or Tally()

    def _is_sent(self, path: str) -> int:
        """1 for a folder that is permitted itself, or sent because something in it is."""
        parent, _, name = path.rpartition("/")
        folder = self._folders[parent]
        flags = self._view.flags(folder)
        if flags is None or not flags[folder.names.index(name)] & Flag.EXCLUDED:
            return 1
        return int(self._view.sends_below(path))

    def _state(self, path: str, is_dir: bool) -> GitStatus:
        evidence = self._evidence
        if evidence is None:
            return "unknown"
        if evidence.is_ignored(path):
            return "ignored"
        if not self._knows_tracked:
            return "unknown"
        if evidence.is_tracked(path) or (is_dir and self._holds_tracked(path)):
            return "tracked"
        return "untracked"

    def _choose(
        self,
        entries: tuple[CatalogEntry, ...],
        path: str,
        is_dir: bool,
        size: int,
        state: GitStatus,
    ) -> CatalogEntry | None:
        """The entry that is right about a path: a sure one, else one that evidence backs."""
        doubtful = None
        for entry in entries:
            if (
                entry.kind in _BULK
                and not is_dir
                and size < self._large
                and entry.confidence == "low"
            ):
                backed = state == "ignored"
            elif (
                entry.kind in _BULK
                and is_dir
                and state != "ignored"
                and self._total(path).bytes < self._large
            ):
                # Not worth a word as a whole, and what is in it may be.
                backed = False
            elif entry.kind == "docs":
                backed = "/" not in path and not is_dir
            elif entry.kind == "version-control":
                backed = is_dir
            elif entry.confidence == "high":
                backed = not (entry.kind in _GENERATED and state == "tracked" and not is_dir)
            elif entry.kind in ("secret", "test-data"):
                # Their rules look inside, and ask whether tests run.
                backed = not entry.manifests or entry.is_credible(self._around(path))
            elif state == "tracked":
                backed = entry.kind in _BULK and not is_dir
            else:
                backed = (
                    state == "ignored"
                    or (state == "untracked" and entry.is_credible(self._around(path)))
                    or (entry.kind in _BULK and not is_dir)
                    or (bool(entry.manifests) and entry.is_credible(self._around(path)))
                )
            if not backed:
                continue
            if entry.confidence == "high":
                return entry
            # Of several stacks that share a name, the one whose manifest is there.
            if doubtful is None or (
                entry.manifests
                and entry.is_credible(self._around(path))
                and not (doubtful.manifests and doubtful.is_credible(self._around(path)))
            ):
                doubtful = entry
        return doubtful

    def _around(self, path: str) -> frozenset[str]:
        """The names in the folder of ``path`` and in those above it."""
        parent = path.rpartition("/")[0]
        chain = []
        while parent not in self._nearby:
            chain.append(parent)
            parent = parent.rpartition("/")[0]
        for folder in reversed(chain):
            above = self._nearby[folder.rpartition("/")[0]]
            self._nearby[folder] = above | self._names_in(folder)
        return self._nearby[path.rpartition("/")[0]]

    def _names_in(self, path: str) -> frozenset[str]:
        """The files in a folder; of one with thousands, which is no project's, none."""
        folder = self._folders.get(path)
        return frozenset(folder.names if folder and len(folder.kinds) < 2000 else ())
