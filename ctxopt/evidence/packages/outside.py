"""Which members of a workspace builds do without: what their steps name, and what that asks for, is taken away.

Opens the manifests of the members and, where members are left that weigh something, the texts of those that are built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from ctxopt.evidence.git_history import BuildTakings
from ctxopt.evidence.manifest_search import MOST_FILES, ManifestFile
from ctxopt.evidence.packages.chosen import ChosenMembers
from ctxopt.evidence.packages.graph import Graph
from ctxopt.evidence.packages.held import Held, Holdings
from ctxopt.evidence.packages.model import Outside, OutsidePackage, Workspace
from ctxopt.evidence.packages.node import MANIFEST, PNPM, read_workspace
from ctxopt.evidence.sent_files import SentFiles


def find_outside(
    builds: Sequence[BuildTakings],
    manifests: Sequence[ManifestFile],
    entered: Sequence[str],
    files: SentFiles,
) -> Outside:
    """Return the members that ``builds`` do without, the first of which was asked about.

    ``manifests`` are all that were found, ``entered`` the folders of the project itself.
    """
    # Where there are more manifests than are read, the graph has holes.
    if not builds or len(manifests) >= MOST_FILES:
        return Outside()
    workspace = _workspace(manifests, files)
    if workspace is None or not workspace.members:
        return Outside()
    graph = Graph(workspace, entered, files)
    needed = [Needed(taken, graph) for taken in builds]
    chosen = [each for each in needed if each.is_chosen]
    if not chosen:
        return Outside()
    graph.look_for(set.intersection(*(each.asked_for() for each in chosen)))
    return Outside(
        of_all=tuple(_outside(workspace, needed)),
        of_first=tuple(_outside(workspace, needed[:1])),
        built=tuple(needed[0].choice.folders),
    )


def _workspace(manifests: Iterable[ManifestFile], files: SentFiles) -> Workspace | None:
    packages = [item for item in manifests if item.name == MANIFEST]
    is_pnpm = files.has(PNPM)
    if len(packages) < 3 or not any(item.folder == "" for item in packages):
        return None
    if not is_pnpm and '"workspaces"' not in files.text(MANIFEST):
        return None
    pnpm = files.text(PNPM) if is_pnpm else None
    return read_workspace({item.folder: files.text(item.path) for item in packages}, pnpm)


def _outside(workspace: Workspace, needed: Sequence[Needed]) -> Iterator[OutsidePackage]:
    if not any(each.is_chosen for each in needed):
        return
    for folder in workspace.members:
        # What lies in it would go with it.
        inner = [item.folder for item in workspace.below(folder)]
        if len(inner) == 1 and all(each.does_without(folder) for each in needed):
            doubts = (each.choice.doubt for each in needed)
            yield OutsidePackage(folder, next(filter(None, doubts), None))


class Needed:
    """What one build needs of the members."""

    def __init__(self, taken: BuildTakings, graph: Graph) -> None:
        self.choice: Final = ChosenMembers(graph.workspace)
        self._graph: Final = graph
        holdings = Holdings(taken)
        self._holds: Final = any(map(self._is_broad, holdings.held))
        for run in taken.build.runs:
            held = holdings.at(run)
            if any(map(self._is_broad, held)):
                self.choice.read_step(run.script, run.workdir, held, run.line)
        self._has_steps: Final = bool(self.choice.folders)
        for stage in holdings.last_stages():
            if stage != taken.build.target and any(map(self._is_broad, holdings.of(stage))):
                self.choice.doubt = "a stage that no other one takes from keeps all packages"
        if self._holds and not self._has_steps:
            self.choice.doubt = f"no step of {taken.build.dockerfile.path} says which it needs"
        roots = (root for taking in taken.takings for root in taking.roots)
        for path in (*roots, *holdings.named()):
            if graph.workspace.around(path) is not None:
                self.choice.add(path)

    def _is_broad(self, held: Held) -> bool:
        workspace = self._graph.workspace
        if workspace.around(held.root) is not None:
            return False
        return any(True for _ in workspace.below(held.root))

    @property
    def is_chosen(self) -> bool:
        """Whether steps of the build name members, and none works on all of them."""
        return self._holds and self._has_steps and self.choice.everything is None

    def asked_for(self) -> set[str]:
        """Return what the manifests of those that the steps name ask for."""
        return self._graph.asked_for(self.choice.folders)

    @cached_property
    def _closure(self) -> set[str]:
        if self.is_chosen:
            return self._graph.closure(self.choice)
        return self.asked_for()

    def does_without(self, folder: str) -> bool:
        """Tell whether the build does without a member."""
        if not self._holds:
            return folder not in self.choice.folders
        # Asked first: the search of texts may find what works on everything.
        return folder not in self._closure and self.choice.everything is None
