"""The result of ``rebuilds`` as JSON; decides nothing."""

from __future__ import annotations

import json
from typing import Any

from ctxopt.guard.rebuilds import CommitChange, InstructionRebuilds, Rebuilds, StepAgain
from ctxopt.report.json_fields import context_keys


def render_json(rebuilds: Rebuilds) -> str:
    """Return the document; commits stand the newest first."""
    analysis = rebuilds.analysis
    document: dict[str, Any] = {
        **context_keys(analysis.context, analysis.target),
        "complete": not rebuilds.is_cut,
        "without_dockerfile": rebuilds.without_dockerfile,
        "commits": [
            {"commit": commit.id, "time": commit.seconds, "subject": commit.subject}
            for commit in rebuilds.commits
        ],
        "rebuilt": rebuilds.rebuilt,
        "avoidable": rebuilds.avoidable,
        "instructions": [_instruction(item) for item in rebuilds.instructions],
        "lines": [
            {
                "pattern": line.pattern,
                "kinds": list(line.kinds),
                "alone": line.alone,
                "together": line.together,
            }
            for line in rebuilds.lines
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _instruction(item: InstructionRebuilds) -> dict[str, Any]:
    return {
        "instruction": item.source.instruction,
        "mount": item.source.mount,
        "line": item.source.line,
        "stage": item.source.stage,
        "text": item.text,
        "changed": len(item.changes),
        "avoidable": item.avoidable,
        "kinds": item.kinds,
        "changes": [_change(change) for change in item.changes],
        "runs_again": [_step(step) for step in item.after],
    }


def _change(change: CommitChange) -> dict[str, Any]:
    return {
        "commit": change.commit.id,
        "avoidable": change.is_avoidable,
        "kinds": list(change.kinds),
        "paths": list(change.paths),
    }


def _step(again: StepAgain) -> dict[str, Any]:
    return {
        "instruction": again.step.keyword,
        "line": again.step.line,
        "stage": again.step.stage,
        "text": again.text,
        "certain": again.step.is_certain,
        "cost": again.cost,
    }
