"""The entry point; answers ``--version`` before anything slow is imported."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and exit."""
    if sys.argv[1:] == ["--version"]:
        from ctxopt import __version__

        sys.stdout.write(f"ctxopt {__version__}\n")
        return
    gc.disable()  # the process is short and its values hold no cycles: a tenth of a scan's time
    from ctxopt.cli import run

    run()


if __name__ == "__main__":
    main()
