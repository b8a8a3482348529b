"""JSON documents for programs: versioned, integers for bytes, the same keys at every verbosity."""

from __future__ import annotations

import json
from typing import Any

from ctxopt.build.analysis import Analysis
from ctxopt.build.image import Image
from ctxopt.build.sources import SourceCheck, SourceUse
from ctxopt.build.stops import find_stops, permitted_stop, transfer_stop
from ctxopt.builder import BUILDKIT, Builder
from ctxopt.report.json_fields import (
    context_keys,
    figure_of,
    finding_fields,
    named_contexts,
)
from ctxopt.rules.run import RuleResults
from ctxopt.tree.summary import heaviest_folders, largest_files, sizes_by_type


def render_scan(analysis: Analysis, judged: RuleResults, *, depth: int, top: int) -> str:
    """Return the ``scan`` document."""
    context, total = analysis.context, analysis.permitted.total
    figure = figure_of(analysis.context.builder, analysis.permitted_bytes, permitted_stop(analysis))
    document = context_keys(context, analysis.target) | {
        "ignore_reason": context.ignore.reason,
        "inactive_ignore_files": [
            {"path": item.path, "reason": item.reason} for item in context.inactive
        ],
        "permitted": {
            "files": total.files,
            "bytes": total.bytes,
            "entries": total.entries,
            **figure,
        },
        "transferred": _transferred(analysis),
        "excluded": {
            "entries": total.excluded,
            "bytes": total.excluded_bytes,
            "complete": analysis.with_excluded,
        },
        "findings": [finding_fields(finding) for finding in judged.reported],
        "finding_counts": {
            "reported": len(judged.reported),
            "suppressed": len(judged.suppressed) - judged.known,
            "known": judged.known,
            "filtered": judged.filtered,
        },
        "stops": [stop.said for stop in find_stops(analysis)],
        "walked": analysis.tree.walked,
        "complete": not analysis.tree.errors,
        "folders": [
            {"path": item.path or ".", "bytes": item.bytes, "files": item.files}
            for item in heaviest_folders(analysis.permitted, depth=depth, top=top)
        ],
        "largest_files": [
            {"path": item.path, "bytes": item.bytes}
            for item in largest_files(analysis.permitted, top)
        ],
        "types": [
            {"type": item.type, "bytes": item.bytes, "files": item.files}
            for item in sizes_by_type(analysis.permitted)[:top]
        ],
        "unreadable": [
            {"path": error.path or ".", "reason": error.reason} for error in analysis.tree.errors
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _printing(analysis: Analysis) -> Builder:
    """Return the builder whose figure it is: only BuildKit loads a part of what is permitted and says so."""
    builder = analysis.context.builder
    if builder.sends_context:
        return BUILDKIT
    return builder


def _transferred(analysis: Analysis) -> dict[str, Any] | None:
    """What this build fetches; None without a Dockerfile."""
    plan = analysis.plan
    if plan is None:
        return None
    sources, transfer = plan.sources, plan.main.transfer
    total = transfer.view.total
    return {
        "loaded": transfer.loaded,
        "whole": transfer.is_whole,
        "paths": list(transfer.paths),
        "files": total.files,
        "bytes": total.bytes,
        "entries": total.entries,
        **figure_of(_printing(analysis), transfer.context_bytes, transfer_stop(analysis)),
        "unchanged_bytes": transfer.unchanged_bytes,
        "never_copied": {
            "files": sources.never_copied_files,
            "bytes": sources.never_copied_bytes,
        },
        "final_image": {
            "files": plan.image.total.files,
            "bytes": plan.image.total.bytes,
            "through_stages": {
                "files": plan.image.through_stages.files,
                "bytes": plan.image.through_stages.bytes,
            },
            "may_hold_more": plan.image.may_hold_more,
            "may_hold_less": plan.image.may_hold_less,
        },
        "instructions": [_use(use, plan.image) for use in sources.uses],
        "checks": [_check(check) for check in sources.checks],
        "named_contexts": named_contexts(plan),
        "not_measured": list(plan.remote),
        "unknown": [
            {"kind": item.kind, "text": item.text, "line": item.line}
            for item in plan.build.unknowns
        ],
    }


def _use(use: SourceUse, image: Image) -> dict[str, Any]:
    final = image.share_of(use)
    through = image.lines_of(use)
    return {
        "line": use.source.line,
        "instruction": use.source.instruction,
        "stage": use.stage,
        "context": use.context,
        "sources": [path.text for path in use.source.paths],
        "reaches": "final" if through else use.reach,
        "through": list(through),
        "final_files": final.files,
        "final_bytes": final.bytes,
        "files": use.files,
        "bytes": use.bytes,
        "only_files": use.only_files,
        "only_bytes": use.only_bytes,
    }


def _check(check: SourceCheck) -> dict[str, Any]:
    return {
        "kind": check.kind,
        "line": check.source.line,
        "source": check.text,
        "fails": check.fails,
        "count": check.count,
        "paths": list(check.paths),
        "patterns": [{"line": item.line, "pattern": str(item)} for item in check.patterns],
    }
