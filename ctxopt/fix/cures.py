"""The cures that a scan shows: those that ``fix`` would write, and of the others the reason why not.

What is asked is the plan of a fix, so that both judge by the same measure and tell the same figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from ctxopt.config.load import Config
from ctxopt.errors import WriteError
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.gather import gather_facts
from ctxopt.fix.choose import MOSTLY_HIDDEN
from ctxopt.fix.decisions import LineChange, change_of
from ctxopt.fix.exceptions import let_sources_in, may_send_more
from ctxopt.fix.options import DEFAULTS, FixOptions
from ctxopt.fix.plan import Fix, Start, plan_fix
from ctxopt.fix.proposal import LeftAlone, ProposedLine, propose
from ctxopt.fix.rebuilds import saved_by_each
from ctxopt.fix.unit import Unit
from ctxopt.languages.ignore.edits import Edit
from ctxopt.paths import is_covered, overlaps
from ctxopt.rules.finding import Finding
from ctxopt.rules.registry import RULES
from ctxopt.rules.rule import add_line
from ctxopt.rules.run import RuleResults, run_rules
from ctxopt.severity import Severity
from ctxopt.units import and_more

_NAMED: Final = 4
_COVERED: Final = "another line does the same"
_BY_OTHERS: Final = frozenset((_COVERED, MOSTLY_HIDDEN))
_NEEDED_ELSEWHERE: Final = "another build with this ignore file has a use for it"


class PlannedCures(NamedTuple):
    """What was found with the cures that hold, and the plan that they are of."""

    results: RuleResults
    plan: Fix | None
    """None where ``fix`` would refuse to edit the ignore file."""
    refusal: str = ""
    """Why it would."""


def judge_cures(facts: Facts, results: RuleResults, config: Config) -> RuleResults:
    """Return ``results`` with the edits that ``fix`` takes; the help says what becomes of the others.

    Lines that may only go on request stay as they are. Only the first round of a fix is asked, which decides about
    every line that is proposed now.
    """
    shared, asked = _start(facts, results, config)
    needed = let_sources_in(shared, asked.reported, DEFAULTS)
    let_in: tuple[ProposedLine, ...] = ()
    if needed is not None:
        let_in = needed.lines
        shared = gather_facts(needed.analysis, config, facts.evidence, before=facts).shared()
        asked = run_rules(shared, RULES, config.selection)
    proposal = propose(shared, asked)
    judge = _Judge(
        facts,
        asked,
        lines=(*let_in, *proposal.lines),
        possible=proposal.possible,
        left=proposal.left,
    )
    return _with_rebuilds(facts, _judged(results, judge, config))


def plan_cures(
    facts: Facts,
    results: RuleResults,
    config: Config,
    start: Start | None = None,
    options: FixOptions = DEFAULTS,
) -> PlannedCures:
    """Return what ``judge_cures`` does, with the whole plan of ``fix``: for reports that tell what it saves.

    ``start`` is what the rules said of every build with the ignore file, for callers that asked.
    """
    start = start or _start(facts, results, config)
    try:
        plan = plan_fix(facts.analysis, config, options, evidence=facts.evidence, start=start)
    except WriteError as error:
        return refused_cures(results, error.message)
    judge = _Judge(
        facts, start.found, lines=plan.lines, possible=plan.possible, left=plan.left_alone
    )
    return PlannedCures(_with_rebuilds(facts, _judged(results, judge, config)), plan)


def refused_cures(results: RuleResults, reason: str) -> PlannedCures:
    """Return what was found where no line can be written, and so none is a cure."""
    bare = tuple(replace(finding, edits=()) for finding in results.reported)
    return PlannedCures(results._replace(reported=bare), None, reason)


def _start(facts: Facts, results: RuleResults, config: Config) -> Start:
    """Return what a fix starts from; the rules run again only where the ignore file serves other builds, too."""
    shared = facts.shared()
    if shared is facts:
        return Start(facts, results)
    return Start(shared, run_rules(shared, RULES, config.selection))


def _judged(results: RuleResults, judge: _Judge, config: Config) -> RuleResults:
    """Return the findings with the cures that hold: one whose cure another one shows, as bad as it, is a note."""
    fixed = config.selection.severity or {}
    judged = [judge.judged(finding) for finding in results.reported]
    own: dict[str, Severity] = {}
    for before, finding in zip(results.reported, judged, strict=True):
        for text in _texts(finding) & _texts(before):
            own[text] = max(own.get(text, finding.severity), finding.severity)
    for place, before in enumerate(results.reported):
        finding = judged[place]
        # What lines of other findings do says nothing new beside them.
        borrowed = _texts(finding) - _texts(before)
        is_told = borrowed and all(own.get(text, -1) >= finding.severity for text in borrowed)
        if is_told and finding.rule not in fixed:
            judged[place] = replace(finding, severity=Severity.INFO)
    judged.sort(key=lambda finding: finding.sort_key)
    cured = results._replace(reported=tuple(judged))
    if judge.writes_today:
        return cured
    return cured.without_promise()


def _with_rebuilds(facts: Facts, results: RuleResults) -> RuleResults:
    """Return the findings with what their edits save of the other currency."""
    rebuilds = saved_by_each(facts, [finding.edits for finding in results.reported])
    pairs = zip(results.reported, rebuilds, strict=True)
    return results._replace(
        reported=tuple(replace(finding, rebuilds=number) for finding, number in pairs)
    )


def _texts(finding: Finding) -> set[str]:
    return {edit.text for edit in finding.edits if edit.text is not None}


class _Judge:
    def __init__(
        self,
        facts: Facts,
        asked: RuleResults,
        *,
        lines: tuple[ProposedLine, ...],
        possible: tuple[ProposedLine, ...],
        left: tuple[LeftAlone, ...],
    ) -> None:
        self._file = facts.ignore_file
        self._can_be_edited = facts.analysis.context.ignore.path is None or self._file is not None
        self._written = {text for line in lines for text in line.texts}
        self._taken = {line.change for line in lines}
        self.writes_today = not all(line.is_preventive for line in lines)
        self._possible = {line.change: line.reason for line in possible}
        self._left = {item.text: item.reason for item in left}
        parts = [part for finding in asked.reported for part in _unit_of(finding).parts]
        self._asked = {part.key for part in parts}
        # A line that no finding asked for is a narrower one that fix wrote in place of it.
        names = {part.name for part in parts}
        self._narrower = [line for line in lines if names.isdisjoint(line.texts)]
        self._lines = lines
        self._edits = {change_of(self._file, part): part.edits for part in parts}

    def judged(self, finding: Finding) -> Finding:
        whole = _unit_of(finding)
        if not finding.edits or whole.is_pruning:
            return finding
        # Exceptions help together or not at all.
        if may_send_more(finding):
            texts = [edit.text or "" for edit in finding.edits]
            if self._written.issuperset(texts):
                return finding
            why = _tell(texts, "the build would fail all the same")
            return replace(finding, edits=(), help=_joined([finding.help, why]))
        kept: list[Edit] = []
        possible: list[str] = []
        refused: dict[str, list[str]] = {}
        for part in whole.parts:
            change = change_of(self._file, part)
            if change in self._taken and self._can_be_edited:
                kept += part.edits
                continue
            refused.setdefault(self._why_not(part, change), []).append(part.name)
            if change in self._possible and self._can_be_edited:
                possible.append(part.name)
        if not refused:
            return finding
        kept += self._parts_of(finding)
        if not kept and _BY_OTHERS.issuperset(refused):
            kept += self._lines_over(finding)
        told = [_tell(names, reason) for reason, names in refused.items()]
        return replace(
            finding,
            edits=tuple(kept),
            possible=tuple(possible),
            help=_joined([finding.help, *told]),
        )

    def _parts_of(self, finding: Finding) -> Iterator[Edit]:
        """Yield the lines that take the place of a wider one: for the paths of it that may go."""
        paths = set(finding.paths)
        for line in self._narrower:
            is_part = all(is_covered(path, paths) for path in line.paths)
            if line.rule == finding.rule and line.paths and not line.replaces and is_part:
                yield from (add_line(text, line.reason) for text in line.texts)

    def _lines_over(self, finding: Finding) -> Iterator[Edit]:
        """Yield the lines that hide what a finding is about, in place of its own."""
        for line in self._lines:
            if any(overlaps(path, other) for path in finding.paths for other in line.paths):
                yield from self._edits.get(line.change, ())

    def _why_not(self, part: Unit, change: LineChange) -> str:
        if not self._can_be_edited:
            return "the ignore file cannot be edited"
        doubt = self._possible.get(change)
        if doubt is not None:
            return f"{doubt}; --possible takes it"
        reason = self._left.get(part.name)
        if reason is not None:
            return reason
        if part.key in self._asked:
            return _COVERED
        return _NEEDED_ELSEWHERE


def _unit_of(finding: Finding) -> Unit:
    return Unit(finding.edits, finding.rule, finding.severity)


def _tell(names: list[str], reason: str) -> str:
    several = ", ".join(names[:_NAMED]) + and_more(len(names) - _NAMED)
    return f"fix writes no line for {several}: {reason}"


def _joined(parts: list[str]) -> str:
    """Join clauses and sentences, whichever the parts are."""
    text = ""
    for part in filter(None, parts):
        if text:
            text += " " if text.endswith(".") else "; "
        text += part
    return text


__all__ = ["PlannedCures", "judge_cures", "plan_cures", "refused_cures"]
