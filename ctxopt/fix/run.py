"""The use cases behind ``fix``: measure, plan, have it decided, write, measure again; and take that back.

The one module here that writes ignore files, and that through ``atomic_write`` alone; it shows nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple, Protocol

from ctxopt.atomic_write import remove_file, replace_file
from ctxopt.build.analysis import Analysis, analyze
from ctxopt.build.context import BuildContext, find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config, check_rules
from ctxopt.errors import ConfigError, WriteError
from ctxopt.fix.decisions import OPEN, Choice
from ctxopt.fix.options import DEFAULTS, FixOptions
from ctxopt.fix.plan import Fix, context_to_edit, plan_fix
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.folder import ask_git, untracked_in
from ctxopt.paths import relative
from ctxopt.read_file import read_regular
from ctxopt.rules.registry import RULE_IDS
from ctxopt.tree.workers import default_walker


@dataclass(frozen=True, slots=True, kw_only=True)
class FixRequest:
    """Which context to fix, and how."""

    root: str = "."
    """The context root, from the working directory."""
    build: BuildRequest = field(default_factory=BuildRequest)
    config: Config = field(default_factory=Config)
    """Also names the Dockerfile and the builder."""
    options: FixOptions = DEFAULTS
    allow_list: bool = False
    """Whether to exclude everything but what the builds take; then there is nothing to choose."""
    no_untracked: bool = False
    """Whether to leave out what git neither tracks nor ignores, as if it were not there."""
    writes: bool = True
    """Whether to write the ignore file, or only to say what would be written."""


class Outcome(NamedTuple):
    """What was proposed, and the context after it."""

    fix: Fix
    after: Analysis
    """Measured again where the file was written, and foreseen where it was not."""
    bandwidth: int
    """Bits per second, for the time that is saved."""
    patch_path: str
    """The name by which ``git apply`` knows the ignore file: from the top of its repository."""
    written: bool
    no_undo: str = ""
    """Why the write cannot be taken back; empty where it can."""
    has_other_link: bool = False
    """Whether a second hard link still leads to what the file was."""


class Written(NamedTuple):
    """What a write leaves to say of it."""

    no_undo: str = ""
    """Why it cannot be taken back; empty where it can."""
    has_other_link: bool = False
    """Whether a second hard link still leads to what the file was."""


class Undone(NamedTuple):
    """A write that was taken back."""

    shown: str
    """The ignore file, as people name it."""
    content: bytes | None
    """What it holds again; None where it was removed, because the write had made it."""


Replan = Callable[[Choice], Fix]
"""Plans again after some lines were taken or declined."""

Decide = Callable[[Fix, Replan], Fix | None]
"""Sees a plan before anything is written: returns the one to carry out, None to leave all as it is."""


class MeasureContext(Protocol):
    """Measures a context; ``with_excluded`` says whether to enter what the client skips."""

    def __call__(self, context: BuildContext, *, with_excluded: bool) -> Analysis: ...


@contextmanager
def telling_what_is_written(plans: Iterable[Fix]) -> Iterator[None]:
    """Add notes to an interrupt: each ignore file of ``plans`` that is as its plan makes it, or that nothing is written."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        for plan in plans:
            if plan.new_content is not None and _holds(plan.path, plan.new_content):
                interrupt.add_note(f"{plan.shown} is written")
        if not hasattr(interrupt, "__notes__"):
            interrupt.add_note("nothing is written")
        raise


def run(
    request: FixRequest, *, decide: Decide | None = None, measure: MeasureContext | None = None
) -> Outcome | None:
    """Plan the lines, write them if the request says so, and measure what they make of the context.

    ``decide`` is asked once, also about a plan with nothing to write; without it the plan is
    carried out as it is. ``measure`` stands in for a plain walk, for callers that show progress.
    Returns None where ``decide`` does. Raises ConfigError for a rule that does not exist,
    ContextError, IgnoreFileError or DockerfileError as measuring does, AllowListError where there
    can be no list, and WriteError where the ignore file cannot be edited or has changed meanwhile;
    then nothing is written.
    """
    measure = measure or partial(_measure, request.build)
    with telling_what_is_written(()):
        context, planned = _planned(request, decide, measure)
    if planned is None:
        return None
    after = planned.foreseen
    done = None
    with telling_what_is_written([planned]):
        if request.writes and planned.new_content is not None:
            done = write_fix(planned, planned.new_content)
            # The file that was written may be the first one, so the one in force is looked for again.
            found = _find(request)._replace(unseen=context.unseen)
            after = measure(found, with_excluded=False)
        return outcome_of(planned, after, request.config.bandwidth, done)


def _planned(
    request: FixRequest, decide: Decide | None, measure: MeasureContext
) -> tuple[BuildContext, Fix | None]:
    """Return what is measured, and the plan to carry out; None where ``decide`` returns that."""
    context = _find(request)
    check_rules(request.config, RULE_IDS)
    evidence = None
    if request.no_untracked:
        evidence = _ask_git(context.root)
        context = context._replace(unseen=untracked_in(evidence))
    # What may come back into an allow-list lies in folders that a plain walk does not enter.
    analysis = measure(context, with_excluded=request.allow_list)
    replan = _replanner(request, analysis, evidence)
    planned = replan(request.options.choice)
    if decide is None:
        return context, planned
    return context, decide(planned, replan)


