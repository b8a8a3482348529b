"""What BuildKit really fetches of a context: the permitted entries that the sources include.

Works on the measured tree; only links are looked up again, on disk or where the caller says.
Source: tonistiigi/fsutil filter.go NewFilterFS and (*filterFS).Walk.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from ctxopt.build.followlinks import Links, LinksOnDisk, follow_links
from ctxopt.errors import DockerfileError, IgnoreFileError
from ctxopt.languages.dockerfile import WHOLE_CONTEXT
from ctxopt.languages.ignore.matcher import Decision, Matcher, Scope, read_matcher
from ctxopt.tree.model import DIR, ContextTree, Flag, Folder
from ctxopt.tree.view import View


class TransferView(NamedTuple):
    """One load of a context.

    ``view`` holds what is sent. ``loaded`` is False where nothing asks for the context, and
    ``includes`` the patterns that the client filters by, None without a filter.
    """

    view: View
    loaded: bool
    paths: tuple[str, ...]
    includes: tuple[str, ...] | None

    @property
    def context_bytes(self) -> int:
        """The figure after ``transferring context:`` on a first build, in bytes; 0 without a load."""
        if not self.loaded:
            return 0
        return self.view.context_bytes()

    @property
    def unchanged_bytes(self) -> int:
        """The figure on a second build that finds nothing changed, in bytes; 0 without a load."""
        if not self.loaded:
            return 0
        return self.view.unchanged_bytes()

    @property
    def is_whole(self) -> bool:
        """Whether the client sends everything that is permitted."""
        return self.loaded and self.includes is None


def transferred(
    permitted: View, paths: tuple[str, ...] | None, links: Links | None = None
) -> TransferView:
    """Narrow ``permitted`` to what a build with these follow paths fetches.

    ``paths`` are a load's, relative to the context root; without ``links`` those are looked up on
    disk. Raises DockerfileError where the client refuses the paths as patterns.
    """
    tree = permitted.tree
    if paths is None:
        return TransferView(View(_without_folders(tree)), False, (), ())
    if paths == WHOLE_CONTEXT:
        return TransferView(permitted, True, paths, None)
    includes = follow_links(links or LinksOnDisk(tree.root), paths)
    if includes is None:
        return TransferView(permitted, True, paths, None)
    try:
        matcher = read_matcher((None, path) for path in includes)
        view = _Filter(permitted, matcher).view()
    except IgnoreFileError as error:
        # The client says which of its includes it refuses, and names no line of an ignore file.
        reason = error.reason.partition(": ")[0]
        raise DockerfileError(
            f"invalid includepatterns: [{' '.join(includes)}]: {reason}",
            hint="a source of a COPY, ADD or bind mount is no pattern that Docker can read",
        ) from error
    return TransferView(view, True, paths, includes)


def _without_folders(tree: ContextTree) -> ContextTree:
    return ContextTree(tree.root, {}, (), 0, {})


class _Filter:
    """One walk over the measured tree with the include patterns."""

    def __init__(self, permitted: View, matcher: Matcher) -> None:
        self._permitted = permitted
        self._matcher = matcher
        self._folders: dict[str, Folder] = {}
        self._flags: dict[str, bytes | None] = {}

    def view(self) -> View:
        """Return the view of what is permitted and included."""
        tree = self._permitted.tree
        stack: list[tuple[str, Scope | None]] = [("", self._matcher.root())]
        while stack:
            path, scope = stack.pop()
            folder = tree.folders.get(path)
            if folder is None:
                continue
            self._folders[path] = folder
            stack += self._visit(folder, scope)
        errors = tuple(error for error in tree.errors if self._meets(error.path))
        kept = ContextTree(tree.root, self._folders, errors, tree.walked, tree.tallies)
        return View(kept, flags=self._flags)

    def _visit(self, folder: Folder, scope: Scope | None) -> list[tuple[str, Scope | None]]:
        """Flag a folder's entries; the folders below it to visit.

        Without a scope all below is included: the parent's match is handed down.
        """
        permitted = self._permitted.flags(folder)
        if scope is None or not folder.kinds:
            # A view that is foreseen has other flags than the folder was walked with.
            if permitted != folder.flags:
                self._flags[folder.path] = permitted
            return [(path, None) for path in folder.subfolders()]
        names = folder.names
        others = scope.decide(names)
        flags = bytearray(permitted or bytes(len(names)))
        below: list[tuple[str, Scope | None]] = []
        for index, name in enumerate(names):
            decision = others.get(name) or scope.default
            # "excluded" is what the matcher calls a match, and here a match includes.
            if not decision.excluded:
                flags[index] |= Flag.EXCLUDED
            elif self._refuses(decision):
                flags[index] |= Flag.REFUSED
            if folder.kinds[index] == DIR:
                path = folder.child(name)
                # Without exceptions nothing below a match can be left out again.
                if decision.excluded and not self._matcher.exceptions:
                    below.append((path, None))
                elif decision.excluded or not self._prunes(path):
                    below.append((path, scope.enter(name, decision)))
        if any(flags) or permitted is not None:
            self._flags[folder.path] = bytes(flags)
        return below

    def _refuses(self, decision: Decision) -> bool:
        return bool(self._matcher.exceptions) and not self._matcher.reaches(decision)

    def _prunes(self, path: str) -> bool:
        return self._matcher.include_prunes(path)

    def _meets(self, path: str) -> bool:
        """Whether the walk of this load would try to read ``path``."""
        parent = path.rpartition("/")[0]
        folder = self._folders.get(parent)
        if not path or folder is None:
            return not path
        flags = self._flags.get(parent, folder.flags)
        names: Mapping[str, int] = {name: place for place, name in enumerate(folder.names)}
        place = names.get(path.rpartition("/")[2])
        return place is None or not flags or not flags[place] & Flag.EXCLUDED


def named_root(value: str) -> str | None:
    """Return the folder that a ``--build-context`` value names; None for anything remote."""
    if "://" in value or value.startswith(("git@", "docker-image:", "oci-layout:", "target:")):
        return None
    return os.path.realpath(value)
