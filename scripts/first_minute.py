"""Records what ``ctxopt scan`` says first of public repositories, for a new user with a terminal of 80 columns and 24 rows.

``python -m scripts.first_minute FOLDER`` writes ``fixtures/first-minute/NAME.txt`` for each clone in ``FOLDER`` that is
called as one of ``REPOSITORIES``. Nothing of a repository is kept but its name, the commit, and the report. A clone's own
``.git`` is as large as its server packed it, so that a second clone of the same commit may differ in that figure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
SCREENS: Final = ROOT / "fixtures" / "first-minute"
REPOSITORIES: Final = {
    "errbit": "errbit/errbit",
    "healthchecks": "healthchecks/healthchecks",
    "umami": "umami-software/umami",
    "locust": "locustio/locust",
    "docmost": "docmost/docmost",
}


def record(clone: Path, repository: str) -> str:
    """Return the commit, the command and the screen of one clone."""
    commit = _git(clone, "log", "-1", "--format=%H %cs").split()
    done = subprocess.run(
        [sys.executable, "-m", "ctxopt", "scan"],
        cwd=clone,
        env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return f"{repository} at {commit[0]} of {commit[1]}\n$ ctxopt scan\n{done.stdout}"


def _git(clone: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=clone, capture_output=True, text=True, check=True
    )
    return done.stdout


def main() -> None:
    """Record every clone in the folder that is given."""
    folder = Path(sys.argv[1])
    SCREENS.mkdir(exist_ok=True)
    for name, repository in REPOSITORIES.items():
        if (folder / name).is_dir():
            (SCREENS / f"{name}.txt").write_text(record(folder / name, repository), "utf-8")
            print(name)


if __name__ == "__main__":
    main()
