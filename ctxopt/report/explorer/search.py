"""Paths that hold given words, the largest first; looks at names alone. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from typing import Final

from ctxopt.build.fate_sums import FateSums
from ctxopt.tree.model import DIR, Folder

MOST: Final = 1000
"""Paths that are found at most."""


class PathSearch:
    """Searches the paths of one tree, again and again."""

    def __init__(self, folders: Mapping[str, Folder]) -> None:
        self._folders = folders
        self._plain: dict[str, tuple[str, str]] = {}
        """The path and the names of each folder, without regard to case."""

    def find(self, text: str, sums: FateSums) -> list[str]:
        """Return the paths that hold every word of ``text``, one of them in the last name; nothing without words."""
        words = text.casefold().split()
        if not words:
            return []
        if not self._plain:
            self._plain = {
                path: (path.casefold(), folder.joined.casefold())
                for path, folder in self._folders.items()
            }
        found = self._matches(words, sums)
        return [path for _, path in heapq.nsmallest(MOST, found)]

    def _matches(self, words: list[str], sums: FateSums) -> Iterator[tuple[int, str]]:
        """Yield the paths, each behind its bytes below zero."""
        for path, (above, joined) in self._plain.items():
            if not any(word in joined for word in words):
                continue
            missing = [word for word in words if word not in above]
            if not all(word in joined for word in missing):
                continue
            folder = self._folders[path]
            sizes = folder.sizes
            for index, name in enumerate(folder.names):
                plain = name.casefold()
                if not all(word in plain for word in missing):
                    continue
                if missing or any(word in plain for word in words):
                    below = folder.child(name)
                    size = sizes[index]
                    if folder.kinds[index] == DIR:
                        size = sums.of(below).bytes
                    yield -size, below


__all__ = ["MOST", "PathSearch"]
