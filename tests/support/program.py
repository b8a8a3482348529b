"""The program as a process."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.places import ROOT


def environment(**more: str) -> dict[str, str]:
    """Return an environment that says the same on every machine, with ``more`` in it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "COLUMNS": "80"} | more


def ctxopt(*arguments: str, cwd: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the program in ``cwd``; whatever happens, it prints no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "ctxopt", *arguments],
        cwd=str(cwd), env=environment(**more), capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done
