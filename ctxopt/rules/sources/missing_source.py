"""A source of a COPY, ADD or bind mount that is not there, so the build stops.

Docker says ``not found`` whether a file is missing, hidden or was not fetched. Here it is missing
on disk, or Docker's client does not fetch it though it may. Where most sources of a Dockerfile are
missing, it is built with another folder, and that is said once; a path that is known to be made
before the build, as ``dist`` or what git ignores, is INFO in a clean checkout, and so is
what lacks for a Dockerfile that a release tool builds in a folder of its own. Where an argument lacks its value, that is the
cause, and the source is not judged. What git tracks is in a full checkout.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from ctxopt.build.sources import SourceCheck
from ctxopt.evidence.facts import Facts
from ctxopt.git.folder import ignored_if_there, is_sparse_at
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.edits import Edit
from ctxopt.paths import join, name, parent, upwards
from ctxopt.rules.finding import Finding
from ctxopt.rules.other_context import OtherContext, find_other_context
from ctxopt.rules.release_context import release_file
from ctxopt.rules.rule import Rule
from ctxopt.rules.sources.ignored_source import cure
from ctxopt.rules.unset_argument import unset_arguments
from ctxopt.rules.written import checks_of, dockerfile_line, is_main, source_message
from ctxopt.severity import Severity

_MOST = 0.8
"""Share of missing sources from which on the context is the wrong one."""

_DASHES = ("\u2013", "\u2014", "\u2212")
"""What word processors make of hyphens: Docker takes the option behind one for a source."""
_MADE = frozenset(("build-output", "cache", "dependencies"))

OTHER_CONTEXT: Final = "context"
"""The subject of the finding that the sources are those of another context."""


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such source, or one for all of them."""
    missing = list(checks_of(facts, "missing", "not-transferred"))
    if not missing:
        return
    release = release_file(facts)
    git_ignored = _git_ignored(facts, missing)
    main = [
        found
        for found in missing
        if is_main(found)
        and release is None
        and found.kind == "missing"
        and found.paths[0] not in git_ignored
        and not _is_in_git(facts, found)
    ]
    # Paths that are made before the build are missing in the right folder as well.
    other = find_other_context(facts, _made_later(facts, missing, git_ignored)) if main else None
    if other is not None or _are_most(facts, main):
        yield _wrong_context(facts, main, other)
        told = set(map(id, main))
        missing = [found for found in missing if id(found) not in told]
    same: dict[tuple[str, str], list[SourceCheck]] = {}
    for found in missing:
        what = found.text
        if _is_git_file(facts, found):
            what = ".git"
        same.setdefault((found.kind, what), []).append(found)
    # One path that several stages copy is one fact.
    for several in same.values():
        finding = _finding_for(facts, several, git_ignored)
        if release is not None and is_main(several[0]):
            advice = f"{release} has it built in a folder of its own, with the programs made for it"
            finding = replace(finding, severity=Severity.INFO, edits=(), help=advice)
        yield finding


def _are_most(facts: Facts, missing: Sequence[SourceCheck]) -> bool:
    """Whether hardly a source is where the Dockerfile looks for it."""
    gone = {found.text for found in missing}
    named = {
        path.path
        for use in facts.main_uses
        for path in use.source.paths
        if path.kind == "local" and path.path.strip("/") and not has_meta(path.path)
    }
    # One missing file is a missing file, whatever its share.
    return len(gone) > 1 and len(gone & named) >= _MOST * len(named)


def _finding_for(
    facts: Facts, several: Sequence[SourceCheck], git_ignored: Collection[str]
) -> Finding:
    found = several[0]
    severity = RULE.severity
    message = source_message(facts, found)
    others = sorted({other.source.line for other in several} - {found.source.line})
    if others:
        message += f" (also in {_lines(others)})"
    advice = "correct the source, or make the file first"
    unset = unset_arguments(facts, found)
    if found.text.lstrip("/").startswith(_DASHES):
        advice = "an option starts with two plain hyphens: write -- in place of the dash"
    elif found.kind != "missing":
        advice = "name the path that the link leads to"
    elif _is_git_file(facts, found):
        advice = (
            ".git is a file here, as in a worktree or a submodule, and the history lies elsewhere:"
            " build in a clone, or give what the build asks git as an argument"
        )
    elif _is_in_git(facts, found):
        advice = _from_git(facts, found.paths[0])
    elif unset is not None:
        severity, advice = Severity.WARNING, unset.help
        message = f"{unset.message}, which does not exist"
    elif _is_made(facts, found):
        severity, advice = Severity.INFO, "make it before the build"
    elif is_main(found) and found.paths[0] in git_ignored:
        severity, advice = Severity.INFO, "git ignores it: make it before the build"
    elsewhere = _beside_dockerfile(facts, found)
    if severity is RULE.severity and elsewhere:
        advice = f"sources start at the root of the context: write {elsewhere}"
    leads_to = _dangling(facts, found)
    if severity is RULE.severity and leads_to:
        advice = f"it is a link to {leads_to}, which is not in the context: name a path that is"
    hiding = _hidden_by(facts, found)
    edits: tuple[Edit, ...] = ()
    # What is made beforehand is meant; of what is only missing it is not known that its name is right.
    if severity is Severity.INFO and hiding is not None:
        severity = RULE.severity
        exception, _ = cure(facts, found.source, found.paths[0])
        if exception is not None:
            edits = (exception,)
        advice = f"{advice}, and add !{found.paths[0]} at the end of the ignore file: {hiding} would hide it"
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=message,
        location=dockerfile_line(facts, found.source),
        subject=found.text,
        paths=found.paths,
        edits=edits,
        help=advice,
    )


