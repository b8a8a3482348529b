"""Which sent paths may be superfluous: one pass over the measured folders, every byte told once.

Evidence first, names second. Judges nothing: rules decide what to say of which candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ctxopt.build.analysis import Analysis
from ctxopt.build.sources import SourceUse
from ctxopt.config.load import Config
from ctxopt.evidence.catalog import Catalog, CatalogEntry
from ctxopt.evidence.entry_choice import KnownPath, Topic, choose_entry, topic_of
from ctxopt.evidence.git_status import GitStatus, GitStatuses
from ctxopt.evidence.keep import KeepList
from ctxopt.evidence.nearby import NearbyNames
from ctxopt.evidence.needs import Needs
from ctxopt.evidence.reach import Reach, Reaches
from ctxopt.evidence.run_steps import installs_nothing, makes_nothing
from ctxopt.git.evidence import GitEvidence
from ctxopt.paths import by_parent, name, parent
from ctxopt.tree.model import DIR, EMPTY, FILE, SOCKET, Flag, Folder, Tally

_FOR_TESTS: Final = frozenset({"test-data", "docs"})
"""Kinds that are sources as well: what is worse inside them comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
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


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the pass found."""

    found: tuple[Candidate, ...]
    unsafe: frozenset[str]
    """The catalogue's patterns that would also hide what is no candidate."""

    def about(self, *topics: Topic) -> list[Candidate]:
        """Return the candidates of these topics, the heaviest first."""
        chosen = [candidate for candidate in self.found if candidate.topic in topics]
        return sorted(chosen, key=lambda candidate: (-candidate.bytes, candidate.path))


def find_candidates(
    *,
    analysis: Analysis,
    config: Config,
    catalog: Catalog,
    evidence: GitEvidence | None,
    kept: KeepList,
    needs: Needs,
    uses: Sequence[SourceUse],
) -> Candidates:
    """Walk the measured folders once, from the top; what is claimed is not entered.

    ``uses`` are the instructions that take from the main context.
    """
    children = by_parent(analysis.tree.folders)
    judge = _Judge(
        analysis=analysis,
        large=max(config.large_file, 1),
        catalog=catalog,
        kept=kept.paths(analysis.permitted),
        git=GitStatuses(evidence, analysis.tree.folders, children),
        needs=needs,
        reaches=Reaches(analysis, uses),
    )
    return _Pass(analysis, judge, children).run()


class _Judge:
    """Makes candidates of paths, one at a time, and remembers whose patterns would hide too much."""

    def __init__(
        self,
        *,
        analysis: Analysis,
        large: int,
        catalog: Catalog,
        kept: set[str],
        git: GitStatuses,
        needs: Needs,
        reaches: Reaches,
    ) -> None:
        self.view = analysis.permitted
        self.large: Final = large
        self.catalog = catalog
        self.git = git
        self.unsafe: set[str] = set()
        self._kept = kept
        self._reasons = needs.reasons()
        self._nearby = NearbyNames(analysis.tree.folders)
        self._reaches = reaches
        plan = analysis.plan
        self._installs_nothing = plan is not None and installs_nothing(plan.build)
        self._makes_nothing = plan is not None and makes_nothing(plan.build)

    def judge(self, path: str, kind: int, size: int) -> Candidate | None:
        """Return the candidate that a path is, with ``size`` bytes of its own; None where it is none."""
        is_dir = kind == DIR
        entries, others = self.catalog.hits(path, is_dir)
        if not is_dir and kind not in (FILE, SOCKET):
            # A link costs nothing, but may be the only way to what it leads to.
            self._must_not_hide(entries)
            return None
        if path in self._kept:
            self._must_not_hide((*entries, *others))
            return None
        total = self._total(path).bytes if is_dir else size
        known = KnownPath(
            path=path,
            is_dir=is_dir,
            is_large=total >= self.large,
            state=self.git.of(path, is_dir),
            nearby=lambda: self._nearby.of(path),
        )
        entry = choose_entry(entries, known)
        topic = topic_of(entry, known)
        if topic is None:
            self._must_not_hide((*entries, *others))
            return None
        if topic in _FOR_TESTS:
            # Whether these may go depends on the tests that run: no other pattern may take them along.
            self._must_not_hide(item for item in (*entries, *others) if not _is_of(entry, item))
        return self._candidate(known, topic, entry, total)

    def _must_not_hide(self, entries: Iterable[CatalogEntry]) -> None:
        self.unsafe.update(entry.pattern for entry in entries)

    def _candidate(
        self, known: KnownPath, topic: Topic, entry: CatalogEntry | None, total: int
    ) -> Candidate:
        path = known.path
        reached = self._reaches.of(path)
        reason = self._reasons.get(path) or self._not_made_here(topic, reached.reach)
        if reason and entry:
            self.unsafe.add(entry.pattern)
        return Candidate(
            path=path,
            is_dir=known.is_dir,
            topic=topic,
            entry=entry,
            bytes=total,
            entries=self._entries_of(path) if known.is_dir else 1,
            state=known.state,
            reach=reached.reach,
            use=reached.use,
            root=reached.root,
            nearest=reached.nearest,
            needed_because=reason,
        )

    def _not_made_here(self, topic: Topic, reach: Reach) -> str | None:
        """Why a build cannot do without what others can make again: it takes it, and makes none itself."""
        if topic == "dependencies" and reach == "final" and self._installs_nothing:
            return "no step of this build installs it"
        if topic == "build-output" and reach in ("builder", "final") and self._makes_nothing:
            return "no step of this build makes it"
        return None

    def _total(self, path: str) -> Tally:
        return self.view.totals.get(path) or Tally()

    def _entries_of(self, path: str) -> int:
        """The entries sent of a folder, with the folder where it is permitted or sent for what is in it."""
        folder = self.view.tree.folders[parent(path)]
        flags = self.view.flags(folder)
        is_excluded = flags is not None and flags[folder.names.index(name(path))] & Flag.EXCLUDED
        below = self._total(path).entries
        if is_excluded and not self.view.sends_below(path):
            return below
        return below + 1


