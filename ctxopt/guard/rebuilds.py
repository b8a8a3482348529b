"""The use case of ``rebuilds``: how often each instruction's cache key changed, what for, and what ran again after it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ctxopt.build.analysis import Analysis
from ctxopt.build.cache_key import KeySource, key_sources
from ctxopt.build.context import BuildContext
from ctxopt.build.later_steps import LaterStep, steps_after
from ctxopt.builder import BUILDKIT
from ctxopt.errors import ConfigError, ContextError, GitError
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.step_cost import StepCost, cost_of
from ctxopt.evidence.unread import Unread, UnreadKind, UnreadPaths
from ctxopt.git.first_parents import WalkedCommit, first_parents
from ctxopt.git.folder import HISTORY, holds_history
from ctxopt.git.repository import Repository
from ctxopt.git.tree_objects import TreeObjects
from ctxopt.guard.against import parse_against, prefix_of, repository_at
from ctxopt.guard.key_history import walk_commits
from ctxopt.guard.request import MeasureTree
from ctxopt.guard.saving_lines import RebuiltCommit, SavingLine, SavingLines
from ctxopt.languages.dockerfile import Build, Source
from ctxopt.paths import folders_above

GatherFacts = Callable[[Analysis], Facts]


@dataclass(frozen=True, slots=True)
class CommitChange:
    """What one commit did to the key of an instruction."""

    commit: WalkedCommit
    paths: tuple[str, ...]
    """What made the key another one."""
    kinds: tuple[UnreadKind, ...]
    """What kinds of files these are, where nothing in the build is known to read any of them; else empty."""

    @property
    def is_avoidable(self) -> bool:
        """Whether nothing in the build is known to read what changed."""
        return bool(self.kinds)


@dataclass(frozen=True, slots=True)
class StepAgain:
    """A step that runs again when a key changes."""

    step: LaterStep
    text: str
    cost: StepCost | None


@dataclass(frozen=True, slots=True)
class InstructionRebuilds:
    """One COPY, ADD or bind mount, and the commits that changed its key, the newest first."""

    source: Source
    text: str
    changes: tuple[CommitChange, ...]
    after: tuple[StepAgain, ...]
    """What runs again after it; for a mount the RUN that it belongs to, too."""

    @property
    def avoidable(self) -> int:
        """In how many of the commits only files changed that nothing is known to read."""
        return sum(change.is_avoidable for change in self.changes)

    @property
    def kinds(self) -> dict[UnreadKind, int]:
        """In how many of these each kind of file changed, the most frequent first."""
        found = Counter(kind for change in self.changes for kind in change.kinds)
        return dict(found.most_common())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilds:
    """What a history did to the layer cache of one build."""

    analysis: Analysis
    commits: tuple[WalkedCommit, ...]
    """Those that were compared with the one before them, the newest first."""
    instructions: tuple[InstructionRebuilds, ...]
    lines: tuple[SavingLine, ...] = ()
    has_first: bool = False
    """Whether a first commit was met, which is compared with nothing."""
    is_cut: bool = False
    """Whether the clone holds no more, although there were commits before."""
    without_dockerfile: int = 0
    """How many of the commits do not have the Dockerfile at its place of today."""

    @property
    def rebuilt(self) -> int:
        """In how many of the commits a key changed."""
        return len(self._changed_by())

    @property
    def avoidable(self) -> int:
        """In how many of these nothing changed that anything in the build is known to read."""
        return sum(all(found) for found in self._changed_by().values())

    @property
    def sends_history(self) -> bool:
        """Whether an instruction takes git's own folder, which every commit changes."""
        changes = (change for item in self.instructions for change in item.changes)
        return any(HISTORY in change.paths for change in changes)

    def by_changes(self) -> list[InstructionRebuilds]:
        """Return the instructions, those first that changed most."""
        return sorted(self.instructions, key=lambda item: -len(item.changes))

    def _changed_by(self) -> dict[str, list[bool]]:
        """Whether each change was avoidable, by commit."""
        found: dict[str, list[bool]] = {}
        for item in self.instructions:
            for change in item.changes:
                found.setdefault(change.commit.id, []).append(change.is_avoidable)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildsRequest:
    """Which commits to walk."""

    count: int | None = 50
    """How many commits at most; None for all of them."""
    against: str | None = None
    """``A..B``, ``A...B`` or ``A``, as git reads them; None for the last ones of HEAD."""


