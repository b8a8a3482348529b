"""``ctxopt fix``."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, NamedTuple, assert_never

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver, refuse_inputs
from ctxopt.cli.cures import undo_command
from ctxopt.cli.inputs import Given, Inputs, Picked, measure_inputs, read_settings, refuse_about_one
from ctxopt.errors import ConfigError, ExitCode, WriteError
from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.build.analysis import Analysis
    from ctxopt.build.context import BuildContext
    from ctxopt.fix.options import FixOptions
    from ctxopt.fix.plan import Fix
    from ctxopt.fix.run import FixRequest, Outcome, Replan
    from ctxopt.fix.unit import Confidence
    from ctxopt.report.terminal import Look


Interactive = Annotated[
    bool, typer.Option("--interactive", help="Ask in the terminal which lines to take.")
]
UndoOption = Annotated[
    bool,
    typer.Option("--undo", help="Make the ignore file what it was before the last fix."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the change, write nothing.")]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Write nothing; exit 1 if there is something to change.")
]
Proven = Annotated[
    bool, typer.Option("--proven", help="Only lines that no build can miss, not the likely ones.")
]
Possible = Annotated[
    bool,
    typer.Option("--possible", help="Also the lines that are listed as only possible."),
]
NoPreventive = Annotated[
    bool,
    typer.Option("--no-preventive", help="No lines for what is not there yet, as node_modules."),
]
NoUntracked = Annotated[
    bool, typer.Option("--no-untracked", help="Leave out what git neither tracks nor ignores.")
]
PruneUnused = Annotated[
    bool, typer.Option("--prune-unused", help="Also remove lines that do nothing.")
]
AllowListOption = Annotated[
    bool,
    typer.Option("--allow-list", help="Exclude everything but what the Dockerfile's sources take."),
]
PerDockerfile = Annotated[
    bool,
    typer.Option(
        "--per-dockerfile",
        help="Write DOCKERFILE.dockerignore, which serves this Dockerfile alone.",
    ),
]
Bandwidth = Annotated[
    str | None,
    typer.Option(
        metavar="BITS",
        help='Per second, for the time that is saved, as "100 Mbit/s".',
    ),
]
FixFormatOption = Annotated[
    o.FixFormat,
    typer.Option(
        "--format", help="How to show the change. diff prints a patch and writes nothing."
    ),
]


@command
def fix(
    path: o.Root = ".",
    file: o.DockerfileOption = None,
    target: o.Target = None,
    build_arg: o.BuildArgs = None,
    build_context: o.BuildContexts = None,
    builder: o.BuilderOption = None,
    ignorefile: o.Ignorefile = None,
    all_: o.AllBuilds = False,
    service: o.Services = None,
    bake_target: o.BakeTargets = None,
    strict: o.StrictAll = False,
    undo: UndoOption = False,
    interactive: Interactive = False,
    dry_run: DryRun = False,
    check: CheckOption = False,
    proven: Proven = False,
    possible: Possible = False,
    no_preventive: NoPreventive = False,
    no_untracked: NoUntracked = False,
    prune_unused: PruneUnused = False,
    allow_list: AllowListOption = False,
    per_dockerfile: PerDockerfile = False,
    bandwidth: Bandwidth = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    config: o.ConfigOption = None,
    format_: FixFormatOption = o.FixFormat.text,
    output: o.Output = None,
    color: o.ColorOption = o.Color.auto,
    verbose: o.Verbose = False,
    quiet: o.Quiet = False,
) -> int:
    """Propose and write .dockerignore lines, tried on the build."""
    from ctxopt.fix.options import FixOptions

    if undo:
        _check_undo({
            "--interactive": interactive, "--dry-run": dry_run, "--check": check, "--proven": proven,
            "--possible": possible, "--no-preventive": no_preventive, "--prune-unused": prune_unused,
            "--no-untracked": no_untracked, "--allow-list": allow_list, "--bandwidth": bandwidth, "--select": select, "--ignore": ignore,
            f"--format {format_.value}": format_ is not o.FixFormat.text, "--output": output,
        })  # fmt: skip
    least = _least(proven=proven, possible=possible, interactive=interactive)
    given = Given(
        path=path, file=file, target=target, build_args=build_arg, build_contexts=build_context,
        builder=builder, ignorefile=ignorefile, config=config, select=select, ignore=ignore, limits={"bandwidth": bandwidth},
    )  # fmt: skip
    options = FixOptions(
        least=least, prune_unused=prune_unused, per_dockerfile=per_dockerfile, preventive=not no_preventive,
    )  # fmt: skip
    return _carry_out(given, _Asked(
        picked=Picked(tuple(service or ()), tuple(bake_target or ())), is_about_all=all_, strict=strict, undo=undo,
        interactive=interactive, allow_list=allow_list, no_untracked=no_untracked, check=check, options=options,
        writes=not (dry_run or check or format_ is o.FixFormat.diff),
        shape=_Shape(format_, output, color, verbose, quiet),
    ))  # fmt: skip


class _Shape(NamedTuple):
    """How to show what was done, and where."""

    format: o.FixFormat
    output: str | None
    color: o.Color
    is_verbose: bool
    is_quiet: bool

    @property
    def look(self) -> Look:
        from ctxopt.report.terminal import Look

        with_color = self.output is None and console.wants_color(self.color.value, sys.stdout)
        return Look(console.width_of(sys.stdout), with_color, self.is_verbose)


class _Asked(NamedTuple):
    """What is to be done, and how."""

    picked: Picked
    is_about_all: bool
    strict: bool
    undo: bool
    interactive: bool
    allow_list: bool
    no_untracked: bool
    check: bool
    writes: bool
    options: FixOptions
    shape: _Shape


def _carry_out(given: Given, asked: _Asked) -> int:
    if asked.is_about_all or asked.picked:
        return _fix_several(given, asked)
    if asked.strict:
        raise ConfigError("--strict is about what several files declare", hint="add --all")
    shape, options = asked.shape, asked.options
    if asked.allow_list:
        _check_allow_list(interactive=asked.interactive, prune_unused=options.prune_unused)
    if asked.interactive:
        _check_interactive(check=asked.check, format_=shape.format, output=shape.output)
    request = _read_request(given, asked)
    if asked.undo:
        return _undo(request, shape)
    outcome = _run(request, shape, interactive=asked.interactive)
    if outcome is not None:
        _deliver(outcome, shape, undo_command(given, per_dockerfile=options.per_dockerfile))
    return _exit_code(outcome, check=asked.check)


def _fix_several(given: Given, asked: _Asked) -> int:
    about_one = {
        "--interactive": asked.interactive,
        "--allow-list": asked.allow_list,
        "--no-untracked": asked.no_untracked,
        "--per-dockerfile": asked.options.per_dockerfile,
    }
    refuse_about_one(given, about_one)
    # What reads Compose and Bake files is loaded for those who ask for all builds alone.
    from ctxopt.cli.fix_all import AskedOfAll, fix_all, undo_all

    asked_of_all = AskedOfAll(
        picked=asked.picked,
        options=asked.options,
        writes=asked.writes,
        check=asked.check,
        strict=asked.strict,
        format=asked.shape.format,
        output=asked.shape.output,
        look=asked.shape.look,
        quiet=asked.shape.is_quiet,
    )
    if asked.undo:
        return undo_all(given, asked_of_all)
    return fix_all(given, asked_of_all)


def _run(request: FixRequest, shape: _Shape, *, interactive: bool) -> Outcome | None:
    from ctxopt.fix.run import run

    return run(
        request,
        decide=partial(_decide, interactive=interactive, shape=shape),
        measure=partial(_measure, request, quiet=shape.is_quiet),
    )


def _exit_code(outcome: Outcome | None, *, check: bool) -> int:
    if check and outcome is not None and outcome.fix.new_content is not None:
        return ExitCode.FINDINGS
    return ExitCode.OK


def _undo(request: FixRequest, shape: _Shape) -> int:
    from ctxopt.fix.run import undo
    from ctxopt.report.fix_text import render_undone

    undone = undo(request)
    try:
        deliver(iter((render_undone([undone], shape.look),)), None)
    except WriteError as error:
        # As after a write: the file is not what it was.
        done = "removed" if undone.content is None else "restored"
        raise WriteError(error.message, hint=f"{undone.shown} is {done}") from error
    return ExitCode.OK


def _deliver(outcome: Outcome, shape: _Shape, undo: str) -> None:
    from ctxopt.fix.run import telling_what_is_written

    try:
        with telling_what_is_written([outcome.fix]):
            deliver(iter((_render(outcome, shape, undo),)), shape.output)
    except WriteError as error:
        if outcome.written:
            # Whoever reads the message has to know that the file is not what it was.
            raise WriteError(error.message, hint=f"{outcome.fix.shown} is written") from error
        raise


def _read_request(given: Given, asked: _Asked) -> FixRequest:
    from ctxopt.fix.run import FixRequest

    config, build = read_settings(given)
    return FixRequest(
        root=given.path,
        build=build,
        config=config,
        options=asked.options,
        allow_list=asked.allow_list,
        no_untracked=asked.no_untracked,
        writes=asked.writes,
    )


def _least(*, proven: bool, possible: bool, interactive: bool) -> Confidence:
    """Return how sure a line has to be; raises ConfigError for two answers at once."""
    if proven and possible:
        raise ConfigError(
            "--proven and --possible cannot be combined",
            hint="without either, fix takes what is proven and what is likely",
        )
    if proven:
        return "proven"
    # Whoever is asked line by line is asked about all of them.
    if possible or interactive:
        return "possible"
    return "likely"


def _measure(
    request: FixRequest, context: BuildContext, *, with_excluded: bool, quiet: bool
) -> Analysis:
    inputs = Inputs(context, request.config, request.build)
    return measure_inputs(inputs, with_excluded=with_excluded, quiet=quiet)


def _decide(planned: Fix, replan: Replan, *, interactive: bool, shape: _Shape) -> Fix | None:
    """Return the plan to carry out: the whole, or what a person has taken of it."""
    if shape.output is not None:
        from ctxopt.report.output import check_report, refuse_names

        # Before anything is written: a report must not take the place of the ignore file.
        check_report(shape.output, planned.path)
        refuse_inputs(shape.output, planned.measured.context)
        refuse_names(shape.output)
    if not interactive or planned.new_content is None:
        return planned
    from ctxopt.cli.interactive import ask_in_terminal

    answered = ask_in_terminal(planned, replan, shape.color.value)
    if answered is None or answered.new_content is None:
        console.note(f"\nNothing taken: {console.printable(planned.shown)} stays as it is")
        return None
    console.note("")
    return answered


def _check_undo(given: dict[str, object]) -> None:
    """Raise ConfigError for an option about what to write, or how to show it."""
    for name, value in given.items():
        if value:
            raise ConfigError(
                f"--undo and {name} cannot be combined",
                hint="--undo restores one file: PATH, -f, --builder, --ignorefile and "
                "--per-dockerfile say which",
            )


def _check_allow_list(*, interactive: bool, prune_unused: bool) -> None:
    """Raise ConfigError for what an allow-list leaves no room for."""
    if interactive:
        raise ConfigError(
            "--allow-list and --interactive cannot be combined",
            hint="the list is proved as a whole: --dry-run shows it first",
        )
    if prune_unused:
        raise ConfigError(
            "--allow-list and --prune-unused cannot be combined",
            hint="an allow-list removes lines that can do nothing by itself",
        )


def _check_interactive(*, check: bool, format_: o.FixFormat, output: str | None) -> None:
    """Raise ConfigError for what leaves nothing to ask, and where no one can answer."""
    refused = {"--check": check, "--output": output is not None}
    refused[f"--format {format_.value}"] = format_ is not o.FixFormat.text
    for name, is_given in refused.items():
        if is_given:
            raise ConfigError(
                f"--interactive and {name} cannot be combined",
                hint="--interactive --dry-run asks, shows the change and writes nothing",
            )
    for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr)):
        # A stream that was closed before the start is None.
        if not (stream and stream.isatty()):
            raise ConfigError(
                f"--interactive asks in a terminal, and {name} is not one",
                hint="leave it out to take all lines; --select, --ignore and --proven choose, too",
            )


def _render(outcome: Outcome, shape: _Shape, undo: str) -> str:
    """Return the report; ``undo`` is the command that takes the write back."""
    match shape.format:
        case o.FixFormat.text:
            from ctxopt.report.fix_text import render_text

            return render_text(outcome, shape.look, undo)
        case o.FixFormat.json:
            from ctxopt.report.fix_json import render_json

            return render_json(outcome)
        case o.FixFormat.diff:
            from ctxopt.report.fix_json import render_patch

            return render_patch(outcome)
        case _:
            assert_never(shape.format)
