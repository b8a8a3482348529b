"""What git says of each path in one word, by lookups on the measured folders. Asks git nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from ctxopt.git.evidence import GitEvidence
from ctxopt.paths import by_parent
from ctxopt.tree.model import Folder

GitStatus: TypeAlias = Literal["tracked", "ignored", "untracked", "unknown"]


class GitStatuses:
    """The status of every path of a tree; ``children`` gives the folders in each folder."""

    def __init__(
        self,
        evidence: GitEvidence | None,
        folders: Mapping[str, Folder],
        children: Mapping[str, Sequence[str]],
    ) -> None:
        # An ignored root says nothing of what is in it.
        if evidence is not None and "" in evidence.ignored:
            evidence = None
        self._evidence = evidence
        self._folders = folders
        self._children = children
        self._tracked: frozenset[str] = frozenset()
        self._ignored: Mapping[str, Sequence[str]] = {}
        if evidence is not None:
            self._tracked = evidence.tracked
            self._ignored = by_parent(evidence.ignored)
        # A repository without files says nothing of any: it was made a moment ago.
        self.knows_tracked = bool(evidence and evidence.knows_tracked and evidence.tracked)
        """Whether what git does not track is foreign to it."""

    def of(self, path: str, is_dir: bool) -> GitStatus:
        """Return the status of a path; a folder is tracked where a file below it is."""
        evidence = self._evidence
        if evidence is None:
            return "unknown"
        if evidence.is_ignored(path):
            return "ignored"
        if not self.knows_tracked:
            return "unknown"
        if evidence.is_tracked(path) or (is_dir and self.holds_tracked(path)):
            return "tracked"
        return "untracked"

    def ignored_in(self, folder: str) -> Sequence[str]:
        """Return the paths in ``folder`` that git names as ignored, not those below an ignored folder."""
        return self._ignored.get(folder, ())

    def new_in(self, folder: Folder) -> list[int]:
        """Return the places in ``folder`` of the entries that are no files git tracks, as far as git says so."""
        evidence = self._evidence
        if evidence is None:
            return []
        names = folder.names
        if not self.knows_tracked and not evidence.is_ignored(folder.path):
            ignored = set(self.ignored_in(folder.path))
            return [place for place, name in enumerate(names) if folder.child(name) in ignored]
        tracked, prefix = self._tracked, folder.child("")
        # Most folders hold nothing new, which is said without a loop over their names.
        if tracked.issuperset(map(prefix.__add__, names)):
            return []
        return [place for place, name in enumerate(names) if prefix + name not in tracked]

    def is_new(self, folder: str) -> bool:
        """Tell whether git neither ignores a folder nor tracks anything in it; needs ``knows_tracked``."""
        if self._evidence is None or folder in self._evidence.ignored:
            return False
        return not self.holds_tracked(folder)

    def holds_tracked(self, path: str) -> bool:
        """Tell whether git tracks a file below a folder: the first one found says so.

        ``GitEvidence`` could tell, but needs all folders above all tracked files for its first answer.
        """
        tracked = self._tracked
        stack = [path]
        while stack:
            folder = self._folders.get(stack.pop())
            if folder is None:
                continue
            if any(folder.child(name) in tracked for name in folder.names):
                return True
            stack += self._children.get(folder.path, ())
        return False
