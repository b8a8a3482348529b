"""JSON documents for programs: versioned, integers for bytes, the same keys at every verbosity."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ctxopt.analysis import Analysis
from ctxopt.context import BuildContext
from ctxopt.explaining import Answer
from ctxopt.summary import heaviest_folders, largest_files, sizes_by_type
from ctxopt.tree import FILE
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


def render_listing(analysis: Analysis, *, excluded: bool) -> Iterator[str]:
    """Yield the ``ls`` document in pieces, one entry a line."""
    view = analysis.permitted
    head = context_keys(analysis.context, None)
    if excluded:
        files = [entry.size for entry in view.excluded() if entry.kind == FILE]
        sums = {"files": len(files), "bytes": sum(files), "context_bytes": None}
    else:
        total = view.total
        figure = analysis.permitted_bytes
        sums = {"files": total.files, "bytes": total.bytes, "context_bytes": figure}
    head |= {"view": "excluded" if excluded else "permitted", **sums}
    yield json.dumps(head)[:-1] + ', "entries": ['
    separator = "\n"
    for entry in view.excluded() if excluded else view.entries():
        item = {"path": entry.path, "type": entry.type, "size": entry.size}
        yield separator + json.dumps(item)
        separator = ",\n"
    yield "\n]}\n"


def render_scan(analysis: Analysis, *, depth: int, top: int) -> str:
    """Return the ``scan`` document."""
    context, total = analysis.context, analysis.permitted.total
    figure = analysis.permitted_bytes
    printed = format_classic if context.builder == "classic" else format_buildkit
    document = context_keys(context, None) | {
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
        "transferred": None,
        "excluded": {
            "entries": total.excluded,
            "bytes": total.excluded_bytes,
            "complete": analysis.with_excluded,
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
