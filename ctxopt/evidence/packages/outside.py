"""Which members of a workspace builds do without: what their steps name, and what that asks for, is taken away.

Opens the manifests of the members and, where members are left that weigh something, the texts of those that are built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from ctxopt.evidence.git_history import BuildTakings
from ctxopt.evidence.manifest_search import MOST_FILES, ManifestFile
from ctxopt.evidence.packages.chosen import ChosenMembers, StepReader
from ctxopt.evidence.packages.graph import Graph
from ctxopt.evidence.packages.held import Held, Holdings
from ctxopt.evidence.packages.model import Outside, OutsidePackage, Workspace, WorkspaceTool
from ctxopt.evidence.packages.native import (
    CARGO,
    GO_MOD,
    GO_WORK,
    PYPROJECT,
    read_cargo,
    read_go,
    read_uv,
)
from ctxopt.evidence.packages.native_steps import CargoReader, GoReader, UvReader
from ctxopt.evidence.packages.node import MANIFEST, PNPM, read_workspace
from ctxopt.evidence.packages.node_steps import NodeReader
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.languages.dockerfile import Build
from ctxopt.paths import folders_above


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
    of_all: list[OutsidePackage] = []
    searched: list[tuple[Graph, list[Needed]]] = []
    for workspace in _workspaces(manifests, files):
        graph = Graph(workspace, entered, files)
        needed = [Needed(taken, graph) for taken in builds]
        chosen = [each.asked for each in needed if each.is_chosen]
        if not chosen:
            continue
        graph.look_for(set.intersection(*chosen))
        of_all += _outside(graph, needed)
        searched.append((graph, needed))

    def about(build: Build) -> Outside:
        place = next(at for at, taken in enumerate(builds) if taken.build is build)
        without: list[OutsidePackage] = []
        built: list[str] = []
        for graph, needed in searched:
            built += needed[place].choice.folders
            if needed[place].is_chosen:
                without += _outside(graph, [needed[place]])
        return Outside(tuple(of_all), tuple(without), tuple(built), about)

    return about(builds[0].build)


def _workspaces(manifests: Iterable[ManifestFile], files: SentFiles) -> Iterator[Workspace]:
    """The workspaces at the context root, one a tool, that have members."""
    paths: dict[str, dict[str, str]] = {}
    for item in manifests:
        paths.setdefault(item.name, {})[item.folder] = item.path

    def texts(name: str) -> dict[str, str]:
        return {folder: files.text(path) for folder, path in paths.get(name, {}).items()}

    found: list[Workspace | None] = []
    is_pnpm = files.has(PNPM)
    if is_pnpm or _says(files, MANIFEST, '"workspaces"'):
        pnpm = files.text(PNPM) if is_pnpm else None
        found.append(read_workspace(texts(MANIFEST), pnpm))
    if _says(files, CARGO, "[workspace"):
        found.append(read_cargo(texts(CARGO), files.has))
    if _says(files, PYPROJECT, "[tool.uv"):
        found.append(read_uv(texts(PYPROJECT)))
    if files.has(GO_WORK):
        found.append(read_go(files.text(GO_WORK), texts(GO_MOD)))
    yield from (item for item in found if item is not None and item.members)


def _says(files: SentFiles, name: str, text: str) -> bool:
    return files.has(name) and text in files.text(name)


def _outside(graph: Graph, needed: Sequence[Needed]) -> Iterator[OutsidePackage]:
    workspace = graph.workspace
    # What lies in one that holds others would go with it.
    holders = folders_above(workspace.members)
    needless = set(workspace.members).difference(holders, *(each.asked for each in needed))
    candidates = [item for item in workspace.members if item in needless]
    # Texts are read only where there is something to win.
    if not any(map(graph.is_heavy, candidates)):
        return
    for folder in candidates:
        if all(each.does_without(folder) for each in needed):
            doubts = (each.choice.doubt for each in needed)
            member = workspace.members[folder]
            kept = (member.manifest, *member.kept)
            yield OutsidePackage(folder, next(filter(None, doubts), None), kept)


_READERS: Final[Mapping[WorkspaceTool, type[StepReader]]] = {
    "node": NodeReader,
    "cargo": CargoReader,
    "uv": UvReader,
    "go": GoReader,
}


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
                reader = _READERS[graph.workspace.tool](
                    self.choice, held, f"RUN in line {run.line}"
                )
                reader.read(run.script, run.workdir)
        self._has_steps: Final = bool(self.choice.folders) or self.choice.root
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

    @cached_property
    def asked(self) -> set[str]:
        """What the steps name, and the manifests of that ask for; all where a step works on all."""
        if not self._holds:
            return set(self.choice.folders)
        if self.choice.everything is not None:
            return set(self._graph.workspace.members)
        return self._graph.asked_for(self.choice.folders)

    @cached_property
    def _closure(self) -> set[str]:
        if self.is_chosen:
            return self._graph.closure(self.choice)
        return self.asked

    def does_without(self, folder: str) -> bool:
        """Tell whether the build does without a member."""
        # Asked first: the search of texts may find what works on everything.
        return folder not in self._closure and self.choice.everything is None
