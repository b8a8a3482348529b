"""The keys that several JSON reports share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ctxopt.build.context import BuildContext
from ctxopt.build.stops import Stop
from ctxopt.builder import Builder
from ctxopt.rules.finding import Finding

if TYPE_CHECKING:
    from ctxopt.build.plan import Plan
    from ctxopt.build.transfer import TransferView

VERSION = 1


def context_keys(context: BuildContext, target: str | None) -> dict[str, Any]:
    """Return the keys that name a build context in every document."""
    return {
        "version": VERSION,
        "root": context.root,
        "dockerfile": dockerfile_of(context),
        "ignore_file": context.ignore.path,
        "builder": context.builder.name,
        "target": target,
    }


def dockerfile_of(context: BuildContext) -> str | None:
    """Return the Dockerfile's path as it is shown; None where there is no such file."""
    if not context.dockerfile.found:
        return None
    return context.dockerfile.path


def figure_of(builder: Builder, size: int, stop: Stop | None) -> dict[str, Any]:
    """Return the figure of ``size`` bytes that Docker prints, in bytes and in its words; None where it stops."""
    if stop is not None or not builder.sends_context:
        return {"context_bytes": None, "printed": None}
    return {"context_bytes": size, "printed": builder.printed(size)}


def transfer_fields(transfer: TransferView) -> dict[str, int]:
    """Return what is sent of one context, in bytes."""
    return {
        "files": transfer.view.total.files,
        "bytes": transfer.view.total.bytes,
        "context_bytes": transfer.context_bytes,
    }


def named_contexts(plan: Plan) -> list[dict[str, Any]]:
    """Return what is sent of each named context, once for every time BuildKit loads it."""
    return [
        {"name": load.name, "root": load.root, **transfer_fields(load.transfer)}
        for load in plan.named
    ]


def finding_fields(finding: Finding) -> dict[str, Any]:
    """Return a finding as every document that lists findings has it; bytes are integers."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.label,
        "message": finding.message,
        "file": finding.location.file,
        "line": finding.location.line,
        "paths": list(finding.paths),
        "bytes": finding.size,
        "entries": finding.entries,
        "rebuilds": finding.rebuilds,
        "reach": finding.reach,
        "edits": [
            {
                "kind": edit.kind.value,
                "line": edit.line,
                "text": edit.text,
                "reason": edit.reason,
            }
            for edit in finding.edits
        ],
        "help": finding.help,
        "fingerprint": finding.fingerprint,
    }
