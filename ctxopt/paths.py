"""Arithmetic on ``/``-separated paths of a context; never asks the disk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator


def folders_above(paths: Iterable[str]) -> set[str]:
    """Return every folder above one of the files ``paths``, ``""`` among them."""
    found: set[str] = set()
    for path in {path.rpartition("/")[0] for path in paths}:
        folder = path
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def is_below(path: str, roots: Collection[str]) -> bool:
    """Tell whether ``path`` is one of ``roots``, or below one."""
    while path:
        if path in roots:
            return True
        path = path.rpartition("/")[0]
    return False


def topmost_of(paths: Iterable[str]) -> list[str]:
    """Return the paths that are not below another one, sorted."""
    found: list[str] = []
    known: set[str] = set()
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        if not is_below(path, known):
            known.add(path)
            found.append(path)
    return sorted(found)


def upwards(path: str) -> Iterator[str]:
    """Yield ``path`` and the folders above it, ``""`` last."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield ""
