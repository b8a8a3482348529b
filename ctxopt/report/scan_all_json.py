"""All builds of a repository as a JSON document: what each sends, totals, findings with the builds they touch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ctxopt.build.stops import find_stops
from ctxopt.projects.location import shown_path
from ctxopt.report.builds_json import build_fields, problem_fields
from ctxopt.report.json_fields import VERSION, finding_fields, named_contexts
from ctxopt.report.scan_headline import first_stop

if TYPE_CHECKING:
    from ctxopt.evidence.measured_builds import UnmeasuredBuild
    from ctxopt.fix.plan import Fix
    from ctxopt.fix.repository import JudgedBuild, JudgedContext, JudgedRepository, SharedFinding
    from ctxopt.projects.declared import Declared


def render_all(judged: JudgedRepository, declared: Declared) -> str:
    """Return the document; paths are relative to the repository's root, those in findings to their context."""
    root = judged.root
    document = {
        "version": VERSION,
        "root": root,
        "totals": {
            "builds": len(judged.builds) + len(judged.unmeasured),
            "measured": len(judged.builds),
            "bytes": judged.bytes,
            "repeated_bytes": judged.repeated,
            "could_be_saved_bytes": judged.saved,
        },
        "builds": [
            *(_measured(build, root) for build in judged.builds),
            *(_unmeasured(item, root) for item in judged.unmeasured),
        ],
        "contexts": [_context(context) for context in judged.contexts],
        "findings": [_finding(item) for item in judged.findings],
        "finding_counts": {
            "reported": len(judged.findings),
            "suppressed": sum(
                len(each.results.suppressed) - each.results.known for each in judged.contexts
            ),
            "known": sum(each.results.known for each in judged.contexts),
            "filtered": sum(each.results.filtered for each in judged.contexts),
        },
        "problems": [problem_fields(problem, root) for problem in declared.problems],
        "apart": len(declared.apart),
    }
    return json.dumps(document, indent=2) + "\n"


def _measured(build: JudgedBuild, root: str) -> dict[str, Any]:
    analysis = build.analysis
    ignore = analysis.context.ignore
    total = analysis.sent.total
    context_bytes = None
    named: list[dict[str, Any]] = []
    if analysis.plan is not None:
        named = named_contexts(analysis.plan)
        if analysis.context.builder.sends_context and first_stop(analysis) is None:
            context_bytes = analysis.plan.main.transfer.context_bytes
    elif analysis.context.builder.sends_context:
        context_bytes = analysis.permitted_bytes
    worst = None
    if build.worst is not None:
        worst = {"rule": build.worst.rule, "severity": build.worst.severity.label}
    ignore_file = None
    if ignore.absolute is not None:
        ignore_file = shown_path(ignore.absolute, root)
    return {
        "id": build.name,
        **build_fields(build.declared, root),
        "builder": analysis.context.builder.name,
        "ignore_file": ignore_file,
        "ignore_reason": ignore.reason,
        "not_measured": None,
        "fails": False,
        "sent": {
            "files": total.files,
            "bytes": total.bytes,
            "context_bytes": context_bytes,
            "named_contexts_bytes": build.bytes - total.bytes,
            "named_contexts": named,
        },
        "could_be_saved_bytes": build.saved,
        "complete": not analysis.tree.errors,
        "stops": [stop.said for stop in find_stops(analysis)],
        "worst": worst,
    }


def _unmeasured(item: UnmeasuredBuild, root: str) -> dict[str, Any]:
    return {
        "id": item.name,
        **build_fields(item.declared, root),
        "builder": None,
        "ignore_file": None,
        "ignore_reason": None,
        "not_measured": item.reason,
        "fails": item.is_wrong,
        "sent": None,
        "could_be_saved_bytes": None,
        "complete": False,
        "stops": [],
        "worst": None,
    }


def _context(context: JudgedContext) -> dict[str, Any]:
    lines = []
    if context.plan is not None:
        lines = _texts(context.plan)
    total = context.analysis.permitted.total
    return {
        "context": context.shown,
        "ignore_file": context.analysis.context.ignore.path,
        "builds": [build.name for build in context.builds],
        "permitted": {"files": total.files, "bytes": total.bytes, "entries": total.entries},
        "lines": lines,
        "own_files": [
            {
                "dockerfile": own.dockerfile,
                "builds": [build.name for build in own.builds],
                "lines": _texts(own.plan),
                "saved_bytes": own.saved,
            }
            for own in context.split.own
        ],
        "refusal": context.refusal or None,
    }


def _texts(plan: Fix) -> list[str]:
    return [text for line in plan.lines for text in line.texts]


def _finding(item: SharedFinding) -> dict[str, Any]:
    return {
        "context": item.folder,
        "builds": list(item.builds),
        **finding_fields(item.finding),
    }
