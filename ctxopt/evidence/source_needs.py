"""What COPY, ADD and bind mounts name, of this build and of the others that its ignore file serves.

Also what the ignore file itself brings back. Opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ctxopt.build.plan import Plan
from ctxopt.evidence.git_history import BuildTakings, Taking
from ctxopt.evidence.needs import Clues, GitReason, Need, name_paths
from ctxopt.evidence.other_dockerfiles import OtherDockerfile, local_paths
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.languages.dockerfile import Build, Source
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.paths import name, parent


def takings_of(plan: Plan | None) -> list[Taking]:
    """Return what the instructions of a build take from the main context."""
    if plan is None:
        return []
    return [Taking(use.source, use.roots) for use in plan.sources.uses if use.context is None]


def needs_of_sources(takings: Iterable[Taking]) -> Clues:
    """Return what the instructions of the build name."""
    needs: list[Need] = []
    named: list[Need] = []
    git: list[GitReason] = []
    for source, roots in takings:
        instruction = "bind mount" if source.mount else source.instruction
        place = f"{instruction} in line {source.line}"
        named += name_paths(local_paths(source), f"named by {place}")
        for root in roots:
            if _is_named(source, root):
                needs.append(Need(root, f"named by {place}"))
            if name(root) == ".git" or "/.git/" in f"/{root}/":
                git.append(GitReason("", f"{place} names it"))
    return Clues(needs=tuple(needs), named=tuple(named), git=tuple(git))


def _is_named(source: Source, root: str) -> bool:
    """Whether a source names what it takes; a wildcard that takes everything names nothing."""
    paths = set(local_paths(source))
    return root in paths or not any(_takes_all(root, path) for path in paths)


def _takes_all(root: str, path: str) -> bool:
    """Whether ``root`` was found by the source ``path`` because that takes all there is."""
    return is_everything(name(path)) and parent(root) == parent(path)


def is_everything(last: str) -> bool:
    """Whether the last component of a source is empty or stars alone."""
    return set(last) <= {"*"}


def needs_of_exceptions(matcher: Matcher, files: SentFiles) -> Clues:
    """Return what the ignore file brings back by its whole name: whoever wrote that line wants the path."""
    needs: list[Need] = []
    for pattern in matcher.patterns:
        if pattern.exception and pattern.line and not has_meta(pattern.text):
            reason = f"brought back in line {pattern.line} of the ignore file"
            needs += [Need(path, reason) for path in files.existing_inside(pattern.text)]
    return Clues(needs=tuple(needs))


def needs_of_other_stages(build: Build, files: SentFiles) -> Clues:
    """Return what the stages name that this target does not reach: another target does."""
    clues = [
        _take(
            local_paths(source), f"named by {source.instruction} in line {source.line}", files
        ).clues
        for source in build.sources
        if not source.reachable
    ]
    return _joined(clues)


def needs_of_dockerfile(other: OtherDockerfile, files: SentFiles) -> tuple[BuildTakings, Clues]:
    """Return what another Dockerfile takes of the context, and what that tells."""
    takings: list[Taking] = []
    clues: list[Clues] = []
    for source, meant in other.sources():
        taken = _take(meant, f"named in line {source.line} of {other.path}", files)
        takings.append(Taking(source, taken.roots))
        clues.append(taken.clues)
    return BuildTakings(other.build, takings), _joined(clues)


class _Taken(NamedTuple):
    """What there is of a source's paths, and what they tell."""

    roots: tuple[str, ...]
    clues: Clues


def _take(paths: Iterable[str], reason: str, files: SentFiles) -> _Taken:
    """Look up what others than this build take."""
    roots: dict[str, None] = {}
    needs: list[Need] = []
    named: list[Need] = []
    for path in paths:
        if is_everything(name(path)):
            roots[parent(path)] = None  # all of it is taken, and nothing is named
            continue
        found = files.existing(path)
        roots |= dict.fromkeys(found)
        needs += [Need(root, reason) for root in found]
        named += name_paths([path], reason)
    taken = tuple(roots)
    return _Taken(taken, Clues(needs=tuple(needs), named=tuple(named), elsewhere=taken))


def _joined(clues: Iterable[Clues]) -> Clues:
    several = list(clues)
    return Clues(
        needs=tuple(need for one in several for need in one.needs),
        named=tuple(need for one in several for need in one.named),
        elsewhere=tuple(root for one in several for root in one.elsewhere),
    )
