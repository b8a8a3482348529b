"""The other Dockerfiles whose builds an allow-list must serve: those that share the ignore file.

Reads them from disk. One that lies in a folder may be built with that folder as context, under
another ignore file: what its sources find tells which.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from ctxopt.analysis import Analysis
from ctxopt.catalog import Catalog
from ctxopt.dockerfile import Build, parse, resolve
from ctxopt.errors import DockerfileError
from ctxopt.evidence import PathEvidence
from ctxopt.gopath import has_meta
from ctxopt.manifests import MANIFESTS
from ctxopt.peek import read_start
from ctxopt.plan import host_platform
from ctxopt.sent import SentPaths
from ctxopt.siblings import is_dockerfile_name
from ctxopt.summary import find_dockerfiles
from ctxopt.view import View
from ctxopt.wants import is_broad, local_sources

_MOST = 60
_MOST_BYTES = 1 << 18
_FOREIGN = frozenset(("dependencies", "cache", "version-control"))


class Neighbours(NamedTuple):
    """What else uses the ignore file in force."""

    builds: tuple[Build, ...]
    elsewhere: tuple[str, ...]
    """Dockerfiles that take what lies in their own folder: that is their context."""
    unread: tuple[tuple[str, str], ...]
    """Those that Docker would refuse, with the reason."""


def find_neighbours(
    analysis: Analysis, everything: View, catalog: Catalog, evidence: PathEvidence | None
) -> Neighbours:
    """Read the other Dockerfiles below the root; ``everything`` is the tree with nothing excluded."""
    context = analysis.context
    builds: list[Build] = []
    elsewhere: list[str] = []
    unread: list[tuple[str, str]] = []
    if context.ignore.path not in (None, ".dockerignore"):
        return Neighbours((), (), ())
    paths = SentPaths(everything)
    for path in _candidates(everything, catalog, evidence):
        own = os.path.join(context.root, path + ".dockerignore")
        if path == context.dockerfile.inside:
            continue
        if context.builder == "buildkit" and os.path.isfile(own):
            continue
        content = read_start(os.path.join(context.root, path), _MOST_BYTES)
        try:
            build = resolve(parse(content or b"", path=path), platform=host_platform())
        except DockerfileError as error:
            unread.append((path, error.reason))
            continue
        if _is_built_here(build, path, paths):
            builds.append(build)
        else:
            elsewhere.append(path)
    return Neighbours(tuple(builds), tuple(elsewhere), tuple(unread))


def _candidates(everything: View, catalog: Catalog, evidence: PathEvidence | None) -> Iterator[str]:
    found = 0
    for path in find_dockerfiles(everything):
        if not is_dockerfile_name(path.rpartition("/")[2]) or found >= _MOST:
            continue
        parts = path.split("/")[:-1]
        above = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        if any(
            entry.kind in _FOREIGN for here in above for entry in catalog.match_path(here, True)
        ):
            continue
        if evidence is None or not evidence.is_ignored(path):
            found += 1
            yield path


def _is_built_here(build: Build, path: str, paths: SentPaths) -> bool:
    """Whether the context of a Dockerfile is the root, and not its own folder."""
    folder = path.rpartition("/")[0]
    if not folder:
        return True
    takes = [source.path.strip("/") for _, source in local_sources(build)]
    named = [inside for inside in takes if inside and not is_broad(inside)]
    here = [inside for inside in named if _finds(paths, inside)]
    there = [inside for inside in named if _finds(paths, f"{folder}/{inside}")]
    if named:
        return bool(here) and (len(here) == len(named) or len(there) < len(named))
    names = paths.view.tree.folders[folder].names
    return bool(takes) and not MANIFESTS.intersection(names) and ".dockerignore" not in names


def _finds(paths: SentPaths, inside: str) -> bool:
    return bool(paths.glob(inside)) if has_meta(inside) else paths.resolve(inside) is not None


__all__ = ["Neighbours", "find_neighbours"]
