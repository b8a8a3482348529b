"""A proposal for programs, and for ``git apply``."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.fix.plan import Fix
from ctxopt.fix.proposal import ProposedLine
from ctxopt.report.diff import hunks, unified_diff
from ctxopt.report.json_fields import context_keys
from ctxopt.units import transfer_seconds


class Outcome(NamedTuple):
    """What was proposed, and the context after it: measured again where it was written."""

    fix: Fix
    after: Analysis
    bandwidth: int
    patch_path: str
    written: bool


class SourceEffect(NamedTuple):
    """What one instruction takes of the main context before and after."""

    line: int
    text: str
    """The instruction with its sources, as they are written."""
    files: tuple[int, int]
    bytes: tuple[int, int]


def source_effects(outcome: Outcome) -> list[SourceEffect]:
    """Return the effect on every instruction that takes something, in their order."""
    old, new = outcome.fix.old.plan, outcome.after.plan
    if old is None or new is None:
        return []
    return [
        SourceEffect(
            was.source.line,
            " ".join([was.source.instruction, *(path.text or '""' for path in was.source.paths)]),
            (was.files, now.files),
            (was.bytes, now.bytes),
        )
        for was, now in zip(old.sources.uses, new.sources.uses, strict=True)
        if was.context is None
    ]


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
        "sources": [
            {
                "line": effect.line,
                "text": effect.text,
                "files_before": effect.files[0],
                "files_after": effect.files[1],
                "bytes_before": effect.bytes[0],
                "bytes_after": effect.bytes[1],
            }
            for effect in source_effects(outcome)
        ],
        "other_dockerfiles": list(fix.served),
        "tracked": list(fix.tracked),
        "left_alone": [{"text": item.text, "reason": item.reason} for item in fix.left],
        "diff": render_patch(outcome),
    }
    return json.dumps(document, indent=2) + "\n"


def _line(line: ProposedLine) -> dict[str, Any]:
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
    return analysis.context.builder.printed(figure(analysis))


def _sums(analysis: Analysis) -> dict[str, Any]:
    total = analysis.permitted.total
    return {
        "bytes": total.bytes,
        "entries": total.entries,
        "files": total.files,
        "context_bytes": figure(analysis),
        "printed": printed(analysis),
    }
