"""Which files of a working tree hold a word: one call of git, which reads thousands of them in a few milliseconds."""

from __future__ import annotations

import os
from collections.abc import Collection
from subprocess import TimeoutExpired
from typing import Final

from ctxopt.errors import GitError
from ctxopt.git.command import clean_environment, start_git
from ctxopt.git.evidence import Found

_SECONDS: Final = 10.0
"""How long git may take: a slow disk, or millions of files."""
_NO_MATCH: Final = 1


def files_with(
    found: Found, words: Collection[str], without: Collection[str] = ()
) -> frozenset[str] | None:
    """Return the text files that hold one of ``words`` and that git does not ignore, relative to the folder asked about.

    What is in ``without`` is not opened: git reads a file whole before it takes it for no text. None where git refuses or takes long.
    """
    arguments = ["-c", "grep.fullName=false", "grep", "-lzIF", "--no-color", "--untracked"]
    for word in words:
        arguments += ["-e", word]
    folder = os.path.join(found.top, found.prefix)
    arguments += ["--", ".", *(f":(exclude,literal){path}" for path in without)]
    try:
        with start_git(folder, arguments, clean_environment()) as process:
            try:
                output, _ = process.communicate(timeout=_SECONDS)
            except TimeoutExpired:
                process.kill()
                return None
    except (GitError, ValueError):
        return None
    if process.returncode not in (0, _NO_MATCH):
        return None
    return frozenset(os.fsdecode(output).split("\0")[:-1])
