"""Build the trees that ``run.py`` measures: real installs copied side by side, and synthetic ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

NPM_PACKAGES = ("next", "webpack", "eslint", "jest", "typescript", "@babel/preset-env")
PIP_PACKAGES = ("mypy", "hypothesis", "rich", "pytest", "pip")

EVERYDAY = ("*.log", "**/.DS_Store", "**/*.tmp", ".env*", "**/coverage", "docs/build/")
"""Six patterns as most projects have them; they keep back next to nothing."""

PRUNING = ("**/node_modules", "**/.venv", ".git")
"""The patterns that a project with installed packages should have."""

_PACKAGE = (
    ("", ("package.json", "README.md", "LICENSE", "index.js", "index.d.ts", ".npmignore")),
    ("lib", tuple(f"module-{number}.js" for number in range(9))),
    ("lib/internal", tuple(f"part-{number}.js" for number in range(7))),
    ("dist", tuple(f"chunk-{number}.min.js" for number in range(5))),
)
_PACKAGE_ENTRIES = sum(1 + len(names) for _, names in _PACKAGE)
_PACKAGES_PER_SERVICE = 400
_FOLDER_MODE = 0o755


def count(root: str) -> int:
    """Count the entries below ``root``."""
    return sum(len(folders) + len(files) for _, folders, files in os.walk(root))


def small_project(root: str) -> None:
    """Lay a project of 50 files."""
    os.makedirs(f"{root}/src")
    _write(f"{root}/Dockerfile", "FROM scratch\nCOPY . /\n")
    write_ignore_file(root, EVERYDAY)
    for number in range(48):
        _write(f"{root}/src/module_{number}.py", f"value = {number}\n" * 40)


def real_project(root: str, entries: int) -> None:
    """Install npm and pip packages and copy them until there are about ``entries`` entries."""
    first = f"{root}/services/service-1"
    os.makedirs(f"{first}/src")
    _write(f"{root}/Dockerfile", "FROM scratch\nCOPY . /\n")
    _write(f"{first}/src/main.js", "console.log('hello')\n")
    npm = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    _run([*npm, "--prefix", first, *NPM_PACKAGES])
    _run([sys.executable, "-m", "venv", f"{first}/.venv"])
    _run([f"{first}/.venv/bin/python", "-m", "pip", "install", "-q", *PIP_PACKAGES])
    _write(f"{root}/.gitignore", "node_modules\n.venv\n")
    for number in range(2, max(2, round(entries / count(first))) + 1):
        shutil.copytree(first, f"{root}/services/service-{number}", symlinks=True)
    git = ["git", "-C", root, "-c", "user.name=bench", "-c", "user.email=bench@example.invalid"]
    _run(["git", "init", "-q", root])
    _run([*git, "add", "-A"])
    _run([*git, "commit", "-q", "-m", "Start"])


def synthetic_project(root: str, entries: int) -> None:
    """Lay about ``entries`` entries: services with packages in node_modules, in sparse files."""
    os.makedirs(root)
    _write(f"{root}/Dockerfile", "FROM scratch\nCOPY . /\n")
    made = 0
    for package in _packages(root):
        for folder, names in _PACKAGE:
            place = f"{package}/{folder}" if folder else package
            os.makedirs(place, _FOLDER_MODE)
            for number, name in enumerate(names):
                descriptor = os.open(f"{place}/{name}", os.O_CREAT | os.O_WRONLY, 0o644)
                os.ftruncate(descriptor, (made * 31 + number * 977) % 24_000)
                os.close(descriptor)
        made += _PACKAGE_ENTRIES
        if made >= entries:
            return


def _packages(root: str) -> Iterator[str]:
    service = 0
    while True:
        service += 1
        for number in range(_PACKAGES_PER_SERVICE):
            yield f"{root}/services/service-{service}/node_modules/package-{number}"


def write_ignore_file(root: str, patterns: tuple[str, ...]) -> None:
    """Replace the project's ignore file."""
    _write(f"{root}/.dockerignore", "\n".join(patterns) + "\n")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
