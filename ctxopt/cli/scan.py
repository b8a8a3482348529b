"""``ctxopt scan``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, NamedTuple, assert_never

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver, refuse_inputs
from ctxopt.cli.cures import PlanOfFix, command_like, cures_of_fix
from ctxopt.cli.inputs import Given, Inputs, measure_inputs, read_inputs
from ctxopt.errors import ExitCode
from ctxopt.report import console
from ctxopt.rules.scan import judge_analysis, read_known

if TYPE_CHECKING:
    from ctxopt.build.analysis import Analysis
    from ctxopt.build.context import BuildContext
    from ctxopt.rules.baseline import Baseline, Known
    from ctxopt.rules.run import RuleResults
    from ctxopt.rules.scan import JudgeCures

_DEPTH = 3
_TOP = 12

Depth = Annotated[
    int | None,
    typer.Option(
        "--depth",
        metavar="N",
        parser=o.whole_number,
        help="Folder levels to show; implies --full. Default: 3.",
    ),
]
TopOption = Annotated[
    int | None,
    typer.Option(
        "--top",
        metavar="N",
        parser=o.whole_number,
        help="Lines in each list; implies --full. Default: 12.",
    ),
]
Full = Annotated[bool, typer.Option("--full", help="Every figure, with lists and evidence.")]
HeadlineOnly = Annotated[
    bool, typer.Option("-q", "--quiet", help="The headline alone, and no progress line.")
]
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
    ignorefile: o.Ignorefile = None,
    full: Full = False,
    depth: Depth = None,
    top: TopOption = None,
    with_excluded: WithExcluded = False,
    select: o.Select = None,
    ignore: o.Ignore = None,
    fail_on: o.FailOnOption = None,
    baseline: o.BaselineFile = None,
    config: o.ConfigOption = None,
    format_: ScanFormatOption = None,
    output: o.Output = None,
    color: o.ColorOption = o.Color.auto,
    quiet: HeadlineOnly = False,
    verbose: o.Verbose = False,
) -> int:
    """Measure a build context; show what is heavy or wrong."""
    given = Given(
        path=path, file=file, target=target, build_args=build_arg, build_contexts=build_context,
        builder=builder, ignorefile=ignorefile, config=config, select=select, ignore=ignore, fail_on=fail_on,
        baseline=baseline,
    )  # fmt: skip
    inputs = read_inputs(given)
    refuse_inputs(output, inputs.context)
    # Before anything is measured: a mistake in an option must not cost a walk.
    wanted = _format(inputs, format_)
    known = read_known(inputs.config)
    analysis = measure_inputs(inputs, with_excluded=with_excluded, quiet=quiet)
    shape = _shape(full=full, depth=depth, top=top)._replace(
        color=output is None and console.wants_color(color.value, sys.stdout),
        quiet=quiet,
        verbose=verbose,
    )
    planned = PlanOfFix()
    judge: JudgeCures = cures_of_fix
    # Only the first screen tells what would be saved.
    if wanted is o.ReportFormat.text and not shape.is_full:
        judge = planned
    judged, gone = judge_analysis(analysis, inputs.config, known, judge)
    _tell_gone(known, gone, quiet=quiet)
    if wanted is o.ReportFormat.text:
        report = _text(analysis, judged, planned, given, shape)
    else:
        report = _render(wanted, analysis, judged, shape)
    deliver(iter((report,)), output)
    limit = inputs.config.fail_on
    if limit is not None and judged.at_least(limit):
        return ExitCode.FINDINGS
    return ExitCode.OK


class _Shape(NamedTuple):
    """How much to show, and whether in colour."""

    depth: int
    top: int
    is_full: bool
    color: bool = False
    quiet: bool = False
    verbose: bool = False


def _shape(*, full: bool, depth: int | None, top: int | None) -> _Shape:
    shape = _Shape(_DEPTH, _TOP, is_full=full or depth is not None or top is not None)
    if depth is not None:
        shape = shape._replace(depth=depth)
    if top is not None:
        shape = shape._replace(top=top)
    return shape


def _tell_gone(baseline: Baseline | None, gone: tuple[Known, ...], *, quiet: bool) -> None:
    if baseline and gone and not quiet:
        from ctxopt.report.wording import describe_gone

        console.note(describe_gone(len(gone), baseline.path))


def _format(inputs: Inputs, given: o.ReportFormat | None) -> o.ReportFormat:
    from ctxopt.config.load import check_format, check_rules
    from ctxopt.rules.registry import RULE_IDS

    check_rules(inputs.config, RULE_IDS)
    if given is not None:
        return given
    check_format(inputs.config, [item.value for item in o.ReportFormat])
    return o.ReportFormat(inputs.config.format)


def _text(
    analysis: Analysis, judged: RuleResults, planned: PlanOfFix, given: Given, shape: _Shape
) -> str:
    from ctxopt.report.terminal import Look

    # Each report is imported where it is asked for: start-up is a part of every scan.
    look = Look(console.width_of(sys.stdout), shape.color, shape.verbose)
    if shape.is_full:
        from ctxopt.report import scan_text

        return scan_text.render_scan(
            analysis,
            judged,
            look,
            depth=shape.depth,
            top=shape.top,
            fix_command=command_like(given, "ctxopt", "fix", "--dry-run"),
        )
    if shape.quiet:
        from ctxopt.report.scan_headline import render_headline

        return render_headline(analysis, judged, planned.plan, look=look)
    from ctxopt.report import scan_screen

    return scan_screen.render_screen(
        analysis,
        judged,
        planned.plan,
        steps=scan_screen.NextSteps(
            fix=command_like(given, "ctxopt", "fix"),
            full=command_like(given, "ctxopt", "scan", "--full"),
        ),
        refusal=planned.refusal,
        look=look,
    )


def _render(wanted: o.ReportFormat, analysis: Analysis, judged: RuleResults, shape: _Shape) -> str:
    match wanted:
        case o.ReportFormat.json:
            from ctxopt.report import scan_json

            return scan_json.render_scan(analysis, judged, depth=shape.depth, top=shape.top)
        case o.ReportFormat.markdown:
            from ctxopt.report import scan_markdown

            return scan_markdown.render_scan(analysis, judged, depth=shape.depth, top=shape.top)
        case o.ReportFormat.github:
            from ctxopt.report.github import render_github
            from ctxopt.rules.registry import RULES

            base, fallback = _repository_place(analysis.context)
            return render_github(judged.reported, RULES, base=base, fallback=fallback)
        case o.ReportFormat.sarif:
            return _sarif(analysis, judged)
        case o.ReportFormat.text:
            raise AssertionError("text has a function of its own")
        case _:
            assert_never(wanted)


def _sarif(analysis: Analysis, judged: RuleResults) -> str:
    from ctxopt import __version__
    from ctxopt.report.sarif import render_sarif
    from ctxopt.rules.registry import RULES

    base, fallback = _repository_place(analysis.context)
    return render_sarif(
        judged.reported,
        RULES,
        version=__version__,
        suppressed=judged.suppressed,
        ignore_file=analysis.context.ignore.file,
        base=base,
        fallback=fallback,
    )


def _repository_place(context: BuildContext) -> tuple[str, str]:
    """Return the root as the repository knows it, and the file for findings without a place.

    Code hosts refuse a finding without a file.
    """
    from ctxopt.git.folder import repository_base

    fallback = context.ignore.path
    if fallback is None and context.dockerfile.found:
        fallback = context.dockerfile.path
    return repository_base(context.root), fallback or ".dockerignore"
