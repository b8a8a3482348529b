"""Which folders of a measured tree other patterns can change something in; decides about no entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ctxopt.languages.ignore.level import Levels
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.paths import folders_above
from ctxopt.tree.model import DIR, ContextTree


class Touched:
    """The folders that the patterns can tell apart which only one of two matchers has.

    A pattern that matches neither an entry nor a folder above it takes no part in the decision.
    """

    def __init__(self, tree: ContextTree, patterns: Sequence[Pattern]) -> None:
        self.masks: Final[dict[str, Mapping[str, int]]] = {}
        """The patterns, as bits, that match names, by the folders in which one does."""
        self.whole: Final[set[str]] = set()
        """The folders in which every entry is matched."""
        self._tree = tree
        self._unread: set[str] = set()
        self._find(Levels(patterns))
        hit = self.masks.keys() | self._unread
        self.ways: Final = folders_above(hit) | hit
        """The folders to look at again: those with a match, what the walk has not read, and all above them."""

    def _find(self, levels: Levels) -> None:
        stack = [("", levels.root)]
        while stack:
            path, level = stack.pop()
            folder = self._tree.folders.get(path)
            # Nothing can match anything from here on.
            if level.is_dead:
                continue
            if folder is None:
                self._unread.add(path)
                continue
            names = folder.names
            masks = level.masks(names)
            if level.everything:
                self.whole.add(path)
            if masks or level.everything:
                self.masks[path] = masks
            index = folder.kinds.find(DIR)
            while index >= 0:
                name = names[index]
                # What is below a match is looked at in any case.
                if not self.takes(path, name):
                    stack.append((folder.child(name), level.advance(name)))
                index = folder.kinds.find(DIR, index + 1)

    def takes(self, folder: str, name: str) -> bool:
        """Tell whether a pattern matches an entry, and so is handed down to all that is below it."""
        return folder in self.whole or bool(self.masks.get(folder, {}).get(name))


def changed_patterns(old: Matcher, new: Matcher) -> Sequence[Pattern] | None:
    """Return what only one of two matchers has; None where every folder has to be looked at."""
    if old.has_broken or new.has_broken:
        return None
    one = [(pattern.text, pattern.exception) for pattern in old.patterns]
    two = [(pattern.text, pattern.exception) for pattern in new.patterns]
    start = 0
    while start < min(len(one), len(two)) and one[start] == two[start]:
        start += 1
    end = 0
    while end < min(len(one), len(two)) - start and one[-1 - end] == two[-1 - end]:
        end += 1
    return (*old.patterns[start : len(one) - end], *new.patterns[start : len(two) - end])