def count_rebuilds(
    question: RebuildsRequest, context: BuildContext, measure: MeasureTree, gather: GatherFacts
) -> Rebuilds:
    """Walk the history of ``context`` and count; ``measure`` reads its Dockerfile, too, ``gather`` tells what is known of it.

    Raises ConfigError outside of a repository, ContextError without a Dockerfile, GitError where there is no commit or a
    tree is not in this clone.
    """
    root = context.given
    repository = repository_at(root)
    if repository is None:
        raise ConfigError(f"rebuilds needs a git repository, and {root!r} is in none")
    if repository.bare:
        raise ConfigError(
            f"{repository.top} is a bare repository: it has no Dockerfile to build with",
            hint="run it in a clone",
        )
    _refuse_context(context)
    commits = _commits(repository, question)
    prefix = prefix_of(root, root, repository)
    has_first = any(commit.parent is None for commit in commits)
    analysis = measure(context)
    plan = analysis.plan
    if plan is None:
        raise AssertionError("BuildKit's builds are planned where there is a Dockerfile")
    with TreeObjects(repository) as objects:
        _refuse_untracked(objects, commits, prefix)
        sources = key_sources(plan.build)
        has_git = holds_history(analysis.context.root)
        steps = list(walk_commits(objects, commits, prefix, sources, has_git=has_git))
        found = ((step, step.changes(sources, analysis.matcher)) for step in steps)
        rebuilt = [RebuiltCommit(step, changes) for step, changes in found if changes]
        judged = _Judged(gather(analysis) if rebuilt else None)
        lines = SavingLines(plan.build, sources, analysis.matcher, rebuilt)
        instructions = tuple(_instructions(plan.build, sources, rebuilt, judged))
        compared = tuple(step.commit for step in steps)
        return Rebuilds(
            analysis=analysis,
            commits=compared,
            instructions=instructions,
            lines=lines.of(judged.avoidable(instructions)),
            has_first=has_first,
            is_cut=has_first and repository.shallow,
            without_dockerfile=_without_dockerfile(objects, repository, analysis, compared),
        )


def _commits(repository: Repository, question: RebuildsRequest) -> list[WalkedCommit]:
    if question.against is None:
        return first_parents(repository, most=question.count)
    states = parse_against(question.against, repository)
    # What is staged is no commit: the last one is.
    return first_parents(
        repository, last=states.after or "HEAD", after=states.before, most=question.count
    )


def _refuse_context(context: BuildContext) -> None:
    """Raise ContextError for a context of which no cache key is known, before it is measured."""
    if context.builder is not BUILDKIT:
        raise ContextError(
            f"only rebuilds of BuildKit can be counted, and the builder is {context.builder}",
            hint="the configuration names it",
        )
    if not context.dockerfile.found:
        raise ContextError(
            "there is no Dockerfile: nothing tells what a build takes",
            hint="-f names one; ctxopt builds lists the Dockerfiles of declared builds",
        )
    if not context.dockerfile.is_file:
        raise ContextError(
            "a Dockerfile from standard input has no history", hint="name a file with -f"
        )


def _refuse_untracked(objects: TreeObjects, commits: Sequence[WalkedCommit], prefix: str) -> None:
    if commits and not objects.below(commits[0].tree, prefix):
        raise GitError(
            f"there is no folder {prefix!r} in {commits[0].id[:12]}", hint="commit it first"
        )


class _Judged:
    """What is known of the paths that changed; without facts nothing changed."""

    def __init__(self, facts: Facts | None) -> None:
        self._paths = None
        if facts is not None:
            self._paths = UnreadPaths(facts)

    def unread(self, paths: Sequence[str]) -> tuple[Unread, ...]:
        """Return what is known of each of ``paths``; nothing where the build may read one of them."""
        if self._paths is None:
            return ()
        found = []
        for path in paths:
            known = self._paths.of(path)
            if known is None:
                return ()
            found.append(known)
        return tuple(found)

    def avoidable(self, instructions: Sequence[InstructionRebuilds]) -> Iterator[Unread]:
        """Yield what is known of the paths that alone changed a key, once for each change and line."""
        changes = (change for item in instructions for change in item.changes)
        for change in changes:
            if change.is_avoidable:
                yield from dict.fromkeys(self.unread(change.paths))


def _instructions(
    build: Build, sources: Sequence[KeySource], rebuilt: Sequence[RebuiltCommit], judged: _Judged
) -> Iterator[InstructionRebuilds]:
    texts = {item.line: item.text for item in build.dockerfile.instructions}
    for item in sources:
        found = (
            (commit.step.commit, _innermost(change.paths))
            for commit in rebuilt
            for change in commit.changes
            if change.source is item.source
        )
        yield InstructionRebuilds(
            source=item.source,
            text=texts.get(item.source.line, item.source.instruction),
            changes=tuple(
                CommitChange(commit, paths, _kinds(judged.unread(paths))) for commit, paths in found
            ),
            after=tuple(_after(build, item.source, texts)),
        )


def _innermost(paths: Sequence[str]) -> tuple[str, ...]:
    """Leave out the folders that came or went with something in them."""
    above = folders_above(paths)
    return tuple(path for path in paths if path not in above)


def _kinds(unread: Sequence[Unread]) -> tuple[UnreadKind, ...]:
    return tuple(dict.fromkeys(item.kind for item in unread))


def _after(build: Build, source: Source, texts: dict[int, str]) -> Iterator[StepAgain]:
    for step in steps_after(build, [source]):
        # A mount is a part of the RUN step that runs again.
        if step.line == source.line and source.mount is None:
            continue
        cost = None
        if step.run is not None:
            cost = cost_of(step.run)
        yield StepAgain(step, texts.get(step.line, step.keyword), cost)


def _without_dockerfile(
    objects: TreeObjects,
    repository: Repository,
    analysis: Analysis,
    commits: Sequence[WalkedCommit],
) -> int:
    path = os.path.relpath(analysis.context.dockerfile.absolute, repository.top)
    # One outside of the repository, or that git does not have, has no history.
    if path.startswith("../") or not commits or objects.look_up(commits[0].tree, path) is None:
        return 0
    return sum(objects.look_up(commit.tree, path) is None for commit in commits)
