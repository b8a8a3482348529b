"""The result of ``check`` as JSON; decides nothing."""

from __future__ import annotations

import json
from typing import Any

from ctxopt.config.keys import BudgetView
from ctxopt.guard.budget import LimitResult
from ctxopt.guard.check import Checked, CheckedContext
from ctxopt.guard.cures import cures
from ctxopt.guard.growth import Growth, PathChange
from ctxopt.guard.side import VIEWS, Side
from ctxopt.report.check_wording import CHANGE_LISTS
from ctxopt.report.json_fields import VERSION, dockerfile_of, finding_fields, transfer_fields
from ctxopt.report.places import placed_in
from ctxopt.rules.baseline import Findings, entry_fields


def render_json(checked: Checked, *, top: int) -> str:
    """Return the document; lists hold the ``top`` largest changes, figures hold all."""
    document: dict[str, Any] = {
        "version": VERSION,
        "passed": checked.passed,
        "before": None,
        "after": None,
        "contexts": [_json_context(context, top) for context in checked.contexts],
        "findings": None,
    }
    if checked.against:
        document["before"] = checked.against.before
        document["after"] = checked.against.after_name
    if checked.findings:
        document["findings"] = _json_findings(checked.findings)
    return json.dumps(document, indent=2) + "\n"


def _json_findings(findings: Findings) -> dict[str, Any]:
    level = None
    if findings.level:
        level = findings.level.label
    return {
        "level": level,
        "baseline": findings.baseline,
        "judged": not findings.unjudged,
        "failing": len(findings.failing),
        "known": findings.known,
        "new": [
            {"context": item.name, **finding_fields(placed_in(finding, item.folder))}
            for item in findings.contexts
            for finding in item.judged.reported
        ],
        "gone": [entry_fields(entry) for entry in findings.gone],
    }


def _json_context(context: CheckedContext, top: int) -> dict[str, Any]:
    before = None
    if context.before:
        before = _json_side(context.before)
    # Every view has its key, whether or not it could be compared.
    growths: dict[str, dict[str, Any] | None] = dict.fromkeys(VIEWS)
    for view, growth in context.growths.items():
        growths[view] = _json_growth(growth)
    return {
        "context": context.name,
        "view": context.lead,
        "after": _json_side(context.after),
        "before": before,
        "growth": growths,
        "limits": [_json_limit(result) for result in context.results],
        "changes": _json_changes(context, top),
        "needless": _json_needless(context),
    }


def _json_changes(context: CheckedContext, top: int) -> dict[str, Any]:
    """The lists of changes; empty ones where nothing was compared."""
    changes: dict[str, Any] = {changed.key: [] for changed in CHANGE_LISTS} | {"renames": []}
    growth = context.growths.get(context.lead)
    if growth is None:
        return changes
    stopping = cures(context, top)
    for changed in CHANGE_LISTS:
        items = [_json_change(item) for item in changed.of(growth)[:top]]
        if changed.has_cures:
            for item in items:
                item["line"] = stopping.get(item["path"])
        changes[changed.key] = items
    changes["renames"] = [
        {"before": item.before, "after": item.after, "bytes": item.size}
        for item in growth.renames[:top]
    ]
    return changes


def _json_needless(context: CheckedContext) -> dict[str, Any] | None:
    found = context.needless
    if found is None:
        return None
    return {
        "paths": list(found.paths),
        "steps": found.steps,
        "costly": found.costly or None,
        "lines": list(found.lines),
    }


def _json_side(side: Side) -> dict[str, Any]:
    return {
        "state": side.name,
        "dockerfile": dockerfile_of(side.analysis.context),
        "ignore_file": side.analysis.context.ignore.path,
        "builder": side.analysis.context.builder.name,
        **{view: _json_figures(side, view) for view in VIEWS},
        "named_contexts": [
            {"name": load.name, **transfer_fields(load.transfer)} for load in side.named
        ],
        "not_measured": list(side.submodules),
        "lacks_history": side.lacks_history,
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
    kind = "file"
    if change.is_folder:
        kind = "dir"
    return {
        "path": change.path,
        "type": kind,
        "before": change.before,
        "after": change.after,
        "files": len(change.files),
    }
