"""``ctxopt check --init``: the first configuration, of one context or of those that files declare."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ctxopt.cli.cures import command_like
from ctxopt.cli.inputs import Given, Picked, measurer, read_inputs, read_settings
from ctxopt.errors import ExitCode, WriteError
from ctxopt.guard.first_limits import LimitedContext, refuse_present, write_first_limits
from ctxopt.projects.search import may_declare
from ctxopt.report import console
from ctxopt.units import format_size

if TYPE_CHECKING:
    from ctxopt.build.analysis import Analysis
    from ctxopt.build.request import BuildRequest
    from ctxopt.config.load import Config
    from ctxopt.evidence.measured_builds import SharedContext
    from ctxopt.projects.declared import DeclaredBuild


def write_init(given: Given, *, quiet: bool) -> int:
    """Write the configuration with the options that were given; return the exit code."""
    config, request = read_settings(given)
    # Before anything is measured.
    refuse_present(config)
    contexts: list[LimitedContext] = []
    is_about_one = given.file or given.target or given.build_args or given.build_contexts
    if not is_about_one and given.ignorefile is None and may_declare(given.path or "."):
        contexts = _declared(given, quiet=quiet)
    fix = command_like(given, "ctxopt", "fix")
    if len(contexts) > 1:
        fix = "ctxopt fix --all"
    if not contexts:
        inputs = read_inputs(given)
        analysis = measurer(inputs.request, quiet=quiet)(inputs.context)
        contexts = [LimitedContext(analysis)]
    limits = {key: value for key, value in (given.limits or {}).items() if value is not None}
    written = write_first_limits(
        given.path, contexts, config, keys=_kept(given, config, request), chosen=limits
    )
    console.write_out(written.text)
    if not quiet:
        console.note(f"written to {console.printable(written.path)}")
        _tell_leftovers(written.measured, config, fix)
    return ExitCode.OK


def _kept(given: Given, config: Config, request: BuildRequest) -> dict[str, Any]:
    """The options that were given, as the configuration writes them: paths from its folder."""
    paths = {
        "dockerfile": given.file and config.dockerfile,
        "ignorefile": given.ignorefile and config.ignorefile,
        "baseline": given.baseline and config.baseline,
    }
    kept: dict[str, Any] = {
        key: os.path.relpath(path, given.path or ".") for key, path in paths.items() if path
    }
    if given.target is not None:
        kept["target"] = given.target
    for key, choice in (("builder", given.builder), ("fail-on", given.fail_on)):
        if choice is not None:
            kept[key] = choice.value
    # One without a value comes from the environment of each run.
    arguments = {name: value for name, value in request.build_args.items() if value is not None}
    if given.build_args and arguments:
        kept["build-args"] = arguments
    return kept


def _declared(given: Given, *, quiet: bool) -> list[LimitedContext]:
    """The contexts of the builds that files declare; one without a declaration where that says it all."""
    from ctxopt.cli.declared_builds import DeclaredBuilds

    every = DeclaredBuilds(given, quiet=quiet, verbose=False)
    own = os.path.join(every.root, "Dockerfile")
    builds = [
        build for build in every.chosen(Picked(), with_apart=False) if _is_certain(build, own)
    ]
    if not builds:
        return []
    contexts = every.measure(tuple(builds)).contexts
    if len(contexts) == 1 and contexts[0].analysis.context.root == every.root:
        return [_of_all(contexts[0])]
    limited = [_of_one(shared, every.root) for shared in contexts]
    return sorted(limited, key=lambda context: (context.path, context.dockerfile or ""))


def _of_all(shared: SharedContext) -> LimitedContext:
    """The root as the only context: its only Dockerfile is configured where it is not the one that is found anyhow."""
    location = shared.analysis.context.dockerfile
    dockerfile = None
    # One of several would stand for all of them in every other command.
    is_only = len({build.declared.dockerfile for build in shared.builds}) == 1
    if is_only and location.is_file and location.inside not in (None, "Dockerfile"):
        dockerfile = location.inside
    return LimitedContext(shared.analysis, dockerfile=dockerfile)


def _of_one(shared: SharedContext, root: str) -> LimitedContext:
    context = shared.analysis.context
    dockerfile = None
    # Of what may be sent, the Dockerfile decides only by an ignore file of its own.
    if context.ignore.path not in (None, *context.builder.ignore_endings):
        dockerfile = os.path.relpath(context.dockerfile.absolute, root)
    return LimitedContext(
        shared.analysis,
        path=os.path.relpath(context.root, root),
        dockerfile=dockerfile,
        names=tuple(build.name for build in shared.builds),
    )


def _is_certain(build: DeclaredBuild, own: str) -> bool:
    """Whether it is known with which folder it is built: of a Dockerfile alone that is a guess, but for the root's."""
    return build.kind != "dockerfile" or build.dockerfile == own


def _tell_leftovers(several: Iterable[Analysis], config: Config, fix: str) -> None:
    """Say what a fix would leave out of today's tree: neither the limits nor the builds need it."""
    from ctxopt.fix.plan import plan_fix

    before = after = 0
    for analysis in several:
        with suppress(WriteError):
            plan = plan_fix(analysis, config)
            if plan.saves_today:
                before += analysis.permitted.total.bytes
                after += plan.foreseen.permitted.total.bytes
    if format_size(after) != format_size(before):
        console.note(
            f"run {fix} first: {format_size(before)} could be sent now, {format_size(after)} with its lines;"
            " then remove the configuration and write it again"
        )
