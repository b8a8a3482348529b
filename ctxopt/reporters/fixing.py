"""A proposal for people, for programs, and for ``git apply``."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ctxopt.analysis import Analysis
from ctxopt.console import printable
from ctxopt.fixing import Fix
from ctxopt.proposal import Line
from ctxopt.reporters.json_ import context_keys
from ctxopt.reporters.wording import count
from ctxopt.units import (
    format_bandwidth,
    format_buildkit,
    format_classic,
    format_seconds,
    format_size,
    transfer_seconds,
)
from ctxopt.write import hunks, unified_diff

_TRACKED = 20


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


def render_text(outcome: Outcome) -> str:
    """Return the diff, the lines with what they save, what was left alone, before and after."""
    fix = outcome.fix
    out: list[str] = []
    if fix.after is None:
        out.append(f"nothing to do: {_whole(outcome.after)}")
    else:
        out += [printable(line.rstrip("\r")) for line in render_patch(outcome).splitlines()]
        out += ["", *_table(fix.lines)]
    if fix.tracked:
        out += ["", f"No longer sent though git tracks it: {count(len(fix.tracked), 'file')}"]
        out += [f"  {printable(path)}" for path in fix.tracked[:_TRACKED]]
        if len(fix.tracked) > _TRACKED:
            out.append(f"  and {len(fix.tracked) - _TRACKED:,} more")
    if fix.left:
        out += ["", "Left alone"]
        out += [f"  {printable(item.text)}: {printable(item.reason)}" for item in fix.left]
    if fix.after is not None:
        old, new = _figure(fix.old), _figure(outcome.after)
        saved = transfer_seconds(max(0, old - new), outcome.bandwidth)
        out += [
            "",
            f"Before: {_whole(fix.old)}",
            f"After:  {_whole(outcome.after)}",
            f"Saves {format_seconds(saved)} at {format_bandwidth(outcome.bandwidth)} a first build",
            f"{'Written to' if outcome.written else 'Not written:'} {printable(fix.shown)}",
        ]
    return "\n".join(out) + "\n"


def render_json(outcome: Outcome) -> str:
    """Return the document with the lines as data."""
    fix = outcome.fix
    saved = max(0, _figure(fix.old) - _figure(outcome.after))
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


def _table(lines: tuple[Line, ...]) -> list[str]:
    rows = [("saves", "entries", "in total", "sure", "line")]
    for line in lines:
        text = " ".join(map(printable, line.texts)) or "(removed)"
        if line.replaces:
            text += f"  instead of {' '.join(map(printable, line.replaces))}"
        size, total = format_size(line.bytes), format_size(line.total_bytes)
        rows.append((size, f"{line.entries:,}", total, line.confidence, f"{text}  ({line.reason})"))
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    return [
        "  ".join(
            [
                *(row[place].rjust(widths[place]) for place in range(3)),
                row[3].ljust(widths[3]),
                row[4],
            ]
        )
        for row in rows
    ]


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


def _figure(analysis: Analysis) -> int:
    """What Docker prints on a first build that takes the whole context."""
    return analysis.permitted_bytes


def _printed(analysis: Analysis) -> str:
    is_classic = analysis.context.builder == "classic"
    return (format_classic if is_classic else format_buildkit)(_figure(analysis))


def _whole(analysis: Analysis) -> str:
    total = analysis.permitted.total
    entries = count(total.entries, "entry", "entries")
    return f"{format_size(total.bytes)} in {entries}; Docker prints up to {_printed(analysis)}"


def _sums(analysis: Analysis) -> dict[str, Any]:
    total = analysis.permitted.total
    return {
        "bytes": total.bytes,
        "entries": total.entries,
        "files": total.files,
        "context_bytes": _figure(analysis),
        "printed": _printed(analysis),
    }
