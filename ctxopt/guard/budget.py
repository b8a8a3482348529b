"""Limits against figures: what holds, what is broken, and what cannot be judged, with the why.

Pure: measures nothing and reads nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from ctxopt.config.keys import BudgetView
from ctxopt.config.load import ContextBudget, Limits
from ctxopt.errors import ConfigError
from ctxopt.units import count, format_percent, format_size

_MILLION = 10**6

_SIGNS = {(True, True): "<=", (True, False): ">", (False, True): ">=", (False, False): "<"}
"""How a figure stands to its limit, by whether that is a maximum and whether it holds."""


class Verdict(StrEnum):
    """What became of a limit; SKIP is no pass: it could not be judged."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    SKIP = "skip"


_VERDICTS = {True: Verdict.PASS, False: Verdict.FAIL}
"""By whether a limit holds that can be judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one view of one context holds."""

    size: int
    """Bytes."""
    files: int
    view: BudgetView = "permitted"
    words: str = "could be sent"
    """What messages call the view: ``Builder.words_for``."""
    at_least: bool = False
    """Whether something could not be read, so that both are lower bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitResult:
    """One limit, judged."""

    context: str
    """The context as the configuration names it."""
    view: BudgetView
    limit: str
    """The key: ``max-size``."""
    verdict: Verdict
    message: str
    """``could be sent: 48.2 MB > max-size 40 MB (set in ctxopt.toml)``."""
    value: int | None = None
    """Bytes, files or, for growth, bytes more than the baseline; None where unknown."""
    bound: int
    """Bytes, files or, for growth, parts per million."""


def check_limits(
    limits: Limits,
    figures: Figures,
    *,
    baseline: Figures | None = None,
    context: str = ".",
    is_staged: bool = True,
) -> tuple[LimitResult, ...]:
    """Hold ``figures`` against ``limits``; ``baseline`` is what they were, None if unknown.

    An empty context is a context: it passes every maximum and fails every minimum above 0. Growth
    from an empty baseline is no share of anything: beyond the growth floor it cannot be judged.
    Where nothing is staged, nothing grew.
    Raises ValueError for a baseline of another view.
    """
    if baseline is not None and baseline.view != figures.view:
        raise ValueError(f"{figures.view} against a baseline of {baseline.view}")
    make = partial(LimitResult, context=context, view=figures.view)
    results = []
    for key, value, bound, show in (
        ("max-size", figures.size, limits.max_size, format_size),
        ("max-files", figures.files, limits.max_files, _files),
        ("min-size", figures.size, limits.min_size, format_size),
        ("min-files", figures.files, limits.min_files, _files),
    ):
        if bound is not None:
            verdict, message = _compare(key, value, bound, show, figures)
            told = f"{message} ({limits.origin(key)})"
            results.append(make(limit=key, verdict=verdict, message=told, value=value, bound=bound))
    if limits.max_growth is not None:
        growth = None
        if not is_staged:
            growth = 0
            verdict = Verdict.PASS
            limit = f"max-growth {format_percent(limits.max_growth)}"
            message = f"{figures.words}: no growth, as nothing is staged: {limit}"
        else:
            if baseline is not None:
                growth = figures.size - baseline.size
            verdict, message = _grow(limits.max_growth, limits.growth_floor, figures, baseline)
        told = f"{message} ({limits.origin('max-growth')})"
        results.append(
            make(
                limit="max-growth",
                verdict=verdict,
                message=told,
                value=growth,
                bound=limits.max_growth,
            )
        )
    return tuple(results)


def judge_contexts(
    contexts: Sequence[ContextBudget],
    figures: Mapping[tuple[str, BudgetView], Figures],
    *,
    baselines: Mapping[tuple[str, BudgetView], Figures] | None = None,
    is_staged: bool = True,
) -> tuple[LimitResult, ...]:
    """Judge several contexts; ``figures`` and ``baselines`` are by place and view of the budget.

    ``is_staged`` is as in ``check_limits``. Raises ConfigError for a context without figures: a limit on nothing must not pass.
    """
    known = _by_place(figures)
    before = _by_place(baselines or {})
    results: list[LimitResult] = []
    for context in contexts:
        key = (os.path.normpath(context.place), context.view)
        if key not in known:
            raise ConfigError(
                f"there is no context {context.name!r}, but the configuration limits it",
                hint="correct the path of its [[context]], or remove it",
            )
        results += check_limits(
            context.limits,
            known[key],
            baseline=before.get(key),
            context=context.name,
            is_staged=is_staged,
        )
    return tuple(results)


def _by_place(
    figures: Mapping[tuple[str, BudgetView], Figures],
) -> dict[tuple[str, BudgetView], Figures]:
    return {(os.path.normpath(place), view): found for (place, view), found in figures.items()}


def _compare(
    key: str, value: int, bound: int, show: Callable[[int], str], figures: Figures
) -> tuple[Verdict, str]:
    is_maximum = key.startswith("max")
    within = value >= bound
    if is_maximum:
        within = value <= bound
    sign = _SIGNS[is_maximum, within]
    shown, limit = _apart(value, bound, show)
    if figures.at_least:
        shown = f"at least {shown}"
        # More may be there than was seen: only what grows truer with it is certain.
        if within == is_maximum:
            return Verdict.SKIP, f"{figures.words}: {shown}, {key} {limit} cannot be judged"
    return _VERDICTS[within], f"{figures.words}: {shown} {sign} {key} {limit}"


def _grow(
    share: int, floor: int, figures: Figures, baseline: Figures | None
) -> tuple[Verdict, str]:
    limit = f"max-growth {format_percent(share)}"
    if baseline is None:
        return Verdict.SKIP, f"{figures.words}: no baseline, {limit} cannot be judged"
    if figures.at_least or baseline.at_least:
        return Verdict.SKIP, f"{figures.words}: not all could be read, {limit} cannot be judged"
    growth = figures.size - baseline.size
    if growth == 0:
        return Verdict.PASS, f"{figures.words}: unchanged, {limit}"
    if growth < 0:
        return Verdict.PASS, f"{figures.words}: shrank by {format_size(-growth)}, {limit}"
    if growth <= floor:
        shown, least = _apart(growth, floor, format_size)
        return Verdict.PASS, f"{figures.words}: grew by {shown} <= growth-floor {least}, {limit}"
    if baseline.size == 0:
        change = f"grew from nothing to {format_size(growth)}"
        return Verdict.SKIP, f"{figures.words}: {change}, {limit} cannot be judged"
    # Parts per million stay integers: a float would call 10.00001% of a large context 10%.
    exact = growth * _MILLION
    within = exact <= baseline.size * share
    grown = exact // baseline.size
    if not within:
        # Round away from the limit, so that a broken one never prints as kept.
        grown = -(-exact // baseline.size)
    shown = format_percent(_rounded(grown))
    if shown == format_percent(share) and grown != share:
        shown = format_percent(grown)
    sign = _SIGNS[True, within]
    message = f"{figures.words}: grew by {format_size(growth)}, {shown} {sign} {limit}"
    return _VERDICTS[within], message


def _apart(value: int, bound: int, show: Callable[[int], str]) -> tuple[str, str]:
    """Show two numbers; exactly, where they differ and would look the same."""
    shown, limit = show(value), show(bound)
    if shown == limit and value != bound:
        return f"{value:,} bytes", f"{bound:,} bytes"
    return shown, limit


def _files(number: int) -> str:
    return count(number, "file")


def _rounded(ppm: int) -> int:
    """Round parts per million to a tenth of a percent."""
    return (ppm + 500) // 1000 * 1000
