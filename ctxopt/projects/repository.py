"""Every build that a repository declares, each once: Compose, Bake, devcontainers, workflows, Dockerfiles."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from ctxopt.projects.declared import Declared, DeclaredBuild, Problem, build_key
from ctxopt.projects.search import find_project_files, is_apart


def read_repository(root: str, variables: Mapping[str, str]) -> Declared:
    """Return the builds below ``root``, an absolute path, with those of vendored and example files set apart.

    What one file has wrong is a problem, and the rest is still there. ``variables`` is the environment.
    """
    files = find_project_files(root)
    listing = _Listing(root)
    # Each kind loads a reader, some of them a library, so only for files that are there.
    if files.compose:
        from ctxopt.projects.compose.folder import read_compose_folder

        for folder, paths in _by_folder(files.compose):
            unread = [path for path in paths if path not in listing.files]
            if unread:
                listing.add_all(read_compose_folder(folder, unread, variables))
    if files.bake:
        from ctxopt.projects.bake.folder import read_bake_folder

        for folder, paths in _by_folder(files.bake):
            listing.add_all(read_bake_folder(folder, paths, root, variables))
    if files.devcontainers:
        from ctxopt.projects.devcontainer import read_devcontainer

        for path in files.devcontainers:
            listing.add(read_devcontainer(path, root, variables))
    if files.workflows:
        from ctxopt.projects.workflows import read_workflow

        for path in files.workflows:
            listing.add(read_workflow(path, root, variables))
    if files.dockerfiles:
        from ctxopt.projects.dockerfiles import read_dockerfiles

        unspoken = [path for path in files.dockerfiles if path not in listing.dockerfiles]
        listing.add_all(read_dockerfiles(unspoken, root, listing.builds))
    return listing.declared()


def _by_folder(paths: Sequence[str]) -> Iterable[tuple[str, list[str]]]:
    """The files of each folder; the folders near the root come first."""
    ordered = sorted(paths, key=lambda path: (path.count("/"), path))
    for folder, found in groupby(ordered, key=os.path.dirname):
        yield folder, list(found)


class _Listing:
    """What was found so far."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.builds: list[DeclaredBuild] = []
        self.apart: list[DeclaredBuild] = []
        self.repeated: list[DeclaredBuild] = []
        self.problems: dict[Problem, None] = {}
        self.keys: set[object] = set()
        self.dockerfiles: set[str] = set()
        self.files: set[str] = set()

    def add_all(self, found: Iterable[Declared]) -> None:
        for one in found:
            self.add(one)

    def add(self, found: Declared) -> None:
        self.files.update(found.files)
        for problem in found.problems:
            # What is wrong with an example is no reason to fail.
            if problem.file and is_apart(problem.file, self.root):
                problem = problem._replace(refused=False)
            self.problems[problem] = None
        # Two services of one file may be the same build; of another file it is the same once more.
        keyed = [(build_key(build), build) for build in found.builds]
        self.repeated += [build for key, build in keyed if key in self.keys]
        fresh = [(key, build) for key, build in keyed if key not in self.keys]
        for key, build in fresh:
            self.keys.add(key)
            if build.dockerfile and not build.from_git:
                self.dockerfiles.add(build.dockerfile)
            apart = is_apart(build.declared_in, self.root)
            (self.apart if apart else self.builds).append(build)

    def declared(self) -> Declared:
        return Declared(
            builds=tuple(self.builds),
            problems=tuple(self.problems),
            files=tuple(sorted(self.files)),
            apart=tuple(self.apart),
            repeated=tuple(self.repeated),
        )
