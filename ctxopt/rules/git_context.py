"""A build that a workflow runs from git itself: what the ignore file hides of the checkout is sent there."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.evidence.git_builds import GitBuild
from ctxopt.git.evidence import Found
from ctxopt.paths import is_at_or_below, is_covered, join, topmost
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.grouping import SERIOUS
from ctxopt.rules.written import shown
from ctxopt.severity import Severity

_MOST_FILES = 5_000
"""Files that are looked at for their sizes."""


def find_git_context(facts: Facts, found: Found, rule: str) -> Iterator[Finding]:
    """Yield a finding under ``rule`` where a workflow builds this Dockerfile so, and that sends more than a little.

    ``found`` is the repository. What it does not track is no part of such a context, ``.git`` is not either.
    """
    build = _build(facts, found)
    if build is None:
        return
    hidden = _hidden(facts)
    size = sum(map(_size, (os.path.join(facts.view.tree.root, path) for path in hidden)))
    if size < facts.config.noise_floor:
        return
    severity = Severity.INFO
    if size >= SERIOUS * facts.config.noise_floor:
        severity = Severity.WARNING
    yield Finding(
        rule=rule,
        severity=severity,
        message="this step builds from what git has, where no ignore file counts",
        location=Location(_from_root(build.workflow, found), build.line),
        subject=build.workflow,
        paths=shown(topmost(_excluded_above(facts, path) for path in hidden)),
        size=size,
        entries=len(hidden),
        help="write context: . in its with, behind actions/checkout",
    )


def _build(facts: Facts, found: Found) -> GitBuild | None:
    """Return the step that builds what is measured here."""
    inside = facts.analysis.context.dockerfile.inside
    if inside is None:
        return None
    dockerfile = join(found.prefix, inside)
    for build in facts.git_builds:
        if build.folder == found.prefix and build.dockerfile == dockerfile:
            return build
    return None


def _hidden(facts: Facts) -> list[str]:
    """Return the tracked files that the ignore file hides from an instruction that takes what is around them."""
    if facts.evidence is None:
        return []
    roots = {root for use in facts.main_uses for root in use.roots}
    tracked = sorted(
        path for path in facts.evidence.tracked if "" in roots or is_covered(path, roots)
    )
    return [path for path in tracked[:_MOST_FILES] if facts.matcher.decide(path).excluded]


def _excluded_above(facts: Facts, path: str) -> str:
    """Return the topmost folder above ``path`` that is excluded with it, else the path itself."""
    parts = path.split("/")
    above = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
    return next((folder for folder in above if facts.matcher.decide(folder).excluded), path)


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _from_root(workflow: str, found: Found) -> str:
    """Return a workflow as seen from the context."""
    if is_at_or_below(workflow, found.prefix):
        return workflow
    return os.path.relpath(workflow, found.prefix)


__all__ = ["find_git_context"]
