"""A source of a COPY, ADD or bind mount that is not there, so the build stops.

Docker says ``not found`` whether a file is missing, hidden or was not fetched. Here it is missing
on disk, or Docker's client does not fetch it though it may. Where most sources of a Dockerfile are
missing, it is built with another folder, and that is said once; a path that is known to be made
before the build, as ``dist``, is INFO in a clean checkout.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxopt.build.source_text import tell_check
from ctxopt.build.sources import SourceCheck
from ctxopt.evidence.facts import Facts
from ctxopt.languages.golang.paths import has_meta
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import checks_of, dockerfile_line, is_main
from ctxopt.severity import Severity

_MOST = 0.8
"""Share of missing sources from which on the context is the wrong one."""

_MADE = frozenset(("build-output", "cache", "dependencies"))


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such source, or one for all of them."""
    missing = list(checks_of(facts, "missing", "not-transferred"))
    main = [found for found in missing if is_main(found) and found.kind == "missing"]
    named = {
        path.path
        for use in facts.main_uses
        for path in use.source.paths
        if path.kind == "local" and path.path.strip("/") and not has_meta(path.path)
    }
    gone = {found.text for found in main}
    if len(gone) > 1 and len(gone & named) >= _MOST * len(named):
        yield _wrong_context(facts, main)
        missing = [found for found in missing if found not in main]
    for found in missing:
        is_made = found.kind == "missing" and _is_made(facts, found)
        yield Finding(
            rule=RULE.id,
            severity=Severity.INFO if is_made else RULE.severity,
            message=tell_check(found, facts.analysis.context.ignore.path),
            location=dockerfile_line(facts, found.source),
            subject=found.text,
            paths=found.paths,
            help=_help(found, is_made),
        )


def _help(found: SourceCheck, is_made: bool) -> str:
    if found.kind != "missing":
        return "name the path that the link leads to"
    return "make it before the build" if is_made else "correct the source, or make the file first"


def _is_made(facts: Facts, found: SourceCheck) -> bool:
    """Whether a path is known to be made by a tool, so that a clean checkout lacks it."""
    parts = found.paths[0].split("/")
    paths = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    known = any(
        entry.kind in _MADE
        for path in paths
        for is_dir in (True, False)
        for entry in facts.catalog.match_path(path, is_dir)
    )
    evidence = facts.evidence
    return known or (evidence is not None and any(evidence.is_ignored(path) for path in paths))


def _wrong_context(facts: Facts, missing: Sequence[SourceCheck]) -> Finding:
    paths = sorted({path for found in missing for path in found.paths})
    inside = facts.analysis.context.dockerfile.inside or ""
    folder = inside.rpartition("/")[0]
    is_beside = bool(folder) and all(_exists(facts, f"{folder}/{path}") for path in paths)
    return Finding(
        rule=RULE.id,
        severity=Severity.WARNING,
        message="most sources of this Dockerfile do not exist here:"
        " it is built with another folder as its context",
        location=dockerfile_line(facts, missing[0].source),
        subject="context",
        paths=tuple(paths),
        entries=len(paths),
        help=f"they are in {folder}: give that folder as the context"
        if is_beside
        else "give the folder that docker build is given",
    )


def _exists(facts: Facts, path: str) -> bool:
    above, _, name = path.rpartition("/")
    folder = facts.analysis.tree.folders.get(above)
    return folder is not None and name in folder.names


RULE = Rule("missing-source", "Source that does not exist", Severity.ERROR, check, about="sources")
