"""All Compose files of one folder: the project that Compose takes by itself, and the files beside it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ctxopt.errors import ProjectError
from ctxopt.projects.compose.consistency import INCOMPLETE
from ctxopt.projects.compose.files import ComposeRequest, default_files
from ctxopt.projects.compose.project import read_compose_files
from ctxopt.projects.declared import Declared, DeclaredBuild, Problem, build_key, problem_of


def read_compose_folder(
    folder: str, paths: Sequence[str], variables: Mapping[str, str]
) -> list[Declared]:
    """Return what the Compose files ``paths`` of ``folder`` declare: the default project first, then each other.

    A file that is not whole by itself, as ``compose.prod.yaml``, is laid over the default one.
    """
    # Which files the user's own shell names is not what the repository declares.
    variables = {name: value for name, value in variables.items() if name != "COMPOSE_FILE"}
    base = default_files(folder)
    found = []
    project = Declared()
    if base:
        project = _read(ComposeRequest(cwd=folder, variables=variables))
        found.append(project)
    others = [path for path in paths if path not in base and path not in project.files]
    found += [_beside(path, base, project, variables) for path in others]
    return found


def _read(request: ComposeRequest) -> Declared:
    try:
        return read_compose_files(request)
    except ProjectError as problem:
        return Declared(problems=(problem_of(problem),))


def _beside(
    path: str, base: list[str], project: Declared, variables: Mapping[str, str]
) -> Declared:
    """What a file declares beside the default project."""
    folder = os.path.dirname(path)
    alone = _read(ComposeRequest(cwd=folder, files=(path,), variables=variables))
    # What such a file leaves to another one is no mistake of its own.
    kept = (problem for problem in alone.problems if INCOMPLETE not in problem.message)
    alone = alone._replace(problems=tuple(kept))
    if not base:
        return alone
    both = _read(ComposeRequest(cwd=folder, files=(base[0], path), variables=variables))
    known = {build.name: build for build in project.builds}
    own = {build.name: build for build in alone.builds}
    builds = []
    for build in both.builds:
        named = own.get(build.name)
        if build.name not in known:
            builds.append(named or build)
        elif build_key(build) != build_key(known[build.name]):
            builds.append(_placed(build, named or build, path))
    if not builds:
        builds = list(alone.builds)
    problems = set(both.problems) - set(project.problems)
    if not alone.problems or alone.builds == both.builds:
        problems &= set(alone.problems)
    return Declared(tuple(builds), tuple(_sorted(problems)), alone.files)


def _placed(build: DeclaredBuild, named: DeclaredBuild, path: str) -> DeclaredBuild:
    """A build of the default project as another file changes it: that file declares it."""
    line = named.line if named.declared_in == path else None
    return build._replace(declared_in=path, line=line)


def _sorted(problems: set[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.file or "", problem.line or 0))
