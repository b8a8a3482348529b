"""What git says of one folder, wherever the top of its repository is; no answer is no error."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Final

from ctxopt.errors import GitError
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.repository import Repository, find_repository

HISTORY: Final = ".git/HEAD"
"""A path that stands for all that every commit changes in git's own folder."""


def ask_git(root: str) -> GitEvidence | None:
    """Return what git says of the folder ``root``; None without a repository that it would read."""
    try:
        repository = find_repository(root)
        if repository is None or repository.bare:
            return None
        return repository.evidence(root)
    except (GitError, ValueError):
        return None  # another user's repository, or no git at all: ignore files can still be read


def holds_history(folder: str) -> bool:
    """Tell whether git's own folder lies in ``folder``; of a worktree and a submodule it lies elsewhere."""
    return os.path.isdir(os.path.join(folder, ".git"))


def git_folder(folder: str) -> str | None:
    """Return the absolute git folder of the working tree that ``folder`` is in; None without one.

    A linked worktree and a submodule have their own, as ``git rev-parse --git-path`` says.
    """
    try:
        repository = find_repository(folder)
    except (GitError, ValueError):
        return None
    if repository is None or repository.bare:
        return None
    return repository.git_dir


def untracked_in(evidence: GitEvidence) -> frozenset[str]:
    """Return what git neither tracks nor ignores in the folder of ``evidence``; a folder stands for all below it.

    Raises GitError where git refuses to say.
    """
    if evidence.found is None:
        return frozenset()
    top, prefix, git_dir = evidence.found
    return Repository(top, prefix, git_dir).untracked(evidence.ignored)


def ignored_if_there(evidence: GitEvidence | None, paths: Collection[str]) -> Collection[str]:
    """Return those of ``paths``, relative to the folder of ``evidence``, that git would ignore, were they there.

    None of them where no repository gave the evidence, or git refuses to say.
    """
    if evidence is None or evidence.found is None or not paths:
        return ()
    top, prefix, git_dir = evidence.found
    try:
        return Repository(top, prefix, git_dir).would_ignore(paths)
    except (GitError, ValueError):
        return ()


def is_sparse_at(evidence: GitEvidence | None, path: str) -> bool:
    """Tell whether a sparse checkout leaves out ``path``, relative to the folder of ``evidence``."""
    if evidence is None or evidence.found is None:
        return False
    top, prefix, git_dir = evidence.found
    try:
        return Repository(top, prefix, git_dir).is_sparse_at(path)
    except (GitError, ValueError):
        return False


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
