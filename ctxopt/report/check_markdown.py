"""The result of ``check`` as a comment in Markdown; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ctxopt.config.keys import BudgetView
from ctxopt.guard.budget import Verdict
from ctxopt.guard.check import Checked, CheckedContext
from ctxopt.guard.cures import cures
from ctxopt.guard.growth import PathChange
from ctxopt.guard.side import VIEWS, Side
from ctxopt.report.check_wording import (
    CHANGE_LISTS,
    WITHOUT_HISTORY,
    ChangeList,
    change_name,
    describe_findings,
    describe_needless,
    describe_side,
    named_rows,
    percent,
    signed,
    view_name,
)
from ctxopt.report.markdown import code, code_or_nothing, plain, table
from ctxopt.report.places import placed_in, where
from ctxopt.report.wording import describe_gone
from ctxopt.rules.baseline import ContextFindings, Findings
from ctxopt.rules.finding import Finding
from ctxopt.tree.model import Tally
from ctxopt.units import and_more, count, format_size

_BAR = 30
"""Columns of the longer bar."""
_MARKS = {Verdict.PASS: "ok", Verdict.FAIL: "**over**", Verdict.SKIP: "unknown"}


def render_markdown(checked: Checked, *, top: int) -> str:
    """Return the report for a step summary or a comment."""
    lines = ["## Docker build context"]
    for context in checked.contexts:
        title = f"{code(context.name)}: {plain(context.after.name)}"
        if context.before:
            title += f", compared with {code(context.before.name)}"
        lines += ["", title, ""]
        rows = [_markdown_row(context, view) for view in VIEWS]
        rows += [_markdown_named(*row) for row in named_rows(context)]
        lines += table(["", "before:", "after:", "growth:"], rows)
        lines += _bars(context)
        if context.results:
            lines += ["", "### Limits", ""]
            lines += [
                f"- {_MARKS[result.verdict]}: {plain(result.message)}" for result in context.results
            ]
        lines += _markdown_changes(context, top)
        if context.needless is not None:
            lines += ["", f"Rebuilds: {plain(describe_needless(context.needless))}"]
        for path in context.after.submodules:
            lines += ["", f"Not measured: the submodule {code(path)}"]
        if context.after.lacks_history:
            lines += ["", plain(WITHOUT_HISTORY)]
    if checked.findings is not None:
        lines += _markdown_findings(checked.findings, top)
    return "\n".join(lines) + "\n"


def _bars(context: CheckedContext) -> list[str]:
    """Return before and after as two bars to the same scale; nothing where nothing was compared or is sent."""
    growth = context.growths.get(context.lead)
    if growth is None:
        return []
    sizes = {"before": growth.bytes_before, "after": growth.bytes_after}
    longest = max(sizes.values())
    if not longest:
        return []
    bars = [
        # What is sent at all is seen.
        f"{name:<8}{'█' * -(-_BAR * size // longest):<{_BAR}}  {format_size(size)}"
        for name, size in sizes.items()
    ]
    return ["", "```text", *bars, "```"]


def _markdown_findings(findings: Findings, top: int) -> list[str]:
    lines = ["", "### Findings", ""]
    failing = findings.failing
    if failing:
        rows = (_markdown_finding(item, finding) for item, finding in failing[:top])
        lines += [*table(["severity", "rule", "place", "finding"], rows), ""]
    if len(failing) > top:
        lines += [and_more(len(failing) - top).strip(), ""]
    lines.append(plain(describe_findings(findings)))
    if findings.gone and findings.baseline is not None:
        lines += ["", plain(describe_gone(len(findings.gone), findings.baseline))]
    return lines


def _markdown_finding(item: ContextFindings, finding: Finding) -> list[str]:
    shown = placed_in(finding, item.folder)
    return [
        finding.severity.label,
        code(finding.rule),
        code_or_nothing(where(shown)),
        plain(finding.message),
    ]


def _markdown_row(context: CheckedContext, view: BudgetView) -> list[str]:
    growth = context.growths.get(view)
    grown = ""
    if growth:
        grown = f"{signed(growth.bytes)}{percent(growth)}"
    name = view_name(view, context.after)
    return [name, _markdown_side(context.before, view), _markdown_side(context.after, view), grown]


def _markdown_side(side: Side | None, view: BudgetView) -> str:
    """The figures of one side; nothing where nothing was compared."""
    if side is None:
        return ""
    figures = side.figures(view)
    if figures is None:
        return "not measured"
    return describe_side(figures)


def _markdown_named(name: str, before: Tally | None, after: Tally) -> list[str]:
    title = f"named context {code(name)}"
    if before is None:
        return [title, "", _amount(after), ""]
    return [title, _amount(before), _amount(after), signed(after.bytes - before.bytes)]


def _amount(total: Tally) -> str:
    return f"{format_size(total.bytes)} in {count(total.files, 'file')}"


def _markdown_changes(context: CheckedContext, top: int) -> list[str]:
    growth = context.growths.get(context.lead)
    if growth is None:
        return []
    lines: list[str] = []
    stopping = cures(context, top)
    for changed in CHANGE_LISTS:
        changes = changed.of(growth)
        if not changes:
            continue
        lines += ["", f"### {changed.title}", ""]
        lines += _change_table(changed, changes[:top], stopping)
        if len(changes) > top:
            lines += ["", and_more(len(changes) - top).strip()]
    if growth.renames:
        lines += ["", f"{len(growth.renames):,} renamed"]
    return lines


def _change_table(
    changed: ChangeList, changes: Sequence[PathChange], stopping: Mapping[str, str | None]
) -> list[str]:
    head = ["growth:", "before:", "after:", "path"]
    rows = [
        [
            signed(item.growth),
            format_size(item.before),
            format_size(item.after),
            code(change_name(item)),
        ]
        for item in changes
    ]
    if changed.has_cures:
        head.append("to keep it out")
        for row, item in zip(rows, changes, strict=True):
            row.append(code_or_nothing(stopping.get(item.path)))
    return table(head, rows)
