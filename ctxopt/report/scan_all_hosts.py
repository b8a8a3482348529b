"""All builds of a repository as code hosts read findings: annotations, SARIF; decides nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxopt.git.folder import repository_base
from ctxopt.projects.location import shown_path
from ctxopt.report.github import render_github
from ctxopt.report.sarif import render_sarif
from ctxopt.report.scan_all_wording import placed, touched
from ctxopt.rules.finding import Finding, Location, Suppression
from ctxopt.rules.registry import RULES

if TYPE_CHECKING:
    from ctxopt.fix.repository import JudgedContext, JudgedRepository, SharedFinding
    from ctxopt.languages.ignore.text import IgnoreFile


def render_annotations(judged: JudgedRepository) -> str:
    """Return one workflow command for each finding, the worst first."""
    return render_github(_findings(judged), RULES, base=repository_base(judged.root))


def render_log(judged: JudgedRepository) -> str:
    """Return a SARIF log of one run over all builds; each fix is of the ignore file that its finding is about."""
    from ctxopt import __version__

    return render_sarif(
        list(_findings(judged)),
        RULES,
        version=__version__,
        suppressed=list(_suppressed(judged)),
        ignore_files=[_placed_file(item) for item in judged.findings],
        base=repository_base(judged.root),
    )


def _placed_file(item: SharedFinding) -> IgnoreFile | None:
    """The ignore file of a finding as seen from the repository."""
    file = item.ignore_file
    if file is None or file.path.startswith("/"):
        return None
    return file._replace(path=os.path.normpath(os.path.join(item.folder, file.path)))


def _findings(judged: JudgedRepository) -> Iterator[Finding]:
    """Yield the findings, each with a place and with the builds that it touches."""
    places = _Places(judged)
    for item in judged.findings:
        finding = places.found(item.finding, item.folder)
        yield replace(finding, message=f"{finding.message} (builds: {touched(item)})")


def _suppressed(judged: JudgedRepository) -> Iterator[Suppression]:
    places = _Places(judged)
    for context in judged.contexts:
        for item in context.results.suppressed:
            yield item._replace(finding=places.found(item.finding, context.shown))


class _Places:
    """Where in the repository a finding is; hosts refuse one without a file."""

    def __init__(self, judged: JudgedRepository) -> None:
        self._root = judged.root
        self._files = {context.shown: _file_of(context) for context in judged.contexts}
        self._inline: dict[str, Location] = {}
        for build in judged.builds:
            declared = build.declared
            if declared.dockerfile_inline is not None:
                label = shown_path(build.analysis.context.dockerfile.path, judged.root)
                place = shown_path(declared.declared_in, judged.root)
                self._inline[label] = Location(place, declared.line)

    def found(self, finding: Finding, folder: str) -> Finding:
        if finding.location.file is None and not finding.paths:
            finding = replace(finding, location=Location(self._files[folder]))
        finding = placed(finding, folder, self._root)
        # An inline Dockerfile is in no file of its own, and its lines are not those of the file that holds it.
        place = self._inline.get(finding.location.file or "", finding.location)
        return replace(finding, location=place)


def _file_of(context: JudgedContext) -> str:
    """The file of a context that a finding about all of it is shown at."""
    found = context.analysis.context
    if found.ignore.path is not None:
        return found.ignore.path
    if found.dockerfile.found:
        return found.dockerfile.path
    return ".dockerignore"
