"""Findings of one analysed context: the selected rules run, suppressions honoured, bytes told once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from ctxopt.build.context import BuildContext
from ctxopt.config.selection import Selection
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.paths import is_at_or_below, is_covered
from ctxopt.rules.finding import SECRETS, Finding, Suppression
from ctxopt.rules.ignore_file.no_ignore_file import RULE as NO_IGNORE_FILE
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity

_SUPPRESSION = r"#\s*ctxopt:\s*ignore\[([^\]]*)\]\s*(.*)"


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

    @property
    def has_edits(self) -> bool:
        """Whether a finding asks for a change of the ignore file."""
        return any(finding.edits for finding in self.reported)

    def may_be_cured(self, context: BuildContext) -> bool:
        """Whether a fix may have lines to write: where there is no ignore file yet, also lines for tomorrow alone."""
        return context.ignore.path is None or self.has_edits

    def without_promise(self) -> RuleResults:
        """Return the results for where no line is to be written: that there is no ignore file asks for nothing then."""
        kept = tuple(finding for finding in self.reported if finding.rule != NO_IGNORE_FILE.id)
        return self._replace(reported=kept)

    def worst(self) -> Severity | None:
        """The severity of the worst finding reported; None without any."""
        return max((finding.severity for finding in self.reported), default=None)

    def at_least(self, severity: Severity) -> list[Finding]:
        """The findings reported that are at least this bad."""
        return [finding for finding in self.reported if finding.severity >= severity]


class _Silenced(NamedTuple):
    """What comments above one line, or above none, silence."""

    rules: frozenset[str] = frozenset()
    reason: str = ""

    def joined(self, more: _Silenced) -> _Silenced:
        """Return both; of two reasons the later one."""
        return _Silenced(self.rules | more.rules, more.reason or self.reason)


_WHOLE_FILE: Final = 0
"""The line of comments that stand above no pattern."""


def run_rules(facts: Facts, rules: Iterable[Rule], selection: Selection) -> RuleResults:
    """Run the rules and sort what they find.

    Raises ConfigError for a comment to ctxopt that asks for nothing it knows.
    """
    _check_comments(facts)
    silenced = _read_suppressions(facts.ignore_file)
    severities = selection.severity or {}
    reported: list[Finding] = []
    suppressed: list[Suppression] = []
    filtered = 0
    for rule in rules:
        found = list(rule.check(facts))
        if not selection.runs(rule.id):
            filtered += len(found)
            continue
        for finding in found:
            graded = replace(finding, severity=severities.get(rule.id, finding.severity))
            reason = _suppressed_because(graded, silenced, facts)
            if reason is None:
                reported.append(graded)
            else:
                suppressed.append(Suppression(graded, "ignore-file", reason))
    reported = _told_once(reported)
    reported.sort(key=lambda finding: finding.sort_key)
    suppressed.sort(key=lambda item: item.finding.sort_key)
    return RuleResults(tuple(reported), tuple(suppressed), filtered)


def _check_comments(facts: Facts) -> None:
    """Raise ConfigError where a comment says wrongly what to keep, whether or not a rule asks."""
    # The list is read when a rule first asks for it. A selection without such a rule would pass
    # over a mistake that the next ``fix`` stumbles over.
    _ = facts.kept


def _told_once(findings: list[Finding]) -> list[Finding]:
    """Leave out a finding whose every line is what another one already makes of a faulty line.

    A secret is told all the same, with the faulty line as its cause; the repair then only where it is about more.
    """
    repairs = [finding for finding in findings if _replaced_by(finding)]
    if not repairs:
        return findings
    repaired = {text for finding in repairs for text in _replaced_by(finding)}
    caused = {finding: _cause(finding, repairs) for finding in findings if finding.rule == SECRETS}
    told = {path for finding, cause in caused.items() if cause for path in finding.paths}
    kept = []
    # In the order they came: sorting is for those who have them all.
    for finding in findings:
        cause = caused.get(finding)
        if cause is not None:
            kept.append(_with_cause(finding, cause))
        elif finding in repairs and told.issuperset(finding.paths or ("",)):
            continue
        elif finding.rule == SECRETS or not _is_told_by(finding, repairs, repaired):
            kept.append(finding)
    return kept


def _cause(secret: Finding, repairs: list[Finding]) -> Finding | None:
    """Return the repair of a line that was meant to hide the secret; None where there is none."""
    if not secret.edits or any(edit.kind is not EditKind.ADD for edit in secret.edits):
        return None
    for repair in repairs:
        texts = _replaced_by(repair)
        if all(is_covered(path, repair.paths) for path in secret.paths) or all(
            _bare(edit) in texts for edit in secret.edits
        ):
            return repair
    return None


def _with_cause(secret: Finding, cause: Finding) -> Finding:
    """Return the finding about a secret with the line that lets it through, and its repair as the cure."""
    place = cause.location
    text = f"{place.file}:{place.line}: {cause.message}. {secret.help}"
    return replace(secret, edits=cause.edits, help=text.rstrip())


def _replaced_by(finding: Finding) -> list[str]:
    return [_bare(edit) for edit in finding.edits if edit.kind is EditKind.REPLACE]


def _bare(edit: Edit) -> str:
    """Return the line of an edit without a slash at its end, which means nothing to Docker."""
    return (edit.text or "").rstrip("/")


def _is_told_by(finding: Finding, repairs: list[Finding], repaired: Collection[str]) -> bool:
    """Whether the repaired lines hide the same: they say where it comes from as well."""
    if not finding.edits or any(edit.kind is not EditKind.ADD for edit in finding.edits):
        return False
    if all(_bare(edit) in repaired for edit in finding.edits):
        return True
    return any(_holds_same_bytes(finding, other) for other in repairs)


def _holds_same_bytes(finding: Finding, other: Finding) -> bool:
    """Whether a finding is about what ``other`` is about, or a folder whose bytes are all of that."""
    return finding.size == other.size > 0 and all(
        any(is_at_or_below(path, above) for above in finding.paths) for path in other.paths
    )


def _read_suppressions(file: IgnoreFile | None) -> dict[int, _Silenced]:
    """Return what comments silence, by the line they stand above; ``_WHOLE_FILE`` above no pattern."""
    found: dict[int, _Silenced] = {}
    if file is None:
        return found
    waiting: list[_Silenced] = []
    for line in file.lines:
        comment = None
        if line.is_comment:
            comment = re.match(_SUPPRESSION, line.text)
        if comment is not None:
            rules = frozenset(rule.strip() for rule in comment[1].split(",") if rule.strip())
            waiting.append(_Silenced(rules, comment[2].strip()))
        elif not line.is_comment:
            place = _WHOLE_FILE
            if line.pattern is not None:
                place = line.number
            _settle(found, waiting, place)
    # Comments at the end, where no line follows, are about the file.
    _settle(found, waiting, _WHOLE_FILE)
    return found


def silences(file: IgnoreFile | None, rule: str) -> bool:
    """Tell whether a comment of ``file`` silences a rule for everything."""
    above = _read_suppressions(file).get(_WHOLE_FILE)
    return above is not None and rule in above.rules


def _settle(found: dict[int, _Silenced], waiting: list[_Silenced], line: int) -> None:
    """Give the comments that wait for a line to this one."""
    for silenced in waiting:
        found[line] = found.get(line, _Silenced()).joined(silenced)
    waiting.clear()


def _suppressed_because(
    finding: Finding, silenced: dict[int, _Silenced], facts: Facts
) -> str | None:
    """Why a finding is silenced: above its line, or for the whole file; None if it is not."""
    places = [_WHOLE_FILE]
    # A finding about a Dockerfile has lines too, and they are none of the ignore file's.
    if finding.location.file == facts.ignore_path and finding.location.line:
        places.append(finding.location.line)
    for place in places:
        above = silenced.get(place)
        if above is not None and finding.rule in above.rules:
            return above.reason
    return None
