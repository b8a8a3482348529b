"""``ctxopt ls``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver
from ctxopt.cli.inputs import Given, Inputs, read_inputs
from ctxopt.errors import ConfigError
from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.build.analysis import ViewName
    from ctxopt.tree.model import WalkError


Permitted = Annotated[
    bool, typer.Option("--permitted", help="What the ignore rules let through (default).")
]
Transferred = Annotated[
    bool, typer.Option("--transferred", help="What this Dockerfile makes the builder fetch.")
]
Excluded = Annotated[bool, typer.Option("--excluded", help="What the ignore rules keep back.")]
Null = Annotated[
    bool, typer.Option("-0", "--null", help="End each path with NUL instead of a newline.")
]
Long = Annotated[bool, typer.Option("-l", "--long", help="Show type and size in bytes, too.")]
ListFormatOption = Annotated[
    o.ListFormat, typer.Option("--format", help="How to write the listing.")
]


@command
def ls(
    path: o.Root = ".",
    file: o.DockerfileOption = None,
    target: o.Target = None,
    build_arg: o.BuildArgs = None,
    build_context: o.BuildContexts = None,
    builder: o.BuilderOption = None,
    permitted: Permitted = False,
    transferred: Transferred = False,
    excluded: Excluded = False,
    null: Null = False,
    long: Long = False,
    format_: ListFormatOption = o.ListFormat.text,
    config: o.ConfigOption = None,
    output: o.Output = None,
    quiet: o.Quiet = False,
) -> None:
    """List the entries of a build context in Docker's order."""
    if permitted + transferred + excluded > 1:
        raise ConfigError("--permitted, --transferred and --excluded cannot be combined")
    view: ViewName = "transferred" if transferred else "excluded" if excluded else "permitted"
    inputs = read_inputs(Given(path, file, target, build_arg, build_context, builder, config))
    errors: list[WalkError] = []
    if format_ is o.ListFormat.json:
        pieces = _document(inputs, view, errors)
    else:
        from ctxopt.build.listing import list_entries
        from ctxopt.report.ls_text import render_lines

        entries = list_entries(inputs.context, inputs.request, view, on_error=errors.append)
        raw = null or output is not None or not sys.stdout.isatty()
        pieces = render_lines(entries, long=long, end="\0" if null else "\n", raw=raw)
    deliver(pieces, output)
    if errors and not quiet:
        first = errors[0]
        console.note(
            f"{len(errors)} could not be read, so more may be sent: "
            f"{console.printable(first.path or '.')}: {first.reason}"
        )


def _document(inputs: Inputs, view: ViewName, errors: list[WalkError]) -> Iterator[str]:
    from ctxopt.build.listing import analyze_for
    from ctxopt.report import ls_json as json_
    from ctxopt.tree.workers import default_processes

    analysis = analyze_for(inputs.context, inputs.request, view, processes=default_processes())
    errors += analysis.tree.errors
    return json_.render_listing(analysis, view)
