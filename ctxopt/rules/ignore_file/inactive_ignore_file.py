"""A file that looks like the ignore file and that Docker never reads.

Docker takes ``<Dockerfile>.dockerignore`` beside the Dockerfile, else ``.dockerignore`` at the root
of the context, and never joins two. A ``.dockerignore`` beside a Dockerfile in a subfolder is not
read. That another file takes the place of the one at the root may be meant, so it is INFO; not where
that other one is empty. A file in force that BuildKit cannot read or follow counts as empty: no line of it is in force.
Where a workflow has the image built from git itself, no ignore file counts at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ctxopt.errors import IgnoreFileError
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.misnamed import NAME, misnamed_near
from ctxopt.evidence.read_start import read_start
from ctxopt.languages.dockerfile.file_name import is_dockerfile_name
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.escape import escape_folder
from ctxopt.languages.ignore.text import parse_ignore_file
from ctxopt.paths import join, name, parent
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.rule import Rule, add_line
from ctxopt.rules.trial import hidden_by
from ctxopt.severity import Severity

_AS_EMPTY = ("reads as empty", "counts as empty")
"""How the reasons of a file end that is in force and is not read."""
_BELOW_ROOT = "it lies in a folder that is copied, and Docker looks at the root of the context"
_MOST_READ = 65_536
"""Bytes of a file that is not read by Docker; longer ones are told without their lines."""


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such file."""
    context = facts.analysis.context
    if context.ignore.path and context.ignore.reason.endswith(_AS_EMPTY):
        yield counts_as_empty(context.ignore.path, context.ignore.reason)
    is_empty = context.ignore.file is not None and not facts.matcher.patterns
    for inactive in context.inactive:
        severity, reason = RULE.severity, inactive.reason
        # Another file in its place may be what is wanted for this one Dockerfile.
        if reason.endswith("is used instead") and is_empty:
            reason += ", and that has no pattern"
        elif reason.endswith("is used instead"):
            severity = Severity.INFO
            if _serves_another(facts):
                continue
        yield _finding(facts, inactive.path, reason, severity)
    known = {inactive.path for inactive in context.inactive} | {context.ignore.path}
    for found in misnamed_near(facts.analysis.tree, context.dockerfile.inside):
        if found.path not in known:
            severity = RULE.severity
            if found.is_podmans and context.ignore.path:
                severity = Severity.INFO
            yield _finding(facts, found.path, found.reason, severity)
    for folder in _copied_folders(facts):
        path = join(folder, NAME)
        # Without a line that would keep back what is local, it is for builds of that folder.
        lines = tuple(_lines_to_move(facts, path, spares_tracked=True))
        if lines and path not in known:
            found_there = _finding(facts, path, _BELOW_ROOT, Severity.INFO)
            advice = "for this build its lines belong into the one at the root"
            yield replace(found_there, severity=RULE.severity, edits=lines, help=advice)
    yield from _without_it(facts)


def _copied_folders(facts: Facts) -> Iterator[str]:
    """Yield the folders with such a file that instructions name and that are no context of a Dockerfile in them."""
    tree = facts.view.tree
    for root in sorted({root for use in facts.main_uses for root in use.roots if root}):
        folder = tree.folders.get(root)
        if folder is None or NAME not in folder.names:
            continue
        if not any(map(is_dockerfile_name, folder.names)):
            yield root


def _serves_another(facts: Facts) -> bool:
    """Whether another Dockerfile of the context has no ignore file of its own, so that it reads the one at the root."""
    own = facts.analysis.context.dockerfile.inside
    for folder in facts.view.tree.folders.values():
        # One search in all names says no for nearly every folder.
        if "ockerfile" not in folder.joined:
            continue
        names = folder.names
        for each in names:
            is_other = is_dockerfile_name(each) and folder.child(each) != own
            if is_other and f"{each}.dockerignore" not in names:
                return True
    return False


def _without_it(facts: Facts) -> Iterator[Finding]:
    """Yield a finding where a workflow builds from git, which few repositories do."""
    found = facts.evidence.found if facts.evidence is not None else None
    is_about_docker = facts.plan is not None and facts.builder.reads_own_ignore_file
    if found is None or not is_about_docker or not facts.matcher.patterns:
        return
    if os.path.isdir(os.path.join(found.top, ".github", "workflows")):
        from ctxopt.rules.git_context import find_git_context

        yield from find_git_context(facts, found, RULE.id)


def counts_as_empty(path: str, reason: str) -> Finding:
    """Return the finding about an ignore file at the root that BuildKit reads nothing of, and why."""
    return Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"no line of this ignore file is in force: {reason}",
        location=Location(path),
        subject=path,
        help=_remedy(reason),
    )


def _remedy(reason: str) -> str:
    if "cannot be read" in reason:
        return "let the user who builds read it"
    return "put a file in its place"


def _finding(facts: Facts, path: str, reason: str, severity: Severity) -> Finding:
    in_force = facts.analysis.context.ignore.path
    advice = f"the one in force is {in_force}"
    if not in_force:
        advice = f"no ignore file is in force: rename it to {_proper(facts, path)}"
    edits: tuple[Edit, ...] = ()
    if severity is not Severity.INFO:
        edits = tuple(_lines_to_move(facts, path))
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=f"Docker does not read this ignore file: {reason}",
        location=Location(path),
        subject=path,
        edits=edits,
        help=advice,
    )


def _lines_to_move(facts: Facts, path: str, *, spares_tracked: bool = False) -> Iterator[Edit]:
    """Yield the lines of a file that is not read which would hide something where they count.

    Below a folder they were meant for that folder or for the root: the narrower reading that hides something is taken.
    """
    content = read_start(os.path.join(facts.analysis.tree.root, path), _MOST_READ + 1)
    if content is None or len(content) > _MOST_READ:
        return
    try:
        texts = [text for _, text in parse_ignore_file(content, path).patterns()]
    except IgnoreFileError:
        return
    # What an exception brings back depends on the lines above it, which may not all be moved.
    if any(text.startswith("!") for text in texts):
        return
    folder = parent(path)
    readings: list[list[str]] = [[text] for text in texts]
    if folder:
        readings = [[escape_folder(folder) + text, text] for text in texts]
    hidden = hidden_by(facts, [text for reading in readings for text in reading])
    hiding = {text for text, change in hidden.items() if change.lost}
    # Beside one Dockerfile they are about what its build needs: others that share the file in force may need it.
    if spares_tracked or (folder and facts.needs.served):
        hiding = {text for text in hiding if not _hides_tracked(facts, hidden[text].lost)}
    for text in _first_that_hides(readings, hiding):
        yield add_line(text, f"it stands in {path}, which Docker does not read")


def _hides_tracked(facts: Facts, lost: Iterable[str]) -> bool:
    evidence = facts.evidence
    if evidence is None:
        return False
    return any(evidence.is_tracked(path) or evidence.has_tracked_below(path) for path in lost)


def _first_that_hides(readings: Iterable[list[str]], hiding: set[str]) -> Iterator[str]:
    for reading in readings:
        found = [text for text in reading if text in hiding]
        yield from found[:1]


def _proper(facts: Facts, path: str) -> str:
    """Return the name under which the file would count: what lies at the root was meant for the context."""
    context = facts.analysis.context
    own = context.dockerfile.own_ignore
    reads_own = context.builder.reads_own_ignore_file and context.dockerfile.is_file
    if reads_own and (parent(path) or path == name(own)):
        return own
    return ".dockerignore"


RULE = Rule(
    "inactive-ignore-file", "Ignore file never read", Severity.WARNING, check, about="paths"
)
