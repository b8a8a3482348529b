"""A context measured with what its client skips, for pictures of the whole: both from one walk."""

from __future__ import annotations

from typing import NamedTuple

from ctxopt.build.analysis import (
    Analysis,
    build_matcher,
    measure_view,
    plan_build,
    read_build,
)
from ctxopt.build.context import BuildContext
from ctxopt.build.request import BuildRequest
from ctxopt.tree.view import View
from ctxopt.tree.workers import ALONE, Walker


class Survey(NamedTuple):
    """A context as its client sees it, and with what it skips."""

    analysis: Analysis
    """As ``analyze`` gives it without what the client skips."""
    whole: View
    """The same decisions about the tree with all that is in skipped folders."""


def survey(context: BuildContext, request: BuildRequest, *, walker: Walker = ALONE) -> Survey:
    """Measure ``context`` and what is kept back of it; raises as ``analyze`` does."""
    build = read_build(context, request)
    matcher = build_matcher(context)
    whole = measure_view(context, matcher, with_excluded=True, walker=walker)
    view = View(whole.pruned(matcher.pruner(context.builder)), context.builder)
    analysis = plan_build(
        context=context,
        request=request,
        matcher=matcher,
        view=view,
        build=build,
        with_excluded=False,
        walker=walker,
    )
    return Survey(analysis, whole)


__all__ = ["Survey", "survey"]
