"""``ctxopt fix``."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver
from ctxopt.cli.inputs import Given, measure_inputs, read_inputs
from ctxopt.errors import ConfigError, ExitCode
from ctxopt.report import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctxopt.build.analysis import Analysis
    from ctxopt.cli.inputs import Inputs
    from ctxopt.fix.plan import Fix
    from ctxopt.report.fix_json import Outcome


Interactive = Annotated[
    bool, typer.Option("--interactive", help="Ask in the terminal which lines to take.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the change, write nothing.")]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Write nothing; exit 1 if there is something to change.")
]
Proven = Annotated[
    bool, typer.Option("--proven", help="Only lines that no build can miss, not the likely ones.")
]
PruneUnused = Annotated[
    bool, typer.Option("--prune-unused", help="Also remove lines that do nothing.")
]
AllowList = Annotated[
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
    interactive: Interactive = False,
    dry_run: DryRun = False,
    check: CheckOption = False,
    proven: Proven = False,
    prune_unused: PruneUnused = False,
    allow_list: AllowList = False,
    per_dockerfile: PerDockerfile = False,
    bandwidth: Bandwidth = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    config: o.ConfigOption = None,
    format_: FixFormatOption = o.FixFormat.text,
    output: o.Output = None,
    color: o.ColorOption = o.Color.auto,
    quiet: o.Quiet = False,
) -> int:
    """Write the few ignore lines that save most, proved."""
    from ctxopt.atomic_write import replace_file
    from ctxopt.config.load import check_rules
    from ctxopt.report.fix_json import Outcome
    from ctxopt.report.output import check_report
    from ctxopt.rules import RULE_IDS

    if allow_list:
        _check_allow_list(interactive=interactive, prune_unused=prune_unused)
    if interactive:
        _check_interactive(check=check, format_=format_, output=output)
    given = Given(
        path,
        file,
        target,
        build_arg,
        build_context,
        builder,
        config,
        select,
        ignore,
        limits={"bandwidth": bandwidth} if bandwidth is not None else None,
    )
    inputs = read_inputs(given)
    check_rules(inputs.config, RULE_IDS)
    analysis = measure_inputs(inputs, with_excluded=allow_list, quiet=quiet)
    plan = _planner(
        analysis,
        inputs,
        proven=proven,
        prune_unused=prune_unused,
        per_dockerfile=per_dockerfile,
        allow_list=allow_list,
    )
    planned = plan()
    if output is not None:
        check_report(output, planned.path)
    if interactive and planned.after is not None:
        from ctxopt.cli.interactive import ask_in_terminal

        answered = ask_in_terminal(planned, lambda choice: plan(choice=choice), color.value)
        if answered is None or answered.after is None:
            console.note(f"\nNothing taken: {console.printable(planned.shown)} stays as it is")
            return ExitCode.OK
        planned = answered
        console.note("")
    writes = planned.after is not None and not (dry_run or check or format_ is o.FixFormat.diff)
    after = planned.new
    if writes and planned.after is not None:
        replace_file(planned.path, planned.after, expected=planned.before, root=inputs.context.root)
        after = measure_inputs(read_inputs(given), with_excluded=False, quiet=quiet)
    outcome = Outcome(planned, after, inputs.config.bandwidth, _patch_path(planned), writes)
    with_color = output is None and console.wants_color(color.value, sys.stdout)
    deliver(iter((_render(format_, outcome, with_color),)), output)
    return ExitCode.FINDINGS if check and planned.after is not None else ExitCode.OK


def _planner(
    analysis: Analysis,
    inputs: Inputs,
    *,
    proven: bool,
    prune_unused: bool,
    per_dockerfile: bool,
    allow_list: bool,
) -> Callable[..., Fix]:
    if allow_list:
        from ctxopt.fix.allow_list.plan import plan_allow_list

        plan: Callable[..., Fix] = partial(plan_allow_list, request=inputs.request)
    else:
        from ctxopt.fix.plan import plan_fix
        from ctxopt.git.folder import ask_git

        evidence = ask_git(analysis.tree.root)
        plan = partial(plan_fix, prune_unused=prune_unused, evidence=evidence)
    return partial(plan, analysis, inputs.config, proven_only=proven, per_dockerfile=per_dockerfile)


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
    """Raise ConfigError for what leaves nothing to ask, and where nobody can answer."""
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
                f"--interactive asks in a terminal, and {name} is none",
                hint="leave it out to take all lines; --select, --ignore and --proven choose, too",
            )


def _render(wanted: o.FixFormat, outcome: Outcome, color: bool) -> str:
    if wanted is o.FixFormat.text:
        from ctxopt.report.fix_text import render_text
        from ctxopt.report.terminal import Look

        return render_text(outcome, Look(console.width_of(sys.stdout), color))
    from ctxopt.report import fix_json as fixing

    return (fixing.render_json if wanted is o.FixFormat.json else fixing.render_patch)(outcome)


def _patch_path(planned: Fix) -> str:
    """Return the name by which ``git apply`` knows the file: from the top of its repository."""
    from ctxopt.git.folder import repository_base

    root = planned.old.context.root
    inside = os.path.normpath(
        os.path.join(repository_base(root), os.path.relpath(planned.path, root))
    )
    return planned.shown if inside.startswith("..") else inside
