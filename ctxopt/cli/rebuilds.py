"""``ctxopt rebuilds``."""

from __future__ import annotations

import sys
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver, refuse_inputs
from ctxopt.cli.inputs import Given, measurer, read_inputs
from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.guard.rebuilds import Rebuilds

_COMMITS = 50


class RebuildsFormat(StrEnum):
    """How to write the report."""

    text = "text"
    json = "json"
    markdown = "markdown"


CommitsOption = Annotated[
    int | None,
    typer.Option(
        "--commits",
        metavar="N",
        min=1,
        help="How many commits to look at. Default: the last 50; with --against, all.",
    ),
]
RangeOption = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="A..B",
        help="The commits of B that A does not have; A means A..HEAD, and A...B starts where they parted.",
    ),
]
RebuildsFormatOption = Annotated[
    RebuildsFormat, typer.Option("--format", help="How to write the report.")
]


@command
def rebuilds(
    path: o.Root = ".",
    file: o.DockerfileOption = None,
    target: o.Target = None,
    build_arg: o.BuildArgs = None,
    build_context: o.BuildContexts = None,
    commits: CommitsOption = None,
    against: RangeOption = None,
    config: o.ConfigOption = None,
    format_: RebuildsFormatOption = RebuildsFormat.text,
    output: o.Output = None,
    color: o.ColorOption = o.Color.auto,
    quiet: o.Quiet = False,
) -> None:
    """Count the commits that made cached steps run again."""
    from ctxopt.evidence.gather import gather_facts
    from ctxopt.guard.rebuilds import RebuildsRequest, count_rebuilds

    given = Given(
        path=path, file=file, target=target, build_args=build_arg, build_contexts=build_context,
        config=config,
    )  # fmt: skip
    inputs = read_inputs(given)
    refuse_inputs(output, inputs.context)
    if commits is None and against is None:
        commits = _COMMITS
    counted = count_rebuilds(
        RebuildsRequest(count=commits, against=against),
        inputs.context,
        measurer(inputs.request, quiet=quiet),
        partial(gather_facts, config=inputs.config),
    )
    has_color = output is None and console.wants_color(color.value, sys.stdout)
    deliver(iter((_render(format_, counted, has_color=has_color),)), output)


def _render(wanted: RebuildsFormat, counted: Rebuilds, *, has_color: bool) -> str:
    match wanted:
        case RebuildsFormat.text:
            from ctxopt.report.rebuilds_text import render_rebuilds
            from ctxopt.report.terminal import Look

            return render_rebuilds(counted, Look(console.width_of(sys.stdout), has_color))
        case RebuildsFormat.json:
            from ctxopt.report.rebuilds_json import render_json

            return render_json(counted)
        case RebuildsFormat.markdown:
            from ctxopt.report.rebuilds_markdown import render_markdown

            return render_markdown(counted)
        case _:
            assert_never(wanted)
