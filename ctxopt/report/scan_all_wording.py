"""What the reports about all builds of a repository say alike: the headline, and names as seen from its root."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxopt.projects.location import shown_path
from ctxopt.report.console import printable
from ctxopt.report.places import placed_in
from ctxopt.report.scan_headline import percent
from ctxopt.report.wording import LEAST
from ctxopt.rules.finding import SECRETS, Finding, Location
from ctxopt.severity import Severity
from ctxopt.units import and_more, count, format_size

if TYPE_CHECKING:
    from ctxopt.fix.repository import JudgedBuild, JudgedRepository, SharedFinding
    from ctxopt.projects.declared import Declared


def headline(judged: JudgedRepository) -> str:
    """Return the sentence with the numbers that matter."""
    if not judged.builds:
        return "No build could be measured."
    size = format_size(judged.bytes)
    if any(context.analysis.tree.errors for context in judged.contexts):
        size = LEAST + size
    number = count(len(judged.builds), "build sends", "builds send")
    sentence = f"{number} {size}"
    if len(judged.builds) > 1:
        sentence += " in all"
    if judged.repeated:
        sentence += f", {format_size(judged.repeated)} of it more than once"
    clauses = []
    if judged.saved > 0:
        share = percent(judged.saved, judged.bytes)
        clauses.append(f"{format_size(judged.saved)} of it is not needed ({share})")
    secrets = _secrets(judged)
    if secrets:
        clauses.append(count(secrets, "secret is", "secrets are") + " among it")
    if not clauses:
        return sentence + "."
    return f"{sentence}. {'; '.join(clauses)}."


def summary(judged: JudgedRepository, declared: Declared) -> str:
    """Return with what it was measured, what is counted, and what is not."""
    clauses = []
    if judged.builds:
        folders = len({context.shown for context in judged.contexts})
        builders = sorted({context.analysis.context.builder.name for context in judged.contexts})
        clauses.append(f"Measured {count(folders, 'context')} with {', '.join(builders)}")
        clauses.append("each build as if it were the first one")
    if declared.apart:
        number = count(len(declared.apart), "build")
        clauses.append(f"without {number} of examples and vendored files")
    return "; ".join(clauses)


def placed(finding: Finding, folder: str, root: str) -> Finding:
    """Return a finding of the context ``folder`` with its places as seen from the repository at ``root``."""
    if folder == ".":
        folder = ""
    finding = placed_in(finding, folder)
    place = finding.location
    if place.file is None or not os.path.isabs(place.file):
        return finding
    return replace(finding, location=Location(shown_path(place.file, root), place.line))


def touched(item: SharedFinding, most: int | None = None) -> str:
    """Name the builds that a finding touches, ``most`` of them."""
    if not item.builds:
        return "sent by none"
    named = item.builds[:most]
    return ", ".join(map(printable, named)) + and_more(len(item.builds) - len(named))


def dockerfile_of(build: JudgedBuild, root: str) -> str:
    """Return the Dockerfile of a build: from its context where it is in there, else from the repository."""
    if build.declared.dockerfile_inline is not None:
        return "inline"
    location = build.analysis.context.dockerfile
    if location.inside is not None:
        return location.inside
    return shown_path(location.absolute, root)


def ignore_file_of(build: JudgedBuild, root: str) -> str:
    """Return the ignore file in force, as ``dockerfile_of`` does; ``none`` where there is none."""
    context = build.analysis.context
    if context.ignore.path is None:
        return "none"
    if context.ignore.absolute is not None and context.ignore.path.startswith("/"):
        return shown_path(context.ignore.absolute, root)
    return context.ignore.path


def context_of(build: JudgedBuild, root: str) -> str:
    """Return the context of a build as seen from the repository."""
    return shown_path(build.analysis.context.root, root)


def _secrets(judged: JudgedRepository) -> int:
    """How many files with secrets are sent by at least one build."""
    return sum(
        max(1, len(item.finding.paths))
        for item in judged.findings
        if item.finding.rule == SECRETS and item.builds and item.finding.severity > Severity.INFO
    )
