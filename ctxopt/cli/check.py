"""``ctxopt check``."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver
from ctxopt.cli.check_formats import CheckFormat, Wanted, read_also, render
from ctxopt.cli.cures import cures_of_fix
from ctxopt.cli.inputs import Given, measurer, read_settings, refuse_about_one
from ctxopt.errors import ConfigError, ExitCode
from ctxopt.report import console

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ctxopt.guard.history import History
    from ctxopt.guard.request import CheckRequest


class ViewOption(StrEnum):
    """Which view limits apply to."""

    permitted = "permitted"
    transferred = "transferred"


AgainstOption = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="REF",
        autocompletion=o.complete_commit,
        help="Compare the index with this commit, or two commits: A..B, or A...B from where they"
        " parted. Default: HEAD if something is staged.",
    ),
]
AllDeclared = Annotated[
    bool,
    typer.Option(
        "--all", help="Hold every build that the repository at PATH declares against the limits."
    ),
]
WorkingTree = Annotated[
    bool, typer.Option("--working-tree", help="Measure the working tree, whatever is staged.")
]
SecretsOption = Annotated[
    bool,
    typer.Option(
        "--secrets",
        help="Look for secrets in what a build of the index would be sent, and for nothing else;"
        " exit 1 if there is one.",
    ),
]
MaxSize = Annotated[
    str | None, typer.Option("--max-size", metavar="SIZE", help="At most this size, such as 40MB.")
]
MaxFiles = Annotated[
    int | None, typer.Option("--max-files", metavar="N", help="At most this many files.")
]
MinSize = Annotated[
    str | None,
    typer.Option(
        "--min-size",
        metavar="SIZE",
        help="At least this size: with less, an ignore file probably excludes too much.",
    ),
]
MinFiles = Annotated[
    int | None, typer.Option("--min-files", metavar="N", help="At least this many files.")
]
MaxGrowth = Annotated[
    str | None,
    typer.Option("--max-growth", metavar="PERCENT", help="At most this growth, such as 10%."),
]
GrowthFloor = Annotated[
    str | None,
    typer.Option("--growth-floor", metavar="SIZE", help="Ignore growth below this.  [1MB]"),
]
MaxRebuilds = Annotated[
    int | None,
    typer.Option(
        "--max-rebuilds",
        metavar="N",
        help="At most this many of the last 50 commits, or of those of --against, may make steps run again without"
        " a change to what the build reads.",
    ),
]
LimitView = Annotated[
    ViewOption, typer.Option("--view", help="The view that limits outside of [[context]] apply to.")
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
    bool,
    typer.Option(
        "--init", help="Write ctxopt.toml with the figures of a clean checkout and a margin."
    ),
]
HistoryOption = Annotated[
    int | None,
    typer.Option("--history", metavar="N", min=1, help="Show the size over the last N commits."),
]
ChangesOption = Annotated[
    int, typer.Option("--top", metavar="N", parser=o.whole_number, help="Lines in each list.")
]
CheckFormatOption = Annotated[
    CheckFormat | None, typer.Option("--format", help="How to write the report. Default: text.")
]

AlsoOption = Annotated[
    list[str] | None,
    typer.Option(
        "--also",
        metavar="FORMAT=FILE",
        help="Write the same answer to FILE in another format, too; repeatable.",
    ),
]


@command
def check(
    path: o.Root = ".",
    file: o.DockerfileOption = None,
    target: o.Target = None,
    build_arg: o.BuildArgs = None,
    build_context: o.BuildContexts = None,
    builder: o.BuilderOption = None,
    ignorefile: o.Ignorefile = None,
    all_: AllDeclared = False,
    against: AgainstOption = None,
    working_tree: WorkingTree = False,
    secrets: SecretsOption = False,
    max_size: MaxSize = None,
    max_files: MaxFiles = None,
    min_size: MinSize = None,
    min_files: MinFiles = None,
    max_growth: MaxGrowth = None,
    growth_floor: GrowthFloor = None,
    max_rebuilds: MaxRebuilds = None,
    view: LimitView = ViewOption.permitted,
    fail_on: NewFailOnOption = None,
    baseline: o.BaselineFile = None,
    write_baseline: WriteBaseline = False,
    warn_only: WarnOnly = False,  # noqa: ARG001 - the boundary reads it
    init: Init = False,
    history: HistoryOption = None,
    top: ChangesOption = 10,
    config: o.ConfigOption = None,
    format_: CheckFormatOption = None,
    also: AlsoOption = None,
    output: o.Output = None,
    color: o.ColorOption = o.Color.auto,
    quiet: o.Quiet = False,
) -> int:
    """Check a build context against its limits, and show what grew."""
    limits: dict[str, object] = {
        "max-size": max_size, "max-files": max_files, "min-size": min_size, "min-files": min_files,
        "max-growth": max_growth, "growth-floor": growth_floor, "max-rebuilds": max_rebuilds,
    }  # fmt: skip
    given = Given(
        path=path, file=file, target=target, build_args=build_arg, build_contexts=build_context,
        builder=builder, ignorefile=ignorefile, config=config, fail_on=fail_on, limits=limits, baseline=baseline,
    )  # fmt: skip
    if all_:
        refuse_about_one(given, {"--init": init, "--history": history})
    if secrets:
        others = {
            "--against": against, "--working-tree": working_tree, "--history": history,
            "--init": init, "--write-baseline": write_baseline, "--format": format_, "--also": also,
        }  # fmt: skip
        return _secrets(given, output, others, all_=all_, quiet=quiet)
    if init:
        return _init(given, quiet=quiet)
    if write_baseline:
        return _write_baseline(given, quiet=quiet, all_=all_)
    if history is not None:
        return _history(given, history, format_, output)
    question = _question(given, view, against=against, working_tree=working_tree)
    question = _with_declared(question, all_=all_, quiet=quiet)
    return _check(question, Wanted(format_, output, read_also(also), top, color), quiet=quiet)


def _check(question: CheckRequest, wanted: Wanted, *, quiet: bool) -> int:
    from ctxopt.guard.check import run_check

    # A format that nothing knows must not cost a walk.
    answers = wanted.answers(question)
    checked = run_check(question, measurer(question.request, quiet=quiet))
    for answer in answers:
        deliver(iter((render(answer.format, question, checked, wanted),)), answer.file)
    if checked.failed:
        return ExitCode.FINDINGS
    for result in checked.unjudged:
        console.write_error(result.message)
    # A limit that cannot be judged is no limit kept: a pipeline must not stay green on it.
    if checked.unjudged:
        return ExitCode.USAGE
    return ExitCode.OK


def _refuse_beside_secrets(others: Mapping[str, object]) -> None:
    """Raise ConfigError for options that say what else to look at; ``others`` are by name."""
    for name, value in others.items():
        if value:
            raise ConfigError(
                f"--secrets and {name} cannot be combined",
                hint="--secrets looks at what is staged, and says what it finds as text",
            )


def _secrets(
    given: Given, output: str | None, others: Mapping[str, object], *, all_: bool, quiet: bool
) -> int:
    from ctxopt.guard.staged_secrets import find_staged_secrets
    from ctxopt.report.secrets_text import render_secrets, render_skipped
    from ctxopt.units import count

    _refuse_beside_secrets(others)
    question = _with_declared(_question(given), all_=all_, quiet=quiet)
    found, skipped = find_staged_secrets(question)
    deliver(iter(render_secrets(found)), output)
    if skipped and not quiet:
        console.note(f"not looked into, or not to the end: {render_skipped(skipped)}")
    if not found:
        # A person is told, and a hook by the exit code.
        if not quiet and not skipped and sys.stderr is not None and sys.stderr.isatty():
            console.note("nothing that is staged or committed sends a secret into a build")
        return ExitCode.OK
    files = count(len(found), "file")
    console.write_error(
        f"a build of what git has would be sent secrets in {files}",
        "take them out of git, or keep them out with a line in .dockerignore",
    )
    return ExitCode.FINDINGS


def _question(
    given: Given,
    view: ViewOption = ViewOption.permitted,
    *,
    against: str | None = None,
    working_tree: bool = False,
) -> CheckRequest:
    """Join options with the configuration; raises CtxoptError."""
    from ctxopt.guard.request import CheckRequest

    if against is not None and working_tree:
        raise ConfigError("--against and --working-tree cannot be combined")
    config, request = read_settings(given)
    question = CheckRequest(
        root=given.path,
        config=config,
        request=request,
        view=view.value,
        against=against,
        working_tree=working_tree,
        # What a configuration asks for may be out of place here; what a person typed is not.
        needs_findings=bool(given.fail_on or given.baseline),
        judge_cures=cures_of_fix,
    )
    paths = {budget.path for budget in question.budgets}
    if given.file is not None and given.path not in paths:
        raise ConfigError(
            "-f names one Dockerfile, but the configuration limits other contexts",
            hint="leave it out",
        )
    return question


def _with_declared(question: CheckRequest, *, all_: bool, quiet: bool) -> CheckRequest:
    """Read what files declare where that is asked for; raises ConfigError for a service that is none."""
    if not all_ and all(budget.service is None for budget in question.config.contexts):
        return question
    # What reads Compose and Bake files is loaded for those who ask for it alone.
    from ctxopt.cli.builds import tell_problems
    from ctxopt.guard.declared import with_declared
    from ctxopt.projects.repository import read_repository

    root = os.path.realpath(question.root)
    declared = read_repository(root, dict(os.environ))
    if not quiet:
        tell_problems(declared, root, verbose=False)
    question, left_out = with_declared(question, declared, root, dict(os.environ), all_=all_)
    if not quiet:
        for reason in left_out:
            console.note(f"not checked: {console.visible(reason)}")
    return question


def _init(given: Given, *, quiet: bool) -> int:
    from ctxopt.cli.check_init import write_init

    return write_init(given, quiet=quiet)


def _write_baseline(given: Given, *, quiet: bool, all_: bool) -> int:
    from ctxopt.guard.findings import write_baseline
    from ctxopt.units import count

    question = _with_declared(_question(given), all_=all_, quiet=quiet)
    written = write_baseline(question, measurer(question.request, quiet=quiet))
    if not quiet:
        what = count(written.number, "finding")
        console.note(f"{what} written to {console.printable(written.path)}")
    return ExitCode.OK


def _history(given: Given, count: int, wanted: CheckFormat | None, output: str | None) -> int:
    from ctxopt.guard.history import HistoryRequest, read_history

    config, request = read_settings(given)
    # Before anything is measured: a history of many commits takes minutes.
    render = _history_renderer(wanted or CheckFormat.text)
    history = read_history(
        HistoryRequest(
            root=given.path,
            count=count,
            dockerfile=config.dockerfile,
            builder=config.builder,
            growth_floor=config.limits.growth_floor,
            request=request,
        )
    )
    deliver(iter((render(history),)), output)
    return ExitCode.OK


def _history_renderer(wanted: CheckFormat) -> Callable[[History], str]:
    from ctxopt.report import history as report

    match wanted:
        case CheckFormat.text:
            return partial(report.render_text, width=console.width_of(sys.stdout))
        case CheckFormat.json:
            return report.render_json
        case CheckFormat.markdown:
            return report.render_markdown
        case _:
            raise ConfigError(
                f"--history has no {wanted.value} format", hint="use markdown for a step summary"
            )
