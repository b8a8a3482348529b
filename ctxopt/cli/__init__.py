"""The command line: arguments to one use case, its result to one reporter, and an exit code.

    inputs = read_inputs(Given(path=".", target="app"))  # options and configuration, joined
    analysis = measure_inputs(inputs, with_excluded=False, quiet=True)
    deliver(pieces, None)                                # a report's text, to stdout or to FILE

The only package that knows Typer, and the one place where exceptions become messages.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from ctxopt.cli.boundary import code_of_lost, leave
from ctxopt.errors import ExitCode
from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.cli.help_text import HelpText

COMMANDS: Final = (
    "scan",
    "fix",
    "check",
    "lint",
    "ls",
    "explain",
    "builds",
    "rebuilds",
    "report",
    "explore",
    "rules",
    "plugin",
)
"""In the order of the help; each is a function in the module of its name."""
_SUMMARY: Final = 80
"""Columns of what the list of commands says of one."""


class _Context(typer.Context):
    def make_formatter(self) -> HelpText:
        # Asked for a help text or a mistake alone, and each time: a terminal may change its width.
        from ctxopt.cli.help_text import HelpText

        return HelpText(width=self.terminal_width, max_width=self.max_content_width)


class _Group(TyperGroup):
    context_class = _Context


class _Command(TyperCommand):
    context_class = _Context

    def get_short_help_str(self, limit: int = 0) -> str:
        # Click would cut it off for a narrow terminal, in which it is folded as all else.
        return super().get_short_help_str(limit=max(limit, _SUMMARY))


@cache
def make_app(first: str = "") -> typer.Typer:
    """Return the program with the command that the ``first`` argument names; with all where it names none.

    Reading the options of every command takes Typer longer than a scan of a small context.
    """
    app = typer.Typer(
        name="ctxopt",
        cls=_Group,
        help="Measure Docker build contexts exactly, and keep them small.",
        no_args_is_help=True,
        # Rich would be imported for every help text and every mistake, to draw boxes around them.
        rich_markup_mode=None,
        # A traceback is for the boundary alone to show, and only where it is asked for.
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(main)
    named = tuple(name for name in COMMANDS if name == first)
    for name in named or COMMANDS:
        app.command(cls=_Command)(getattr(import_module(f"{__name__}.{name}"), name))
    if not named:
        app.command(cls=_Command, hidden=True, name="help")(help_)
    return app


def run() -> NoReturn:
    """Run the command line and exit; no traceback ever leaves this function unasked."""
    try:
        make_app(*sys.argv[1:2])(prog_name="ctxopt")
    except KeyboardInterrupt:
        code = int(ExitCode.INTERRUPTED)
    except OSError as error:
        code = code_of_lost(error)  # a help text, which Typer writes by itself
    except SystemExit as exit_:
        # Click leaves with a number or, after --help, with nothing.
        code = 0
        if isinstance(exit_.code, int):
            code = exit_.code
    else:
        code = 0
    leave(code)


def _version(wanted: bool) -> None:
    if wanted:
        from ctxopt import __version__

        console.write_out(f"ctxopt {__version__}\n")
        raise typer.Exit


def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="With --version: also name what reads folders."),
    ] = False,
) -> None:
    """Measure Docker build contexts exactly, and keep them small."""
    # The entry point answers both together.
    if verbose and not version:
        raise typer.BadParameter("it goes with --version alone", param_hint="--verbose")


def help_(command: Annotated[str | None, typer.Argument()] = None) -> None:
    """Show the help of a command, as ``-h`` does."""
    arguments = ["-h"]
    if command is not None:
        arguments.insert(0, command)
    make_app(arguments[0])(arguments, prog_name="ctxopt")
