"""The findings of the checked contexts: judged beside the limits, and written to the baseline.

What a rule finds and what a baseline knows is decided in ``rules``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from ctxopt.atomic_write import replace_file
from ctxopt.build.analysis import Analysis
from ctxopt.errors import ConfigError
from ctxopt.guard.against import refuse_bare, repository_at
from ctxopt.guard.request import CheckRequest, MeasureTree, measure_trees
from ctxopt.rules.baseline import Baseline, ContextFindings, Findings, render, renew
from ctxopt.rules.scan import judge_analysis, level_of, read_known


class WrittenBaseline(NamedTuple):
    """The baseline file that was written."""

    path: str
    number: int
    """How many findings of the checked contexts it knows now."""


def judge_trees(
    question: CheckRequest, trees: Mapping[str, Analysis], baseline: Baseline | None
) -> Findings:
    """Run the rules on contexts measured on disk, by path; ``baseline`` is what is known.

    Without a level of its own, a run with a baseline fails from ``warning`` on. Raises ConfigError
    for a rule that the configuration names and that does not exist.
    """
    config = question.config
    # A context may have limits twice, one for each view: its first name stands for it.
    names = {item.path: item.name for item in reversed(question.budgets)}
    found = []
    for path, analysis in trees.items():
        judged, gone = judge_analysis(analysis, config, baseline, question.judge_cures)
        found.append(ContextFindings(names[path], question.folder_of(path), judged, gone))
    return Findings(level_of(config), tuple(found), config.baseline)


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
    for path, analysis in measure_trees(question, measure).items():
        # Held against no baseline: what is known already has to be written again.
        judged, _ = judge_analysis(analysis, question.config, None)
        found[path] = judged.reported
    entries = renew(baseline, found, question.config.selection.runs)
    folder = os.path.dirname(baseline.path) or "."
    replace_file(baseline.path, render(entries), expected=baseline.content, root=folder)
    return WrittenBaseline(baseline.path, sum(map(len, found.values())))
