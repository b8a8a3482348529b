"""Globs of file names, looked for among the names of a folder."""

from __future__ import annotations

import re
from collections.abc import Collection
from fnmatch import translate
from typing import Final

from ctxopt.languages.golang.paths import has_meta
from ctxopt.tree.model import Folder


class NameGlobs:
    """Some globs, most of which are names: made once, and asked about every folder of a large tree."""

    def __init__(self, globs: Collection[str]) -> None:
        shaped = sorted(filter(has_meta, globs))
        self._plain: Final = frozenset(globs).difference(shaped)
        self._shape: Final = "|".join(map(translate, shaped))
        self._literals: Final = tuple(sorted(set(map(_literal, shaped))))

    def among(self, names: Collection[str]) -> set[str]:
        """Return those of ``names`` that one of the globs matches."""
        found = set(self._plain.intersection(names))
        if self._shape:
            found.update(filter(re.compile(self._shape).match, names))
        return found

    def find_in(self, folder: Folder) -> set[str]:
        """Return the names in ``folder`` that one of the globs matches."""
        # One search in all names says no for nearly every folder, and an expression asks each of them.
        if any(text in folder.joined for text in self._literals):
            return self.among(folder.names)
        return set(self._plain.intersection(folder.names))


def _literal(glob: str) -> str:
    """Return the longest text that every name has that ``glob`` matches."""
    return max(re.split(r"\[!?]?[^]]*]|[*?]", glob), key=len)
