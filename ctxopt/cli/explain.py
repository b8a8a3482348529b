"""``ctxopt explain``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver, refuse_inputs
from ctxopt.cli.inputs import Given, read_inputs
from ctxopt.errors import ContextError
from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.build.context import BuildContext
    from ctxopt.build.explanation import PathExplanation

Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH...", help="Paths below the context root; they need not exist."),
]
ContextRootOption = Annotated[
    str, typer.Option("-C", "--context", metavar="ROOT", help="The context root.")
]
ExplainFormatOption = Annotated[
    o.ListFormat, typer.Option("--format", help="How to write the answer.")
]


@command
def explain(
    paths: Paths,
    root: ContextRootOption = ".",
    file: o.DockerfileOption = None,
    target: o.Target = None,
    build_arg: o.BuildArgs = None,
    build_context: o.BuildContexts = None,
    builder: o.BuilderOption = None,
    ignorefile: o.Ignorefile = None,
    format_: ExplainFormatOption = o.ListFormat.text,
    config: o.ConfigOption = None,
    output: o.Output = None,
) -> None:
    """Show which ignore line decides about a path, and what copies it."""
    from ctxopt.build.explanation import answer_paths, path_inside

    inputs = read_inputs(
        Given(
            path=root,
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
    inside: list[str] = []
    refused: list[ContextError] = []
    for path in paths:
        # One wrong path does not cost the answers about the others.
        try:
            inside.append(path_inside(inputs.context, path))
        except ContextError as error:
            refused.append(error)
    if inside:
        answers = answer_paths(inputs.context, inside, inputs.request)
        deliver(iter((_rendered(inputs.context, answers, format_),)), output)
    if refused:
        raise refused[0]


def _rendered(context: BuildContext, answers: list[PathExplanation], format_: o.ListFormat) -> str:
    """Return the report about ``answers`` in one format."""
    match format_:
        case o.ListFormat.json:
            from ctxopt.report import explain_json

            return explain_json.render_answers(context, answers)
        case o.ListFormat.text:
            from ctxopt.report import explain_text

            return explain_text.render_answers(context, answers, console.width_of(sys.stdout))
        case _:
            assert_never(format_)
