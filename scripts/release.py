"""Build a release and say what is in it, as the workflow does: ``python3 -m scripts.release dist``.

Builds wheel and sdist twice, in two folders, with the time of the last commit, and stops where a byte differs; then
prints what ``CHANGELOG.md`` says of the version. Needs ``build``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ctxopt import __version__


def notes(changelog: str, version: str) -> str:
    """Take the text of the changelog; return the section about a version, without its heading. Exits without one."""
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n"
    found = re.search(heading + r"(.+?)(?=^## \[|\Z)", changelog, re.MULTILINE | re.DOTALL)
    if found is None or not found[1].strip():
        sys.exit(f"CHANGELOG.md has no section with a date for {version}")
    return found[1].strip() + "\n"


def build(folder: Path) -> dict[str, bytes]:
    """Build wheel and sdist into a folder; return their contents by name."""
    time = subprocess.check_output(["git", "log", "-1", "--format=%ct"], text=True).strip()
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(folder)],
        env=os.environ | {"SOURCE_DATE_EPOCH": time},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def main() -> None:
    """Build, compare, print."""
    target = Path(sys.argv[1])
    if target.exists():
        sys.exit(f"{target} is there already")
    text = notes(Path("CHANGELOG.md").read_text("utf-8"), __version__)
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder, "first"), Path(folder, "second")
        if build(first) != build(second):
            sys.exit("two builds of the same commit differ")
        shutil.copytree(first, target)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
