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
from ctxopt.tree.model import DIR, SOCKET, Folder
from ctxopt.tree.replay import replay
from ctxopt.tree.view import Row, View


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each side that gets files which the other does not."""
    other = _view_of_other(facts)
    if other is None:
        return
    views = {facts.builder: facts.view, facts.builder.other: other}
    buildkit, classic = views[BUILDKIT], views[CLASSIC]
    # These two the classic client sends whatever the patterns say, and BuildKit fetches apart.
    forced = {".dockerignore", facts.analysis.context.dockerfile.inside}
    line = next((item.line for item in facts.matcher.exceptions if item.line), None)
    for name, rival, one, two in (
        ("BuildKit", "the classic builder", buildkit, classic),
        ("the classic builder", "BuildKit", classic, buildkit),
    ):
        found = sorted(row for row in _only_in(one, two) if row.path not in forced)
        if not found:
            continue
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=f"{name} sends files that {rival} does not",
            location=place(facts, line),
            subject=name,
            paths=shown(row.path for row in found),
            size=sum(row.size for row in found),
            entries=len(found),
            help="exceptions that begin with a folder's path mean the same to both",
        )


def _view_of_other(facts: Facts) -> View | None:
    """Return what the other builder would send; None where it reads no other file, or the same of it."""
    file = facts.ignore_file
    context = facts.analysis.context
    # The classic builder reads no other file, so there would be nothing in common to compare.
    if file is None or context.ignore.path != ".dockerignore":
        return None
    # Without a wildcard in an exception both skip the same folders.
    if facts.matcher.has_broken or Matcher(facts.matcher.exceptions).buildkit_prunes("\0"):
        return None
    other = facts.builder.other
    try:
        return replay(facts.view.tree, matcher_for(context, file, other), builder=other).view
    except IgnoreFileError:
        return None


def _only_in(one: View, two: View) -> Iterator[Row]:
    """Yield the files and links that only the first of two views of a tree sends."""
    for folder in one.tree.folders.values():
        # Nearly all folders are the same to both, and a comparison of bytes is quick.
        if one.flags(folder) == two.flags(folder):
            continue
        for row, other in zip(_rows_in(one, folder), _rows_in(two, folder), strict=True):
            is_only_here = other.is_excluded and not row.is_excluded
            if is_only_here and row.kind not in (DIR, SOCKET):
                yield row


def _rows_in(view: View, folder: Folder) -> Iterator[Row]:
    return view.rows(folder.path, enter=lambda _: False)


RULE = Rule("builders-disagree", "Builders that disagree", Severity.INFO, check, about="lines")
