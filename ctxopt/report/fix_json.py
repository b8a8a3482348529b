"""A proposal for programs, and for ``git apply``."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.stops import permitted_stop
from ctxopt.fix.plan import Fix
from ctxopt.fix.proposal import ProposedLine
from ctxopt.fix.run import Outcome
from ctxopt.languages.dockerfile import Source
from ctxopt.report.diff import hunks, unified_diff
from ctxopt.report.json_fields import context_keys, figure_of, finding_fields
from ctxopt.units import transfer_seconds


class SourceEffect(NamedTuple):
    """What one instruction takes of the main context before and after."""

    line: int
    text: str
    """The instruction with its sources, as they are written."""
    files: tuple[int, int]
    bytes: tuple[int, int]


def source_effects(outcome: Outcome) -> list[SourceEffect]:
    """Return the effect on every instruction that takes something, in their order."""
    old, new = outcome.fix.measured.plan, outcome.after.plan
    if old is None or new is None:
        return []
    return [
        SourceEffect(
            line=was.source.line,
            text=_instruction(was.source),
            files=(was.files, now.files),
            bytes=(was.bytes, now.bytes),
        )
        for was, now in zip(old.sources.uses, new.sources.uses, strict=True)
        if was.context is None
    ]


def _instruction(source: Source) -> str:
    # A path that a variable has emptied would leave no trace.
    return " ".join([source.instruction, *(path.text or '""' for path in source.paths)])


def render_patch(outcome: Outcome) -> str:
    """Return the change as a patch; empty where there is none."""
    fix = outcome.fix
    if fix.new_content is None:
        return ""
    return unified_diff(fix.old_content, fix.new_content, outcome.patch_path)


def render_json(outcome: Outcome) -> str:
    """Return the document with the lines as data."""
    return json.dumps(fix_fields(outcome), indent=2) + "\n"


def fix_fields(outcome: Outcome) -> dict[str, Any]:
    """Return the keys of one ignore file, as every document about a fix has them."""
    fix = outcome.fix
    saved = max(0, fix.measured.permitted_bytes - outcome.after.permitted_bytes)
    return context_keys(fix.measured.context, fix.measured.target) | {
        "ignore_file": fix.shown,
        "changes": fix.new_content is not None,
        "written": outcome.written,
        "can_be_undone": outcome.written and not outcome.no_undo,
        "before": _sums(fix.measured),
        "after": _sums(outcome.after),
        "saved_seconds": round(transfer_seconds(saved, outcome.bandwidth), 3),
        "bandwidth": outcome.bandwidth,
        "history": _history(fix),
        "lines": [_line(line) for line in fix.lines],
        "edits": _edits(fix),
        "sources": [_source(effect) for effect in source_effects(outcome)],
        "other_dockerfiles": list(fix.other_dockerfiles),
        "tracked": list(fix.tracked),
        "possible": [_line(line) for line in fix.possible],
        "errors": [finding_fields(finding) for finding in fix.errors],
        "left_alone": [{"text": item.text, "reason": item.reason} for item in fix.left_alone],
        "diff": render_patch(outcome),
    }


def _history(fix: Fix) -> dict[str, int] | None:
    if not fix.commits:
        return None
    return {"commits": fix.commits, "rebuilds": fix.rebuilds}


def _edits(fix: Fix) -> list[dict[str, Any]]:
    if fix.new_content is None:
        return []
    return [
        {"line": hunk.line, "old": list(hunk.old), "new": list(hunk.new)}
        for hunk in hunks(fix.old_content, fix.new_content)
    ]


def _source(effect: SourceEffect) -> dict[str, Any]:
    return {
        "line": effect.line,
        "text": effect.text,
        "files_before": effect.files[0],
        "files_after": effect.files[1],
        "bytes_before": effect.bytes[0],
        "bytes_after": effect.bytes[1],
    }


def _line(line: ProposedLine) -> dict[str, Any]:
    return {
        "kind": _kind(line),
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
        "preventive": line.is_preventive,
        "rebuilds": line.rebuilds,
    }


def _kind(line: ProposedLine) -> str:
    if not line.texts:
        return "remove"
    return "replace" if line.replaces else "add"


def printed(analysis: Analysis) -> str:
    """Return what Docker writes on a first build that takes the whole context."""
    return analysis.context.builder.printed(analysis.permitted_bytes)


def _sums(analysis: Analysis) -> dict[str, Any]:
    total = analysis.permitted.total
    return {
        "bytes": total.bytes,
        "entries": total.entries,
        "files": total.files,
        **figure_of(analysis.context.builder, analysis.permitted_bytes, permitted_stop(analysis)),
    }