def outcome_of(planned: Fix, after: Analysis, bandwidth: int, done: Written | None) -> Outcome:
    """Return what became of a plan; None for ``done`` says that it was not written."""
    no_undo, has_other_link = done or Written()
    return Outcome(
        fix=planned,
        after=after,
        bandwidth=bandwidth,
        patch_path=patch_path(planned),
        written=done is not None,
        no_undo=no_undo,
        has_other_link=has_other_link,
    )


def undo(request: FixRequest) -> Undone:
    """Make the ignore file that the request is about what it was before it was last written.

    Raises what finding it raises, and WriteError where no write of it is kept, where it was edited since, and where
    what is kept cannot be used; then nothing has changed.
    """
    context = context_to_edit(_find(request), per_dockerfile=request.options.per_dockerfile)
    return undo_write(context, context.ignore_name)


def undo_write(context: BuildContext, shown: str) -> Undone:
    """Make the ignore file in force, which people know as ``shown``, what it was before it was last written.

    Raises WriteError as ``undo`` does.
    """
    from ctxopt.fix.last_write import forget, last_write

    path = context.ignore_target
    present = None
    if os.path.lexists(path):
        present = read_regular(path, "ignore file", WriteError)
    record = last_write(path, shown, present)
    if record.before is None:
        remove_file(path, expected=record.written, root=context.root)
    else:
        replace_file(path, record.before, expected=record.written, root=context.root)
    forget(path)
    return Undone(shown, record.before)


def write_fix(planned: Fix, content: bytes) -> Written:
    """Write the ignore file of a plan; return what is to be said of that.

    Raises WriteError where it has changed meanwhile or cannot be written; then it is as it was.
    """
    # Of a dry run and a check nothing is kept.
    from ctxopt.fix.last_write import keep

    kept = keep(planned.path, planned.old_content, content, partial(_is_sent, planned))
    has_other_link = _has_other_link(planned.path)
    try:
        root = planned.measured.context.root
        replace_file(planned.path, content, expected=planned.old_content, root=root)
    except BaseException:
        # An interrupt that had to wait comes when all is done: then that write is the one to undo.
        if _holds(planned.path, content):
            kept.confirm()
        else:
            kept.withdraw()
        raise
    kept.confirm()
    return Written(kept.reason, has_other_link)


def _has_other_link(path: str) -> bool:
    """Whether a file has a second name: what takes its place has the one at ``path`` alone."""
    with suppress(OSError):
        return os.stat(path).st_nlink > 1
    return False


def _holds(path: str, content: bytes) -> bool:
    """Whether a file is there with this content."""
    with suppress(OSError), open(path, "rb") as file:
        return file.read() == content
    return False


def _is_sent(planned: Fix, folder: str) -> bool:
    """Whether a build may be sent what is in an absolute folder once the plan is written."""
    root = planned.foreseen.context.root
    inside = relative(os.path.realpath(folder).removeprefix("/"), root.removeprefix("/"))
    if inside is None:
        return False
    return not planned.foreseen.matcher.lenient().decide(inside).excluded


def _find(request: FixRequest) -> BuildContext:
    config = request.config
    return find_context(
        request.root,
        dockerfile=config.dockerfile,
        builder=config.builder,
        ignorefile=config.ignorefile,
    )


def _measure(build: BuildRequest, context: BuildContext, *, with_excluded: bool) -> Analysis:
    return analyze(context, build, with_excluded=with_excluded, walker=default_walker())


def _ask_git(root: str) -> GitEvidence:
    evidence = ask_git(root)
    if evidence is None:
        raise ConfigError(
            f"--no-untracked asks git, and {root!r} is in no git repository that it reads",
            hint="leave it out to measure all that is there",
        )
    return evidence


def _replanner(request: FixRequest, analysis: Analysis, evidence: GitEvidence | None) -> Replan:
    if request.allow_list:
        # Few ask for a list, and its modules take time to import.
        from ctxopt.fix.allow_list.plan import plan_allow_list

        return lambda _: plan_allow_list(analysis, request.config, request.build, request.options)
    # Git is asked once, however often a person's answers have the lines planned again.
    evidence = evidence or ask_git(analysis.tree.root)

    def replan(choice: Choice = OPEN) -> Fix:
        options = replace(request.options, choice=choice)
        return plan_fix(analysis, request.config, options, evidence=evidence)

    return replan


def patch_path(planned: Fix) -> str:
    """Return the name by which ``git apply`` knows the ignore file: from the top of its repository."""
    root = planned.measured.context.root
    relative = os.path.relpath(planned.path, root)
    inside = os.path.normpath(os.path.join(planned.base, relative))
    # No patch reaches out of the repository it is applied in.
    return planned.shown if inside.startswith("..") else inside


__all__ = [
    "Decide",
    "FixRequest",
    "MeasureContext",
    "Outcome",
    "Replan",
    "Undone",
    "Written",
    "outcome_of",
    "patch_path",
    "run",
    "undo",
    "undo_write",
    "write_fix",
]
