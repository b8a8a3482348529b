"""The result of ``check`` as a comment in Markdown; decides nothing."""

from __future__ import annotations

from ctxopt.config.keys import BudgetView
from ctxopt.guard.budget import Verdict
from ctxopt.guard.check import VIEWS, Checked, CheckedContext
from ctxopt.guard.cures import cures
from ctxopt.report.check_findings import placed
from ctxopt.report.check_hosts import _LISTS
from ctxopt.report.check_wording import (
    describe_findings,
    describe_gone,
    describe_side,
    named_rows,
    percent,
    signed,
)
from ctxopt.report.markdown import code, plain, table
from ctxopt.rules.baseline import ContextFindings, Findings
from ctxopt.rules.finding import Finding
from ctxopt.tree.model import Tally
from ctxopt.units import count, format_size

_MARKS = {Verdict.PASS: "ok", Verdict.FAIL: "**over**", Verdict.SKIP: "unknown"}


def render_markdown(checked: Checked, *, top: int) -> str:
    """Return the report for a step summary or a comment."""
    lines = ["## Docker build context"]
    for context in checked.contexts:
        compared = f", compared with {code(context.before.name)}" if context.before else ""
        lines += ["", f"{code(context.name)}: {plain(context.after.name)}{compared}", ""]
        rows = [_markdown_row(context, view) for view in VIEWS]
        rows += [_markdown_named(*row) for row in named_rows(context)]
        lines += table(["", "before:", "after:", "growth:"], rows)
        if context.results:
            lines += ["", "### Limits", ""]
            lines += [
                f"- {_MARKS[result.verdict]}: {plain(result.message)}" for result in context.results
            ]
        lines += _markdown_changes(context, top)
        for path in context.after.submodules:
            lines += ["", f"Not measured: the submodule {code(path)}"]
    if checked.findings is not None:
        lines += _markdown_findings(checked.findings, top)
    return "\n".join(lines) + "\n"


def _markdown_findings(findings: Findings, top: int) -> list[str]:
    lines = ["", "### Findings", ""]
    failing = findings.failing
    if failing:
        rows = (_markdown_finding(item, finding) for item, finding in failing[:top])
        lines += [*table(["severity", "rule", "place", "finding"], rows), ""]
    if len(failing) > top:
        lines += [f"and {len(failing) - top:,} more", ""]
    lines.append(plain(describe_findings(findings)))
    if findings.gone:
        lines += ["", plain(describe_gone(findings))]
    return lines


def _markdown_finding(item: ContextFindings, finding: Finding) -> list[str]:
    shown = placed(item, finding)
    place = shown.location
    line = f":{place.line}" if place.line else ""
    where = f"{place.file}{line}" if place.file else next(iter(shown.paths), "")
    return [
        finding.severity.label,
        code(finding.rule),
        code(where) if where else "",
        plain(finding.message),
    ]


def _markdown_row(context: CheckedContext, view: BudgetView) -> list[str]:
    cells: list[str] = [view]
    for side in (context.before, context.after):
        figures = side.figures(view) if side else None
        cells.append(describe_side(figures) if figures else "not measured" if side else "")
    growth = context.growths.get(view)
    return [*cells, f"{signed(growth.bytes)}{percent(growth)}" if growth else ""]


def _markdown_named(name: str, before: Tally | None, after: Tally) -> list[str]:
    shown = [
        "" if total is None else f"{format_size(total.bytes)} in {count(total.files, 'file')}"
        for total in (before, after)
    ]
    growth = "" if before is None else signed(after.bytes - before.bytes)
    return [f"named context {code(name)}", *shown, growth]


def _markdown_changes(context: CheckedContext, top: int) -> list[str]:
    growth = context.growths.get(context.lead)
    if growth is None:
        return []
    lines: list[str] = []
    stopping = cures(context, top)
    for title, name in _LISTS:
        changes = getattr(growth, name)
        if not changes:
            continue
        head = ["growth:", "before:", "after:", "path"]
        lines += ["", f"### {title}", ""]
        rows = []
        for item in changes[:top]:
            path = item.path + "/" * item.is_folder
            row = [
                signed(item.growth),
                format_size(item.before),
                format_size(item.after),
                code(path),
            ]
            if name == "growers":
                cure = stopping.get(item.path)
                row.append(code(cure) if cure else "")
            rows.append(row)
        lines += table([*head, "to keep it out"] if name == "growers" else head, rows)
        if len(changes) > top:
            lines += ["", f"and {len(changes) - top:,} more"]
    if growth.renames:
        lines += ["", f"{len(growth.renames):,} renamed"]
    return lines
