"""One analysed context judged by all rules, less what the baseline knows; prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctxopt.build.analysis import Analysis
    from ctxopt.config.load import Config
    from ctxopt.evidence.facts import Facts
    from ctxopt.rules.baseline import Baseline, Known
    from ctxopt.rules.run import RuleResults
    from ctxopt.severity import Severity

    JudgeCures = Callable[[Facts, RuleResults, Config], RuleResults]
    """Says of what was found which cures hold."""


def judge_analysis(
    analysis: Analysis,
    config: Config,
    baseline: Baseline | None,
    judge_cures: JudgeCures | None = None,
) -> tuple[RuleResults, tuple[Known, ...]]:
    """Run the rules; return the findings, and the entries of ``baseline`` that are gone.

    ``judge_cures`` is asked about the lines that the findings propose; without it all are returned.
    """
    from ctxopt.config.load import check_rules
    from ctxopt.evidence.gather import gather_facts
    from ctxopt.rules.registry import RULE_IDS, RULES
    from ctxopt.rules.run import run_rules

    check_rules(config, RULE_IDS)
    facts = gather_facts(analysis, config)
    judged = run_rules(facts, RULES, config.selection)
    if judge_cures is not None:
        judged = judge_cures(facts, judged, config)
    if baseline is None:
        return judged, ()
    from ctxopt.rules.baseline import part_known

    return part_known(judged, baseline, analysis.context.root, config.selection)


def level_of(config: Config) -> Severity | None:
    """Return how bad a finding has to be to fail, a warning where that is not set; None for never."""
    from ctxopt.severity import Severity

    if config.fail_on is None and not config.is_set("fail-on"):
        return Severity.WARNING
    return config.fail_on


def read_known(config: Config, *, may_be_missing: bool = False) -> Baseline | None:
    """Read the baseline that is asked for; None without one. Raises ConfigError."""
    if config.baseline is None:
        return None
    from ctxopt.rules.baseline import read_baseline

    return read_baseline(config.baseline, may_be_missing=may_be_missing)
