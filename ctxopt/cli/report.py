"""``ctxopt report``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver, refuse_inputs
from ctxopt.cli.cures import PlanOfFix, command_like
from ctxopt.cli.inputs import Given, read_inputs, survey_inputs
from ctxopt.errors import ConfigError, WriteError
from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.build.context import BuildContext

PageFile = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write the page to FILE; - is stdout."),
]


@command
def report(
    path: o.Root = ".",
    file: o.DockerfileOption = None,
    target: o.Target = None,
    build_arg: o.BuildArgs = None,
    build_context: o.BuildContexts = None,
    builder: o.BuilderOption = None,
    ignorefile: o.Ignorefile = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    baseline: o.BaselineFile = None,
    config: o.ConfigOption = None,
    output: PageFile = None,
    quiet: o.Quiet = False,
) -> None:
    """Draw a build context as a page for a browser: one file, which loads nothing."""
    given = Given(
        path=path, file=file, target=target, build_args=build_arg, build_contexts=build_context,
        builder=builder, ignorefile=ignorefile, config=config, select=select, ignore=ignore, baseline=baseline,
    )  # fmt: skip
    page = _page_file(output)
    inputs = read_inputs(given)
    refuse_inputs(page, inputs.context)
    if page is not None:
        _refuse_sent(page, inputs.context)
    # The page, and what it asks, is loaded by no other command.
    from ctxopt.fix.picture import picture_of
    from ctxopt.report.page_html import render_page
    from ctxopt.rules.scan import judge_analysis, read_known

    known = read_known(inputs.config)
    survey = survey_inputs(inputs, quiet=quiet)
    planned = PlanOfFix()
    judged, _ = judge_analysis(survey.analysis, inputs.config, known, planned)
    picture = picture_of(survey, planned.plan, judged.reported)
    text = render_page(
        survey.analysis,
        judged,
        planned.plan,
        picture,
        fix_command=command_like(given, "ctxopt", "fix"),
        refusal=planned.refusal,
    )
    deliver(iter((text,)), page)
    if page is not None and not quiet:
        console.note(f"Wrote {console.printable(page)}: open it in a browser")


def _page_file(output: str | None) -> str | None:
    """Return where to write, None for stdout; raises ConfigError where that would fill a terminal."""
    if output == "-":
        return None
    # A stream that was closed before the start is None.
    if output is None and sys.stdout is not None and sys.stdout.isatty():
        raise ConfigError(
            "a page is for a browser, and stdout is a terminal",
            hint="-o ../context.html writes a file; -o - writes here all the same",
        )
    return output


def _refuse_sent(page: str, context: BuildContext) -> None:
    """Raise WriteError where the page would be a part of the context that it is about."""
    from ctxopt.build.analysis import build_matcher
    from ctxopt.paths import relative

    inside = relative(os.path.realpath(page).removeprefix("/"), context.root.removeprefix("/"))
    if inside is None or build_matcher(context).lenient().decide(inside).excluded:
        return
    builder = context.builder
    raise WriteError(
        f"{page}: the page would be {builder.participle} with the next build",
        hint="write it outside of the context, as -o ../context.html, or where the ignore file keeps it back",
    )
