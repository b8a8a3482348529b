"""The answers of ``explain`` as JSON."""

from __future__ import annotations

import json
from typing import Any

from ctxopt.build.context import BuildContext
from ctxopt.build.explanation import PathExplanation
from ctxopt.report.json_fields import context_keys


def render_answers(context: BuildContext, answers: list[PathExplanation]) -> str:
    """Return the ``explain`` document."""
    document = context_keys(context, None)
    document["paths"] = [_fields(answer) for answer in answers]
    return json.dumps(document, indent=2) + "\n"


def _fields(answer: PathExplanation) -> dict[str, Any]:
    found = answer.explanation
    pattern, line, below = None, None, None
    if found.pattern:
        pattern, line = str(found.pattern), found.pattern.line
    if answer.below is not None:
        below = {
            "files": answer.below.files,
            "bytes": answer.below.bytes,
            "excluded_entries": answer.below.excluded,
            "excluded_bytes": answer.below.excluded_bytes,
        }
    return {
        "path": found.path,
        "exists": answer.exists,
        "excluded": found.excluded,
        "pattern": pattern,
        "line": line,
        "decided_at": found.decided_at,
        "pruned_at": found.pruned_at,
        "exception": found.exception,
        "transferred": answer.transferred,
        "instructions": [
            {"line": use.source.line, "instruction": use.source.instruction, "stage": use.stage}
            for use in answer.uses
        ],
        "through": list(answer.through),
        "below": below,
    }
