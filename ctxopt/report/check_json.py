"""The result of ``check`` as JSON; decides nothing."""

from __future__ import annotations

import json
from typing import Any

from ctxopt.config.keys import BudgetView
from ctxopt.guard.budget import LimitResult
from ctxopt.guard.check import VIEWS, Checked, CheckedContext, Side
from ctxopt.guard.cures import cures
from ctxopt.guard.growth import Growth, PathChange
from ctxopt.report.check_findings import placed
from ctxopt.report.check_hosts import _LISTS
from ctxopt.report.json_fields import VERSION, finding_fields
from ctxopt.rules.baseline import Findings, entry_fields


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


def _json_context(context: CheckedContext, top: int) -> dict[str, Any]:
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
        "builder": side.analysis.context.builder.name,
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


def _json_change(change: PathChange) -> dict[str, Any]:
    return {
        "path": change.path,
        "type": "dir" if change.is_folder else "file",
        "before": change.before,
        "after": change.after,
        "files": len(change.files),
    }
