"""The use case: measure a git state as a build context, and compare two measurements."""

from __future__ import annotations

from collections.abc import Mapping

from ctxopt.analysis import Analysis, build_matcher, build_policy
from ctxopt.context import Builder
from ctxopt.gitcontext import read_dockerfile, state_context
from ctxopt.gitstate import GitState, StateLinks, state_tree
from ctxopt.growth import Growth, Measured, compare
from ctxopt.plan import BuildRequest, paths_of, resolve_content
from ctxopt.transfer import TransferView, transferred
from ctxopt.view import View


def analyze_state(
    state: GitState,
    *,
    dockerfile: str | None = None,
    builder: Builder = "buildkit",
    with_excluded: bool = False,
) -> Analysis:
    """Measure what ``builder`` would send of a fresh checkout of ``state``.

    ``with_excluded`` also enters what Docker's client skips. Raises ContextError where the
    Dockerfile is missing, IgnoreFileError where Docker's client fails, GitError where git refuses.
    """
    context = state_context(state, dockerfile=dockerfile, builder=builder)
    matcher = build_matcher(context)
    tree = state_tree(state, build_policy(context, matcher, with_excluded=with_excluded))
    view = View(tree, sends_excluded_parents=builder != "classic")
    return Analysis(context, matcher, tree, view, with_excluded)


def state_transfer(state: GitState, analysis: Analysis, request: BuildRequest) -> TransferView:
    """Return what BuildKit fetches of ``state``, which ``analyze_state`` measured.

    Raises ContextError without a Dockerfile, DockerfileError where Docker refuses it.
    """
    context = analysis.context
    build = resolve_content(read_dockerfile(state, context), context.dockerfile.path, request)
    return transferred(analysis.permitted, paths_of(build), StateLinks(state))


def compare_analyses(
    before: Analysis,
    after: Analysis,
    *,
    blobs_before: Mapping[str, str] | None = None,
    blobs_after: Mapping[str, str] | None = None,
) -> Growth:
    """Return what the permitted files of ``after`` have grown by.

    ``blobs_before`` and ``blobs_after`` are ``GitState.blobs``; without both, a renamed file
    counts as one that went and one that came.
    """
    sides = [
        Measured(
            analysis.permitted,
            build_policy(analysis.context, analysis.matcher),
            analysis.permitted_bytes,
            blobs or {},
        )
        for analysis, blobs in ((before, blobs_before), (after, blobs_after))
    ]
    return compare(sides[0], sides[1])
