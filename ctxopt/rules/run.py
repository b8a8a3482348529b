"""Findings of one analysed context: the selected rules run, suppressions honoured, bytes told once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from ctxopt.config.selection import Selection
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import EditKind
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.rules.finding import Finding, Suppression
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity

_SUPPRESSION = re.compile(r"#\s*ctxopt:\s*ignore\[([^\]]*)\]\s*(.*)")


class RuleResults(NamedTuple):
    """All findings of a run in three piles; nothing is ever dropped without being counted."""

    reported: tuple[Finding, ...] = ()
    suppressed: tuple[Suppression, ...] = ()
    filtered: int = 0
    """Findings of rules that the selection leaves out."""

    @property
    def known(self) -> int:
        """How many of the suppressed are so because a baseline knows them."""
        return sum(item.origin == "baseline" for item in self.suppressed)

    def worst(self) -> Severity | None:
        """The severity of the worst finding reported; None without any."""
        return max((finding.severity for finding in self.reported), default=None)

    def at_least(self, severity: Severity) -> list[Finding]:
        """The findings reported that are at least this bad."""
        return [finding for finding in self.reported if finding.severity >= severity]


def run_rules(facts: Facts, rules: Iterable[Rule], selection: Selection) -> RuleResults:
    """Run the rules and sort what they find.

    Raises ConfigError for a comment to ctxopt that asks for nothing it knows.
    """
    _ = facts.kept
    suppressions = _read_suppressions(facts.ignore_file)
    reported: list[Finding] = []
    suppressed: list[Suppression] = []
    filtered = 0
    for rule in rules:
        found = list(rule.check(facts))
        if not selection.runs(rule.id):
            filtered += len(found)
            continue
        for finding in found:
            level = (selection.severity or {}).get(rule.id)
            graded = replace(finding, severity=level) if level else finding
            reason = _suppressed_because(graded, suppressions, facts)
            if reason is None:
                reported.append(graded)
            else:
                suppressed.append(Suppression(graded, "ignore-file", reason))
    reported = _told_once(reported)
    reported.sort(key=lambda finding: finding.sort_key)
    suppressed.sort(key=lambda item: item.finding.sort_key)
    return RuleResults(tuple(reported), tuple(suppressed), filtered)


def _told_once(findings: list[Finding]) -> list[Finding]:
    """Leave out a finding whose every line is what another one already makes of a faulty line."""
    repaired = {
        edit.text.rstrip("/")
        for finding in findings
        for edit in finding.edits
        if edit.kind is EditKind.REPLACE and edit.text
    }
    cured = [
        (finding.size, finding.paths)
        for finding in findings
        if any(edit.kind is EditKind.REPLACE for edit in finding.edits)
    ]
    return [
        finding
        for finding in findings
        if not finding.edits
        or any(edit.kind is not EditKind.ADD for edit in finding.edits)
        or not (
            all((edit.text or "").rstrip("/") in repaired for edit in finding.edits)
            or any(_same_bytes(finding, size, paths) for size, paths in cured)
        )
    ]


def _same_bytes(finding: Finding, size: int, paths: tuple[str, ...]) -> bool:
    """Whether a finding is about a folder whose bytes are all those of ``paths`` in it."""
    return finding.size == size > 0 and all(
        any(path.startswith(above + "/") for above in finding.paths) for path in paths
    )


def _read_suppressions(file: IgnoreFile | None) -> dict[int, tuple[frozenset[str], str]]:
    """Suppressing comments by the line they stand above; 0 for those above no pattern."""
    found: dict[int, tuple[frozenset[str], str]] = {}
    waiting: list[tuple[frozenset[str], str]] = []
    for line in file.lines if file else ():
        match = _SUPPRESSION.match(line.text) if line.is_comment else None
        if match:
            rules = frozenset(rule.strip() for rule in match[1].split(",") if rule.strip())
            waiting.append((rules, match[2].strip()))
        elif waiting and line.pattern is not None:
            for rules, reason in waiting:
                before = found.get(line.number, (frozenset(), ""))
                found[line.number] = (before[0] | rules, reason or before[1])
            waiting = []
        elif waiting and not line.is_comment:
            found[0] = _join(found.get(0), waiting)
            waiting = []
    if waiting:
        found[0] = _join(found.get(0), waiting)
    return found


def _join(
    before: tuple[frozenset[str], str] | None, more: list[tuple[frozenset[str], str]]
) -> tuple[frozenset[str], str]:
    rules, reason = before or (frozenset(), "")
    for added, why in more:
        rules, reason = rules | added, reason or why
    return rules, reason


def _suppressed_because(
    finding: Finding, suppressions: dict[int, tuple[frozenset[str], str]], facts: Facts
) -> str | None:
    """Why a finding is silenced: above its line, or for the whole file; None if it is not."""
    places = [0]
    if finding.location.file == facts.ignore_path and finding.location.line:
        places.append(finding.location.line)
    for place in places:
        rules, reason = suppressions.get(place, (frozenset(), ""))
        if finding.rule in rules:
            return reason
    return None
