"""The entry point; answers ``--version`` before anything slow is imported."""

from __future__ import annotations

import atexit
import gc
import os
import sys


def main() -> None:
    """Run the command line and exit."""
    sys.unraisablehook = _end_if_interrupted
    try:
        _run()
    except KeyboardInterrupt:  # while the program was still being loaded
        os._exit(130)


def _end_if_interrupted(problem: sys.UnraisableHookArgs) -> None:
    """End where Ctrl-C meets the interpreter between two lines: it would print a traceback and go on."""
    if issubclass(problem.exc_type, KeyboardInterrupt):
        os._exit(130)
    sys.__unraisablehook__(problem)


def _run() -> None:
    # A closed stream is None to Python, and the libraries do not look.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    if sys.argv[1:] in (["--version"], ["docker-cli-plugin-metadata"]):
        _say_what_this_is(sys.argv[1])
        return
    if sorted(sys.argv[1:]) == ["--verbose", "--version"]:
        _say_what_this_is("--version", _about())
        return
    gc.disable()  # the process is short and its values hold no cycles: a tenth of a scan's time
    atexit.register(gc.freeze)  # nor are they searched at the end, which would be another tenth
    from ctxopt.cli import run

    run()


def _about() -> str:
    """What a report of a problem should name."""
    from ctxopt.tree.native import READER

    return f"Python {sys.version.split()[0]} on {sys.platform}\nreader of folders: {READER}\n"


def _say_what_this_is(asked: str, more: str = "") -> None:
    """Answer a person, or Docker, which asks every plugin before it lists its own commands."""
    from ctxopt import __version__

    text = f"ctxopt {__version__}\n{more}"
    if asked != "--version":
        text = (
            f'{{"SchemaVersion": "0.1.0", "Vendor": "The ctxopt developers", "Version": "{__version__}",'
            ' "ShortDescription": "Measure build contexts exactly, and keep them small"}\n'
        )
    try:
        os.write(sys.stdout.fileno(), text.encode())
    except BrokenPipeError:
        pass
    except OSError as error:
        sys.exit(f"error: cannot write to stdout: {error.strerror}")


if __name__ == "__main__":
    main()
