"""The ``check`` report for programs and code hosts: JSON, Markdown and workflow commands."""

from __future__ import annotations

import json
import os
from typing import Any

from ctxopt.config.keys import BudgetView
from ctxopt.guard.budget import LimitResult, Verdict
from ctxopt.guard.check import VIEWS, Checked, Guarded, Side
from ctxopt.guard.cures import cures
from ctxopt.guard.growth import Change, Growth
from ctxopt.reporters.check_findings import LIMIT_RULES, limit_findings, new_findings, placed
from ctxopt.reporters.github import render_github
from ctxopt.reporters.gitlab import render_gitlab
from ctxopt.reporters.growing import (
    describe_findings,
    describe_gone,
    describe_side,
    named_rows,
    percent,
    signed,
)
from ctxopt.reporters.json_ import VERSION, finding_fields
from ctxopt.reporters.markdown import code, plain, table
from ctxopt.reporters.sarif import render_sarif
from ctxopt.reporters.wording import count
from ctxopt.rules.baseline import ContextFindings, Findings, entry_fields
from ctxopt.rules.finding import Finding, Location
from ctxopt.severity import Severity
from ctxopt.tree.model import Tally
from ctxopt.units import format_size

_MARKS = {Verdict.PASS: "ok", Verdict.FAIL: "**over**", Verdict.SKIP: "unknown"}
_LISTS = (
    ("Grew", "growers"),
    ("Shrank", "shrinkers"),
    ("Sent now because a rule changed", "entered"),
    ("Not sent any more because a rule changed", "left"),
)


def render_json(checked: Checked, *, top: int) -> str:
    """Return the document; lists hold the ``top`` largest changes, figures hold all."""
    document = {
        "version": VERSION,
        "passed": not (checked.broken or checked.unjudged or checked.failing),
        "before": checked.against.before if checked.against else None,
        "after": checked.against.after_name if checked.against else None,
        "contexts": [_json_context(context, top) for context in checked.contexts],
        "findings": _json_findings(checked.findings) if checked.findings else None,
    }
    return json.dumps(document, indent=2) + "\n"


def _json_findings(findings: Findings) -> dict[str, Any]:
    return {
        "level": findings.level.label if findings.level else None,
        "baseline": findings.baseline,
        "judged": not findings.unjudged,
        "failing": len(findings.failing),
        "known": findings.known,
        "new": [
            {"context": item.name, **finding_fields(placed(item, finding))}
            for item in findings.contexts
            for finding in item.judged.reported
        ],
        "gone": [entry_fields(entry) for entry in findings.gone],
    }


def _json_context(context: Guarded, top: int) -> dict[str, Any]:
    stopping = cures(context, top)
    growth = context.growths.get(context.lead)
    changes: dict[str, Any] = {name: [] for _, name in _LISTS} | {"renames": []}
    if growth is not None:
        for _, name in _LISTS:
            changes[name] = [_json_change(item) for item in getattr(growth, name)[:top]]
        for item in changes["growers"]:
            item["line"] = stopping.get(item["path"])
        changes["renames"] = [
            {"before": item.before, "after": item.after, "bytes": item.size}
            for item in growth.renames[:top]
        ]
    return {
        "context": context.name,
        "view": context.lead,
        "after": _json_side(context.after),
        "before": _json_side(context.before) if context.before else None,
        "growth": {
            view: _json_growth(context.growths[view]) if view in context.growths else None
            for view in VIEWS
        },
        "limits": [_json_limit(result) for result in context.results],
        "changes": changes,
    }


def _json_side(side: Side) -> dict[str, Any]:
    return {
        "state": side.name,
        "dockerfile": side.analysis.context.dockerfile.path
        if side.analysis.context.dockerfile.found
        else None,
        "ignore_file": side.analysis.context.ignore.path,
        "builder": side.analysis.context.builder,
        **{view: _json_figures(side, view) for view in VIEWS},
        "named_contexts": [
            {
                "name": load.name,
                "files": load.transfer.view.total.files,
                "bytes": load.transfer.view.total.bytes,
                "context_bytes": load.transfer.context_bytes,
            }
            for load in side.named
        ],
        "not_measured": list(side.submodules),
        "lfs_pointers": len(side.pointers),
    }


def _json_figures(side: Side, view: BudgetView) -> dict[str, Any] | None:
    figures = side.figures(view)
    if figures is None:
        return None
    return {
        "files": figures.files,
        "bytes": figures.size,
        "context_bytes": side.context_bytes(view),
        "complete": not figures.at_least,
    }


def _json_growth(growth: Growth) -> dict[str, Any]:
    return {
        "files": growth.files,
        "bytes": growth.bytes,
        "context_bytes": growth.context_bytes,
        "percent": growth.percent,
    }


def _json_limit(result: LimitResult) -> dict[str, Any]:
    return {
        "limit": result.limit,
        "verdict": result.verdict.value,
        "value": result.value,
        "bound": result.bound,
        "message": result.message,
    }


def _json_change(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "type": "dir" if change.is_folder else "file",
        "before": change.before,
        "after": change.after,
        "files": len(change.files),
    }


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


def _markdown_row(context: Guarded, view: BudgetView) -> list[str]:
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


def _markdown_changes(context: Guarded, top: int) -> list[str]:
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


def render_annotations(checked: Checked, *, top: int, place: str, base: str = "") -> str:
    """Return workflow commands: limits at ``place``, findings and growers where they are.

    ``place`` is the file that sets the limits, ``base`` the root as the repository knows it.
    """
    findings = limit_findings(checked, place) + new_findings(checked)
    for context in checked.contexts:
        growth = context.growths.get(context.lead)
        if growth is None or growth.bytes <= 0:
            continue
        stopping = cures(context, top)
        for change in growth.growers[:top]:
            cure = stopping.get(change.path)
            findings.append(
                Finding(
                    rule="growth",
                    severity=Severity.INFO,
                    message=f"{change.path}: {format_size(change.before)} ->"
                    f" {format_size(change.after)}, {signed(change.growth)} in the build context",
                    location=Location(os.path.join(context.folder, change.path)),
                    help=f"to keep it out: {cure}" if cure else "",
                )
            )
    return render_github(findings, [], base=base, fallback=place)


def render_quality(checked: Checked, *, place: str, base: str = "") -> str:
    """Return the code quality report of GitLab: broken limits and new findings."""
    findings = limit_findings(checked, place) + new_findings(checked)
    return render_gitlab(findings, base=base, fallback=place)


def render_log(checked: Checked, *, place: str, base: str = "") -> str:
    """Return a SARIF log: broken limits and new findings."""
    from ctxopt import __version__
    from ctxopt.rules import RULES

    return render_sarif(
        limit_findings(checked, place) + new_findings(checked),
        (*LIMIT_RULES, *RULES),
        version=__version__,
        base=base,
        fallback=place,
    )
