"""Limits against figures: what holds, what is broken, and what cannot be judged, with the why.

Pure: measures nothing and reads nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ctxopt.config.keys import BudgetView
from ctxopt.config.load import ContextBudget, Limits
from ctxopt.errors import ConfigError
from ctxopt.units import format_percent, format_size

_MILLION = 10**6


class Verdict(StrEnum):
    """What became of a limit; SKIP is no pass: it could not be judged."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one view of one context holds."""

    size: int
    """Bytes."""
    files: int
    view: BudgetView = "permitted"
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
    """``permitted 48.2 MB > max-size 40 MB (set in ctxopt.toml)``."""
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
    results: list[LimitResult] = []
    for key, value, bound, show in (
        ("max-size", figures.size, limits.max_size, format_size),
        ("max-files", figures.files, limits.max_files, _files),
        ("min-size", figures.size, limits.min_size, format_size),
        ("min-files", figures.files, limits.min_files, _files),
    ):
        if bound is not None:
            verdict, message = _compare(key, value, bound, show, figures)
            results.append(
                LimitResult(
                    context=context,
                    view=figures.view,
                    limit=key,
                    verdict=verdict,
                    message=f"{message} ({limits.origin(key)})",
                    value=value,
                    bound=bound,
                )
            )
    if limits.max_growth is not None:
        verdict, message = _grow(limits.max_growth, limits.growth_floor, figures, baseline)
        growth = figures.size - baseline.size if baseline else None
        if not is_staged:
            limit = f"max-growth {format_percent(limits.max_growth)}"
            verdict, growth = Verdict.PASS, 0
            message = f"{figures.view} does not grow: nothing is staged, {limit}"
        results.append(
            LimitResult(
                context=context,
                view=figures.view,
                limit="max-growth",
                verdict=verdict,
                message=f"{message} ({limits.origin('max-growth')})",
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
    """Judge several contexts; ``figures`` and ``baselines`` are by path and view of the budget.

    Raises ConfigError for a context without figures: a limit on nothing must not pass.
    """
    known = _by_place(figures)
    before = _by_place(baselines or {})
    results: list[LimitResult] = []
    for context in contexts:
        key = (os.path.normpath(context.path), context.view)
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
    return {(os.path.normpath(path), view): found for (path, view), found in figures.items()}


def _compare(
    key: str, value: int, bound: int, show: Callable[[int], str], figures: Figures
) -> tuple[Verdict, str]:
    is_maximum = key.startswith("max")
    within = value <= bound if is_maximum else value >= bound
    sign = (">=", "<=", "<", ">")[is_maximum + 2 * (not within)]
    shown, limit = _apart(value, bound, show)
    if figures.at_least:
        shown = f"at least {shown}"
        # More may be there than was seen: only what grows truer with it is certain.
        if within == is_maximum:
            return Verdict.SKIP, f"{figures.view} {shown}, {key} {limit} cannot be judged"
    verdict = Verdict.PASS if within else Verdict.FAIL
    return verdict, f"{figures.view} {shown} {sign} {key} {limit}"


def _grow(
    share: int, floor: int, figures: Figures, baseline: Figures | None
) -> tuple[Verdict, str]:
    limit = f"max-growth {format_percent(share)}"
    if baseline is None:
        return Verdict.SKIP, f"{figures.view}: no baseline, {limit} cannot be judged"
    if figures.at_least or baseline.at_least:
        return Verdict.SKIP, f"{figures.view}: not all could be read, {limit} cannot be judged"
    growth = figures.size - baseline.size
    if growth <= 0:
        change = "is unchanged" if growth == 0 else f"shrank by {format_size(-growth)}"
        return Verdict.PASS, f"{figures.view} {change}, {limit}"
    if growth <= floor:
        shown, least = _apart(growth, floor, format_size)
        return Verdict.PASS, f"{figures.view} grew by {shown} <= growth-floor {least}, {limit}"
    if baseline.size == 0:
        change = f"grew from nothing to {format_size(growth)}"
        return Verdict.SKIP, f"{figures.view} {change}, {limit} cannot be judged"
    within = growth * _MILLION <= baseline.size * share
    # Round away from the limit, so that a broken one never prints as kept.
    exact = growth * _MILLION
    grown = exact // baseline.size if within else -(-exact // baseline.size)
    rough = format_percent(_rounded(grown))
    shown = rough if rough != format_percent(share) or grown == share else format_percent(grown)
    sign, verdict = ("<=", Verdict.PASS) if within else (">", Verdict.FAIL)
    return verdict, f"{figures.view} grew by {format_size(growth)}, {shown} {sign} {limit}"


def _apart(value: int, bound: int, show: Callable[[int], str]) -> tuple[str, str]:
    """Show two numbers; exactly, where they differ and would look the same."""
    shown, limit = show(value), show(bound)
    if shown == limit and value != bound:
        return f"{value:,} bytes", f"{bound:,} bytes"
    return shown, limit


def _files(count: int) -> str:
    return f"{count:,} file" if count == 1 else f"{count:,} files"


def _rounded(ppm: int) -> int:
    """Round parts per million to a tenth of a percent."""
    return (ppm + 500) // 1000 * 1000
