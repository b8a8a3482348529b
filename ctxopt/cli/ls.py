"""``ctxopt ls``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver, refuse_inputs
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
    ignorefile: o.Ignorefile = None,
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
    if [permitted, transferred, excluded].count(True) > 1:
        raise ConfigError("--permitted, --transferred and --excluded cannot be combined")
    view: ViewName = "permitted"
    if transferred:
        view = "transferred"
    elif excluded:
        view = "excluded"
    inputs = read_inputs(
        Given(
            path=path,
            file=file,
            target=target,
            build_args=build_arg,
            build_contexts=build_context,
            builder=builder,
            ignorefile=ignorefile,
            config=config,
        )
    )
    refuse_inputs(output, inputs.context)
    errors: list[WalkError] = []
    match format_:
        case o.ListFormat.json:
            pieces = _document(inputs, view, errors)
        case o.ListFormat.text:
            # Names are made safe for a terminal; a program gets them as they are.
            raw = null or output is not None or not sys.stdout.isatty()
            pieces = _lines(inputs, view, errors, long=long, null=null, raw=raw)
        case _:
            assert_never(format_)
    deliver(pieces, output)
    if errors and not quiet:
        first = errors[0]
        console.note(
            f"{len(errors)} could not be read, so more may be sent: "
            f"{console.printable(first.path or '.')}: {first.reason}"
        )


def _lines(
    inputs: Inputs, view: ViewName, errors: list[WalkError], *, long: bool, null: bool, raw: bool
) -> Iterator[str]:
    from ctxopt.build.listing import list_entries
    from ctxopt.report.ls_text import render_lines

    entries = list_entries(inputs.context, inputs.request, view, on_error=errors.append)
    end = "\n"
    if null:
        end = "\0"
    return render_lines(entries, long=long, end=end, raw=raw)


def _document(inputs: Inputs, view: ViewName, errors: list[WalkError]) -> Iterator[str]:
    from ctxopt.build.listing import analyze_for
    from ctxopt.report.ls_json import render_listing
    from ctxopt.tree.workers import default_walker

    analysis = analyze_for(inputs.context, inputs.request, view, walker=default_walker())
    errors += analysis.tree.errors
    return render_listing(analysis, view)
