"""The command line: arguments to one use case, its result to one reporter, and an exit code.

The only module that knows Typer, and the one place where exceptions become messages.
"""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NoReturn, ParamSpec

import typer

from ctxopt import console
from ctxopt.errors import ConfigError, CtxoptError, ExitCode

if TYPE_CHECKING:
    from ctxopt.analysis import ViewName
    from ctxopt.context import BuildContext
    from ctxopt.plan import BuildRequest
    from ctxopt.tree import WalkError

P = ParamSpec("P")

app = typer.Typer(
    name="ctxopt",
    help="Measure Docker build contexts exactly, and keep them small.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class BuilderOption(StrEnum):
    """Which of Docker's builders to follow."""

    buildkit = "buildkit"
    classic = "classic"


class ScanFormat(StrEnum):
    """How to write the report."""

    text = "text"
    json = "json"
    markdown = "markdown"


class ListFormat(StrEnum):
    """How to write the listing."""

    text = "text"
    json = "json"


class Color(StrEnum):
    """When to use colour."""

    auto = "auto"
    always = "always"
    never = "never"


PathArgument = Annotated[
    str,
    typer.Argument(metavar="[PATH]", help="The context root: the folder `docker build` is given."),
]
DockerfileOption = Annotated[
    str | None,
    typer.Option(
        "-f",
        "--file",
        metavar="DOCKERFILE",
        help="The Dockerfile, relative to the current directory. Default: PATH/Dockerfile.",
    ),
]
Builder = Annotated[BuilderOption, typer.Option("--builder", help="Whose rules to follow.")]
TargetOption = Annotated[
    str | None,
    typer.Option("--target", metavar="STAGE", help="The stage to build. Default: the last."),
]
BuildArgOption = Annotated[
    list[str] | None,
    typer.Option("--build-arg", metavar="KEY[=VALUE]", help="A build argument; repeatable."),
]
BuildContextOption = Annotated[
    list[str] | None,
    typer.Option("--build-context", metavar="NAME=PATH", help="A named context; repeatable."),
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write the report to FILE instead of stdout."
    ),
]
ColorOption = Annotated[Color, typer.Option("--color", help="When to use colour.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress line, no notes on stderr.")]


def run() -> NoReturn:
    """Run the command line and exit; no traceback ever leaves this function unasked."""
    try:
        app(prog_name="ctxopt")
    except KeyboardInterrupt:
        code = int(ExitCode.INTERRUPTED)
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else 0
    else:
        code = 0
    _leave(code)


def _leave(code: int) -> NoReturn:
    """Exit, without a complaint about a reader that has gone."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def guarded(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn what a command returns or raises into an exit code and, for errors, a message."""

    @functools.wraps(command)
    def guard(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs) or ExitCode.OK
        except CtxoptError as error:
            console.write_error(error.message, error.hint)
            code = error.exit_code
        except BrokenPipeError:
            code = ExitCode.OK
        except KeyboardInterrupt:
            code = ExitCode.INTERRUPTED
        except Exception as error:  # noqa: BLE001 - the one boundary
            code = _report_bug(error)
        raise typer.Exit(int(code))

    return guard


def _report_bug(error: Exception) -> ExitCode:
    from ctxopt import __version__

    where = f"ctxopt {__version__}, Python {sys.version.split()[0]}, {sys.platform}"
    console.write_error(
        f"this is a bug in ctxopt: {type(error).__name__}: {error} ({where})",
        "CTXOPT_DEBUG=1 shows where; please report it",
    )
    if os.environ.get("CTXOPT_DEBUG"):
        console.note("".join(traceback.format_exception(error)))
    return ExitCode.BUG


