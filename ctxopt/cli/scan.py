"""``ctxopt scan``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver
from ctxopt.cli.findings import describe_gone
from ctxopt.cli.inputs import Given, Inputs, measure_inputs, read_inputs
from ctxopt.errors import ExitCode
from ctxopt.report import console
from ctxopt.rules.scan import judge_analysis, read_known

if TYPE_CHECKING:
    from ctxopt.build.analysis import Analysis
    from ctxopt.rules.run import RuleResults


Depth = Annotated[int, typer.Option("--depth", min=0, help="Folder levels to show.")]
TopOption = Annotated[int, typer.Option("--top", min=0, help="Lines per list.")]
WithExcluded = Annotated[
    bool, typer.Option("--with-excluded", help="Also measure folders that Docker skips.")
]
ScanFormatOption = Annotated[
    o.ReportFormat | None, typer.Option("--format", help="How to write the report. Default: text.")
]


@command
def scan(
    path: o.Root = ".",
    file: o.DockerfileOption = None,
    target: o.Target = None,
    build_arg: o.BuildArgs = None,
    build_context: o.BuildContexts = None,
    builder: o.BuilderOption = None,
    depth: Depth = 3,
    top: TopOption = 12,
    with_excluded: WithExcluded = False,
    select: o.Select = None,
    ignore: o.Ignore = None,
    fail_on: o.FailOnOption = None,
    baseline: o.BaselineFile = None,
    config: o.ConfigOption = None,
    format_: ScanFormatOption = None,
    output: o.Output = None,
    color: o.ColorOption = o.Color.auto,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
) -> int:
    """Measure a build context; show what is heavy or wrong."""
    given = Given(
        path, file, target, build_arg, build_context, builder, config, select, ignore, fail_on,
        baseline=baseline,
    )  # fmt: skip
    inputs = read_inputs(given)
    wanted = _format(inputs, format_)
    known = read_known(inputs.config)
    analysis = measure_inputs(inputs, with_excluded=with_excluded, quiet=quiet)
    judged, gone = judge_analysis(analysis, inputs.config, known)
    if known and gone and not quiet:
        console.note(describe_gone(known.path, len(gone)))
    shape = _Shape(depth, top, output is None and console.wants_color(color.value, sys.stdout))
    deliver(iter((_render(wanted, inputs, analysis, judged, shape, verbose),)), output)
    limit = inputs.config.fail_on
    return ExitCode.FINDINGS if limit and judged.at_least(limit) else ExitCode.OK


class _Shape:
    """How much to show, and whether in colour."""

    def __init__(self, depth: int, top: int, color: bool) -> None:
        self.depth = depth
        self.top = top
        self.color = color


def _format(inputs: Inputs, given: o.ReportFormat | None) -> o.ReportFormat:
    from ctxopt.config.load import check_format, check_rules
    from ctxopt.rules import RULE_IDS

    check_rules(inputs.config, RULE_IDS)
    if given is not None:
        return given
    check_format(inputs.config, [item.value for item in o.ReportFormat])
    return o.ReportFormat(inputs.config.format)


def _render(
    wanted: o.ReportFormat,
    inputs: Inputs,
    analysis: Analysis,
    judged: RuleResults,
    shape: _Shape,
    verbose: bool,
) -> str:
    context = inputs.context
    if wanted is o.ReportFormat.json:
        from ctxopt.report import scan_json as json_

        return json_.render_scan(analysis, judged, depth=shape.depth, top=shape.top)
    if wanted is o.ReportFormat.markdown:
        from ctxopt.report import scan_markdown as markdown

        return markdown.render_scan(analysis, judged, depth=shape.depth, top=shape.top)
    if wanted is o.ReportFormat.text:
        from ctxopt.report import scan_text as text
        from ctxopt.report.terminal import Look

        look = Look(console.width_of(sys.stdout), shape.color, verbose)
        return text.render_scan(analysis, judged, look, depth=shape.depth, top=shape.top)
    from ctxopt.git.folder import repository_base
    from ctxopt.rules import RULES

    fallback = context.ignore.path or (
        context.dockerfile.path if context.dockerfile.found else ".dockerignore"
    )
    base = repository_base(context.root)
    if wanted is o.ReportFormat.github:
        from ctxopt.report.github import render_github

        return render_github(judged.reported, RULES, base=base, fallback=fallback)
    from ctxopt import __version__
    from ctxopt.report.sarif import render_sarif

    return render_sarif(
        judged.reported,
        RULES,
        version=__version__,
        suppressed=judged.suppressed,
        ignore_file=context.ignore.file,
        base=base,
        fallback=fallback,
    )
