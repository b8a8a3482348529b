"""Budgets: which limits hold, which are broken, which cannot be judged, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.config.load import ContextBudget, Limits
from ctxopt.errors import ConfigError
from ctxopt.guard.budget import Figures, LimitResult, Verdict, check_limits, judge_contexts

MB = 10**6
ORIGINS = {
    "max-size": "set in ctxopt.toml",
    "max-files": "set by --max-files",
    "max-growth": "set in pyproject.toml",
}
PASS, FAIL, SKIP = Verdict.PASS, Verdict.FAIL, Verdict.SKIP


def only(
    limits: dict[str, Any],
    figures: Figures,
    baseline: Figures | None = None,
) -> LimitResult:
    [result] = check_limits(Limits(**limits, origins=ORIGINS), figures, baseline=baseline)
    return result


def figures(size: int = 0, files: int = 0, **more: Any) -> Figures:
    return Figures(size=size, files=files, **more)


@pytest.mark.parametrize(
    ("limits", "now", "verdict", "message"),
    [
        ({"max_size": 40 * MB}, figures(48_200_000), FAIL, "could be sent: 48.2 MB > max-size 40 MB (set in ctxopt.toml)"),
        ({"max_size": 40 * MB}, figures(40 * MB), PASS, "could be sent: 40 MB <= max-size 40 MB (set in ctxopt.toml)"),
        ({"max_size": 40 * MB}, figures(40 * MB + 1), FAIL, "could be sent: 40,000,001 bytes > max-size 40,000,000 bytes (set in ctxopt.toml)"),
        ({"max_size": 40 * MB}, figures(40 * MB - 1), PASS, "could be sent: 39,999,999 bytes <= max-size 40,000,000 bytes (set in ctxopt.toml)"),
        ({"max_size": 0}, figures(0), PASS, "could be sent: 0 B <= max-size 0 B (set in ctxopt.toml)"),
        ({"max_size": 0}, figures(1), FAIL, "could be sent: 1 B > max-size 0 B (set in ctxopt.toml)"),
        ({"max_size": 5}, figures(9, view="transferred"), FAIL, "could be sent: 9 B > max-size 5 B (set in ctxopt.toml)"),
        ({"max_files": 1000}, figures(0, 1204), FAIL, "could be sent: 1,204 files > max-files 1,000 files (set by --max-files)"),
        ({"max_files": 1}, figures(0, 1), PASS, "could be sent: 1 file <= max-files 1 file (set by --max-files)"),
        ({"max_files": 0}, figures(0, 1), FAIL, "could be sent: 1 file > max-files 0 files (set by --max-files)"),
        ({"min_size": 10}, figures(0), FAIL, "could be sent: 0 B < min-size 10 B (default)"),
        ({"min_size": 10}, figures(10), PASS, "could be sent: 10 B >= min-size 10 B (default)"),
        ({"min_files": 2}, figures(5, 1), FAIL, "could be sent: 1 file < min-files 2 files (default)"),
        ({"min_files": 0}, figures(0, 0), PASS, "could be sent: 0 files >= min-files 0 files (default)"),
        ({"max_size": 9}, figures(5, at_least=True), SKIP, "could be sent: at least 5 B, max-size 9 B cannot be judged (set in ctxopt.toml)"),
        ({"max_size": 4}, figures(5, at_least=True), FAIL, "could be sent: at least 5 B > max-size 4 B (set in ctxopt.toml)"),
        ({"min_size": 9}, figures(5, at_least=True), SKIP, "could be sent: at least 5 B, min-size 9 B cannot be judged (default)"),
        ({"min_size": 5}, figures(5, at_least=True), PASS, "could be sent: at least 5 B >= min-size 5 B (default)"),
    ],
)  # fmt: skip
def test_a_limit(limits: dict[str, Any], now: Figures, verdict: Verdict, message: str):
    result = only(limits, now)
    assert (result.verdict, result.message) == (verdict, message)


TEN = {"max_growth": 100_000, "growth_floor": MB}


@pytest.mark.parametrize(
    ("now", "before", "verdict", "message"),
    [
        (figures(60 * MB), figures(50 * MB), FAIL, "could be sent: grew by 10 MB, 20% > max-growth 10%"),
        (figures(55 * MB), figures(50 * MB), PASS, "could be sent: grew by 5 MB, 10% <= max-growth 10%"),
        (figures(55 * MB + 1), figures(50 * MB), FAIL, "could be sent: grew by 5 MB, 10.0001% > max-growth 10%"),
        (figures(55 * MB - 1), figures(50 * MB), PASS, "could be sent: grew by 5 MB, 9.9999% <= max-growth 10%"),
        (figures(50 * MB), figures(50 * MB), PASS, "could be sent: unchanged, max-growth 10%"),
        (figures(10 * MB), figures(50 * MB), PASS, "could be sent: shrank by 40 MB, max-growth 10%"),
        (figures(0), figures(0), PASS, "could be sent: unchanged, max-growth 10%"),
        (figures(0), figures(9), PASS, "could be sent: shrank by 9 B, max-growth 10%"),
        (figures(MB), figures(0), PASS, "could be sent: grew by 1 MB <= growth-floor 1 MB, max-growth 10%"),
        (figures(MB + 1), figures(0), SKIP, "could be sent: grew from nothing to 1 MB, max-growth 10% cannot be judged"),
        (figures(MB + 5), figures(6), PASS, "could be sent: grew by 999,999 bytes <= growth-floor 1,000,000 bytes, max-growth 10%"),
        (figures(3 * MB), figures(2 * MB), PASS, "could be sent: grew by 1 MB <= growth-floor 1 MB, max-growth 10%"),
        (figures(9 * MB), None, SKIP, "could be sent: no baseline, max-growth 10% cannot be judged"),
        (figures(9 * MB, at_least=True), figures(1), SKIP, "could be sent: not all could be read, max-growth 10% cannot be judged"),
        (figures(9 * MB), figures(1, at_least=True), SKIP, "could be sent: not all could be read, max-growth 10% cannot be judged"),
    ],
)  # fmt: skip
def test_growth(now: Figures, before: Figures | None, verdict: Verdict, message: str):
    result = only(TEN, now, before)
    assert (result.verdict, result.message) == (verdict, message + " (set in pyproject.toml)")


def test_growth_of_nothing_at_all_is_allowed_with_zero_percent():
    limits = {"max_growth": 0, "growth_floor": 0}
    assert only(limits, figures(0), figures(0)).verdict is PASS
    assert only(limits, figures(1), figures(0)).verdict is SKIP
    assert only(limits, figures(1001), figures(1000)).message.startswith(
        "could be sent: grew by 1 B, 0.1% > max-growth 0%"
    )
    assert only(limits, figures(10**9 + 1), figures(10**9)).message.startswith(
        "could be sent: grew by 1 B, 0.0001% > max-growth 0%"
    )


def test_no_limit_gives_no_result():
    assert check_limits(Limits(), figures(10**15, 10**9)) == ()


def test_all_limits_are_judged_in_order():
    limits = Limits(max_size=1, max_files=1, min_size=1, min_files=1, max_growth=1)
    results = check_limits(limits, figures(2, 2), baseline=figures(1, 1), context="app")
    assert [result.limit for result in results] == [
        "max-size", "max-files", "min-size", "min-files", "max-growth",
    ]  # fmt: skip
    assert {result.context for result in results} == {"app"}
    assert [(result.value, result.bound) for result in results] == [
        (2, 1), (2, 1), (2, 1), (2, 1), (1, 1),
    ]  # fmt: skip


def test_a_baseline_of_another_view_is_refused():
    with pytest.raises(ValueError):
        check_limits(Limits(max_growth=1), figures(1), baseline=figures(1, view="transferred"))


def budget(name: str, **changes: Any) -> ContextBudget:
    return ContextBudget(name=name, path=name, limits=Limits(max_size=5), **changes)


def test_several_contexts():
    found = judge_contexts(
        [budget("app"), budget("./api", view="transferred")],
        {
            ("api", "transferred"): figures(9, view="transferred"),
            ("app/", "permitted"): figures(3),
            ("app/", "transferred"): figures(7, view="transferred"),
            ("other", "permitted"): figures(99),
        },
    )
    assert [(result.context, result.verdict) for result in found] == [
        ("app", PASS),
        ("./api", FAIL),
    ]


@pytest.mark.parametrize("known", [{}, {"apps": 1}, {"app/api": 1}, {"": 1}, {"App": 1}])
def test_a_limit_on_nothing_is_refused(known: dict[str, int]):
    with pytest.raises(ConfigError, match="there is no context 'app'"):
        judge_contexts(
            [budget("app")], {(path, "permitted"): figures(size) for path, size in known.items()}
        )


def test_a_context_without_limits_has_to_exist_too():
    with pytest.raises(ConfigError):
        judge_contexts([ContextBudget(name="app", path="app")], {})


def test_figures_of_another_view_are_refused():
    with pytest.raises(ConfigError):
        judge_contexts([budget("app")], {("app", "transferred"): figures(1, view="transferred")})


sizes = st.integers(0, 10**15)


@given(sizes, sizes, st.integers(0, 10**7), sizes)
def test_growth_is_exact(now: int, before: int, share: int, floor: int):
    result = only({"max_growth": share, "growth_floor": floor}, figures(now), figures(before))
    grown = now - before
    broken = grown > floor and grown > 0 and grown * 10**6 > before * share
    assert result.verdict is ((FAIL if before else SKIP) if broken else PASS)


@given(sizes, sizes)
def test_what_differs_never_prints_alike(value: int, bound: int):
    message = only({"max_size": bound}, figures(value)).message.partition(" (")[0]
    shown, sign, limit = message.removeprefix("could be sent: ").partition(" > ")
    if not sign:
        shown, sign, limit = message.removeprefix("could be sent: ").partition(" <= ")
    assert (shown == limit.removeprefix("max-size ")) == (value == bound)
    assert (sign == " > ") == (value > bound)
