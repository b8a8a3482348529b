"""``ctxopt check``."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ctxopt import console
from ctxopt.cli import options as o
from ctxopt.cli.boundary import deliver, guarded
from ctxopt.cli.inputs import Given, Inputs, measure_inputs, read_inputs, read_settings
from ctxopt.errors import ConfigError, CtxoptError, ExitCode

if TYPE_CHECKING:
    from ctxopt.git import Repository
    from ctxopt.guarding import Checked, Question


class CheckFormat(StrEnum):
    """How to write the report."""

    text = "text"
    json = "json"
    markdown = "markdown"
    github = "github"


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
WarnOnly = Annotated[bool, typer.Option("--warn-only", help="Say what is wrong and exit 0.")]
Init = Annotated[
    bool, typer.Option("--init", help="Write ctxopt.toml with today's figures and a margin.")
]
History = Annotated[
    int | None,
    typer.Option("--history", metavar="N", min=1, help="Show the size over the last N commits."),
]
Top = Annotated[int, typer.Option("--top", min=0, help="Lines per list.")]
Format = Annotated[
    CheckFormat | None, typer.Option("--format", help="How to write the report. Default: text.")
]


@guarded
def check(
    path: o.Root = ".",
    file: o.DockerfileOption = None,
    target: o.Target = None,
    build_arg: o.BuildArgs = None,
    build_context: o.BuildContexts = None,
    builder: o.Builder = None,
    against: AgainstOption = None,
    working_tree: WorkingTree = False,
    max_size: MaxSize = None,
    max_files: MaxFiles = None,
    min_size: MinSize = None,
    min_files: MinFiles = None,
    max_growth: MaxGrowth = None,
    growth_floor: GrowthFloor = None,
    view: LimitView = ViewOption.permitted,
    warn_only: WarnOnly = False,
    init: Init = False,
    history: History = None,
    top: Top = 10,
    config: o.ConfigFile = None,
    format_: Format = None,
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
    given = Given(path, file, target, build_arg, build_context, builder, config, limits=limits)
    try:
        if init:
            return _init(given, quiet=quiet)
        if history is not None:
            deliver(iter((_history(given, history, format_),)), output)
            return ExitCode.OK
        question, checked = _check(given, against, view, working_tree=working_tree, quiet=quiet)
        shape = (top, output is None and console.wants_color(color.value, sys.stdout))
        deliver(iter((_render(_format(question, format_), question, checked, *shape),)), output)
        return _verdict(checked, warn_only=warn_only)
    except CtxoptError as error:
        if not warn_only:
            raise
        console.write_error(error.message, error.hint)
        return ExitCode.OK


def _check(
    given: Given,
    against: str | None,
    view: ViewOption,
    *,
    working_tree: bool,
    quiet: bool,
) -> tuple[Question, Checked]:
    from ctxopt.guarding import (
        Question,
        check_states,
        check_trees,
        default_against,
        parse_against,
    )

    if against is not None and working_tree:
        raise ConfigError("--against and --working-tree cannot be combined")
    config, request = read_settings(given)
    question = Question(root=given.path, config=config, request=request, view=view.value)
    if given.file is not None and given.path not in question.paths:
        raise ConfigError(
            "-f names one Dockerfile, but the configuration limits other contexts",
            hint="leave it out",
        )
    repository = None if working_tree else _repository(given.path)
    states = None
    if against is not None:
        if repository is None:
            raise ConfigError(
                f"--against needs a git repository, and {given.path!r} is in none",
                hint="leave it out to measure the working tree",
            )
        states = parse_against(against, repository)
    else:
        states = default_against(repository)
    if states is not None and repository is not None:
        return question, check_states(question, repository, states)
    if given.limits and given.limits["max-growth"] is not None:
        raise ConfigError(
            "--max-growth has nothing to compare with: nothing is staged",
            hint="--against names a commit",
        )
    sides = {}
    for place in question.paths:
        if not os.path.isdir(place):
            raise ConfigError(
                f"there is no context {place!r}, but there are limits for it",
                hint="correct the path, or remove its limits",
            )
        inputs = read_inputs(given, (config, request), place, question.dockerfile_of(place))
        sides[place] = measure_inputs(inputs, with_excluded=False, quiet=quiet)
    return question, check_trees(question, sides)


def _repository(path: str) -> Repository | None:
    from ctxopt.git import find_repository

    if not os.path.isdir(path):
        raise ConfigError(f"there is no context {path!r}", hint="name a folder that exists")
    return find_repository(path)


def _verdict(checked: Checked, *, warn_only: bool) -> int:
    unjudged = [] if checked.broken else checked.unjudged
    for result in unjudged:
        console.write_error(result.message)
    if warn_only:
        return ExitCode.OK
    return ExitCode.FINDINGS if checked.broken else ExitCode.USAGE if unjudged else ExitCode.OK


def _format(question: Question, given: CheckFormat | None) -> CheckFormat:
    from ctxopt.config import check_format

    if given is not None:
        return given
    check_format(question.config, [item.value for item in CheckFormat])
    return CheckFormat(question.config.format)


def _render(
    wanted: CheckFormat, question: Question, checked: Checked, top: int, color: bool
) -> str:
    if wanted is CheckFormat.text:
        from ctxopt.reporters.check_text import render_check
        from ctxopt.reporters.text import Look

        return render_check(checked, Look(console.width_of(sys.stdout), color), top=top)
    from ctxopt.reporters import check_documents as documents

    if wanted is CheckFormat.json:
        return documents.render_json(checked, top=top)
    if wanted is CheckFormat.markdown:
        return documents.render_markdown(checked, top=top)
    from ctxopt.gather import repository_base

    place = os.path.basename(question.config.file) if question.config.file else "Dockerfile"
    root = os.path.realpath(question.root)
    return documents.render_annotations(checked, top=top, place=place, base=repository_base(root))


def _history(given: Given, count: int, wanted: CheckFormat | None) -> str:
    from ctxopt.guarding import prefix_of
    from ctxopt.history import read_history
    from ctxopt.reporters import history as reporters

    config, _ = read_settings(given)
    repository = _repository(given.path)
    if repository is None:
        raise ConfigError(f"--history needs a git repository, and {given.path!r} is in none")
    found = read_history(
        repository,
        prefix_of(given.path, given.path, repository),
        count,
        root=given.path,
        dockerfile=config.dockerfile,
        builder=config.builder,
        floor=config.limits.growth_floor,
    )
    if wanted is CheckFormat.github:
        raise ConfigError("--history has no github format", hint="use markdown for a step summary")
    if wanted is CheckFormat.json:
        return reporters.render_json(found)
    return (reporters.render_markdown if wanted is CheckFormat.markdown else reporters.render_text)(
        found
    )


def _tracked(inputs: Inputs) -> int | None:
    """The files that are sent of what git's index holds; None where there is none."""
    from ctxopt.comparison import analyze_state
    from ctxopt.git import find_repository
    from ctxopt.gitstate import read_state

    repository = find_repository(inputs.context.root)
    if repository is None or repository.bare:
        return None
    state = read_state(repository)
    config = inputs.config
    try:
        analysis = analyze_state(state, dockerfile=config.dockerfile, builder=config.builder)
    except CtxoptError:
        return None  # a Dockerfile that nobody has added yet
    return analysis.permitted.total.files


def _init(given: Given, *, quiet: bool) -> int:
    from ctxopt.starting import first_limits, write_limits

    inputs = read_inputs(given)
    analysis = measure_inputs(inputs, with_excluded=False, quiet=quiet)
    text = first_limits(analysis, _tracked(inputs))
    written = write_limits(given.path, inputs.config.file, text)
    console.write_out(text)
    if not quiet:
        console.note(f"written to {console.printable(written)}")
    return ExitCode.OK
