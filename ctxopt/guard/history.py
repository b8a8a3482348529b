"""The use case of ``check --history``: what the context weighed in the last commits of a branch."""

from __future__ import annotations

from dataclasses import dataclass

from ctxopt.build.analysis import Analysis
from ctxopt.build.plan import BuildRequest
from ctxopt.builder import BuilderName
from ctxopt.errors import CtxoptError, GitError
from ctxopt.git.repository import Repository
from ctxopt.git.state import GitState, read_state
from ctxopt.guard.measure import analyze_state, state_transfer

_PERCENT = 10
"""Change against the commit before from which on, beyond the floor, a commit is named."""


@dataclass(frozen=True, slots=True)
class Point:
    """One commit; figures are None where it could not be measured."""

    commit: str
    seconds: int
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


def read_history(
    repository: Repository,
    prefix: str,
    count: int,
    *,
    root: str = ".",
    dockerfile: str | None = None,
    builder: BuilderName = "buildkit",
    floor: int = 10**6,
    request: BuildRequest | None = None,
) -> History:
    """Measure the last ``count`` commits; ``floor`` is the change in bytes that nobody minds.

    ``request`` is how the build is called; without it nothing is said of what is transferred.

    Each blob's size is asked for once. Raises GitError where there is no commit.
    """
    if repository.resolve("HEAD") is None:
        raise GitError("there is no commit yet", hint="commit something first")
    # One more, to know what the oldest of them changed.
    asked = ("--first-parent", f"--max-count={count + 1}", "--no-show-signature", "-z")
    output = repository.run("log", *asked, "--format=%H%x00%ct%x00%s", "HEAD")
    fields = output.decode("utf-8", "replace").split("\0")
    rows = list(zip(fields[0::3], fields[1::3], fields[2::3], strict=False))
    points: list[Point] = []
    before: Point | None = None
    for id_, seconds, subject in reversed(rows):
        before = _measure(
            repository,
            (id_, int(seconds), subject),
            before,
            prefix,
            dockerfile,
            builder,
            floor,
            request,
        )
        points.append(before)
    is_cut = repository.shallow and len(rows) <= count
    return History(root, builder, tuple(reversed(points))[:count], is_cut)


def _measure(
    repository: Repository,
    commit: tuple[str, int, str],
    before: Point | None,
    prefix: str,
    dockerfile: str | None,
    builder: BuilderName,
    floor: int,
    request: BuildRequest | None,
) -> Point:
    state = read_state(repository, commit[0], prefix)
    try:
        analysis = analyze_state(state, dockerfile=dockerfile, builder=builder)
    except CtxoptError as error:
        return Point(*commit, None, None, None, None, problem=error.message)
    total = analysis.permitted.total
    old = before.bytes if before else None
    change = None if old is None else total.bytes - old
    is_jump = (
        change is not None
        and old is not None
        and abs(change) > floor
        and abs(change) * 100 > old * _PERCENT
    )
    figures = (total.files, total.bytes, analysis.permitted_bytes)
    return Point(*commit, *figures, change, is_jump, _transferred(state, analysis, request))


def _transferred(state: GitState, analysis: Analysis, request: BuildRequest | None) -> int | None:
    if not analysis.context.builder.loads_on_demand:
        return analysis.permitted.total.bytes
    if request is None or not analysis.context.dockerfile.found:
        return None
    try:
        return state_transfer(state, analysis, request).view.total.bytes
    except CtxoptError:
        return None