def _is_of(entry: CatalogEntry | None, other: CatalogEntry) -> bool:
    """Whether two entries would write the same line."""
    return entry is not None and entry.pattern == other.pattern


class _Pass:
    """Goes down the folders and leaves out what is below a candidate."""

    def __init__(
        self, analysis: Analysis, judge: _Judge, children: Mapping[str, Sequence[str]]
    ) -> None:
        self._view = analysis.permitted
        self._folders = self._view.tree.folders
        self._judge = judge
        self._children = children

    def run(self) -> Candidates:
        found: list[Candidate] = []
        stack = [""]
        while stack:
            path = stack.pop()
            claimed, postponed = self._look_into(path)
            found += claimed
            for item in postponed:
                found += self._inside_or_whole(item)
            stack += self._children_without(path, claimed + postponed)
        found.sort(key=lambda candidate: candidate.path)
        return Candidates(tuple(found), frozenset(self._judge.unsafe))

    def _inside_or_whole(self, whole: Candidate) -> list[Candidate]:
        """Either the candidates inside a folder of sources, or the folder: what explains more bytes."""
        below: list[Candidate] = []
        stack = [whole.path]
        while stack:
            path = stack.pop()
            claimed, _ = self._look_into(path)
            below += claimed
            stack += self._children_without(path, claimed)
        if whole.needed_because:
            return below
        # What is tracked in it is of its kind: a table among tests belongs to the tests.
        other = sum(item.bytes for item in below if item.state != "tracked")
        if other * 2 > whole.bytes:
            return below
        return [whole]

    def _children_without(self, path: str, claimed: Sequence[Candidate]) -> Sequence[str]:
        """The folders in ``path`` that still are to be entered."""
        if not self._view.sends_below(path):
            return ()
        children = self._children.get(path, ())
        if not claimed:
            return children
        taken = {candidate.path for candidate in claimed}
        return [child for child in children if child not in taken]

    def _look_into(self, path: str) -> tuple[list[Candidate], list[Candidate]]:
        """The entries of one folder that are candidates, and those to decide after a look inside."""
        claimed: list[Candidate] = []
        postponed: list[Candidate] = []
        for candidate in self._judge_folder(path):
            if candidate.is_dir and candidate.topic in _FOR_TESTS:
                postponed.append(candidate)
            else:
                claimed.append(candidate)
        return claimed, postponed

    def _judge_folder(self, path: str) -> Iterator[Candidate]:
        folder = self._folders.get(path)
        if folder is None or not self._view.sends_below(path):
            return
        names = folder.names
        asked = self._names_to_judge(folder, names)
        if not asked:
            return
        places = {name: place for place, name in enumerate(names)}
        # Unpacked once: a folder may hold a hundred thousand pictures, each of them asked about.
        sizes, flags = folder.sizes, self._view.flags(folder) or bytes(len(names))
        for asked_name in asked:
            place = places.get(asked_name)
            if place is None:
                continue  # git may name as ignored what the walk did not meet
            child, flag = folder.child(asked_name), flags[place]
            if flag & Flag.EXCLUDED and not self._view.sends_below(child):
                continue
            # What cannot be opened arrives empty, however large it is.
            size = 0 if flag & EMPTY else sizes[place]
            candidate = self._judge.judge(child, folder.kinds[place], size)
            if candidate is not None:
                yield candidate

    def _names_to_judge(self, folder: Folder, names: list[str]) -> dict[str, None]:
        """The names worth a closer look, each once: known to the catalogue, ignored, large, or new to git.

        Nearly all names are none of it, and asking all of them took longer than the walk.
        """
        large, git = self._judge.large, self._judge.git
        asked = dict.fromkeys(self._judge.catalog.may_match(folder.joined, names))
        asked |= dict.fromkeys(map(name, git.ignored_in(folder.path)))
        if self._view.largest_in(folder) >= large:
            sizes = zip(names, folder.sizes, strict=True)
            asked |= dict.fromkeys(name for name, size in sizes if size >= large)
        totals = self._view.totals
        if git.knows_tracked and totals[folder.path].bytes >= large:
            heavy = [
                child
                for child in self._children.get(folder.path, ())
                if totals[child].bytes >= large
            ]
            asked |= dict.fromkeys(name(child) for child in heavy if git.is_new(child))
        return asked
