"""Dockerfiles that no other file speaks of, and the folder that each of them is most likely built from."""

from __future__ import annotations

import os

from ctxopt.errors import DockerfileError, ProjectError
from ctxopt.languages.dockerfile import WHOLE_CONTEXT, context_paths, parse, resolve
from ctxopt.projects.declared import Declared, DeclaredBuild, Problem
from ctxopt.projects.values import read_limited

MAX_BYTES = 1 << 20


def read_dockerfile(path: str, root: str) -> Declared:
    """Return the build of a Dockerfile; one that Docker refuses is a problem and still a build."""
    problems = []
    wanted: tuple[str, ...] = ()
    try:
        text = read_limited(path, MAX_BYTES).decode("utf-8", "surrogateescape")
        wanted = context_paths(resolve(parse(text, path=path))) or ()
    except DockerfileError as problem:
        problems.append(Problem(path, problem.line, problem.reason, refused=False))
    except ProjectError as problem:
        return Declared(problems=(Problem(path, problem.line, problem.reason),))
    context = os.path.dirname(path)
    if wanted != WHOLE_CONTEXT:
        context = _folder_with(wanted, context, root)
    build = DeclaredBuild(
        name=os.path.relpath(path, root),
        kind="dockerfile",
        declared_in=path,
        line=1,
        context=context,
        dockerfile=path,
    )
    return Declared((build,), tuple(problems))


def _folder_with(wanted: tuple[str, ...], own: str, root: str) -> str:
    """The nearest folder, from the Dockerfile's own up to the root, that has all that is copied from it."""
    named = [path.strip("/") for path in wanted if not set(path) & set("*?[")]
    folder = own
    while True:
        if all(os.path.lexists(os.path.join(folder, path)) for path in named):
            return folder
        if folder == root or folder == os.path.dirname(folder):
            return own
        folder = os.path.dirname(folder)
