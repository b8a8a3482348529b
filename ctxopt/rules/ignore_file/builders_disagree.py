"""BuildKit and the classic builder would send different files under the same ignore file.

Both read the same patterns, but the classic client skips an excluded folder unless an exception,
taken literally, begins with its path. ``*`` and ``!**/*.py`` give BuildKit all sources and the
classic builder those at the root. Only files with exceptions can differ.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.analysis import matcher_for
from ctxopt.builder import BUILDKIT, CLASSIC
from ctxopt.errors import IgnoreFileError
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import place, shown
from ctxopt.severity import Severity
from ctxopt.tree.model import DIR, SOCKET, Flag
from ctxopt.tree.replay import replay
from ctxopt.tree.view import View


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each side that gets files which the other does not."""
    analysis = facts.analysis
    file = analysis.context.ignore.file
    # The classic builder reads no other file, so there would be nothing in common to compare.
    if file is None or analysis.context.ignore.path != ".dockerignore":
        return
    exceptions = analysis.matcher.exceptions
    if analysis.matcher.has_broken or Matcher(exceptions).buildkit_prunes("\0"):
        return  # without a wildcard in an exception both skip the same folders
    builder = analysis.context.builder
    try:
        other = matcher_for(analysis.context, file, builder.other)
        replayed = replay(analysis.tree, other, builder=builder.other)
    except IgnoreFileError:
        return
    forced = {".dockerignore", analysis.context.dockerfile.inside}
    views = {builder: analysis.permitted, builder.other: replayed.view}
    buildkit, classic = views[BUILDKIT], views[CLASSIC]
    line = next((item.line for item in analysis.matcher.exceptions if item.line), None)
    for name, rival, one, two in (
        ("BuildKit", "the classic builder", buildkit, classic),
        ("the classic builder", "BuildKit", classic, buildkit),
    ):
        found = [item for item in _only_in(one, two) if item[0] not in forced]
        if not found:
            continue
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=f"{name} sends files that {rival} does not",
            location=place(facts, line),
            subject=name,
            paths=shown(path for path, _ in found),
            size=sum(size for _, size in found),
            entries=len(found),
            help="exceptions that begin with a folder's path mean the same to both",
        )


def _only_in(one: View, two: View) -> list[tuple[str, int]]:
    """The files and links that only the first of two views of a tree sends."""
    found: list[tuple[str, int]] = []
    for folder in one.tree.folders.values():
        mine, others = one.flags(folder), two.flags(folder)
        if mine == others or not others:
            continue
        mine = mine or bytes(len(others))
        sizes = folder.sizes
        for index, name in enumerate(folder.names):
            kind = folder.kinds[index]
            is_sent = not mine[index] & Flag.EXCLUDED
            if is_sent and others[index] & Flag.EXCLUDED and kind not in (DIR, SOCKET):
                found.append((folder.child(name), sizes[index]))
    return sorted(found)


RULE = Rule("builders-disagree", "Builders that disagree", Severity.INFO, check, about="lines")
