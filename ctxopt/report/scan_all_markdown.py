"""All builds of a repository in GitHub-flavoured Markdown, for step summaries and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxopt.report.builds_text import render_problem
from ctxopt.report.markdown import code, plain, table
from ctxopt.report.places import where
from ctxopt.report.scan_all_wording import (
    context_of,
    dockerfile_of,
    headline,
    ignore_file_of,
    placed,
    summary,
)
from ctxopt.report.scan_markdown import finding_cells
from ctxopt.units import format_size

if TYPE_CHECKING:
    from ctxopt.fix.repository import JudgedBuild, JudgedRepository, SharedFinding
    from ctxopt.projects.declared import Declared


def render_all(judged: JudgedRepository, declared: Declared) -> str:
    """Return the report; paths are relative to the repository's root."""
    lines = ["## Docker builds", "", plain(headline(judged)), ""]
    told = summary(judged, declared)
    if told:
        lines += [f"{plain(told)}.", ""]
    if judged.builds:
        lines += table(
            ["build", "context", "Dockerfile", "ignore file", "sent:", "to save:", "worst finding"],
            (_build(build, judged.root) for build in judged.builds),
        )
    if judged.findings:
        lines += ["", "### Findings", ""]
        lines += table(
            ["severity", "rule", "place", "finding", "size:", "builds", "cure"],
            (_finding(item, judged.root) for item in judged.findings),
        )
    if judged.unmeasured:
        lines += ["", "### Not measured", ""]
        lines += [f"- {code(item.name)}: {plain(item.reason)}" for item in judged.unmeasured]
    if declared.problems:
        lines += ["", "### Not read", ""]
        lines += [f"- {plain(render_problem(item, judged.root))}" for item in declared.problems]
    return "\n".join(lines) + "\n"


def _build(build: JudgedBuild, root: str) -> list[str]:
    worst = ""
    if build.worst is not None:
        worst = f"{build.worst.severity.label} {code(build.worst.rule)}"
    saved = ""
    if build.saved:
        saved = format_size(build.saved)
    return [
        code(build.name),
        code(context_of(build, root)),
        code(dockerfile_of(build, root)),
        code(ignore_file_of(build, root)),
        format_size(build.bytes),
        saved,
        worst,
    ]


def _finding(item: SharedFinding, root: str) -> list[str]:
    finding = placed(item.finding, item.folder, root)
    *cells, size, cure = finding_cells(finding)
    if not where(finding):
        cells[2] = code(item.folder)
    return [*cells, size, ", ".join(map(code, item.builds)) or "none", cure]