def _is_git_file(facts: Facts, found: SourceCheck) -> bool:
    """Whether a source lies below a ``.git`` that is a file with the place of the history in it."""
    root = facts.view.tree.root
    for way in upwards(found.paths[0]):
        if name(way) == ".git":
            return os.path.isfile(os.path.join(root, way))
    return False


def _is_in_git(facts: Facts, found: SourceCheck) -> bool:
    """Whether git tracks what this working tree lacks."""
    evidence = facts.evidence
    path = found.paths[0]
    if evidence is None or found.kind != "missing" or not is_main(found) or not path:
        return False
    return evidence.is_tracked(path) or evidence.has_tracked_below(path)


def _from_git(facts: Facts, path: str) -> str:
    """Return how what git tracks gets into this working tree."""
    evidence = facts.evidence
    if not is_sparse_at(evidence, path):
        return f"git has it: git restore {shlex.quote(path)} brings it back"
    folder = path
    # A sparse checkout takes folders.
    if evidence is not None and evidence.is_tracked(path):
        folder = parent(path)
    return f"git has it, and this checkout is sparse: git sparse-checkout add {shlex.quote(folder)}"


def _beside_dockerfile(facts: Facts, found: SourceCheck) -> str | None:
    """Return where a missing file of the context lies beside the Dockerfile; None where it does not."""
    folder = parent(facts.analysis.context.dockerfile.inside or "")
    if not folder or found.kind != "missing" or not is_main(found):
        return None
    path = join(folder, found.paths[0])
    if not _exists(facts, path):
        return None
    return path


def _dangling(facts: Facts, found: SourceCheck) -> str | None:
    """Return where a missing source of the context leads that is a link itself; None where it is none."""
    if found.kind != "missing" or not is_main(found):
        return None
    folder = facts.view.tree.folders.get(parent(found.paths[0]))
    if folder is None or not folder.links:
        return None
    return folder.links.get(name(found.paths[0]))


def _lines(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    return f"lines {', '.join(map(str, numbers))}"


def _is_made(facts: Facts, found: SourceCheck) -> bool:
    """Whether a path is known to be made by a tool, so that a clean checkout lacks it."""
    ways = [way for way in upwards(found.paths[0]) if way]
    # Nothing is there, so it may have been a file or a folder.
    known = any(
        entry.kind in _MADE
        for way in ways
        for is_dir in (True, False)
        for entry in facts.catalog.match_path(way, is_dir)
    )
    evidence = facts.evidence
    return known or (evidence is not None and any(map(evidence.is_ignored, ways)))


def _hidden_by(facts: Facts, found: SourceCheck) -> str | None:
    """Return the line that would hide a missing source as soon as it was made; None where none would."""
    path = found.paths[0]
    if not is_main(found) or has_meta(path):
        return None
    decision = facts.matcher.decide(path)
    if not decision.excluded or decision.index is None:
        return None
    pattern, *later = facts.matcher.patterns[decision.index :]
    # The folder comes with what later exceptions let in of it.
    if any(item.exception and item.text.startswith(f"{path}/") for item in later):
        return None
    return f"{facts.ignore_path}:{pattern.line} ({pattern})"


def _git_ignored(facts: Facts, missing: Sequence[SourceCheck]) -> Collection[str]:
    """Return the missing paths that git would ignore if they were there; asks git where there are any."""
    evidence = facts.evidence
    asked = {
        found.paths[0]
        for found in missing
        if found.kind == "missing" and is_main(found) and found.paths[0]
    }
    if evidence is None or not evidence.knows_tracked or not asked:
        return ()
    # What git tracks is there in every checkout, so that it is gone here is a mistake.
    fresh = {
        path
        for path in asked
        if not evidence.is_tracked(path) and not evidence.has_tracked_below(path)
    }
    return ignored_if_there(facts.evidence, fresh)


def _made_later(
    facts: Facts, missing: Iterable[SourceCheck], git_ignored: Collection[str]
) -> set[str]:
    """Return the missing paths that something makes before the build."""
    return {
        found.paths[0]
        for found in missing
        if found.paths and (found.paths[0] in git_ignored or _is_made(facts, found))
    }


def _wrong_context(
    facts: Facts, missing: Sequence[SourceCheck], other: OtherContext | None
) -> Finding:
    paths = sorted({path for found in missing for path in found.paths})
    advice = "give the folder that docker build is given"
    folder = parent(facts.analysis.context.dockerfile.inside or "")
    if other is not None:
        advice = f"all of them are in {other.folder}: {other.command}"
        if other.declared_in:
            advice = f"{other.declared_in} names {other.folder}: {other.command}"
    elif folder and all(_exists(facts, join(folder, path)) for path in paths):
        advice = f"they are in {folder}: give that folder as the context"
    what = "most sources of this Dockerfile do not exist here"
    if len(paths) == 1:
        what = f"{paths[0]} does not exist here"
    return Finding(
        rule=RULE.id,
        severity=Severity.WARNING,
        message=f"{what}: it is built with another folder as its context",
        location=dockerfile_line(facts, missing[0].source),
        subject=OTHER_CONTEXT,
        paths=tuple(paths),
        entries=len(paths),
        help=advice,
    )


def _exists(facts: Facts, path: str) -> bool:
    folder = facts.view.tree.folders.get(parent(path))
    return folder is not None and name(path) in folder.names


RULE = Rule(
    "missing-source",
    "Source that does not exist",
    Severity.ERROR,
    check,
    about="sources",
    may_send_more=True,
)
