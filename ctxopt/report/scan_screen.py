"""The first screen of ``scan``: what is sent, what of it is not needed, the worst findings, the next step.

At most ``LINES`` lines in 80 columns, whatever the repository.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ctxopt.report.console import printable, visible
from ctxopt.report.finding_rows import finding_rows
from ctxopt.report.finding_text import command_lines, wrapped
from ctxopt.report.folder_bars import folder_bars
from ctxopt.report.scan_headline import (
    SentBytes,
    bytes_sent,
    could_be_saved,
    could_be_sent,
    first_stop,
    headline_lines,
)
from ctxopt.report.terminal import Look, StyledText, draw
from ctxopt.rules.sources.missing_source import OTHER_CONTEXT
from ctxopt.rules.sources.missing_source import RULE as MISSING_SOURCE
from ctxopt.severity import Severity
from ctxopt.units import and_more, count, format_size

if TYPE_CHECKING:
    from ctxopt.build.analysis import Analysis
    from ctxopt.fix.plan import Fix
    from ctxopt.rules.finding import Finding
    from ctxopt.rules.run import RuleResults

LINES = 22
"""The lines of the screen in 80 columns: with the command above and the prompt below, those of a terminal of 24 rows."""

_BARS = 6
_FEWEST_ROWS = 3
_CANDIDATES = 3
_OF_A_RULE = 4


class NextSteps(NamedTuple):
    """The commands to go on with, with the very options of this call."""

    fix: str
    full: str
    """The long report."""
    dockerfiles: Sequence[str] = ()
    """What ``-f`` may name, where there is no Dockerfile at the default place."""


def render_screen(
    analysis: Analysis,
    judged: RuleResults,
    plan: Fix | None,
    *,
    steps: NextSteps,
    refusal: str,
    look: Look,
    least: Severity = Severity.WARNING,
) -> str:
    """Return the screen; ``refusal`` says why ``fix`` would not edit the ignore file, where it would not.

    Findings below ``least`` are counted, but for those whose cure saves rebuilds; the verbose see every one, on as many
    lines as that takes.
    """
    top = [*headline_lines(analysis, judged, plan, look), *_measured(analysis, look)]
    bars = []
    if first_stop(analysis) is None:
        bars = folder_bars(analysis, judged, plan, look, most=_BARS)
    end = _next_steps(analysis, plan, steps, refusal, look)
    end[1:1] = _other_context(judged, look)
    knows_build = analysis.plan is not None
    rows = LINES - len(top) - len(bars) - len(end) - 1
    shown = _with_rebuilds(judged.reported, plan)
    if look.verbose:
        findings = finding_rows(shown, look, knows_build=knows_build)
    else:
        shown = [item for item in shown if item.severity >= least or item.rebuilds]
        findings = _as_many(shown, look, max(rows, _FEWEST_ROWS), knows_build=knows_build)
    findings += _counted(judged, len(judged.reported) - len(shown), bool(findings))
    return draw([*top, *findings, *bars, *end], look)


def _measured(analysis: Analysis, look: Look) -> list[StyledText]:
    """With what it was measured, and what a build that takes everything would send."""
    context = analysis.context
    parts = []
    if context.dockerfile.found:
        parts.append(f"{printable(context.dockerfile.path)}")
    else:
        parts.append("no Dockerfile")
    if context.ignore.path is None:
        parts.append("no ignore file")
    else:
        parts.append(f"{printable(context.ignore.path)}")
    parts.append(context.builder.name)
    sentence = f"Measured with {', '.join(parts)}"
    more = could_be_sent(analysis)
    if more is not None:
        arrives = context.builder.participle
        sentence += f"; {format_size(more)} could be {arrives}, if a build took everything"
    return [StyledText(line, "dim") for line in wrapped(sentence, look.width, 0, hang=2)]


def _with_rebuilds(findings: Sequence[Finding], plan: Fix | None) -> list[Finding]:
    """Return the findings with what their lines save beside the others of the plan: the headline tells the sum."""
    saved: dict[str, int] = {}
    if plan is not None:
        saved = {line.texts[0]: line.rebuilds for line in plan.lines if line.rebuilds}
    return [
        replace(item, rebuilds=sum(saved.pop(edit.text or "", 0) for edit in item.edits))
        for item in findings
    ]


def _as_many(shown: list[Finding], look: Look, rows: int, *, knows_build: bool) -> list[StyledText]:
    """Return the worst findings on at most ``rows`` lines, the last of which says how many there are more."""
    worst = _some_of_each(shown)[:rows]
    # The long report keeps notes for the verbose, as this one does.
    option = "--full"
    if any(item.severity is Severity.INFO for item in shown):
        option = "-v"
    while True:
        lines = finding_rows(worst, look, knows_build=knows_build)
        rest = and_more(len(shown) - len(worst)).strip()
        if rest:
            lines.append(StyledText(f"{rest} with {option}", "dim"))
        if len(lines) <= rows or len(worst) <= 1:
            return lines
        worst.pop()


def _some_of_each(findings: list[Finding]) -> list[Finding]:
    """Leave out findings of a rule that has others before: many of a kind must not hide all else."""
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        seen[finding.rule] += 1
        if seen[finding.rule] <= _OF_A_RULE:
            found.append(finding)
    return found


def _counted(judged: RuleResults, notes: int, follows: bool) -> list[StyledText]:
    """How many findings are not shown, and why."""
    parts = []
    if notes:
        parts.append(f"{count(notes, 'note')} with -v")
    suppressed = len(judged.suppressed) - judged.known
    if suppressed:
        parts.append(f"{suppressed:,} suppressed")
    if judged.known:
        parts.append(f"{judged.known:,} known to the baseline")
    if judged.filtered:
        parts.append(f"{judged.filtered:,} of rules that are left out")
    if not parts:
        return []
    line = StyledText("; ".join(parts), "dim")
    if follows:
        return [line]
    return [StyledText(), line]


def _next_steps(
    analysis: Analysis, plan: Fix | None, steps: NextSteps, refusal: str, look: Look
) -> list[StyledText]:
    lines: list[StyledText] = [StyledText()]
    fix = _fix_step(analysis, plan, steps, refusal)
    if fix is not None:
        lines += command_lines(*fix, look)
    others = steps.dockerfiles
    if others:
        named = ", ".join(map(printable, others[:_CANDIDATES]))
        lines += command_lines(
            "-f names a Dockerfile:", named + and_more(len(others) - _CANDIDATES), look
        )
    if analysis.tree.errors:
        number = count(len(analysis.tree.errors), "path")
        lines += command_lines(f"{number} could not be read:", "more may be sent", look)
    return lines + command_lines(printable(steps.full), "shows every figure", look)


def _other_context(judged: RuleResults, look: Look) -> list[StyledText]:
    """Where the sources of the Dockerfile are, if they are those of another context."""
    for finding in judged.at_least(Severity.WARNING):
        if finding.rule == MISSING_SOURCE.id and finding.subject == OTHER_CONTEXT:
            return command_lines("Is this the context?", visible(finding.help), look)
    return []


def _fix_step(
    analysis: Analysis, plan: Fix | None, steps: NextSteps, refusal: str
) -> tuple[str, str] | None:
    command = printable(steps.fix)
    if refusal:
        return "fix writes nothing:", printable(refusal)
    if plan is None:
        return None
    if plan.new_content is None:
        if not plan.possible:
            return None
        number = count(len(plan.possible), "line")
        return f"{command} --possible", f"would also write {number} that may be wrong"
    number = count(sum(max(1, len(line.texts)) for line in plan.lines), "line")
    return command, f"writes {number}{_gain(analysis, plan)}"


def _gain(analysis: Analysis, plan: Fix) -> str:
    """What the lines of a fix are for: a build that goes on, bytes, rebuilds, tomorrow."""
    rebuilds = ""
    if plan.rebuilds:
        fewer = count(plan.rebuilds, "fewer rebuild")
        rebuilds = f"{fewer} in {count(plan.commits, 'commit')}"
    sent = bytes_sent(analysis, plan)
    if sent.is_less or sent.saved < 0:
        return ", ".join(filter(None, (f": {_change(sent)}", rebuilds)))
    if first_stop(analysis) is not None and first_stop(plan.foreseen) is None:
        return ": Docker stops no longer"
    possible = could_be_saved(analysis, plan)
    if possible is not None:
        arrives = analysis.context.builder.participle
        return ", ".join(filter(None, (f"; could be {arrives}: {_change(possible)}", rebuilds)))
    if rebuilds:
        return f": {rebuilds}"
    if sent.saved:
        return f", for {format_size(sent.saved)}"
    return ", for tomorrow"


def _change(sent: SentBytes) -> str:
    return f"{format_size(sent.before)} -> {format_size(sent.after)}"
