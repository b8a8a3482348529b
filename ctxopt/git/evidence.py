"""What is known of the paths below one folder: tracked, ignored by git, or neither.

Values only; ``repository`` and ``gitignore`` fill them in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ctxopt.paths import folders_above, parent


class Found(NamedTuple):
    """Where the repository of a folder is."""

    top: str
    """The absolute top folder of its working tree."""
    prefix: str
    """The folder asked about, relative to the top, ``/``-separated; empty for the top itself."""
    git_dir: str


@dataclass(frozen=True, slots=True)
class GitEvidence:
    """What git says of the paths below one folder; paths are relative to that folder."""

    tracked: frozenset[str]
    """Files only. Those of checked-out submodules are among them."""
    ignored: frozenset[str]
    """Untracked files, and folders that stand for all below them; ``""`` for everything."""
    knows_tracked: bool = True
    """False where only ignore files were read, which do not tell what is tracked."""
    found: Found | None = None
    """The repository that said so; None where only ignore files were read."""
    _memo: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    _folders: set[str] = field(default_factory=set, repr=False, compare=False)

    def is_tracked(self, path: str) -> bool:
        """Tell whether git tracks the file ``path``."""
        return path in self.tracked

    def is_ignored(self, path: str) -> bool:
        """Tell whether ``path``, file or folder, is untracked and git ignores it."""
        if not self.ignored or path in self.tracked:
            return False
        return path in self.ignored or self._is_below_ignored(path)

    def has_tracked_below(self, folder: str) -> bool:
        """Tell whether git tracks anything below ``folder``; ``""`` is the folder asked about."""
        # Made when first asked for: most runs never ask, and a large repository has many folders.
        if not self._folders and self.tracked:
            self._folders.update(folders_above(self.tracked))
        return folder in self._folders

    def _is_below_ignored(self, path: str) -> bool:
        folder = parent(path)
        known = self._memo.get(folder)
        if known is None:
            known = folder in self.ignored or (folder != "" and self._is_below_ignored(folder))
            self._memo[folder] = known
        return known
