"""A git state measured as a build context, and what a build of it fetches."""

from __future__ import annotations

import os
from functools import partial
from typing import NamedTuple

from ctxopt.build.analysis import Analysis, build_matcher, build_policy
from ctxopt.build.context import BuildContext
from ctxopt.build.plan import named_policy, named_transfers, paths_of, resolve_content
from ctxopt.build.request import BuildRequest
from ctxopt.build.transfer import TransferView, transferred
from ctxopt.builder import PODMAN, BuilderName
from ctxopt.errors import ContextError
from ctxopt.git.state import GitState, read_state
from ctxopt.guard.state_context import read_state_dockerfile, state_context, state_named_ignore
from ctxopt.guard.state_tree import StateLinks, state_tree
from ctxopt.languages.dockerfile import Build
from ctxopt.languages.ignore.matcher import Matcher
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
    """Return what a build fetches of ``state``, which ``analyze_state`` measured; what Podman's instructions take.

    Raises ContextError without a Dockerfile, DockerfileError where the builder refuses it.
    """
    build = _resolve(state, analysis.context, request)
    if analysis.context.builder is PODMAN:
        return _taken(build, None, state, analysis.matcher, analysis.permitted)
    return transferred(analysis.permitted, paths_of(build), StateLinks(state))


def _resolve(state: GitState, context: BuildContext, request: BuildRequest) -> Build:
    content = read_state_dockerfile(state, context)
    return resolve_content(content, context.dockerfile.path, request, context.builder)


def _taken(
    build: Build, name: str | None, state: GitState, matcher: Matcher, view: View
) -> TransferView:
    from ctxopt.build.podman_plan import EVERYTHING, PodmanContext, take

    whole = partial(state_tree, state, EVERYTHING)
    return take(build, PodmanContext(name, view.tree.root, matcher, view, whole))


class NamedLoad(NamedTuple):
    """What a build fetches of a named context."""

    name: str
    transfer: TransferView


def state_named(
    state: GitState, analysis: Analysis, request: BuildRequest, *, is_baseline: bool = False
) -> tuple[NamedLoad, ...]:
    """Return what a build fetches of the named contexts, as they are in ``state``.

    Remote ones are left out. Raises ContextError for a folder outside of the repository, and for
    one that ``state`` does not hold, unless it is the baseline of a comparison.
    """
    if not request.build_contexts:
        return ()
    context = analysis.context
    build = _resolve(state, context, request)
    loads = []
    for name, paths, root in named_transfers(build, request):
        if root is None:
            continue
        named = _read_named(state, name, root)
        if not named.entries and named.prefix and not is_baseline:
            raise ContextError(
                f"build context {name!r}: there is no folder {named.prefix!r} in {state.name}",
                hint="add it to git, or correct the path",
            )
        policy = named_policy(state_named_ignore(named, context.builder), context.builder)
        view = View(state_tree(named, policy), context.builder)
        if context.builder is PODMAN:
            transfer = _taken(build, name, named, policy.matcher, view)
        else:
            transfer = transferred(view, paths, StateLinks(named))
        loads.append(NamedLoad(name, transfer))
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
