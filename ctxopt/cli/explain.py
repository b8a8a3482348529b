"""``ctxopt explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver
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
    format_: ExplainFormatOption = o.ListFormat.text,
    config: o.ConfigOption = None,
    output: o.Output = None,
) -> None:
    """Say which line decides about paths, and who takes them."""
    from ctxopt.build.explanation import answer_paths

    inputs = read_inputs(Given(root, file, target, build_arg, build_context, builder, config))
    answers = answer_paths(inputs.context, paths, inputs.request)
    if format_ is o.ListFormat.json:
        from ctxopt.report import explain_json as json_

        text = json_.render_answers(inputs.context, answers)
    else:
        from ctxopt.report.explain_text import render_answers

        text = render_answers(answers)
    deliver(iter((text,)), output)
