"""The ``check`` report for programs and code hosts: JSON, Markdown and workflow commands."""

from __future__ import annotations

import json
import os
from typing import Any

from ctxopt.budget import LimitResult, Verdict
from ctxopt.finding import Finding, Location, Severity
from ctxopt.growth import Change, Growth
from ctxopt.guarding import VIEWS, Checked, Guarded, Side
from ctxopt.reporters.github import render_github
from ctxopt.reporters.growing import cures, describe_side, percent, signed
from ctxopt.reporters.json_ import VERSION
from ctxopt.reporters.markdown import code, plain, table
from ctxopt.settings import BudgetView
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
        "passed": not checked.broken and not checked.unjudged,
        "before": checked.against.before if checked.against else None,
        "after": checked.against.after_name if checked.against else None,
        "contexts": [_json_context(context, top) for context in checked.contexts],
    }
    return json.dumps(document, indent=2) + "\n"


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
        lines += table(
            ["", "before:", "after:", "growth:"], [_markdown_row(context, view) for view in VIEWS]
        )
        if context.results:
            lines += ["", "### Limits", ""]
            lines += [
                f"- {_MARKS[result.verdict]}: {plain(result.message)}" for result in context.results
            ]
        lines += _markdown_changes(context, top)
        for path in context.after.submodules:
            lines += ["", f"Not measured: the submodule {code(path)}"]
    return "\n".join(lines) + "\n"


def _markdown_row(context: Guarded, view: BudgetView) -> list[str]:
    cells: list[str] = [view]
    for side in (context.before, context.after):
        figures = side.figures(view) if side else None
        cells.append(describe_side(figures) if figures else "not measured" if side else "")
    growth = context.growths.get(view)
    return [*cells, f"{signed(growth.bytes)}{percent(growth)}" if growth else ""]


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
    """Return workflow commands: limits at ``place``, growers where they are if a limit is broken.

    ``place`` is the file that sets the limits, ``base`` the root as the repository knows it.
    """
    findings = []
    for context in checked.contexts:
        for result in context.results:
            if result.verdict is not Verdict.PASS:
                failed = result.verdict is Verdict.FAIL
                findings.append(
                    Finding(
                        rule=result.limit,
                        severity=Severity.ERROR if failed else Severity.WARNING,
                        message=f"{context.name}: {result.message}",
                        location=Location(place),
                    )
                )
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
    return render_github(findings, [], base=base)
