"""Other checkouts in a context: linked worktrees of its own repository, clones and submodules.

Looks for ``.git`` below the root and opens the small files of that name. Judges nothing.
"""

from __future__ import annotations

import os
from typing import Literal, TypeAlias

from ctxopt.evidence.read_start import read_start
from ctxopt.paths import by_parent, parent, upwards
from ctxopt.tree.model import DIR, ContextTree

CheckoutKind: TypeAlias = Literal["worktree", "submodule", "clone"]

_POINTER = b"gitdir:"
_MOST_BYTES = 4096


def checkout_kind(root: str, folder: str) -> CheckoutKind | None:
    """Return what kind of checkout of its own a folder below ``root`` is; None where it is none.

    Source: gitrepository-layout(5): a ``.git`` file leads to ``modules/NAME`` or ``worktrees/NAME``.
    """
    here = os.path.join(root, folder)
    if os.path.isdir(os.path.join(here, ".git")):
        return "clone"
    target = _pointer(here)
    if target is None:
        return None
    parts = target.split("/")
    if parts[-2:-1] == ["worktrees"]:
        return "worktree"
    if "modules" in parts:
        return "submodule"
    return "clone"


def nearest_checkout(root: str, folder: str) -> CheckoutKind | None:
    """Return the kind of the innermost checkout that a folder below ``root`` is in; None outside of any."""
    kinds = (checkout_kind(root, path) for path in upwards(folder) if path)
    return next((kind for kind in kinds if kind is not None), None)


def find_worktrees(tree: ContextTree) -> frozenset[str]:
    """Return the linked worktrees of the repository that the root is in, and folders that hold nothing else."""
    # One search in all names says no for nearly every folder.
    near = [
        path
        for path, folder in tree.folders.items()
        if path and ".git" in folder.joined and ".git" in folder.names
    ]
    found = {path for path in near if checkout_kind(tree.root, path) == "worktree"}
    if not found:
        return frozenset()
    own = _common_folder(tree.root)
    found = {path for path in found if own and _repository_of(tree.root, path) == own}
    return frozenset(found | _holders(tree, found))


def _pointer(folder: str) -> str | None:
    """Return where a ``.git`` file leads to; None where there is none."""
    content = read_start(os.path.join(folder, ".git"), _MOST_BYTES)
    if content is None or not content.startswith(_POINTER):
        return None
    target = os.fsdecode(content.removeprefix(_POINTER).strip())
    return os.path.normpath(os.path.join(folder, target))


def _repository_of(root: str, folder: str) -> str | None:
    """Return the git folder that a linked worktree shares with the others."""
    target = _pointer(os.path.join(root, folder))
    if target is None:
        return None
    return os.path.realpath(os.path.dirname(os.path.dirname(target)))


def _common_folder(root: str) -> str | None:
    """Return the git folder of the repository that ``root`` is in, the shared one where that is a worktree."""
    here = os.path.realpath(root)
    while not os.path.lexists(os.path.join(here, ".git")):
        if here == os.path.dirname(here):
            return None
        here = os.path.dirname(here)
    target = _pointer(here)
    if target is None:
        return os.path.realpath(os.path.join(here, ".git"))
    if os.path.basename(os.path.dirname(target)) == "worktrees":
        target = os.path.dirname(os.path.dirname(target))
    return os.path.realpath(target)


def _holders(tree: ContextTree, worktrees: set[str]) -> set[str]:
    """Return the folders in which there is nothing but worktrees."""
    children = by_parent(tree.folders)
    held = set(worktrees)
    waiting = {parent(path) for path in worktrees}
    while waiting:
        path = waiting.pop()
        folder = tree.folders.get(path)
        if not path or folder is None or set(folder.kinds) != {DIR}:
            continue
        if len(children[path]) == len(folder.kinds) and held.issuperset(children[path]):
            held.add(path)
            waiting.add(parent(path))
    return held - worktrees
