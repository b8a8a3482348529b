"""What git says of one folder, wherever the top of its repository is; no answer is no error."""

from __future__ import annotations

import os

from ctxopt.errors import GitError
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.repository import find_repository


def ask_git(root: str) -> GitEvidence | None:
    """Return what git says of the folder ``root``; None without a repository that it would read."""
    try:
        repository = find_repository(root)
        if repository is None or repository.bare:
            return None
        return repository.evidence(root)
    except (GitError, ValueError):
        return None  # another user's repository, or no git at all: ignore files can still be read


def repository_base(root: str) -> str:
    """Return the context root as seen from the top of its repository; empty outside of one."""
    try:
        repository = find_repository(root)
    except (GitError, ValueError):
        return ""
    if repository is None or repository.top is None:
        return ""
    base = os.path.relpath(root, repository.top)
    if base == ".":
        return ""
    return base
