"""Where a command ends: exceptions become messages and exit codes, and reports are written."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NoReturn, ParamSpec

import typer

from ctxopt.errors import CtxoptError, ExitCode, IgnoreFileError
from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.build.context import BuildContext

P = ParamSpec("P")

_OFF = ("", "0", "false", "no")


def leave(code: int) -> NoReturn:
    """Exit, without a complaint about a reader that has gone."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            code = code_of_lost(error, code, stream.fileno())
    sys.exit(code)


def code_of_lost(error: OSError, code: int = 0, descriptor: int = 1) -> int:
    """Say that a text could not be written, and return the exit code: a reader that has gone wants no more."""
    # The interpreter flushes once more at its end, and would complain about the same.
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    # A code that is not 0 has been explained.
    if code or isinstance(error, BrokenPipeError):
        return code
    console.write_error(f"cannot write to stdout: {error.strerror}")
    return int(ExitCode.USAGE)


def command(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn what a command returns or raises into an exit code and, for errors, a message.

    A command with a ``warn_only`` that is set ends in 0 also where it finds or refuses something.
    """

    @functools.wraps(command)
    def guard(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs) or ExitCode.OK
        except CtxoptError as error:
            console.write_error(
                error.message, _with_lint(error, kwargs.get("path", kwargs.get("root")))
            )
            code = error.exit_code
        except BrokenPipeError:
            code = ExitCode.OK
        except KeyboardInterrupt as interrupt:
            code = ExitCode.INTERRUPTED
            told = getattr(interrupt, "__notes__", ())
            if told:
                console.note(f"interrupted: {'; '.join(told)}")
        except Exception as error:  # noqa: BLE001 - the one boundary
            code = _report_bug(error)
        # A bug and an interrupt stay what they are: nothing was said of the context then.
        if kwargs.get("warn_only") and code in (ExitCode.FINDINGS, ExitCode.USAGE):
            code = ExitCode.OK
        raise typer.Exit(int(code))

    return guard


def _with_lint(error: CtxoptError, root: object) -> str | None:
    """Return the hint of an error; of an ignore file that is refused, also how to see all that is wrong with it."""
    if not isinstance(error, IgnoreFileError) or error.path is None or not isinstance(root, str):
        return error.hint
    path = os.path.normpath(os.path.join(root, error.path))
    # A file of another state of git is not there to be looked at.
    if not os.path.isfile(path):
        return error.hint
    import shlex

    words = ["ctxopt", "lint", path]
    if not os.path.basename(path).startswith("."):
        words[2:2] = ["-C", root]
    return "; ".join(filter(None, (error.hint, f"{shlex.join(words)} shows every line like it")))


def _report_bug(error: Exception) -> ExitCode:
    from ctxopt import __version__

    where = f"ctxopt {__version__}, Python {sys.version.split()[0]}, {sys.platform}"
    console.write_error(
        f"this is a bug in ctxopt: {type(error).__name__}: {error} ({where})",
        "CTXOPT_DEBUG=1 shows where; please report it",
    )
    if _shows_tracebacks():
        console.note("".join(traceback.format_exception(error)))
    return ExitCode.BUG


def _shows_tracebacks() -> bool:
    """Tell whether CTXOPT_DEBUG is on; only here is it read, so it means the same everywhere."""
    return os.environ.get("CTXOPT_DEBUG", "").lower() not in _OFF


def refuse_inputs(output: str | None, context: BuildContext) -> None:
    """Raise WriteError where a report would take the place of the file that it is about."""
    if output is None:
        return
    from ctxopt.report.output import check_report

    for path in (context.ignore.absolute, context.dockerfile.absolute):
        if path is not None:
            check_report(output, path)


def deliver(pieces: Iterator[str], output: str | None) -> None:
    """Write a report to stdout or, once it is whole, to a file; raises WriteError."""
    if output is None:
        try:
            for piece in pieces:
                console.write_out(piece)
        except BrokenPipeError:
            # The reader has what it wanted; the verdict stays what it is.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    from ctxopt.report.output import refuse_names, write_report

    refuse_names(output)
    write_report(output, "".join(pieces))
