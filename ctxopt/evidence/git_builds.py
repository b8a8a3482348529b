"""Workflow steps that have an image built from git itself, where no ignore file counts.

Reads them as text: a reader of YAML takes longer to import than a whole scan does.
Source: docker/build-push-action README, "Git context"; moby/buildkit frontend/dockerui/config.go initContext.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ctxopt.evidence.read_start import read_start
from ctxopt.paths import join

WORKFLOWS: Final = ".github/workflows"
_MOST_FILES: Final = 100
_MOST_BYTES: Final = 1 << 18
_ACTION: Final = b"docker/build-push-action"
# The first version of the action built from the checkout.
_USES: Final = re.compile(
    r"^(?P<indent> *)(?P<dash>- +)?uses: *[\"']?docker/build-push-action@(?!v1\b)"
)
_DEFAULT: Final = re.compile(r"\{\{ *defaultContext *\}\}(?::(?P<folder>.*))?")


class GitBuild(NamedTuple):
    """One step; the paths are from the top of the repository, ``/``-separated."""

    workflow: str
    line: int
    """Of ``uses``, from 1 on."""
    folder: str
    """The context; empty for the top."""
    dockerfile: str


def find_git_builds(top: str) -> Iterator[GitBuild]:
    """Yield the steps in workflows of the repository at ``top`` whose context and Dockerfile are known and git's."""
    try:
        names = sorted(os.listdir(os.path.join(top, WORKFLOWS)))
    except OSError:
        return
    for name in [name for name in names if name.endswith((".yml", ".yaml"))][:_MOST_FILES]:
        path = join(WORKFLOWS, name)
        content = read_start(os.path.join(top, path), _MOST_BYTES) or b""
        if _ACTION in content:
            yield from _builds(path, content.decode("utf-8", "surrogateescape").splitlines())


def _builds(workflow: str, lines: list[str]) -> Iterator[GitBuild]:
    for place, line in enumerate(lines):
        found = _USES.match(line)
        if found is None:
            continue
        step = _step(lines, place, found)
        folder = _folder(_value(step, "context"))
        file = _value(step, "file") or "Dockerfile"
        # What stands in ${{ }} only a run of the workflow tells.
        if folder is not None and "${{" not in file:
            dockerfile = os.path.normpath(os.path.join(folder, file))
            yield GitBuild(workflow, place + 1, folder, dockerfile)


def _step(lines: list[str], place: int, uses: re.Match[str]) -> list[str]:
    """Return the lines of the step in which ``uses`` stands."""
    indent = len(uses["indent"])
    first = place
    if uses["dash"] is None:
        while first > 0 and not (_indent(lines[first]) < indent and _starts_item(lines[first])):
            first -= 1
        indent = _indent(lines[first])
    last = place + 1
    while last < len(lines) and (_indent(lines[last]) > indent or not lines[last].strip()):
        last += 1
    return lines[first:last]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _starts_item(line: str) -> bool:
    return line.lstrip(" ").startswith("- ")


def _value(step: list[str], key: str) -> str:
    """Return what the step gives for an input; empty where that is nothing."""
    for line in step:
        found = re.match(rf" +{key}:[ \t]+(?P<value>\S.*)", line)
        if found:
            return re.sub(r"\s+#.*", "", found["value"]).strip().strip("\"'")
    return ""


def _folder(context: str) -> str | None:
    """Return the folder that a step takes of git; None where its context is something else."""
    default = _DEFAULT.fullmatch(context)
    if context and default is None:
        return None
    folder = ""
    if default is not None and default["folder"]:
        folder = os.path.normpath(default["folder"]).strip("/")
    if "${{" in folder:
        return None
    return "" if folder == "." else folder


__all__ = ["WORKFLOWS", "GitBuild", "find_git_builds"]
