"""``ctxopt check``."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver
from ctxopt.cli.check_run import (
    CheckFormat,
    check_contexts,
    show_history,
    write_baseline_file,
    write_first_limits,
)
from ctxopt.cli.inputs import Given
from ctxopt.errors import CtxoptError, ExitCode
from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.guard.check import Checked, CheckRequest


class ViewOption(StrEnum):
    """What the limits are about."""

    permitted = "permitted"
    transferred = "transferred"


AgainstOption = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="REF",
        help="Compare the index with this commit, or two commits: A..B, or A...B from where they"
        " parted. Default: HEAD if something is staged.",
    ),
]
WorkingTree = Annotated[
    bool, typer.Option("--working-tree", help="Measure the working tree, whatever is staged.")
]
MaxSize = Annotated[
    str | None, typer.Option("--max-size", metavar="SIZE", help="At most this much, as 40MB.")
]
MaxFiles = Annotated[
    int | None, typer.Option("--max-files", metavar="N", help="At most this many files.")
]
MinSize = Annotated[
    str | None,
    typer.Option("--min-size", metavar="SIZE", help="At least this much: less has lost something."),
]
MinFiles = Annotated[
    int | None, typer.Option("--min-files", metavar="N", help="At least this many files.")
]
MaxGrowth = Annotated[
    str | None,
    typer.Option("--max-growth", metavar="PERCENT", help="At most this much more, as 10%."),
]
GrowthFloor = Annotated[
    str | None,
    typer.Option("--growth-floor", metavar="SIZE", help="Growth that is always fine.  [1MB]"),
]
LimitView = Annotated[
    ViewOption, typer.Option("--view", help="What limits outside of [[context]] are about.")
]
NewFailOnOption = Annotated[
    o.LevelChoice | None,
    typer.Option(
        "--fail-on",
        help="Look at the findings of the working tree, too, and exit 1 if one that is new is at"
        " least this bad. Default with a baseline: warning.",
    ),
]
WarnOnly = Annotated[bool, typer.Option("--warn-only", help="Say what is wrong and exit 0.")]
WriteBaseline = Annotated[
    bool, typer.Option("--write-baseline", help="Write the findings of today to the baseline.")
]
Init = Annotated[
    bool, typer.Option("--init", help="Write ctxopt.toml with today's figures and a margin.")
]
HistoryOption = Annotated[
    int | None,
    typer.Option("--history", metavar="N", min=1, help="Show the size over the last N commits."),
]
ChangesOption = Annotated[int, typer.Option("--top", min=0, help="Lines per list.")]
CheckFormatOption = Annotated[
    CheckFormat | None, typer.Option("--format", help="How to write the report. Default: text.")
]


@command
def check(
    path: o.Root = ".",
    file: o.DockerfileOption = None,
    target: o.Target = None,
    build_arg: o.BuildArgs = None,
    build_context: o.BuildContexts = None,
    builder: o.BuilderOption = None,
    against: AgainstOption = None,
    working_tree: WorkingTree = False,
    max_size: MaxSize = None,
    max_files: MaxFiles = None,
    min_size: MinSize = None,
    min_files: MinFiles = None,
    max_growth: MaxGrowth = None,
    growth_floor: GrowthFloor = None,
    view: LimitView = ViewOption.permitted,
    fail_on: NewFailOnOption = None,
    baseline: o.BaselineFile = None,
    write_baseline: WriteBaseline = False,
    warn_only: WarnOnly = False,
    init: Init = False,
    history: HistoryOption = None,
    top: ChangesOption = 10,
    config: o.ConfigOption = None,
    format_: CheckFormatOption = None,
    output: o.Output = None,
    color: o.ColorOption = o.Color.auto,
    quiet: o.Quiet = False,
) -> int:
    """Hold a build context against its limits, and say what grew."""
    limits: dict[str, object] = {
        "max-size": max_size,
        "max-files": max_files,
        "min-size": min_size,
        "min-files": min_files,
        "max-growth": max_growth,
        "growth-floor": growth_floor,
    }
    given = Given(
        path, file, target, build_arg, build_context, builder, config, None, None, fail_on, limits,
        baseline,
    )  # fmt: skip
    try:
        if init:
            return write_first_limits(given, quiet=quiet)
        if write_baseline:
            return write_baseline_file(given, quiet=quiet)
        if history is not None:
            deliver(iter((show_history(given, history, format_),)), output)
            return ExitCode.OK
        question, checked = check_contexts(
            given, against, view.value, working_tree=working_tree, quiet=quiet
        )
        shape = (top, output is None and console.wants_color(color.value, sys.stdout))
        deliver(iter((_render(_format(question, format_), question, checked, *shape),)), output)
        return _verdict(checked, warn_only=warn_only)
    except CtxoptError as error:
        if not warn_only:
            raise
        console.write_error(error.message, error.hint)
        return ExitCode.OK


def _verdict(checked: Checked, *, warn_only: bool) -> int:
    failed = bool(checked.broken or checked.failing)
    unjudged = () if failed else checked.unjudged
    for result in unjudged:
        console.write_error(result.message)
    if warn_only:
        return ExitCode.OK
    return ExitCode.FINDINGS if failed else ExitCode.USAGE if unjudged else ExitCode.OK


def _format(question: CheckRequest, given: CheckFormat | None) -> CheckFormat:
    from ctxopt.config.load import check_format

    if given is not None:
        return given
    check_format(question.config, [item.value for item in CheckFormat])
    return CheckFormat(question.config.format)


def _render(
    wanted: CheckFormat, question: CheckRequest, checked: Checked, top: int, color: bool
) -> str:
    if wanted is CheckFormat.text:
        from ctxopt.report.check_text import render_check
        from ctxopt.report.terminal import Look

        return render_check(checked, Look(console.width_of(sys.stdout), color), top=top)
    if wanted is CheckFormat.junit:
        from ctxopt.report.junit import render_junit

        return render_junit(checked, top=top)
    from ctxopt.report import check_hosts, check_json, check_markdown

    if wanted is CheckFormat.json:
        return check_json.render_json(checked, top=top)
    if wanted is CheckFormat.markdown:
        return check_markdown.render_markdown(checked, top=top)
    from ctxopt.git.folder import repository_base

    place = os.path.basename(question.config.file) if question.config.file else "Dockerfile"
    base = repository_base(os.path.realpath(question.root))
    if wanted is CheckFormat.github:
        return check_hosts.render_annotations(checked, top=top, place=place, base=base)
    if wanted is CheckFormat.gitlab:
        return check_hosts.render_quality(checked, place=place, base=base)
    return check_hosts.render_log(checked, place=place, base=base)
