"""Bake files where they lie: which of them belong together, and the folder that they are run from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ctxopt.errors import ProjectError
from ctxopt.projects.bake.files import HCL_NAMES, BakeRequest
from ctxopt.projects.bake.project import read_bake_files
from ctxopt.projects.declared import Declared, problem_of
from ctxopt.projects.location import is_remote


def read_bake_folder(
    folder: str, paths: Sequence[str], root: str, variables: Mapping[str, str]
) -> list[Declared]:
    """Return what the Bake files ``paths`` of ``folder`` declare: the default ones together, then each other.

    Their paths are relative to where Bake is run, which no file says: of the folders from theirs up to the root
    it is the one from which most Dockerfiles are found.
    """
    variables = {name: value for name, value in variables.items() if name != "BUILDX_BAKE_FILE"}
    default = [path for path in paths if os.path.basename(path) in HCL_NAMES]
    found = []
    if default:
        found.append(_best(folder, root, BakeRequest(cwd=folder, variables=variables), default))
    for path in paths:
        if path not in default:
            request = BakeRequest(cwd=folder, files=(path,), variables=variables)
            found.append(_best(folder, root, request, [path]))
    return found


def _best(folder: str, root: str, request: BakeRequest, paths: list[str]) -> Declared:
    best = _read(request)
    most = _found(best)
    while folder != root and most < len(best.builds):
        folder = os.path.dirname(folder)
        other = _read(request._replace(cwd=folder, files=tuple(paths)))
        if _found(other) > most:
            best, most = other, _found(other)
    return best


def _read(request: BakeRequest) -> Declared:
    try:
        return read_bake_files(request)
    except ProjectError as problem:
        return Declared(problems=(problem_of(problem),))


def _found(declared: Declared) -> int:
    """How many of the builds have their Dockerfile, or need none."""
    return sum(
        build.dockerfile is None or is_remote(build.dockerfile) or os.path.exists(build.dockerfile)
        for build in declared.builds
    )
