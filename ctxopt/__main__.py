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
    if sys.argv[1:] == ["--version"]:
        from ctxopt import __version__

        try:
            os.write(sys.stdout.fileno(), f"ctxopt {__version__}\n".encode())
        except BrokenPipeError:
            pass
        except OSError as error:
            sys.exit(f"error: cannot write to stdout: {error.strerror}")
        return
    gc.disable()  # the process is short and its values hold no cycles: a tenth of a scan's time
    atexit.register(gc.freeze)  # nor are they searched at the end, which would be another tenth
    from ctxopt.cli import run

    run()


if __name__ == "__main__":
    main()
