"""``ctxopt fix --all``: the ignore files of the declared builds, proposed and written together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, assert_never

from ctxopt.cli import options as o
from ctxopt.cli.boundary import deliver, refuse_inputs
from ctxopt.cli.declared_builds import DeclaredBuilds, command_about_all
from ctxopt.cli.inputs import Given, Picked
from ctxopt.errors import ExitCode, WriteError
from ctxopt.fix.repository import JudgedRepository, judge_repository
from ctxopt.fix.run import telling_what_is_written
from ctxopt.fix.run_all import FixedRepository, fix_repository, undo_repository
from ctxopt.projects.location import shown_path
from ctxopt.report import console
from ctxopt.units import count

if TYPE_CHECKING:
    from ctxopt.fix.options import FixOptions
    from ctxopt.projects.declared import Declared
    from ctxopt.report.terminal import Look


class AskedOfAll(NamedTuple):
    """What is asked of a fix of several builds."""

    picked: Picked
    options: FixOptions
    writes: bool
    check: bool
    strict: bool
    format: o.FixFormat
    output: str | None
    look: Look
    quiet: bool


def fix_all(given: Given, asked: AskedOfAll) -> int:
    """Write the ignore files of the builds that were asked for, or say what would be written; return the exit code."""
    every = DeclaredBuilds(given, quiet=asked.quiet, verbose=asked.look.verbose)
    every.config_of(every.root)
    # Whoever writes a vendored file or an example names its folder.
    builds = every.chosen(asked.picked, with_apart=False)
    if not builds:
        return ExitCode.USAGE
    judged = judge_repository(every.measure(builds), every.root, every.config_of, asked.options)
    _refuse_output(asked.output, judged)
    again = None
    if asked.writes:
        again = partial(every.measure, builds)
    fixed = fix_repository(judged, every.config_of, again)
    undo = command_about_all("fix", "--undo", asked=asked.picked, root=given.path)
    try:
        with telling_what_is_written(outcome.fix for outcome in fixed.outcomes):
            deliver(iter((_render(fixed, every.declared, asked, undo),)), asked.output)
    except WriteError as error:
        written = [outcome.fix.path for outcome in fixed.outcomes if outcome.written]
        if not written:
            raise
        # Whoever reads the message has to know that the files are not what they were.
        hint = f"{count(len(written), 'ignore file')} written; {undo} takes that back"
        raise WriteError(error.message, hint=hint) from error
    for file in fixed.failed:
        # The report alone may be in a file, or be read by a program.
        console.write_error(f"{shown_path(file.path, judged.root)} is not written: {file.problem}")
    is_wrong = every.has_refused or any(item.is_wrong for item in judged.unmeasured)
    if fixed.failed or not judged.builds or (is_wrong and asked.strict):
        return ExitCode.USAGE
    if asked.check and fixed.outcomes:
        return ExitCode.FINDINGS
    return ExitCode.OK


def undo_all(given: Given, asked: AskedOfAll) -> int:
    """Make the ignore files of the builds that were asked for what they were before; return the exit code."""
    from ctxopt.report.fix_text import render_undone

    every = DeclaredBuilds(given, quiet=asked.quiet, verbose=asked.look.verbose)
    builds = every.chosen(asked.picked, with_apart=False)
    done = undo_repository(every.contexts(builds), every.root)
    for problem in done.problems:
        console.write_error(problem.message, problem.hint)
    deliver(iter((render_undone(done.undone, asked.look),)), None)
    return ExitCode.USAGE if done.problems else ExitCode.OK


def _refuse_output(output: str | None, judged: JudgedRepository) -> None:
    """Raise WriteError, before anything is written, where a report would take the place of what it is about."""
    if output is None:
        return
    from ctxopt.report.output import check_report, refuse_names

    for build in judged.builds:
        context = build.analysis.context
        check_report(output, context.ignore_target)
        refuse_inputs(output, context)
    refuse_names(output)


def _render(fixed: FixedRepository, declared: Declared, asked: AskedOfAll, undo: str) -> str:
    match asked.format:
        case o.FixFormat.text:
            from ctxopt.report.fix_all_text import render_all

            return render_all(fixed, asked.look, undo)
        case o.FixFormat.json:
            from ctxopt.report import fix_all_json

            return fix_all_json.render_all(fixed, declared)
        case o.FixFormat.diff:
            from ctxopt.report import fix_all_json

            return fix_all_json.render_patches(fixed)
        case _:
            assert_never(asked.format)
