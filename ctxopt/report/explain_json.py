"""The answers of ``explain`` as JSON."""

from __future__ import annotations

import json

from ctxopt.build.context import BuildContext
from ctxopt.build.explanation import PathExplanation
from ctxopt.report.json_fields import context_keys


def render_answers(context: BuildContext, answers: list[PathExplanation]) -> str:
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
