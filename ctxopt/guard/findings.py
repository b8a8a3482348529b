"""The findings of the checked contexts: judged beside the limits, and written to the baseline.

What a rule finds and what a baseline knows is decided in ``rules``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ctxopt.atomic_write import replace_file
from ctxopt.build.analysis import Analysis
from ctxopt.errors import ConfigError
from ctxopt.guard.against import refuse_bare, repository_at
from ctxopt.guard.request import CheckRequest, MeasureTree
from ctxopt.guard.trees import measure_trees
from ctxopt.rules.baseline import (
    Baseline,
    ContextFindings,
    Findings,
    Known,
    part_known,
    render,
    renew,
)
from ctxopt.rules.run import RuleResults
from ctxopt.rules.scan import judge_analysis, level_of, read_known


class WrittenBaseline(NamedTuple):
    """The baseline file that was written."""

    path: str
    number: int
    """How many findings of the checked contexts it knows now."""


def judge_trees(
    question: CheckRequest, trees: Mapping[str, Analysis], baseline: Baseline | None
) -> Findings:
    """Run the rules on contexts measured on disk, by place; ``baseline`` is what is known.

    Without a level of its own, a run with a baseline fails from ``warning`` on. Raises ConfigError
    for a rule that the configuration names and that does not exist.
    """
    config = question.config
    found = []
    for path, builds in _by_path(question, trees).items():
        judged, gone = _judge(question, list(builds.values()), baseline)
        # Limits on both views, and on several builds: the first name stands for the context.
        found.append(ContextFindings(next(iter(builds)), question.folder_of(path), judged, gone))
    return Findings(level_of(config), tuple(found), config.baseline)


def _by_path(
    question: CheckRequest, trees: Mapping[str, Analysis]
) -> dict[str, dict[str, Analysis]]:
    """Return the measured builds of each context, by their names: a finding of all of them is one."""
    found: dict[str, dict[str, Analysis]] = {}
    for place, analysis in trees.items():
        budget = question.places[place]
        found.setdefault(os.path.realpath(budget.path), {})[budget.name] = analysis
    return found


def _judge(
    question: CheckRequest, builds: Sequence[Analysis], baseline: Baseline | None
) -> tuple[RuleResults, tuple[Known, ...]]:
    """Judge all builds of one context; return also what ``baseline`` knows in vain."""
    config, first = question.config, builds[0]
    if len(builds) == 1:
        return judge_analysis(first, config, baseline, question.judge_cures)
    several = [judge_analysis(build, config, None, question.judge_cures)[0] for build in builds]
    reported = {item.fingerprint: item for each in reversed(several) for item in each.reported}
    suppressed = {item.finding.fingerprint: item for each in several for item in each.suppressed}
    judged = several[0]._replace(
        reported=tuple(sorted(reported.values(), key=lambda finding: finding.sort_key)),
        suppressed=tuple(suppressed.values()),
    )
    if baseline is None:
        return judged, ()
    return part_known(judged, baseline, first.context.root, config.selection)


def no_findings(question: CheckRequest, reason: str) -> Findings:
    """Return that nothing was judged, with the reason."""
    config = question.config
    return Findings(level_of(config), (), config.baseline, reason)


def write_baseline(question: CheckRequest, measure: MeasureTree) -> WrittenBaseline:
    """Write what is found today, in place of what the baseline knew of these contexts.

    Raises ConfigError where the configuration names no baseline, WriteError where it changed
    meanwhile or cannot be written.
    """
    baseline = read_known(question.config, may_be_missing=True)
    if baseline is None:
        raise ConfigError("--write-baseline needs a file", hint="--baseline FILE names it")
    refuse_bare(repository_at(question.root))
    found = {}
    for path, builds in _by_path(question, measure_trees(question, measure)).items():
        # Held against no baseline: what is known already has to be written again.
        judged, _ = _judge(question, list(builds.values()), None)
        found[path] = judged.reported
    entries = renew(baseline, found, question.config.selection.runs)
    folder = os.path.dirname(baseline.path) or "."
    replace_file(baseline.path, render(entries), expected=baseline.content, root=folder)
    return WrittenBaseline(baseline.path, sum(map(len, found.values())))
