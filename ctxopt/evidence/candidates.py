"""Which sent paths may be superfluous: one pass over the measured folders, every byte told once.

Evidence first, names second. Judges nothing: rules decide what to say of which candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.config.load import Config
from ctxopt.evidence.candidate import FOR_TESTS, Candidate, CandidateJudge, unsafe_for
from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.entry_choice import Topic
from ctxopt.evidence.git_status import GitStatuses
from ctxopt.evidence.keep import KeepList
from ctxopt.evidence.needs import Needs
from ctxopt.evidence.reach import Reaches
from ctxopt.evidence.remade import Remade
from ctxopt.evidence.secret_search import NewSecrets
from ctxopt.evidence.test_folders import tests_stay
from ctxopt.git.evidence import GitEvidence
from ctxopt.paths import by_parent, name
from ctxopt.tree.model import EMPTY, Flag, Folder

if TYPE_CHECKING:
    from ctxopt.evidence.documentation import Documentation


class Candidates(NamedTuple):
    """What the pass found."""

    found: tuple[Candidate, ...]
    unsafe: frozenset[str]
    """The catalogue's patterns that would also hide what is no candidate."""
    unread: int = 0
    """Small files that git does not have and that were too many to look into for secrets."""

    def about(self, *topics: Topic) -> list[Candidate]:
        """Return the candidates of these topics, the heaviest first."""
        chosen = [candidate for candidate in self.found if candidate.topic in topics]
        return sorted(chosen, key=lambda candidate: (-candidate.bytes, candidate.path))


class JudgedPaths:
    """What one walk of the measured folders has found, from which the candidates of each build follow."""

    def __init__(
        self, judge: CandidateJudge, found: Sequence[Candidate], unsafe: frozenset[str]
    ) -> None:
        self._judge = judge
        self._found = found
        self._unsafe = unsafe
        self._secrets = NewSecrets(judge, found)

    def candidates(self, reaches: Reaches) -> Candidates:
        """Return the candidates with how far they get, which ``reaches`` tells."""
        opened = list(self._secrets.taken(reaches))
        secrets = {item.path: item for item in opened if item.clue is not None}
        found = [item for item in self._found if item.path not in secrets]
        found += secrets.values()
        found.sort(key=lambda candidate: candidate.path)
        return Candidates(
            tuple(self._judge.reached(item, reaches) for item in found),
            self._unsafe.union(*map(unsafe_for, opened)),
            self._secrets.unread,
        )


def judge_paths(
    *,
    analysis: Analysis,
    config: Config,
    catalog: Catalog,
    evidence: GitEvidence | None,
    kept: KeepList,
    needs: Needs,
    remade: Remade,
    documentation: Callable[[], Documentation],
) -> JudgedPaths:
    """Walk the measured folders once, from the top; what is claimed is not entered.

    ``remade`` tells which builds make what, ``documentation`` whether something may read a folder of it.
    """
    children = by_parent(analysis.tree.folders)
    stays = kept.paths(analysis.permitted)
    file = analysis.context.ignore.path or ".dockerignore"
    # The file that a fix writes is none of the findings that the next one has.
    if evidence is not None and evidence.is_ignored(file):
        stays.add(file)
    judge = CandidateJudge(
        analysis=analysis,
        large=max(config.large_file, 1),
        catalog=catalog,
        kept=stays,
        git=GitStatuses(evidence, analysis.tree.folders, children),
        needs=needs,
        remade=remade,
        documentation=documentation,
    )
    found = _Pass(analysis, judge, needs, children).run()
    return JudgedPaths(judge, found, frozenset(judge.unsafe))


_OPENED: Final = FOR_TESTS | {"large"}
"""Kinds of folders that are looked into: what is better known inside of them comes first."""


class _Pass:
    """Goes down the folders and leaves out what is below a candidate."""

    def __init__(
        self,
        analysis: Analysis,
        judge: CandidateJudge,
        needs: Needs,
        children: Mapping[str, Sequence[str]],
    ) -> None:
        self._needs = needs
        self._view = analysis.permitted
        self._folders = self._view.tree.folders
        self._judge = judge
        self._children = children

    def run(self) -> list[Candidate]:
        found: list[Candidate] = []
        stack = [""]
        while stack:
            path = stack.pop()
            claimed, postponed = self._look_into(path)
            found += claimed
            for item in postponed:
                found += self._inside_or_whole(item)
            stack += self._children_without(path, claimed + postponed)
        return found

    def _inside_or_whole(self, whole: Candidate) -> list[Candidate]:
        """Either the candidates inside a folder of sources or of anything, or the folder: what explains more bytes."""
        below: list[Candidate] = []
        stack = [whole.path]
        while stack:
            path = stack.pop()
            claimed, postponed = self._look_into(path)
            below += claimed
            if whole.topic in FOR_TESTS:
                others = [item for item in postponed if item.topic not in FOR_TESTS]
                for item in others:
                    below += self._inside_or_whole(item)
                claimed += others
            stack += self._children_without(path, claimed)
        if whole.needed_because:
            return below
        if whole.topic == "large":
            # A large file in it is of its kind as well, and no better known.
            below = [item for item in below if item.entry is not None]
        left_over = [item for item in below if item.state in ("ignored", "untracked")]
        # What is tracked among tests that stay is for them.
        if left_over and self._stays(whole):
            return left_over
        # What is tracked in it is of its kind: a table among tests belongs to the tests.
        other = sum(item.bytes for item in below if item.state != "tracked")
        if other * 2 > whole.bytes:
            return below
        return [whole]

    def _stays(self, whole: Candidate) -> bool:
        is_tracked = whole.state == "tracked"
        return whole.topic == "test-data" and tests_stay(
            self._view, self._needs, whole.path, is_tracked=is_tracked
        )

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
            if candidate.is_dir and candidate.topic in _OPENED:
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
        asked |= dict.fromkeys(map(name, self._judge.worktrees.get(folder.path, ())))
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


__all__ = ["Candidate", "Candidates", "JudgedPaths", "judge_paths"]
