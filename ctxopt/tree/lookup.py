"""Look paths up in what is sent, the way the builder does that sees nothing else.

Sources: moby/buildkit solver/llbsolver/file/backend.go docopy; tonistiigi/fsutil copy/copy.go.
"""

from __future__ import annotations

from ctxopt.languages.golang.paths import BadPatternError, has_meta, match, resolve_links
from ctxopt.tree.model import DIR, SYMLINK, Flag, Folder
from ctxopt.tree.view import View


class ViewLookup:
    """The paths of one view; ``""`` is the context root."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._places: dict[str, dict[str, int]] = {}

    def find(self, path: str) -> tuple[Folder, int] | None:
        """Return the folder and place of a path that is sent; None for anything else."""
        parent, _, name = path.rpartition("/")
        folder = self.view.tree.folders.get(parent)
        if folder is None:
            return None
        # A list of names would be searched from its start for each of thousands of sources.
        places = self._places.get(parent)
        if places is None:
            places = {name: place for place, name in enumerate(folder.names)}
            self._places[parent] = places
        place = places.get(name)
        if place is None:
            return None
        flags = self.view.flags(folder)
        if flags and flags[place] & Flag.EXCLUDED and not self.view.sends_below(path):
            return None
        return folder, place

    def resolve(self, path: str) -> str | None:
        """Follow links, as in a file system of its own; None if the path leads nowhere."""
        return resolve_links(path, self._look)

    def _look(self, path: str, further: bool) -> str | None:
        found = self.find(path)
        if found is None:
            raise LookupError(path)
        folder, place = found
        if folder.kinds[place] == SYMLINK and folder.links:
            return folder.links[path.rpartition("/")[2]]
        if further and folder.kinds[place] != DIR:
            raise LookupError(path)
        return None

    def glob(self, path: str) -> list[str] | None:
        """Return what a source with wildcards matches; None if the folder before them is missing.

        A match is not searched further; ``*`` and ``?`` stay within a name. Links come as such.
        """
        parts = path.split("/")
        first = next(place for place, part in enumerate(parts) if has_meta(part))
        base = self.resolve("/".join(parts[:first]))
        if base is None:
            return None
        pattern = "/".join(parts[first:])
        # A class may hold a slash, so such a pattern cannot be taken apart at its slashes.
        if "[" in pattern:
            return self._below(base, pattern)
        return self._levels(base, parts[first:])

    def _levels(self, base: str, parts: list[str]) -> list[str]:
        """Match component by component: no name is looked at that cannot match."""
        found = [base]
        for part in parts:
            deeper: list[str] = []
            for path in found:
                folder = self.view.tree.folders.get(path)
                if folder is None:
                    continue
                matching = [folder.child(name) for name in folder.names if _matches(part, name)]
                deeper += filter(self.find, matching)
            found = deeper
        return found

    def _below(self, base: str, pattern: str) -> list[str]:
        """Match whole relative paths: a class may hold a slash."""
        found: list[str] = []
        stack = [base]
        skip = 0
        if base:
            skip = len(base) + 1
        while stack:
            folder = self.view.tree.folders.get(stack.pop())
            if folder is None:
                continue
            for name in folder.names:
                here = folder.child(name)
                if self.find(here) is None:
                    continue
                if _matches(pattern, here[skip:]):
                    found.append(here)
                elif here in self.view.tree.folders:
                    stack.append(here)
        return found


def _matches(pattern: str, name: str) -> bool:
    try:
        return match(pattern, name)
    except BadPatternError:
        return False
