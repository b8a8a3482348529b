"""What the sources of the one Dockerfile miss of what the classic client sends, which sends without a look at them.

Only sources that are plain paths are judged: the daemon expands wildcards and follows links in what it gets.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from ctxopt.build.sources import CheckKind, SourceCheck
from ctxopt.evidence.facts import Facts
from ctxopt.languages.dockerfile import Build, Source, SourcePath
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.paths import upwards
from ctxopt.tree.lookup import ViewLookup


def check_sources(facts: Facts) -> Iterator[SourceCheck]:
    """Yield the sources that are not sent: ``ignored`` where they are there, ``missing`` where not.

    With a target it is not known which stages are built, and nothing is said.
    """
    build = _own_build(facts)
    if build is None or facts.analysis.target is not None:
        return
    root = facts.analysis.tree.root
    sent = ViewLookup(facts.view)
    for source in build.sources:
        for path in source.local:
            place = path.path.strip("/")
            if not place or not _is_plain(path) or sent.find(place):
                continue
            whole = os.path.join(root, place)
            # Where a folder above is a link, the daemon looks for the file elsewhere.
            if os.path.realpath(os.path.dirname(whole)) != os.path.dirname(whole):
                continue
            if not os.path.lexists(whole):
                yield _failing("missing", source, path.path)
            elif pattern := _hiding(facts.matcher, place):
                yield replace(_failing("ignored", source, path.path), patterns=(pattern,))


def _failing(kind: CheckKind, source: Source, path: str) -> SourceCheck:
    return SourceCheck(
        kind=kind, source=source, text=path, fails=True, paths=(path.strip("/"),), count=1
    )


def _hiding(matcher: Matcher, path: str) -> Pattern | None:
    """Return the pattern that excludes a path, or else the folder above it that the client skips."""
    for way in (path, *upwards(path)):
        decision = matcher.decide(way)
        if decision.excluded and decision.index is not None:
            return matcher.patterns[decision.index]
    return None


def _own_build(facts: Facts) -> Build | None:
    """Return the build of the Dockerfile that was asked about; None where it lies elsewhere or could not be read."""
    inside = facts.analysis.context.dockerfile.inside
    builds = (taken.build for taken in facts.needs.builds)
    return next((build for build in builds if build.dockerfile.path == inside), None)


def _is_plain(path: SourcePath) -> bool:
    return not (path.unset or path.empty or path.vague or has_meta(path.path))
