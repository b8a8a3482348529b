"""Exceptions for sources that the ignore file hides: the build stops without them, so they may send more than now.

They come before every other line, and the context is walked again: nothing is known yet of what they let in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.evidence.facts import Facts
from ctxopt.fix.decisions import change_of
from ctxopt.fix.options import FixOptions
from ctxopt.fix.proposal import ProposedLine
from ctxopt.fix.unit import Unit
from ctxopt.fix.what_if import walked_again
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.rules.finding import Finding
from ctxopt.rules.registry import rule_named
from ctxopt.rules.sources.ignored_source import RULE as IGNORED
from ctxopt.rules.trial import try_edits

_HEAD = "# Taken by an instruction"


class LetIn(NamedTuple):
    """The lines, and the context with them."""

    lines: tuple[ProposedLine, ...]
    analysis: Analysis


def let_sources_in(facts: Facts, findings: Iterable[Finding], options: FixOptions) -> LetIn | None:
    """Return the exceptions that hidden sources need, as one change; None where none is needed, or none helps."""
    several = list(findings)
    units = [unit for unit in _units(several) if _is_wanted(facts, unit, options)]
    after = _measure(facts, units)
    useless = _useless(several, after)
    if useless:
        units = [unit for unit in units if unit.name not in useless]
        after = _measure(facts, units)
    if after is None:
        return None
    known = {entry.path for entry in facts.view.entries()}
    new = [entry for entry in after.permitted.entries() if entry.path not in known]
    # More is sent than now, so what is saved is less than nothing.
    size, entries = -sum(entry.size for entry in new if entry.type == "file"), -len(new)
    lines = []
    for unit in units:
        lines.append(
            ProposedLine(
                texts=(unit.name,),
                replaces=(),
                rule=unit.rule,
                confidence="proven",
                reason=f"{unit.edits[0].reason}, and the build fails without it",
                bytes=size,
                entries=entries,
                total_bytes=size,
                total_entries=entries,
                paths=(),
            )
        )
        # What several let in together is told with the first.
        size = entries = 0
    whole = lines[0]
    lines[1:] = [line.after(whole.bytes, whole.entries) for line in lines[1:]]
    return LetIn(tuple(lines), after)


def _measure(facts: Facts, units: Sequence[Unit]) -> Analysis | None:
    """Return the context with all of the lines; None where there are none, or they may not be written."""
    edits = [edit for unit in units for edit in unit.edits]
    if not edits:
        return None
    trial = try_edits(facts, [*_heading(facts), *edits])
    if trial is None or trial.difference.lost:
        return None
    return walked_again(facts.analysis, trial)


def _useless(findings: Iterable[Finding], after: Analysis | None) -> set[str]:
    """Return the lines that bring something back, and still not what the source asks for."""
    if after is None or after.plan is None:
        return set()
    failing = {check.text for check in after.plan.sources.checks if check.fails}
    return {
        edit.text or ""
        for finding in findings
        # What is made before the build is not there yet.
        if finding.rule == IGNORED.id and finding.subject in failing
        for edit in finding.edits
    }


def may_send_more(finding: Finding) -> bool:
    """Tell whether the lines of a finding are exceptions that a build needs."""
    return rule_named(finding.rule).may_send_more


def _units(findings: Iterable[Finding]) -> list[Unit]:
    found: dict[object, Unit] = {}
    for finding in findings:
        if may_send_more(finding):
            for part in Unit(finding.edits, finding.rule, finding.severity).parts:
                if part.edits:
                    found.setdefault(part.name, part)
    return [found[key] for key in sorted(found, key=str)]


def _is_wanted(facts: Facts, unit: Unit, options: FixOptions) -> bool:
    change = change_of(facts.ignore_file, unit)
    return unit.name not in options.without and options.choice.admits(change)


def _heading(facts: Facts) -> list[Edit]:
    """Return the comment above the lines, unless the file ends under it."""
    file = facts.ignore_file
    if file is None:
        return []
    for line in reversed(file.lines):
        if line.is_comment and line.text == _HEAD:
            return []
        if line.is_comment or line.pattern is None or not line.pattern.startswith("!"):
            break
    blank = Edit(EditKind.ADD, None, "", "a blank line before a comment")
    head = Edit(EditKind.ADD, None, _HEAD, "why the lines below are there")
    return [blank, head]


__all__ = ["LetIn", "let_sources_in", "may_send_more"]
