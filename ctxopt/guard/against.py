"""Which states of git are compared, and where in its repository a context is; measures nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ctxopt.errors import ConfigError, GitError
from ctxopt.git.repository import Repository, find_repository
from ctxopt.git.state import has_staged_changes

INDEX = "the index"


@dataclass(frozen=True, slots=True)
class Against:
    """Two states to compare: a commit and another one, or the index (None)."""

    before: str
    after: str | None = None

    @property
    def after_name(self) -> str:
        """The later state as people name it."""
        return self.after or INDEX


def parse_against(text: str, repository: Repository) -> Against:
    """Read ``REF``, ``A..B`` or ``A...B`` as git does; raises GitError where they have no meaning.

    A single commit is compared with the index; in a bare repository, which has none, with HEAD.
    """
    # The longer sign first: "A...B" holds ".." as well.
    for sign in ("...", ".."):
        before, found, after = text.partition(sign)
        if not found:
            continue
        one, other = before or "HEAD", after or "HEAD"
        if sign == "...":
            return Against(repository.merge_base(one, other), other)
        return Against(one, other)
    if repository.bare:
        return Against(text, "HEAD")
    return Against(text)


def default_against(repository: Repository | None) -> Against | None:
    """Return the index against HEAD where something is staged; None where nothing is."""
    if repository is not None and has_staged_changes(repository):
        return Against("HEAD")
    return None


def choose_against(
    text: str | None, root: str, repository: Repository | None, *, working_tree: bool = False
) -> Against | None:
    """Return the states to compare; None where the working tree is measured alone.

    ``text`` is what ``parse_against`` reads, None for what is staged, if anything is. Raises
    ConfigError where the repository lacks what is asked about, GitError where git does.
    """
    if text is None:
        refuse_bare(repository)
        if working_tree:
            return None
        return default_against(repository)
    if repository is None:
        raise ConfigError(
            f"--against needs a git repository, and {root!r} is in none",
            hint="leave it out to measure the working tree",
        )
    return parse_against(text, repository)


def repository_at(root: str) -> Repository | None:
    """Return the repository that the folder ``root`` is in, None for none; raises ConfigError."""
    if not os.path.isdir(root):
        raise ConfigError(f"there is no context {root!r}", hint="name a folder that exists")
    return find_repository(root)


def refuse_bare(repository: Repository | None) -> None:
    """Raise ConfigError for a repository without a working tree."""
    if repository is not None and repository.bare:
        raise ConfigError(
            f"{repository.top} is a bare repository: it has no working tree",
            hint="--against names a commit",
        )


def why_not_checked_out(against: Against | None, repository: Repository | None) -> str:
    """Say why the working tree is not the later state; nothing where it is.

    The index counts as checked out: findings are those of the files that it was staged from.
    """
    if against is None or repository is None or against.after is None:
        return ""
    if repository.bare:
        return "a bare repository has none"
    if repository.resolve(against.after) == repository.resolve("HEAD"):
        return ""
    return f"{against.after!r} is not what is checked out"


def prefix_of(path: str, root: str, repository: Repository) -> str:
    """Return the context ``path`` relative to the top of the repository; raises GitError outside."""
    if repository.bare:
        # No folder on disk is inside of it: contexts are named from the root that was asked about.
        prefix = os.path.relpath(os.path.abspath(path), os.path.abspath(root))
    else:
        prefix = os.path.relpath(os.path.realpath(path), repository.top)
    if prefix == ".." or prefix.startswith("../"):
        raise GitError(f"{path!r} is outside of the repository {repository.top}")
    if prefix == ".":
        return ""
    return prefix