def _version(wanted: bool) -> None:
    if wanted:
        from ctxopt import __version__

        console.write_out(f"ctxopt {__version__}\n")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Measure Docker build contexts exactly, and keep them small."""


@app.command()
@guarded
def scan(
    path: PathArgument = ".",
    file: DockerfileOption = None,
    target: TargetOption = None,
    build_arg: BuildArgOption = None,
    build_context: BuildContextOption = None,
    builder: Builder = BuilderOption.buildkit,
    depth: Annotated[int, typer.Option("--depth", min=0, help="Folder levels to show.")] = 3,
    top: Annotated[int, typer.Option("--top", min=0, help="Lines per list.")] = 12,
    with_excluded: Annotated[
        bool, typer.Option("--with-excluded", help="Also measure folders that Docker skips.")
    ] = False,
    format_: Annotated[
        ScanFormat, typer.Option("--format", help="How to write the report.")
    ] = ScanFormat.text,
    output: Output = None,
    color: ColorOption = Color.auto,
    quiet: Quiet = False,
) -> None:
    """Measure a build context and show where its bytes are."""
    from ctxopt.analysis import analyze
    from ctxopt.context import find_context
    from ctxopt.crowd import default_processes
    from ctxopt.progress import ScanProgress

    context = find_context(path, dockerfile=file, builder=builder.value)
    progress = ScanProgress(enabled=not quiet)
    try:
        analysis = analyze(
            context,
            _request(target, build_arg, build_context),
            with_excluded=with_excluded,
            processes=default_processes(),
            progress=progress,
        )
    finally:
        progress.close()
    if format_ is ScanFormat.json:
        from ctxopt.reporters import json_

        text = json_.render_scan(analysis, depth=depth, top=top)
    elif format_ is ScanFormat.markdown:
        from ctxopt.reporters import markdown

        text = markdown.render_scan(analysis, depth=depth, top=top)
    else:
        from ctxopt.reporters import text as text_reporter

        look = text_reporter.Look(
            console.width_of(sys.stdout),
            output is None and console.wants_color(color.value, sys.stdout),
        )
        text = text_reporter.render_scan(analysis, look, depth=depth, top=top)
    _deliver(iter((text,)), output)


@app.command()
@guarded
def ls(
    path: PathArgument = ".",
    file: DockerfileOption = None,
    target: TargetOption = None,
    build_arg: BuildArgOption = None,
    build_context: BuildContextOption = None,
    builder: Builder = BuilderOption.buildkit,
    permitted: Annotated[
        bool, typer.Option("--permitted", help="What the ignore rules let through (default).")
    ] = False,
    transferred: Annotated[
        bool, typer.Option("--transferred", help="What this Dockerfile makes the builder fetch.")
    ] = False,
    excluded: Annotated[
        bool, typer.Option("--excluded", help="What the ignore rules keep back.")
    ] = False,
    null: Annotated[
        bool, typer.Option("-0", "--null", help="End each path with NUL instead of a newline.")
    ] = False,
    long: Annotated[
        bool, typer.Option("-l", "--long", help="Show type and size in bytes, too.")
    ] = False,
    format_: Annotated[
        ListFormat, typer.Option("--format", help="How to write the listing.")
    ] = ListFormat.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """List the entries of a build context, in the order Docker sends them."""
    from ctxopt.context import find_context

    if permitted + transferred + excluded > 1:
        raise CtxoptError("--permitted, --transferred and --excluded cannot be combined")
    context = find_context(path, dockerfile=file, builder=builder.value)
    view: ViewName = "transferred" if transferred else "excluded" if excluded else "permitted"
    request = _request(target, build_arg, build_context)
    errors: list[WalkError] = []
    if format_ is ListFormat.json:
        pieces = _listing_document(context, request, view, errors)
    else:
        from ctxopt.listing import list_entries
        from ctxopt.reporters.listing import render_lines

        entries = list_entries(context, request, view, on_error=errors.append)
        raw = null or output is not None or not sys.stdout.isatty()
        pieces = render_lines(entries, long=long, end="\0" if null else "\n", raw=raw)
    _deliver(pieces, output)
    if errors and not quiet:
        first = errors[0]
        console.note(
            f"{len(errors)} could not be read, so more may be sent: "
            f"{console.printable(first.path or '.')}: {first.reason}"
        )


def _listing_document(
    context: BuildContext, request: BuildRequest, view: ViewName, errors: list[WalkError]
) -> Iterator[str]:
    from ctxopt.listing import analyze_for
    from ctxopt.reporters import json_

    analysis = analyze_for(context, request, view)
    errors += analysis.tree.errors
    return json_.render_listing(analysis, view)


def _request(
    target: str | None, build_args: list[str] | None, build_contexts: list[str] | None
) -> BuildRequest:
    from ctxopt.plan import BuildRequest

    arguments: dict[str, str | None] = {}
    for item in build_args or ():
        name, given, value = item.partition("=")
        arguments[name] = value if given else None
    contexts: dict[str, str] = {}
    for item in build_contexts or ():
        name, given, value = item.partition("=")
        if not given or not name:
            raise ConfigError(
                f"--build-context {item!r} is not NAME=PATH", hint="write extra=../shared"
            )
        contexts[name.lower()] = value
    return BuildRequest(target, arguments, contexts)


def _deliver(pieces: Iterator[str], output: str | None) -> None:
    """Write a report to stdout or, once it is whole, to a file."""
    if output is None:
        for piece in pieces:
            console.write_out(piece)
        return
    from ctxopt.output import write_report

    write_report(output, "".join(pieces))


@app.command()
@guarded
def explain(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Paths below the context root; they need not exist."
        ),
    ],
    root: Annotated[
        str, typer.Option("-C", "--context", metavar="ROOT", help="The context root.")
    ] = ".",
    file: DockerfileOption = None,
    target: TargetOption = None,
    build_arg: BuildArgOption = None,
    build_context: BuildContextOption = None,
    builder: Builder = BuilderOption.buildkit,
    format_: Annotated[
        ListFormat, typer.Option("--format", help="How to write the answer.")
    ] = ListFormat.text,
    output: Output = None,
) -> None:
    """Say why paths are kept or excluded: file, line and pattern."""
    from ctxopt.context import find_context
    from ctxopt.explaining import answer_paths

    context = find_context(root, dockerfile=file, builder=builder.value)
    answers = answer_paths(context, paths, _request(target, build_arg, build_context))
    if format_ is ListFormat.json:
        from ctxopt.reporters import json_

        text = json_.render_answers(context, answers)
    else:
        from ctxopt.reporters.explanation import render_answers

        text = render_answers(answers)
    _deliver(iter((text,)), output)
