"""A proposal for programs, and for ``git apply``."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ctxopt.analysis import Analysis
from ctxopt.fixing import Fix
from ctxopt.patch import hunks, unified_diff
from ctxopt.proposal import Line
from ctxopt.reporters.json_ import context_keys
from ctxopt.units import format_buildkit, format_classic, transfer_seconds


class Outcome(NamedTuple):
    """What was proposed, and the context after it: measured again where it was written."""

    fix: Fix
    after: Analysis
    bandwidth: int
    patch_path: str
    written: bool


def render_patch(outcome: Outcome) -> str:
    """Return the change as a patch; empty where there is none."""
    fix = outcome.fix
    return "" if fix.after is None else unified_diff(fix.before, fix.after, outcome.patch_path)


def render_json(outcome: Outcome) -> str:
    """Return the document with the lines as data."""
    fix = outcome.fix
    saved = max(0, figure(fix.old) - figure(outcome.after))
    document = context_keys(fix.old.context, fix.old.target) | {
        "ignore_file": fix.shown,
        "changes": fix.after is not None,
        "written": outcome.written,
        "before": _sums(fix.old),
        "after": _sums(outcome.after),
        "saved_seconds": round(transfer_seconds(saved, outcome.bandwidth), 3),
        "bandwidth": outcome.bandwidth,
        "lines": [_line(line) for line in fix.lines],
        "edits": [
            {"line": hunk.line, "old": list(hunk.old), "new": list(hunk.new)}
            for hunk in (hunks(fix.before, fix.after) if fix.after is not None else ())
        ],
        "tracked": list(fix.tracked),
        "left_alone": [{"text": item.text, "reason": item.reason} for item in fix.left],
        "diff": render_patch(outcome),
    }
    return json.dumps(document, indent=2) + "\n"


def _line(line: Line) -> dict[str, Any]:
    return {
        "kind": "replace" if line.texts and line.replaces else "add" if line.texts else "remove",
        "texts": list(line.texts),
        "replaces": list(line.replaces),
        "rule": line.rule,
        "confidence": line.confidence,
        "reason": line.reason,
        "bytes": line.bytes,
        "entries": line.entries,
        "total_bytes": line.total_bytes,
        "total_entries": line.total_entries,
        "paths": list(line.paths),
    }


def figure(analysis: Analysis) -> int:
    """Return what Docker counts on a first build that takes the whole context."""
    return analysis.permitted_bytes


def printed(analysis: Analysis) -> str:
    """Return that figure as Docker writes it."""
    is_classic = analysis.context.builder == "classic"
    return (format_classic if is_classic else format_buildkit)(figure(analysis))


def _sums(analysis: Analysis) -> dict[str, Any]:
    total = analysis.permitted.total
    return {
        "bytes": total.bytes,
        "entries": total.entries,
        "files": total.files,
        "context_bytes": figure(analysis),
        "printed": printed(analysis),
    }
