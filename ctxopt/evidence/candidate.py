"""Whether one path is a candidate, and all that is known of it then. Looks at no disk.

What a path is, ``entry_choice`` decides; here its bytes, its reach and the reasons against are put beside that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.sources import SourceUse
from ctxopt.evidence.catalog import Catalog, CatalogEntry
from ctxopt.evidence.entry_choice import KnownPath, Topic, choose_entry, topic_of
from ctxopt.evidence.git_status import GitStatus, GitStatuses
from ctxopt.evidence.nearby import NearbyNames
from ctxopt.evidence.needs import Needs
from ctxopt.evidence.reach import Reach, Reaches
from ctxopt.evidence.remade import Remade
from ctxopt.paths import by_parent, name, parent
from ctxopt.tree.model import DIR, FILE, SOCKET, Flag, Tally

if TYPE_CHECKING:
    from ctxopt.evidence.documentation import Documentation
    from ctxopt.evidence.secret_clue import Clue

_REMADE: Final = frozenset({"dependencies", "build-output"})
"""Kinds that a RUN step makes again in the place of what was copied."""
FOR_TESTS: Final = frozenset({"test-data", "docs"})
"""Kinds that are sources as well: what is worse inside them comes first."""


class PartOf(NamedTuple):
    """The sums of some of what lies in a folder."""

    bytes: int
    entries: int


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
    needed_because: str | None
    reach: Reach = "permitted"
    use: SourceUse | None = None
    """The instruction that takes it furthest; None where none does."""
    root: str = ""
    """The most that an instruction takes with it: the path alone, a folder above it, or ``""`` for everything."""
    nearest: str = ""
    """What the instruction closest to it names: the path itself, a folder above it, or ``""``."""
    clue: Clue | None = None
    """What in the file shows a secret, where that and not its name made it a candidate."""
    through: tuple[int, ...] = ()
    """The lines of the COPY --from that take it on into the final image."""
    part: PartOf | None = None
    """What of it gets as far as ``reach`` says; None where all of it does."""


class CandidateJudge:
    """Makes candidates of paths, one at a time, and remembers whose patterns would hide too much.

    ``large`` is in bytes; ``kept`` are the paths that people said must stay.
    """

    def __init__(
        self,
        *,
        analysis: Analysis,
        large: int,
        catalog: Catalog,
        kept: set[str],
        git: GitStatuses,
        needs: Needs,
        remade: Remade,
        documentation: Callable[[], Documentation],
    ) -> None:
        self.view = analysis.permitted
        self.large: Final = large
        self.catalog = catalog
        self.git = git
        self.unsafe: set[str] = set()
        self._kept = kept
        self._reasons = needs.reasons()
        self._nearby = NearbyNames(analysis.tree.folders)
        self._needs = needs
        self.worktrees: Final = by_parent(needs.worktrees)
        self._worktrees = needs.worktrees
        self._remade = remade
        self._documentation = documentation

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
        total = size
        if is_dir:
            total = self._total(path).bytes
        known = KnownPath(
            path=path,
            is_dir=is_dir,
            is_large=total >= self.large,
            state=self.git.of(path, is_dir),
            nearby=lambda: self._nearby.of(path),
            is_worktree=path in self._worktrees,
            inside=lambda: self._names_in(path),
        )
        entry = choose_entry(entries, known)
        topic = topic_of(entry, known)
        if topic is None:
            self._must_not_hide((*entries, *others))
            return None
        if topic in FOR_TESTS:
            # Whether these may go depends on the tests that run: no other pattern may take them along.
            self._must_not_hide(item for item in (*entries, *others) if not _is_of(entry, item))
        candidate = self._candidate(known, topic, entry, total)
        self.unsafe |= unsafe_for(candidate)
        return candidate

    def _names_in(self, path: str) -> Sequence[str]:
        folder = self.view.tree.folders.get(path)
        if folder is None:
            return ()
        return folder.names

    def is_kept(self, path: str) -> bool:
        """Tell whether a person said that a path must stay."""
        return path in self._kept

    def reached(self, candidate: Candidate, reaches: Reaches) -> Candidate:
        """Return a candidate with how far it gets with the builds of ``reaches``."""
        found = reaches.of(candidate.path)
        topic, entry = candidate.topic, candidate.entry
        if topic in _REMADE and found.may_be_remade and self._has_maker(topic, entry):
            # What is in the image then is what the step has made there.
            found = found._replace(reach="builder", through=(), parts=())
        part = None
        if found.parts:
            part = self._sums_of(found.parts)
        return replace(
            candidate,
            reach=found.reach,
            use=found.use,
            root=found.root,
            nearest=found.nearest,
            through=found.through,
            part=part,
        )

    def secret(self, path: str, size: int) -> Candidate:
        """Return the candidate that a file of ``size`` bytes is if it holds a secret, whatever else it may be.

        What its pattern must not hide is for who asks to note.
        """
        entries, _ = self.catalog.hits(path, False)
        entry = next((entry for entry in entries if entry.kind == "secret"), None)
        known = KnownPath(
            path=path,
            is_dir=False,
            is_large=False,
            state=self.git.of(path, False),
            nearby=lambda: self._nearby.of(path),
        )
        return self._candidate(known, "secret", entry, size)

    def _must_not_hide(self, entries: Iterable[CatalogEntry]) -> None:
        self.unsafe.update(entry.pattern for entry in entries)

    def _candidate(
        self, known: KnownPath, topic: Topic, entry: CatalogEntry | None, total: int
    ) -> Candidate:
        path = known.path
        reason = self._reasons.get(path) or self._remade.why_never(topic, path)
        if reason is None and topic == "docs" and known.is_dir:
            reason = self._documentation().why(path)
        entries = 1
        if known.is_dir:
            entries = self._entries_of(path)
        return Candidate(
            path=path,
            is_dir=known.is_dir,
            topic=topic,
            entry=entry,
            bytes=total,
            entries=entries,
            state=known.state,
            needed_because=reason,
        )

    def _has_maker(self, topic: Topic, entry: CatalogEntry | None) -> bool:
        """Whether steps call what installs such packages; of output nothing tells that here."""
        if topic != "dependencies" or entry is None or not entry.rebuilt_by:
            return True
        commands = re.split(r", | or ", entry.rebuilt_by)
        tools = "|".join(re.escape(command.partition(" ")[0]) for command in commands)
        called = re.compile(rf"(?<![\w-])(?:{tools})(?![\w-])")
        return any(called.search(script) for script in self._scripts)

    @cached_property
    def _scripts(self) -> tuple[str, ...]:
        return tuple(script for taken in self._needs.builds for script in taken.build.scripts())

    def _sums_of(self, parts: Iterable[str]) -> PartOf:
        """Return the bytes and the entries of paths, of which none lies in another one."""
        size = entries = 0
        for path in parts:
            if path in self.view.tree.folders:
                size += self._total(path).bytes
                entries += self._entries_of(path)
            else:
                size += self._size_of(path)
                entries += 1
        return PartOf(size, entries)

    def _size_of(self, path: str) -> int:
        folder = self.view.tree.folders.get(parent(path))
        if folder is None or name(path) not in folder.names:
            return 0
        return folder.sizes[folder.names.index(name(path))]

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


def unsafe_for(candidate: Candidate) -> set[str]:
    """Return the pattern of the catalogue that hides a candidate which must stay."""
    if candidate.needed_because and candidate.entry:
        return {candidate.entry.pattern}
    return set()


def _is_of(entry: CatalogEntry | None, other: CatalogEntry) -> bool:
    """Whether two entries would write the same line."""
    return entry is not None and entry.pattern == other.pattern
