"""``ctxopt explain``."""

from __future__ import annotations

from typing import Annotated, assert_never

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver, refuse_inputs
from ctxopt.cli.inputs import Given, read_inputs

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
    from ctxopt.build.explanation import answer_paths

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
    answers = answer_paths(inputs.context, paths, inputs.request)
    match format_:
        case o.ListFormat.json:
            from ctxopt.report import explain_json

            text = explain_json.render_answers(inputs.context, answers)
        case o.ListFormat.text:
            from ctxopt.report import explain_text

            text = explain_text.render_answers(answers)
        case _:
            assert_never(format_)
    deliver(iter((text,)), output)
