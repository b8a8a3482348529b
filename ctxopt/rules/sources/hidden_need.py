"""A line of the ignore file that hides what a later step of the build needs.

The context arrives, every COPY finds something, and the build fails further down, in another file's words: a stage lacks
what COPY --from takes, a step its script, Cargo a member of the workspace. What git does not track may be made by something,
so it is a warning; without ``fix`` knowing for sure, the exception is only told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.explain import explain
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, add_line
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import place, slash_trap
from ctxopt.severity import Severity
from ctxopt.units import and_more

if TYPE_CHECKING:
    from ctxopt.evidence.hidden_needs import HiddenNeed


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line that hides such a thing."""
    plan = facts.plan
    if plan is None or facts.ignore_file is None or not facts.matcher.patterns:
        return
    build = plan.build
    if not build.runs and not any(source.from_ is not None for source in build.sources):
        return
    # Most builds without steps need none of this.
    from ctxopt.evidence.hidden_needs import find_hidden_needs

    by_line: dict[tuple[int, bool], list[HiddenNeed]] = {}
    for need in find_hidden_needs(facts):
        index = facts.matcher.decide(need.path).index
        if index is not None:
            by_line.setdefault((index, need.is_certain), []).append(need)
    for (index, is_certain), needs in by_line.items():
        yield _finding_for(facts, index, needs, is_certain)


def _finding_for(facts: Facts, index: int, needs: list[HiddenNeed], is_certain: bool) -> Finding:
    pattern = facts.matcher.patterns[index]
    first = needs[0]
    where = f"{facts.ignore_path}:{pattern.line}"
    severity, claim = Severity.WARNING, "the build may fail"
    edits: list[Edit] = []
    exceptions = [_exception(facts, need) for need in needs]
    if is_certain:
        severity, claim = RULE.severity, "the build fails"
        edits = [edit for edit in exceptions if edit is not None]
    texts = [edit.text or "" for edit in exceptions if edit is not None]
    advice = "correct the line"
    if texts:
        advice = f"add {', '.join(texts)} at the end of {facts.ignore_path}{slash_trap(facts, first.path)}"
    if first.path == ".git":
        advice += ", or give the version as SETUPTOOLS_SCM_PRETEND_VERSION"
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=f"{first.path}{and_more(len(needs) - 1)} is excluded by {where} ({pattern}), though {first.reason}: {claim}",
        location=place(facts, pattern.line),
        subject=str(pattern),
        paths=tuple(need.path for need in needs),
        entries=len(needs),
        edits=tuple(edits),
        help=advice,
    )


def _exception(facts: Facts, need: HiddenNeed) -> Edit | None:
    """Return the line that brings it back; None where none does only that."""
    exception = explain(facts.matcher, need.path).exception
    if exception is None:
        return None
    edit = add_line(exception, need.reason)
    trial = try_edits(facts, [edit])
    if trial is None or trial.difference.lost or trial.matcher.decide(need.path).excluded:
        return None
    return edit


RULE = Rule(
    "hidden-need",
    "Hidden from a later step",
    Severity.ERROR,
    check,
    about="sources",
    may_send_more=True,
)
