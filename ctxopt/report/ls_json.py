"""The entries of ``ls`` as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ctxopt.build.analysis import Analysis, ViewName
from ctxopt.build.listing import select_view
from ctxopt.report.json_fields import context_keys
from ctxopt.tree.model import FILE


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
