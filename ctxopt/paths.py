"""Arithmetic on ``/``-separated paths of a context; never asks the disk.

A path is relative and clean: no empty, ``.`` or ``..`` component. ``""`` is the root.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator


def join(*parts: str) -> str:
    """Return the parts as one path; empty ones, such as the root, leave no trace."""
    return "/".join(part for part in parts if part)


def parent(path: str) -> str:
    """Return the folder that ``path`` is in; the root's is the root."""
    return path.rpartition("/")[0]


def name(path: str) -> str:
    """Return the last component of ``path``."""
    return path.rpartition("/")[2]


def with_slash(folder: str) -> str:
    """Return how the paths in ``folder`` start: with its name and a slash; the root adds nothing."""
    if not folder:
        return ""
    return folder + "/"


def upwards(path: str) -> Iterator[str]:
    """Yield ``path`` and the folders above it, the root last."""
    while path:
        yield path
        path = parent(path)
    yield ""


def is_at_or_below(path: str, folder: str) -> bool:
    """Tell whether ``path`` is ``folder`` or lies in it; everything lies in the root."""
    return not folder or path == folder or path.startswith(folder + "/")


def relative(path: str, folder: str) -> str | None:
    """Return ``path`` as seen from ``folder``, ``""`` for the folder itself; None outside of it."""
    if not is_at_or_below(path, folder):
        return None
    if not folder:
        return path
    return path[len(folder) + 1 :]


def overlaps(one: str, other: str) -> bool:
    """Tell whether one of two paths is the other one or lies in it."""
    return is_at_or_below(one, other) or is_at_or_below(other, one)


def is_covered(path: str, roots: Collection[str]) -> bool:
    """Tell whether ``path`` is one of ``roots`` or lies in one; a root ``""`` covers nothing.

    A lookup for each component, however many roots there are.
    """
    while path:
        if path in roots:
            return True
        path = parent(path)
    return False


def by_parent(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the paths by the folder that each is in; the root, which is in none, is left out."""
    found: dict[str, list[str]] = {}
    for path in paths:
        if path:
            found.setdefault(parent(path), []).append(path)
    return found


def topmost(paths: Iterable[str]) -> list[str]:
    """Return the paths that do not lie in another one, sorted."""
    found: list[str] = []
    known: set[str] = set()
    # Short paths first: whatever covers a path is known when it comes.
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        if not is_covered(path, known):
            known.add(path)
            found.append(path)
    return sorted(found)


def folders_above(paths: Iterable[str]) -> set[str]:
    """Return every folder above one of the files ``paths``, the root among them."""
    found: set[str] = set()
    # Not ``parent``: of a large repository a call for each file is felt.
    for path in {path.rpartition("/")[0] for path in paths}:
        folder = path
        while folder not in found:
            found.add(folder)
            folder = parent(folder)
    return found
