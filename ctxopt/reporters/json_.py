"""JSON documents for programs: versioned, integers for bytes, the same keys at every verbosity."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ctxopt.build.analysis import Analysis, ViewName, select_view
from ctxopt.build.context import BuildContext
from ctxopt.build.explanation import Answer
from ctxopt.build.sources import SourceCheck, SourceUse
from ctxopt.rules.finding import Finding
from ctxopt.rules.run import Judgement
from ctxopt.tree.model import FILE
from ctxopt.tree.summary import heaviest_folders, largest_files, sizes_by_type
from ctxopt.units import format_buildkit, format_classic

VERSION = 1


def context_keys(context: BuildContext, target: str | None) -> dict[str, Any]:
    """Return the keys that name a build context in every document."""
    return {
        "version": VERSION,
        "root": context.root,
        "dockerfile": context.dockerfile.path if context.dockerfile.found else None,
        "ignore_file": context.ignore.path,
        "builder": context.builder,
        "target": target,
    }


def render_listing(analysis: Analysis, view: ViewName) -> Iterator[str]:
    """Yield the ``ls`` document in pieces, one entry a line."""
    shown, figure = select_view(analysis, view)
    entries = shown.excluded if view == "excluded" else shown.entries
    if view == "excluded":
        files = [entry.size for entry in shown.excluded() if entry.kind == FILE]
        sums = {"files": len(files), "bytes": sum(files)}
    else:
        sums = {"files": shown.total.files, "bytes": shown.total.bytes}
    head = context_keys(analysis.context, analysis.target)
    head |= {"view": view, **sums, "context_bytes": figure}
    yield json.dumps(head)[:-1] + ', "entries": ['
    separator = "\n"
    for entry in entries():
        item = {"path": entry.path, "type": entry.type, "size": entry.size}
        yield separator + json.dumps(item)
        separator = ",\n"
    yield "\n]}\n"


def render_scan(analysis: Analysis, judged: Judgement, *, depth: int, top: int) -> str:
    """Return the ``scan`` document."""
    context, total = analysis.context, analysis.permitted.total
    figure = analysis.permitted_bytes
    printed = format_classic if context.builder == "classic" else format_buildkit
    document = context_keys(context, analysis.target) | {
        "ignore_reason": context.ignore.reason,
        "inactive_ignore_files": [
            {"path": item.path, "reason": item.reason} for item in context.inactive
        ],
        "permitted": {
            "files": total.files,
            "bytes": total.bytes,
            "entries": total.entries,
            "context_bytes": figure,
            "printed": printed(figure),
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


def finding_fields(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.label,
        "message": finding.message,
        "file": finding.location.file,
        "line": finding.location.line,
        "paths": list(finding.paths),
        "bytes": finding.size,
        "entries": finding.entries,
        "reach": finding.reach,
        "edits": [
            {
                "kind": edit.kind.value,
                "line": edit.line,
                "text": edit.text,
                "reason": edit.reason,
            }
            for edit in finding.edits
        ],
        "help": finding.help,
        "fingerprint": finding.fingerprint,
    }


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
        "context_bytes": transfer.context_bytes,
        "printed": format_buildkit(transfer.context_bytes),
        "unchanged_bytes": transfer.unchanged_bytes,
        "never_copied": {
            "files": sources.never_copied_files,
            "bytes": sources.never_copied_bytes,
        },
        "final_image": {"files": sources.final_files, "bytes": sources.final_bytes},
        "instructions": [_use(use) for use in sources.uses],
        "checks": [_check(check) for check in sources.checks],
        "named_contexts": [
            {
                "name": load.name,
                "root": load.root,
                "files": load.transfer.view.total.files,
                "bytes": load.transfer.view.total.bytes,
                "context_bytes": load.transfer.context_bytes,
            }
            for load in plan.loads[1:]
        ],
        "not_measured": list(plan.remote),
        "unknown": [
            {"kind": item.kind, "text": item.text, "line": item.line}
            for item in plan.build.unknowns
        ],
    }


def _use(use: SourceUse) -> dict[str, Any]:
    return {
        "line": use.source.line,
        "instruction": use.source.instruction,
        "stage": use.stage,
        "context": use.context,
        "sources": [path.text for path in use.source.paths],
        "reaches": use.reach,
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


def render_answers(context: BuildContext, answers: list[Answer]) -> str:
    """Return the ``explain`` document."""
    document = context_keys(context, None)
    document["paths"] = [
        {
            "path": answer.explanation.path,
            "exists": answer.exists,
            "excluded": answer.explanation.excluded,
            "pattern": str(answer.explanation.pattern) if answer.explanation.pattern else None,
            "line": answer.explanation.pattern.line if answer.explanation.pattern else None,
            "decided_at": answer.explanation.decided_at,
            "pruned_at": answer.explanation.pruned_at,
            "exception": answer.explanation.exception,
            "transferred": answer.transferred,
            "instructions": [
                {"line": use.source.line, "instruction": use.source.instruction, "stage": use.stage}
                for use in answer.uses
            ],
            "below": None
            if answer.below is None
            else {
                "files": answer.below.files,
                "bytes": answer.below.bytes,
                "excluded_entries": answer.below.excluded,
                "excluded_bytes": answer.below.excluded_bytes,
            },
        }
        for answer in answers
    ]
    return json.dumps(document, indent=2) + "\n"
