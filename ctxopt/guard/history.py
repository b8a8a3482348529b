"""The use case of ``check --history``: what the context weighed in the last commits of a branch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ctxopt.build.analysis import Analysis
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BuilderName
from ctxopt.errors import ConfigError, CtxoptError
from ctxopt.git.first_parents import WalkedCommit, first_parents
from ctxopt.git.state import GitState, read_state
from ctxopt.guard.against import prefix_of, repository_at
from ctxopt.guard.measure import analyze_state, state_transfer

_PERCENT = 10
"""Change against the commit before from which on, beyond the floor, a commit is named."""


@dataclass(frozen=True, slots=True)
class Point:
    """One commit; figures are None where it could not be measured."""

    commit: str
    seconds: int | None
    """When it was committed, since 1970."""
    subject: str
    files: int | None
    bytes: int | None
    context_bytes: int | None
    change: int | None
    """Bytes more than in the commit before; None where one of the two is not known."""
    is_jump: bool = False
    transferred: int | None = None
    """Bytes that the build fetches of the context; None where that is not known."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Commits of one branch, the newest first, along the first parents."""

    root: str
    builder: BuilderName
    points: tuple[Point, ...]
    is_cut: bool = False
    """Whether the clone holds no more, although there were commits before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """Which commits to measure, and as which build."""

    root: str = "."
    """The context root; its repository is asked."""
    count: int
    """How many commits, counted from HEAD."""
    dockerfile: str | None = None
    """From the working directory."""
    builder: BuilderName = "buildkit"
    growth_floor: int = 10**6
    """Bytes; a change up to this is no jump, whatever its share."""
    request: BuildRequest | None = None
    """How the build is called; without it nothing is said of what is transferred."""


def read_history(question: HistoryRequest) -> History:
    """Measure the last commits of the branch that is checked out.

    Raises ConfigError outside of a repository, GitError where there is no commit.
    """
    root = question.root
    repository = repository_at(root)
    if repository is None:
        raise ConfigError(f"--history needs a git repository, and {root!r} is in none")
    prefix = prefix_of(root, root, repository)
    # One more than asked for, to know what the oldest of them changed.
    commits = first_parents(repository, most=question.count + 1)
    points: list[Point] = []
    before: Point | None = None
    for commit in reversed(commits):
        state = read_state(repository, commit.id, prefix)
        before = _measure(question, commit, state, before)
        points.append(before)
    newest_first = tuple(reversed(points))
    # Fewer than asked for, in a clone that was cut: the rest may exist where it was cloned from.
    is_cut = repository.shallow and len(commits) <= question.count
    return History(root, question.builder, newest_first[: question.count], is_cut)


def _measure(
    question: HistoryRequest, commit: WalkedCommit, state: GitState, before: Point | None
) -> Point:
    point = Point(
        commit=commit.id, seconds=commit.seconds, subject=commit.subject,
        files=None, bytes=None, context_bytes=None, change=None,
    )  # fmt: skip
    try:
        analysis = analyze_state(state, dockerfile=question.dockerfile, builder=question.builder)
    except CtxoptError as error:
        # One commit with a broken ignore file must not hide the others.
        return replace(point, problem=error.message)
    total = analysis.permitted.total
    point = replace(
        point,
        files=total.files,
        bytes=total.bytes,
        context_bytes=analysis.permitted_bytes,
        transferred=_transferred(question, state, analysis),
    )
    if before is None or before.bytes is None:
        return point
    change = total.bytes - before.bytes
    is_large = abs(change) * 100 > before.bytes * _PERCENT
    is_jump = is_large and abs(change) > question.growth_floor
    return replace(point, change=change, is_jump=is_jump)


def _transferred(question: HistoryRequest, state: GitState, analysis: Analysis) -> int | None:
    if not analysis.context.builder.loads_on_demand:
        return analysis.permitted.total.bytes
    if question.request is None or not analysis.context.dockerfile.found:
        return None
    try:
        return state_transfer(state, analysis, question.request).view.total.bytes
    except CtxoptError:
        return None
