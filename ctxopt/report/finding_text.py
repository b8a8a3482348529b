"""Findings for people: three lines that say what to do first, then each with place and cure."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from rich.text import Text

from ctxopt.languages.ignore.edits import EditKind
from ctxopt.report.console import printable, visible
from ctxopt.rules.finding import Finding
from ctxopt.severity import Severity
from ctxopt.units import count, format_size

if TYPE_CHECKING:
    from ctxopt.rules.run import RuleResults


_LEAD = 3
_PATHS = 3
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_SIGNS = {EditKind.ADD: "+", EditKind.REPLACE: "~", EditKind.REMOVE: "-"}


def render_lead(judgement: RuleResults) -> list[Text]:
    """Return at most three lines with the findings that matter most."""
    urgent = [item for item in judgement.reported if item.severity > Severity.INFO][:_LEAD]
    if not urgent:
        return []
    lines = [Text("What to do first", "bold")]
    for place, finding in enumerate(urgent, 1):
        line = Text(f"  {place}. ").append(_sentence(finding), _STYLES[finding.severity])
        if finding.edits and finding.edits[0].text is not None:
            line.append("  ").append(_edit(finding, 0), "green")
        lines.append(line)
    if any(item.edits for item in judgement.reported):
        lines.append(Text("  ctxopt fix --dry-run proves the lines and shows the diff", "dim"))
    lines.append(Text())
    return lines


def render_findings(judgement: RuleResults, width: int, *, verbose: bool) -> list[Text]:
    """Return the findings with place, evidence and cure, and the counts of all piles.

    Notes, the mildest findings, are counted and only shown to the ``verbose``.
    """
    shown = [item for item in judgement.reported if verbose or item.severity > Severity.INFO]
    head = Text("Findings: ", "bold").append(_counts(judgement), "not bold")
    if len(shown) < len(judgement.reported):
        head.append("; -v shows the notes", "not bold dim")
    lines = [Text(), head]
    for finding in shown:
        lines += render_finding(finding, width)
    return lines


def _sentence(finding: Finding) -> str:
    size = f" ({format_size(finding.size)})" if finding.size else ""
    return visible(finding.message) + size


def wrapped(text: str, width: int, indent: int) -> list[str]:
    """Break a sentence between words only; names longer than a line stay whole."""
    margin = " " * indent
    return wrap(
        text,
        max(width, 40),
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )


def render_finding(finding: Finding, width: int) -> list[Text]:
    """Return one finding with its place, its evidence and its cure."""
    head = Text("  ").append(finding.severity.label, _STYLES[finding.severity])
    head.append(f" {finding.rule}", "bold")
    place = finding.location
    if place.file:
        line = f":{place.line}" if place.line else ""
        head.append(f"  {printable(place.file)}{line}", "not bold dim")
    lines = [head, Text("    ").append(visible(finding.message))]
    stake = []
    if finding.size:
        stake.append(format_size(finding.size))
    if finding.entries > 1:
        stake.append(count(finding.entries, "entry", "entries"))
    if stake:
        lines[-1].append(f" ({', '.join(stake)})", "dim")
    lines += [Text(f"      {printable(path)}", "dim") for path in finding.paths[:_PATHS]]
    if len(finding.paths) > _PATHS:
        lines.append(Text(f"      and {len(finding.paths) - _PATHS:,} more", "dim"))
    lines += [
        Text("    ").append(_edit(finding, place), "green") for place in range(len(finding.edits))
    ]
    if finding.help:
        lines += [Text(line, "dim") for line in wrapped(finding.help, width, 4)]
    return lines


def _edit(finding: Finding, place: int) -> str:
    edit = finding.edits[place]
    where = f" (line {edit.line})" if edit.line else ""
    return f"{_SIGNS[edit.kind]} {printable(edit.text or '')}{where}".rstrip()


def _counts(judgement: RuleResults) -> str:
    """``1 error, 4 warnings, 2 suppressed, 1 filtered``."""
    by_level = []
    for level in sorted(Severity, reverse=True):
        number = sum(1 for item in judgement.reported if item.severity is level)
        noun = "note" if level is Severity.INFO else level.label
        if number:
            by_level.append(count(number, noun))
    text = ", ".join(by_level) or "none"
    silent = len(judgement.suppressed) - judgement.known
    text += f", {silent} suppressed" if silent else ""
    text += f", {judgement.known} known" if judgement.known else ""
    text += f", {judgement.filtered} filtered" if judgement.filtered else ""
    return text
