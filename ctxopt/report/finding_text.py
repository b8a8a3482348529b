"""Findings for people: three lines that say what to do first, then each with place and cure."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.report.console import printable, visible
from ctxopt.report.terminal import Look, StyledText
from ctxopt.report.wording import at_line, cell_len
from ctxopt.rules.finding import Finding
from ctxopt.severity import Severity
from ctxopt.units import and_more, count, count_entries, format_size

if TYPE_CHECKING:
    from ctxopt.rules.run import RuleResults


_LEAD = 3
_PATHS = 3
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
SIGNS = {EditKind.ADD: "+", EditKind.REPLACE: "~", EditKind.REMOVE: "-"}


def render_lead(judgement: RuleResults, fix_command: str) -> list[StyledText]:
    """Return at most three lines with the findings that matter most, and how to see their cures."""
    urgent = [item for item in judgement.reported if item.severity > Severity.INFO][:_LEAD]
    if not urgent:
        return []
    lines = [StyledText("What to do first", "bold")]
    for place, finding in enumerate(urgent, 1):
        line = StyledText(f"  {place}. ").append(_sentence(finding), STYLES[finding.severity])
        if finding.edits and finding.edits[0].text is not None:
            line.append("  ").append(_edit(finding.edits[0]), "green")
        lines.append(line)
    # Lines that do nothing go on request, and then there is nothing to show without it.
    edits = (edit for item in judgement.reported for edit in item.edits)
    if any(edit.kind is not EditKind.REMOVE for edit in edits):
        command = printable(fix_command)
        lines.append(StyledText(f"  {command} proves the lines and shows the diff", "dim"))
    lines.append(StyledText())
    return lines


def render_findings(judgement: RuleResults, width: int, *, verbose: bool) -> list[StyledText]:
    """Return the findings with place, evidence and cure, and the counts of all piles.

    Notes, the mildest findings, are counted and only shown to the ``verbose``.
    """
    shown = [item for item in judgement.reported if verbose or item.severity > Severity.INFO]
    head = StyledText("Findings: ", "bold").append(_counts(judgement), "not bold")
    if len(shown) < len(judgement.reported):
        head.append("; -v shows the notes", "not bold dim")
    lines = [StyledText(), head]
    for finding in shown:
        lines += render_finding(finding, width)
    return lines


def _sentence(finding: Finding) -> str:
    sentence = visible(finding.message)
    if finding.size:
        sentence += f" ({format_size(finding.size)})"
    return sentence


def wrapped(text: str, width: int, indent: int, *, hang: int = 0) -> list[str]:
    """Break a sentence between words only, with ``hang`` more columns before what follows; long names stay whole."""
    margin = " " * indent
    return wrap(
        text,
        max(width, 40),
        initial_indent=margin,
        subsequent_indent=margin + " " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def command_lines(command: str, what: str, look: Look) -> list[StyledText]:
    """Return a command with what it does beside it, or below it where the width does not do."""
    if cell_len(command) + 2 + len(what) <= look.width:
        return [StyledText(command, "bold").append(f"  {what}", "not bold")]
    lines = [StyledText(line, "bold") for line in wrapped(command, look.width, 0, hang=4)]
    return lines + [StyledText(line) for line in wrapped(what, look.width, 4)]


def render_finding(finding: Finding, width: int) -> list[StyledText]:
    """Return one finding with its place, its evidence and its cure."""
    head = StyledText("  ").append(finding.severity.label, STYLES[finding.severity])
    head.append(f" {finding.rule}", "bold")
    place = finding.location
    if place.file:
        head.append(f"  {at_line(printable(place.file), place.line)}", "not bold dim")
    message = StyledText("    ").append(visible(finding.message))
    stake = _stake(finding)
    if stake:
        message.append(f" ({stake})", "dim")
    lines = [head, message]
    lines += [StyledText(f"      {printable(path)}", "dim") for path in finding.paths[:_PATHS]]
    if len(finding.paths) > _PATHS:
        lines.append(StyledText(f"     {and_more(len(finding.paths) - _PATHS)}", "dim"))
    lines += [StyledText("    ").append(_edit(edit), "green") for edit in finding.edits]
    if finding.help:
        lines += [StyledText(line, "dim") for line in wrapped(finding.help, width, 4)]
    return lines


def _stake(finding: Finding) -> str:
    """What the finding is about in figures; nothing for a single entry without bytes."""
    parts = []
    if finding.size:
        parts.append(format_size(finding.size))
    if finding.entries > 1:
        parts.append(count_entries(finding.entries))
    if finding.rebuilds:
        parts.append(count(finding.rebuilds, "rebuild"))
    return ", ".join(parts)


def _edit(edit: Edit) -> str:
    line = f"{SIGNS[edit.kind]} {printable(edit.text or '')}"
    if edit.line:
        line += f" (line {edit.line})"
    return line.rstrip()


def _counts(judgement: RuleResults) -> str:
    """``1 error, 4 warnings, 2 suppressed, 1 filtered``."""
    by_level = []
    for level in sorted(Severity, reverse=True):
        number = sum(1 for item in judgement.reported if item.severity is level)
        if number:
            by_level.append(count(number, _NOUNS[level]))
    counts = {
        "suppressed": len(judgement.suppressed) - judgement.known,
        "known": judgement.known,
        "filtered": judgement.filtered,
    }
    parts = [", ".join(by_level) or "none"]
    parts += [f"{number} {word}" for word, number in counts.items() if number]
    return ", ".join(parts)
