"""``ctxopt scan``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver, refuse_inputs
from ctxopt.cli.cures import PlanOfFix, command_like
from ctxopt.cli.inputs import (
    Asked,
    Given,
    Inputs,
    Picked,
    Shape,
    measure_inputs,
    read_inputs,
    wanted_format,
)
from ctxopt.errors import ConfigError, ExitCode
from ctxopt.report import console
from ctxopt.rules.scan import judge_analysis, read_known
from ctxopt.severity import Severity

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
    all_: o.AllBuilds = False,
    service: o.Services = None,
    bake_target: o.BakeTargets = None,
    strict: o.StrictAll = False,
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
    shape = _shape(full=full, depth=depth, top=top)._replace(
        color=output is None and console.wants_color(color.value, sys.stdout),
        quiet=quiet,
        verbose=verbose,
    )
    asked = Asked(
        format=format_, shape=shape, output=output, with_excluded=with_excluded, strict=strict,
        picked=Picked(tuple(service or ()), tuple(bake_target or ())),
    )  # fmt: skip
    if all_ or asked.picked:
        # What reads Compose and Bake files is loaded for those who ask for all builds alone.
        from ctxopt.cli.scan_all import scan_all

        return scan_all(given, asked)
    if strict:
        raise ConfigError("--strict is about what several files declare", hint="add --all")
    inputs = read_inputs(given)
    refuse_inputs(output, inputs.context)
    # Before anything is measured: a mistake in an option must not cost a walk.
    wanted = wanted_format(inputs.config, format_)
    if _may_be_several(inputs, asked):
        from ctxopt.cli.scan_all import scan_declared

        code = scan_declared(given, asked)
        if code is not None:
            return code
    return _scan_one(given, inputs, wanted, asked)


def _scan_one(given: Given, inputs: Inputs, wanted: o.ReportFormat, asked: Asked) -> int:
    """Measure, judge and report one build."""
    shape = asked.shape
    known = read_known(inputs.config)
    analysis = measure_inputs(inputs, with_excluded=asked.with_excluded, quiet=shape.quiet)
    limit = inputs.config.fail_on
    planned = PlanOfFix()
    judge: JudgeCures = planned.only_cures
    # Only the first screen tells what would be saved.
    if wanted is o.ReportFormat.text and not shape.is_full:
        judge = planned
    judged, gone = judge_analysis(analysis, inputs.config, known, judge)
    _tell_gone(known, gone, quiet=shape.quiet)
    if wanted is o.ReportFormat.text:
        report = _text(analysis, judged, planned, given, shape=shape, fails_on=limit)
    else:
        report = _render(wanted, analysis, judged, shape)
    deliver(iter((report,)), asked.output)
    if limit is None or not judged.at_least(limit):
        return ExitCode.OK
    if not shape.quiet:
        _tell_failing(len(judged.at_least(limit)), limit, inputs.config.origin("fail-on"))
    return ExitCode.FINDINGS


def _tell_failing(number: int, level: Severity, origin: str) -> None:
    """Say why the exit code is 1: a headline may well say that there is nothing to do."""
    from ctxopt.units import count

    at_least = level.label
    if level is not max(Severity):
        at_least += " or worse"
    console.note(f"exit code 1: {count(number, 'finding')} of level {at_least} (fail-on, {origin})")


def _shape(*, full: bool, depth: int | None, top: int | None) -> Shape:
    shape = Shape(_DEPTH, _TOP, is_full=full or depth is not None or top is not None)
    if depth is not None:
        shape = shape._replace(depth=depth)
    if top is not None:
        shape = shape._replace(top=top)
    return shape


def _tell_gone(baseline: Baseline | None, gone: tuple[Known, ...], *, quiet: bool) -> None:
    if baseline and gone and not quiet:
        from ctxopt.report.wording import describe_gone

        console.note(describe_gone(len(gone), baseline.path))


def _may_be_several(inputs: Inputs, asked: Asked) -> bool:
    """Tell whether the folder has no Dockerfile, but files that may declare builds, and no option is about one."""
    request = inputs.request
    is_about_one = request.target or request.build_args or request.build_contexts
    if inputs.context.dockerfile.found or asked.shape.is_full or asked.with_excluded:
        return False
    if is_about_one or inputs.context.named.ignorefile is not None:
        return False
    from ctxopt.projects.search import may_declare

    return may_declare(inputs.context.root)


def _text(
    analysis: Analysis,
    judged: RuleResults,
    planned: PlanOfFix,
    given: Given,
    *,
    shape: Shape,
    fails_on: Severity | None,
) -> str:
    from ctxopt.report.terminal import Look

    # Each report is imported where it is asked for: start-up is a part of every scan.
    look = Look(console.width_of(sys.stdout), shape.color, shape.verbose)
    dockerfiles: list[str] = []
    if not analysis.context.dockerfile.found:
        from ctxopt.evidence.dockerfile_search import offered_dockerfiles

        dockerfiles = offered_dockerfiles(analysis.tree, planned.evidence)
    if shape.is_full:
        from ctxopt.report import scan_text

        return scan_text.render_scan(
            analysis,
            judged,
            look,
            depth=shape.depth,
            top=shape.top,
            fix_command=command_like(given, "ctxopt", "fix", "--dry-run"),
            dockerfiles=dockerfiles,
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
            dockerfiles=dockerfiles,
        ),
        refusal=planned.refusal,
        look=look,
        # What makes the exit code 1 is not only counted.
        least=min(Severity.WARNING, fails_on or Severity.WARNING),
    )


def _render(wanted: o.ReportFormat, analysis: Analysis, judged: RuleResults, shape: Shape) -> str:
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
