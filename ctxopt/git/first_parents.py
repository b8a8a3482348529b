"""The commits of one branch along the first parents, the newest first: what a merge brought is one change."""

from __future__ import annotations

from typing import NamedTuple

from ctxopt.errors import GitError
from ctxopt.git.repository import Repository


class WalkedCommit(NamedTuple):
    """One commit as ``git log`` prints it."""

    id: str
    tree: str
    parent: str | None
    """The first parent; None for a first commit, and where a shallow clone ends."""
    seconds: int | None
    """When it was committed, since 1970; None where the commit has no date that git can read."""
    subject: str


def first_parents(
    repository: Repository,
    *,
    last: str = "HEAD",
    after: str | None = None,
    most: int | None = None,
) -> list[WalkedCommit]:
    """Return the commits from ``last`` back, but for those that ``after`` has, ``most`` at most.

    Raises GitError for a commit that is not there, and where there is none yet.
    """
    end = repository.resolve(last)
    if end is None:
        raise GitError("there is no commit yet", hint="commit something first")
    asked = ["--first-parent", "--no-show-signature", "-z"]
    if most is not None:
        asked.append(f"--max-count={most}")
    wanted = [end]
    if after is not None:
        # A HEAD without any commit has been refused as the end.
        wanted.append(f"^{repository.resolve(after)}")
    fields = "%H%x00%T%x00%P%x00%ct%x00%s"
    output = repository.run("log", *asked, f"--format={fields}", *wanted, "--")
    parts = output.decode("utf-8", "replace").split("\0")
    # Not strict: behind the last NUL is an empty field.
    rows = zip(*(parts[place::5] for place in range(5)), strict=False)
    return [
        WalkedCommit(
            id=id_,
            tree=tree,
            parent=next(iter(parents.split()), None),
            seconds=int(seconds) if seconds else None,
            subject=subject,
        )
        for id_, tree, parents, seconds, subject in rows
    ]
