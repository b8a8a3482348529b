"""``ctxopt fix``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import deliver, guarded
from ctxopt.cli.inputs import Given, measure_inputs, read_inputs
from ctxopt.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from ctxopt.analysis import Analysis
    from ctxopt.cli.inputs import Inputs
    from ctxopt.fixing import Fix

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the change, write nothing.")]
Check = Annotated[
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
Format = Annotated[
    o.FixFormat,
    typer.Option(
        "--format", help="How to show the change. diff prints a patch and writes nothing."
    ),
]


@guarded
def fix(
    path: o.Root = ".",
    file: o.DockerfileOption = None,
    target: o.Target = None,
    build_arg: o.BuildArgs = None,
    build_context: o.BuildContexts = None,
    builder: o.Builder = None,
    dry_run: DryRun = False,
    check: Check = False,
    proven: Proven = False,
    prune_unused: PruneUnused = False,
    allow_list: AllowList = False,
    select: o.Select = None,
    ignore: o.Ignore = None,
    config: o.ConfigFile = None,
    format_: Format = o.FixFormat.text,
    output: o.Output = None,
    quiet: o.Quiet = False,
) -> int:
    """Write the few ignore lines that make the context small, and prove them."""
    from ctxopt.config import check_rules
    from ctxopt.reporters.fixing import Outcome, render_json, render_patch, render_text
    from ctxopt.rules import RULE_IDS
    from ctxopt.write import replace_file

    if allow_list and prune_unused:
        raise ConfigError(
            "--allow-list and --prune-unused do not go together",
            hint="an allow-list removes lines that can do nothing by itself",
        )
    given = Given(path, file, target, build_arg, build_context, builder, config, select, ignore)
    inputs = read_inputs(given)
    check_rules(inputs.config, RULE_IDS)
    analysis = measure_inputs(inputs, with_excluded=allow_list, quiet=quiet)
    planned = _plan(analysis, inputs, proven, prune_unused, allow_list)
    writes = planned.after is not None and not (dry_run or check or format_ is o.FixFormat.diff)
    after = planned.new
    if writes and planned.after is not None:
        replace_file(planned.path, planned.after, expected=planned.before, root=inputs.context.root)
        after = measure_inputs(read_inputs(given), with_excluded=False, quiet=quiet)
    outcome = Outcome(planned, after, inputs.config.bandwidth, _patch_path(planned), writes)
    render = {
        o.FixFormat.text: render_text,
        o.FixFormat.json: render_json,
        o.FixFormat.diff: render_patch,
    }[format_]
    deliver(iter((render(outcome),)), output)
    return ExitCode.FINDINGS if check and planned.after is not None else ExitCode.OK


def _plan(
    analysis: Analysis, inputs: Inputs, proven: bool, prune_unused: bool, allow_list: bool
) -> Fix:
    if allow_list:
        from ctxopt.allowing import plan_allow_list

        return plan_allow_list(analysis, inputs.config, inputs.request, proven_only=proven)
    from ctxopt.fixing import plan_fix

    return plan_fix(analysis, inputs.config, proven_only=proven, prune_unused=prune_unused)


def _patch_path(planned: Fix) -> str:
    """Return the name by which ``git apply`` knows the file: from the top of its repository."""
    from ctxopt.gather import repository_base

    root = planned.old.context.root
    inside = os.path.normpath(
        os.path.join(repository_base(root), os.path.relpath(planned.path, root))
    )
    return planned.shown if inside.startswith("..") else inside
