"""``ctxopt explore``."""

from __future__ import annotations

import gc
import sys
from importlib.util import find_spec

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command
from ctxopt.cli.cures import undo_command
from ctxopt.cli.inputs import Given, read_inputs, survey_inputs
from ctxopt.errors import ConfigError
from ctxopt.report import console


@command
def explore(
    path: o.Root = ".",
    file: o.DockerfileOption = None,
    target: o.Target = None,
    build_arg: o.BuildArgs = None,
    build_context: o.BuildContexts = None,
    builder: o.BuilderOption = None,
    ignorefile: o.Ignorefile = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    config: o.ConfigOption = None,
    quiet: o.Quiet = False,
) -> None:
    """Look through a build context in the terminal, and keep things back."""
    _check_terminal()
    given = Given(
        path=path, file=file, target=target, build_args=build_arg, build_contexts=build_context,
        builder=builder, ignorefile=ignorefile, config=config, select=select, ignore=ignore,
    )  # fmt: skip
    inputs = read_inputs(given)
    # Textual, and what asks for it, is loaded by no other command.
    from ctxopt.config.load import check_rules
    from ctxopt.fix.exploration import Exploration
    from ctxopt.report.explorer.app import Explorer
    from ctxopt.rules.registry import RULE_IDS

    check_rules(inputs.config, RULE_IDS)
    exploration = Exploration(survey_inputs(inputs, quiet=quiet), inputs.config)
    # The tree holds no cycles, and is not searched for any; what a screen is made of does.
    gc.freeze()
    gc.enable()
    # A key waits at most this long, in seconds, for the thread that tries a line.
    sys.setswitchinterval(0.001)
    app = Explorer(exploration, title=path, undo=undo_command(given))
    app.run()
    if app.failure is not None:
        raise app.failure
    if app.written:
        console.note(app.written)


def _check_terminal() -> None:
    """Raise ConfigError where there is no Textual, or no terminal to draw in."""
    if find_spec("textual") is None:
        raise ConfigError(
            "explore needs Textual, which is not installed",
            hint="pip install 'docker-ctxopt[explore]'",
        )
    # Textual draws on stderr, and leaves stdout alone.
    for name, stream in (("stdin", sys.stdin), ("stderr", sys.stderr)):
        # A stream that was closed before the start is None.
        if not (stream and stream.isatty()):
            raise ConfigError(
                f"explore works in a terminal, and {name} is not one",
                hint="ctxopt scan, ls and report write to pipes and files",
            )
