"""Build a release and say what is in it, as the workflow does: ``python3 -m scripts.release dist``.

Builds wheel and sdist of what the last commit holds, whatever else lies around, twice, in two folders, with the time of
that commit, and stops where a byte differs; then prints what ``CHANGELOG.md`` says of the version. Needs ``build``.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
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


def lay_commit(repository: Path, folder: Path) -> None:
    """Write the files of the last commit of a repository to a folder."""
    archive = subprocess.check_output(["git", "-C", str(repository), "archive", "HEAD"])
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")


def build(folder: Path) -> dict[str, bytes]:
    """Build wheel and sdist of the last commit below a folder; return their contents by name."""
    time = subprocess.check_output(["git", "log", "-1", "--format=%ct"], text=True).strip()
    source, target = folder / "source", folder / "dist"
    lay_commit(Path(), source)
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(target), str(source)],
        env=os.environ | {"SOURCE_DATE_EPOCH": time},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return {path.name: path.read_bytes() for path in sorted(target.iterdir())}


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
        shutil.copytree(first / "dist", target)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
