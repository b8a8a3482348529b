"""The states of a context along the first parents, and whose cache key each commit made another. Checks nothing out.

Every commit is read as the Dockerfile and the ignore file of today take it: how often a build would have run a step again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ctxopt.build.cache_key import KeySource
from ctxopt.build.key_change import KeyChange, KeyState, changed_keys
from ctxopt.git.first_parents import WalkedCommit
from ctxopt.git.folder import HISTORY
from ctxopt.git.tree_objects import TreeObjects
from ctxopt.guard.commit_state import CommitStates
from ctxopt.languages.ignore.matcher import Matcher


class CommitStep(NamedTuple):
    """A commit and the one before it, as states of one context."""

    commit: WalkedCommit
    before: KeyState
    after: KeyState
    changed: tuple[str, ...]
    """The files and links in which they differ."""

    def changes(self, sources: Sequence[KeySource], matcher: Matcher) -> tuple[KeyChange, ...]:
        """Return whose key is another one, under the patterns of ``matcher``."""
        return changed_keys(sources, matcher, self.before, self.after, self.changed)


def walk_commits(
    objects: TreeObjects,
    commits: Sequence[WalkedCommit],
    prefix: str,
    sources: Sequence[KeySource],
    *,
    has_git: bool = False,
) -> Iterator[CommitStep]:
    """Yield a step for each of ``commits``, the newest first, that has a parent; ``prefix`` is where the context is.

    ``sources`` are those that will be asked about, and ``has_git`` is whether git's own folder lies in the context, where every commit changes it. Raises GitError for a tree that is not in this clone.
    """
    listed = [source for source in sources if source.is_listed]
    states = CommitStates(
        objects, lambda folder: any(source.may_take_below(folder) for source in listed)
    )
    trees = {commit.id: commit.tree for commit in commits}
    for commit in commits:
        if commit.parent is None:
            continue
        above = trees.get(commit.parent)
        if above is None:
            above = objects.of_commit(commit.parent)
        before, after = (objects.below(tree, prefix) for tree in (above, commit.tree))
        changed = objects.changed_paths(before, after)
        histories: tuple[str | None, str | None] = (None, None)
        if has_git:
            changed.append(HISTORY)
            histories = (commit.parent, commit.id)
        yield CommitStep(
            commit=commit,
            before=states.of(before, histories[0]),
            after=states.of(after, histories[1]),
            changed=tuple(changed),
        )
