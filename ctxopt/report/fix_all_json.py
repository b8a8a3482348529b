"""The ignore files of a whole repository for programs, and for ``git apply``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ctxopt.projects.location import shown_path
from ctxopt.report.builds_json import build_fields, problem_fields
from ctxopt.report.fix_json import fix_fields, render_patch
from ctxopt.report.json_fields import VERSION

if TYPE_CHECKING:
    from ctxopt.fix.run_all import FixedFile, FixedRepository
    from ctxopt.projects.declared import Declared


def render_patches(fixed: FixedRepository) -> str:
    """Return the changes as one patch; empty where there is none."""
    return "".join(map(render_patch, fixed.outcomes))


def render_all(fixed: FixedRepository, declared: Declared) -> str:
    """Return the document; the paths of files and contexts are relative to the repository's root."""
    judged = fixed.judged
    root = judged.root
    document = {
        "version": VERSION,
        "root": root,
        "changes": bool(fixed.outcomes),
        "totals": {
            "builds": len(judged.builds) + len(judged.unmeasured),
            "measured": len(judged.builds),
            "bytes_before": judged.bytes,
            "bytes_after": sum(fixed.after.values()),
        },
        "builds": [
            {
                "id": build.name,
                **build_fields(build.declared, root),
                "bytes_before": build.bytes,
                "bytes_after": fixed.after[build.name],
            }
            for build in judged.builds
        ],
        "files": [_file(file, root) for file in fixed.files],
        "not_measured": [
            {"id": item.name, "reason": item.reason, "fails": item.is_wrong}
            for item in judged.unmeasured
        ],
        "problems": [problem_fields(problem, root) for problem in declared.problems],
        "apart": len(declared.apart),
    }
    return json.dumps(document, indent=2) + "\n"


def _file(file: FixedFile, root: str) -> dict[str, Any]:
    fix = None
    if file.outcome is not None:
        fix = fix_fields(file.outcome)
    saved = None
    if file.own is not None:
        saved = file.own.saved
    return {
        "context": file.judged.shown,
        "file": shown_path(file.path, root),
        "builds": list(file.builds),
        "saved_by_own_file_bytes": saved,
        "problem": file.problem or None,
        "fix": fix,
    }
