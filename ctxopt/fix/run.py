"""The use case behind ``fix``: measure, plan, have it decided, write, measure again.

The one module here that writes, and that through ``atomic_write`` alone; it shows nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple, Protocol

from ctxopt.atomic_write import replace_file
from ctxopt.build.analysis import Analysis, analyze
from ctxopt.build.context import BuildContext, find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config, check_rules
from ctxopt.errors import WriteError
from ctxopt.fix.decisions import OPEN, Choice
from ctxopt.fix.options import DEFAULTS, FixOptions
from ctxopt.fix.plan import Fix, plan_fix
from ctxopt.git.folder import ask_git
from ctxopt.languages.ignore.text import foreign_encoding
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


Replan = Callable[[Choice], Fix]
"""Plans again after some lines were taken or declined."""

Decide = Callable[[Fix, Replan], Fix | None]
"""Sees a plan before anything is written: returns the one to carry out, None to leave all as it is."""


class MeasureContext(Protocol):
    """Measures a context; ``with_excluded`` says whether to enter what the client skips."""

    def __call__(self, context: BuildContext, *, with_excluded: bool) -> Analysis: ...


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
    context = _find(request)
    check_rules(request.config, RULE_IDS)
    _check_encoding(context)
    # What may come back into an allow-list lies in folders that a plain walk does not enter.
    analysis = measure(context, with_excluded=request.allow_list)
    replan = _replanner(request, analysis)
    planned: Fix | None = replan(request.options.choice)
    if planned is not None and decide is not None:
        planned = decide(planned, replan)
    if planned is None:
        return None
    after = planned.foreseen
    written = False
    if request.writes and planned.new_content is not None:
        replace_file(
            planned.path, planned.new_content, expected=planned.old_content, root=context.root
        )
        # The file that was written may be the first one, so the one in force is looked for again.
        after = measure(_find(request), with_excluded=False)
        written = True
    return Outcome(
        fix=planned,
        after=after,
        bandwidth=request.config.bandwidth,
        patch_path=_patch_path(planned),
        written=written,
    )


def _find(request: FixRequest) -> BuildContext:
    config = request.config
    return find_context(
        request.root,
        dockerfile=config.dockerfile,
        builder=config.builder,
        ignorefile=config.ignorefile,
    )


def _check_encoding(context: BuildContext) -> None:
    """Raise WriteError for a file in which lines in UTF-8 would stand among others."""
    file = context.ignore.file
    encoding = foreign_encoding(file) if file is not None else None
    if file is not None and encoding is not None:
        raise WriteError(
            f"{file.path} is written in {encoding}, and Docker reads UTF-8",
            hint=f"save it as UTF-8 first: iconv -f {encoding} -t UTF-8",
        )


def _measure(build: BuildRequest, context: BuildContext, *, with_excluded: bool) -> Analysis:
    return analyze(context, build, with_excluded=with_excluded, walker=default_walker())


def _replanner(request: FixRequest, analysis: Analysis) -> Replan:
    if request.allow_list:
        # Few ask for a list, and its modules take time to import.
        from ctxopt.fix.allow_list.plan import plan_allow_list

        return lambda _: plan_allow_list(analysis, request.config, request.build, request.options)
    # Git is asked once, however often a person's answers have the lines planned again.
    evidence = ask_git(analysis.tree.root)

    def replan(choice: Choice = OPEN) -> Fix:
        options = replace(request.options, choice=choice)
        return plan_fix(analysis, request.config, options, evidence=evidence)

    return replan


def _patch_path(planned: Fix) -> str:
    root = planned.measured.context.root
    relative = os.path.relpath(planned.path, root)
    inside = os.path.normpath(os.path.join(planned.base, relative))
    # No patch reaches out of the repository it is applied in.
    return planned.shown if inside.startswith("..") else inside


__all__ = ["Decide", "FixRequest", "MeasureContext", "Outcome", "Replan", "run"]
