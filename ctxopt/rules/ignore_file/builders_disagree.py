"""BuildKit, the classic builder and Podman would take different files under the same ignore file.

Docker's two read the same patterns, but the classic client skips an excluded folder unless an exception,
taken literally, begins with its path. ``*`` and ``!**/*.py`` give BuildKit all sources and the
classic builder those at the root. Only files with exceptions can differ. Podman skips folders much as the classic
client does, reads patterns in its own way, and prefers ``.containerignore``; it is spoken of where something shows
that it is used.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.analysis import build_matcher
from ctxopt.build.context import BuildContext, find_context
from ctxopt.builder import BUILDKIT, CLASSIC, DOCKERS, PODMAN, Builder
from ctxopt.errors import ContextError, IgnoreFileError
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.rule import Rule
from ctxopt.rules.trial import sent_by
from ctxopt.rules.written import place, shown
from ctxopt.severity import Severity
from ctxopt.tree.model import DIR, SOCKET, Folder
from ctxopt.tree.replay import replay
from ctxopt.tree.view import Row, View

_NAMES = {BUILDKIT: "BuildKit", CLASSIC: "the classic builder", PODMAN: "Podman"}
_FOR_PODMAN = (
    "write a wildcard exception as a path from the root, and a + ( ) { } ^ or | of a name behind a backslash:"
    " that means the same to all"
)


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each side that gets files which the other does not."""
    if facts.builder in DOCKERS:
        yield from _docker_pair(facts)
    if _podman_is_used(facts):
        yield from _podman_pair(facts)


def _docker_pair(facts: Facts) -> Iterator[Finding]:
    other = BUILDKIT
    if facts.builder is BUILDKIT:
        other = CLASSIC
    view = _view_of_other(facts, other)
    if view is None:
        return
    views = {facts.builder: facts.view, other: view}
    help_ = "exceptions that begin with a folder's path mean the same to both"
    yield from _compared(facts, {BUILDKIT: views[BUILDKIT], CLASSIC: views[CLASSIC]}, help_)


def _compared(facts: Facts, views: dict[Builder, View], help_: str) -> Iterator[Finding]:
    # These two the classic client sends whatever the patterns say, and BuildKit fetches apart.
    forced = {".dockerignore", facts.analysis.context.dockerfile.inside}
    line = next((item.line for item in facts.matcher.exceptions if item.line), None)
    one, two = views
    for builder, rival in ((one, two), (two, one)):
        found = sorted(
            row for row in _only_in(views[builder], views[rival]) if row.path not in forced
        )
        if not found:
            continue
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=f"{_NAMES[builder]} {builder.verb} files that {_NAMES[rival]} does not",
            location=place(facts, line),
            subject=_NAMES[builder],
            paths=shown(row.path for row in found),
            size=sum(row.size for row in found),
            entries=len(found),
            help=help_,
        )


def _view_of_other(facts: Facts, other: Builder) -> View | None:
    """Return what Docker's other builder would send; None where it reads no other file, or the same of it."""
    file = facts.ignore_file
    context = facts.analysis.context
    # The classic builder reads no other file, so there would be nothing in common to compare.
    if file is None or context.ignore.path != ".dockerignore":
        return None
    # Without a wildcard in an exception both skip the same folders.
    if facts.matcher.has_broken or Matcher(facts.matcher.exceptions).buildkit_prunes("\0"):
        return None
    sent = sent_by(facts, other)
    if sent is None:
        return None
    return sent.view


def _podman_is_used(facts: Facts) -> bool:
    """Tell whether the configuration or a name at the root shows that both builders read this context."""
    context = facts.analysis.context
    configured = facts.config.builders
    if facts.builder is PODMAN:
        # Where nothing is Docker's, there is no one to disagree with.
        is_dockers = ".dockerignore" in (context.ignore.path or "")
        return is_dockers or any(name != PODMAN.name for name in configured)
    if PODMAN.name in configured:
        return True
    root = facts.analysis.tree.folders.get("")
    if root is None or "ontainer" not in root.joined:
        return False
    return any(
        name.startswith("Containerfile") or name.endswith(".containerignore") for name in root.names
    )


def _podman_pair(facts: Facts) -> Iterator[Finding]:
    other = PODMAN
    if facts.builder is PODMAN:
        other = BUILDKIT
    try:
        context = _context_of(facts, other)
        matcher = build_matcher(context)
        view = replay(facts.view.tree, matcher, builder=other).view
    except ContextError:
        return
    except IgnoreFileError as error:
        yield Finding(
            rule=RULE.id,
            severity=Severity.WARNING,
            message=f"{_NAMES[other]} refuses the ignore file: {error.reason}",
            location=Location(error.path or facts.ignore_path, error.line),
            subject=_NAMES[other],
            help=_FOR_PODMAN,
        )
        return
    help_ = _FOR_PODMAN
    if context.ignore.path != facts.analysis.context.ignore.path:
        read = context.ignore.path or "no ignore file"
        help_ = f"{_NAMES[other]} reads {read}: keep one file, or the same lines in both"
    yield from _compared(facts, {facts.builder: facts.view, other: view}, help_)


def _context_of(facts: Facts, other: Builder) -> BuildContext:
    """Return the context as the other builder finds it; where nothing is on disk, with the file in force."""
    context = facts.analysis.context
    file = facts.ignore_file
    is_named = context.ignore.reason == "it was named"
    if context.root and not is_named:
        return find_context(context.root, dockerfile=context.named.dockerfile, builder=other.name)
    if file is None or not other.reads(context.ignore.path):
        raise ContextError("there is nothing that both read")
    return context._replace(builder=other)


def _only_in(one: View, two: View) -> Iterator[Row]:
    """Yield the files and links that only the first of two views of a tree sends, and folders that were not entered."""
    for folder in one.tree.folders.values():
        # Nearly all folders are the same to both, and a comparison of bytes is quick.
        if one.flags(folder) == two.flags(folder):
            continue
        for row, other in zip(_rows_in(one, folder), _rows_in(two, folder), strict=True):
            is_only_here = other.is_excluded and not row.is_excluded
            is_entered = row.kind == DIR and row.path in one.tree.folders
            if is_only_here and row.kind != SOCKET and not is_entered:
                yield row


def _rows_in(view: View, folder: Folder) -> Iterator[Row]:
    return view.rows(folder.path, enter=lambda _: False)


RULE = Rule("builders-disagree", "Builders that disagree", Severity.INFO, check, about="lines")
