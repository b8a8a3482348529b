"""A git state measured as a build context, and what a build of it fetches."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from ctxopt.build.analysis import Analysis, build_matcher, build_policy
from ctxopt.build.plan import paths_of, resolve_content
from ctxopt.build.request import BuildRequest
from ctxopt.build.transfer import TransferView, named_root, transferred
from ctxopt.builder import BuilderName
from ctxopt.errors import ContextError
from ctxopt.git.state import GitState, read_state
from ctxopt.guard.state_context import read_state_dockerfile, state_context, state_named_ignore
from ctxopt.guard.state_tree import StateLinks, state_tree
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.tree.policy import Policy
from ctxopt.tree.view import View


def analyze_state(
    state: GitState,
    *,
    dockerfile: str | None = None,
    builder: BuilderName = "buildkit",
    ignorefile: str | None = None,
    with_excluded: bool = False,
) -> Analysis:
    """Measure what ``builder`` would send of a fresh checkout of ``state``.

    ``with_excluded`` also enters what Docker's client skips. Raises ContextError where the
    Dockerfile is missing, IgnoreFileError where Docker's client fails, GitError where git refuses.
    """
    context = state_context(state, dockerfile=dockerfile, builder=builder, ignorefile=ignorefile)
    matcher = build_matcher(context)
    tree = state_tree(state, build_policy(context, matcher, with_excluded=with_excluded))
    view = View(tree, context.builder)
    return Analysis(context, matcher, tree, view, with_excluded)


def state_transfer(state: GitState, analysis: Analysis, request: BuildRequest) -> TransferView:
    """Return what BuildKit fetches of ``state``, which ``analyze_state`` measured.

    Raises ContextError without a Dockerfile, DockerfileError where Docker refuses it.
    """
    context = analysis.context
    build = resolve_content(read_state_dockerfile(state, context), context.dockerfile.path, request)
    return transferred(analysis.permitted, paths_of(build), StateLinks(state))


class NamedLoad(NamedTuple):
    """What BuildKit fetches of a named context."""

    name: str
    transfer: TransferView


def state_named(
    state: GitState, analysis: Analysis, request: BuildRequest, *, is_baseline: bool = False
) -> tuple[NamedLoad, ...]:
    """Return what BuildKit fetches of the named contexts, as they are in ``state``.

    Remote ones are left out. Raises ContextError for a folder outside of the repository, and for
    one that ``state`` does not hold, unless it is the baseline of a comparison.
    """
    if not request.build_contexts:
        return ()
    context = analysis.context
    build = resolve_content(read_state_dockerfile(state, context), context.dockerfile.path, request)
    loads = []
    for load in build.transfers:
        if load.context is None:
            continue
        root = named_root(request.build_contexts[load.context])
        if root is None:
            continue
        named = _read_named(state, load.context, root)
        if not named.entries and named.prefix and not is_baseline:
            raise ContextError(
                f"build context {load.context!r}: there is no folder {named.prefix!r} in {state.name}",
                hint="add it to git, or correct the path",
            )
        file = state_named_ignore(named, context.builder).file
        patterns: Iterable[tuple[int | None, str]] = ()
        if file is not None:
            patterns = file.patterns()
        dialect = dialect_of(context.builder)
        matcher = read_matcher(patterns, ".dockerignore", dialect)
        # Whatever the builder, named contexts are not sent by the classic client.
        view = View(state_tree(named, Policy(matcher, matcher.pruner(context.builder))))
        loads.append(NamedLoad(load.context, transferred(view, load.paths, StateLinks(named))))
    return tuple(loads)


def _read_named(state: GitState, name: str, root: str) -> GitState:
    top = state.repository.top
    prefix = os.path.relpath(root, top)
    if state.repository.bare or prefix == ".." or prefix.startswith("../"):
        raise ContextError(
            f"build context {name!r} is outside of the repository {top}, so no git state holds it",
            hint="--working-tree measures what is on disk",
        )
    # Without a name it is the index that is read.
    spec = None
    if not state.is_index:
        spec = state.name
    if prefix == ".":
        prefix = ""
    return read_state(state.repository, spec, prefix)
