"""Dockerfiles that no other file speaks of, and the folder that each of them is most likely built from."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from glob import iglob
from typing import NamedTuple

from ctxopt.errors import DockerfileError, ProjectError
from ctxopt.languages.dockerfile import parse, resolve
from ctxopt.languages.golang.paths import has_meta
from ctxopt.paths import join, relative, upwards
from ctxopt.projects.declared import Declared, DeclaredBuild, Problem
from ctxopt.projects.values import read_limited

MAX_BYTES = 1 << 20


class _Read(NamedTuple):
    """A Dockerfile, and what it says of the folder that it is built from."""

    path: str
    named: frozenset[str] = frozenset()
    """The paths that it names of its context."""
    takes_any: bool = False
    """Whether it takes anything of it, or all."""
    problem: Problem | None = None

    @property
    def own(self) -> str:
        """The folder that it lies in."""
        return os.path.dirname(self.path)


def read_dockerfiles(
    paths: Iterable[str], root: str, declared: Iterable[DeclaredBuild]
) -> Iterator[Declared]:
    """Yield the build of each Dockerfile; one that Docker refuses is a problem and still a build.

    ``declared`` are the builds that files speak of: they tell from which folder those beside them are built.
    """
    several = [_read(path) for path in paths]
    contexts = {each.path: _folder_with(each.named, each.own, root) for each in several}
    beside: dict[str, set[str]] = {}
    for build in declared:
        if build.dockerfile and build.context and not build.from_git:
            beside.setdefault(os.path.dirname(build.dockerfile), set()).add(build.context)
    for each in several:
        context = contexts[each.path]
        if context is not None:
            beside.setdefault(each.own, set()).add(context)
    for each in several:
        context = contexts[each.path]
        if context is None:
            context = each.own
            if each.takes_any:
                context = _only_above(each.own, beside.get(each.own, ()))
        yield _as_declared(each, context, root)


def _read(path: str) -> _Read:
    try:
        text = read_limited(path, MAX_BYTES).decode("utf-8", "surrogateescape")
        build = resolve(parse(text, path=path))
    except DockerfileError as problem:
        said = Problem(path, problem.line, problem.reason, refused=False)
        return _Read(path, problem=said)
    except ProjectError as problem:
        return _Read(path, problem=Problem(path, problem.line, problem.reason))
    named = {item.path.strip("/") for source in build.sources for item in source.local}
    return _Read(path, frozenset(named - {""}), takes_any=bool(named))


def _as_declared(read: _Read, context: str, root: str) -> Declared:
    if read.problem is not None and read.problem.refused:
        return Declared(problems=(read.problem,))
    build = DeclaredBuild(
        name=os.path.relpath(read.path, root),
        kind="dockerfile",
        declared_in=read.path,
        line=1,
        context=context,
        dockerfile=read.path,
    )
    problems = () if read.problem is None else (read.problem,)
    return Declared((build,), problems)


def _only_above(own: str, contexts: Collection[str]) -> str:
    """The folder that all Dockerfiles beside one are built from, where it holds their own; else their own."""
    if len(contexts) != 1:
        return own
    context = next(iter(contexts))
    return context if own.startswith(context + "/") else own


def _folder_with(named: Collection[str], own: str, root: str) -> str | None:
    """The folder, from ``own`` up to the root, that has most of what is ``named``, of several the nearest; None without any."""
    best, most = None, 0
    for inside in upwards(relative(own, root) or ""):
        folder = join(root, inside)
        found = sum(_is_there(folder, path) for path in named)
        if found > most:
            best, most = folder, found
    return best


def _is_there(folder: str, path: str) -> bool:
    if not has_meta(path):
        return os.path.lexists(os.path.join(folder, path))
    return next(iglob(path, root_dir=folder, include_hidden=True), None) is not None
