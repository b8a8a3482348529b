"""Which paths each of the last commits changed, along the first parents: names alone, from one call of git."""

from __future__ import annotations

import os
from subprocess import TimeoutExpired
from typing import Final

from ctxopt.errors import GitError
from ctxopt.git.command import clean_environment, start_git
from ctxopt.git.evidence import Found
from ctxopt.paths import with_slash

_SECONDS: Final = 1.0
"""How long git may take: a slow disk, or a commit of half a million files."""
_MOST_PATHS: Final = 5000
"""Changed paths that are worth their time, for all commits together."""


def recent_changes(found: Found, most: int) -> tuple[tuple[str, ...], ...] | None:
    """Return the paths that the last commits of HEAD changed, ``most`` of them, the newest first.

    They are relative to the folder that was asked about. A commit without a parent here is left out: it is compared
    with nothing. None where git refuses, takes long, or names too many.
    """
    try:
        output = _read_log(found, most)
    except (GitError, ValueError):
        return None
    if output is None or output.count(b"\0") > _MOST_PATHS:
        return None
    # An empty field stands before the ids of each commit and its parents, and a line break before the first path.
    commits = os.fsdecode(output).removeprefix("\0").split("\0\0")
    listed = (commit.rstrip("\0").split("\0") for commit in commits)
    return tuple(
        tuple(path.removeprefix("\n") for path in paths)
        for ids, *paths in listed
        if not ids.endswith(" ")
    )


def _read_log(found: Found, most: int) -> bytes | None:
    arguments = [
        "-c", "log.showRoot=false", "log", "--first-parent", "-m", "--name-only", "--no-renames",
        "--ignore-submodules=none", "--no-show-signature", "--format=%x00%H %P", "-z", f"--max-count={most}",
    ]  # fmt: skip
    if found.prefix:
        arguments.append(f"--relative={with_slash(found.prefix)}")
    with start_git(found.top, [*arguments, "HEAD", "--"], clean_environment()) as process:
        try:
            output, _ = process.communicate(timeout=_SECONDS)
        except TimeoutExpired:
            process.kill()
            return None
    if process.returncode:
        return None
    return output
