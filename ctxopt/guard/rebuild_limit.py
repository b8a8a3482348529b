"""The limit on rebuilds for nothing, judged on the history of each context; what a rebuild is, ``rebuilds`` decides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from ctxopt.build.analysis import Analysis
from ctxopt.config.load import ContextBudget
from ctxopt.errors import CtxoptError
from ctxopt.evidence.gather import gather_facts
from ctxopt.guard.budget import LimitResult, Verdict
from ctxopt.guard.rebuilds import Rebuilds, RebuildsRequest, count_rebuilds
from ctxopt.guard.request import CheckRequest
from ctxopt.units import and_more, count

KEY: Final = "max-rebuilds"
_COMMITS: Final = 50
_NAMED: Final = 3


def judge_rebuilds(
    question: CheckRequest, trees: Mapping[str, Analysis], why_not: str = ""
) -> dict[str, list[LimitResult]]:
    """Return the limits on rebuilds, judged, by place; ``trees`` are the contexts on disk, by place as well.

    ``why_not`` says why the working tree, whose Dockerfile and ignore file count, is not the later state. A limit that
    cannot be judged says why.
    """
    return {
        place: [
            _judge(question, budget, budget.limits.max_rebuilds, trees.get(place), why_not)
            for budget in question.budgets
            if budget.place == place and budget.limits.max_rebuilds is not None
        ]
        for place in question.places
    }


def _judge(
    question: CheckRequest,
    budget: ContextBudget,
    bound: int,
    analysis: Analysis | None,
    why_not: str,
) -> LimitResult:
    value = None
    try:
        if analysis is None:
            verdict, message = Verdict.SKIP, f"{why_not}, {KEY} {bound} cannot be judged"
        else:
            counted = _count(question, analysis)
            value = counted.avoidable
            verdict, message = _compare(counted, bound)
    except CtxoptError as error:
        verdict, message = Verdict.SKIP, f"{error.message}: {KEY} {bound} cannot be judged"
    return LimitResult(
        context=budget.name,
        view=budget.view,
        limit=KEY,
        verdict=verdict,
        message=f"rebuilds: {message} ({budget.limits.origin(KEY)})",
        value=value,
        bound=bound,
    )


def _count(question: CheckRequest, analysis: Analysis) -> Rebuilds:
    asked = RebuildsRequest(count=_COMMITS)
    if question.against is not None:
        asked = RebuildsRequest(count=None, against=question.against)
    return count_rebuilds(
        asked,
        analysis.context,
        lambda _: analysis,
        partial(gather_facts, config=question.config),
    )


def _compare(counted: Rebuilds, bound: int) -> tuple[Verdict, str]:
    commits = count(len(counted.commits), "commit")
    told = f"{counted.avoidable:,} in {commits} for nothing that the build reads"
    if counted.avoidable > bound:
        lines = [line.pattern for line in counted.lines]
        cure = ", ".join(lines[:_NAMED]) + and_more(len(lines) - _NAMED)
        return Verdict.FAIL, f"{told} > {KEY} {bound:,}; ignore {cure}"
    # What a clone does not hold may be more: only what it breaks already is certain.
    if counted.is_cut:
        return Verdict.SKIP, f"{told} in a shallow clone, {KEY} {bound:,} cannot be judged"
    return Verdict.PASS, f"{told} <= {KEY} {bound:,}"


__all__ = ["KEY", "judge_rebuilds"]
