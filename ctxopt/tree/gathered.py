"""What a walk, or a process of one, has read so far.

Keeps what the readers return; which folders are read by whom is for ``workers`` to say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxopt.tree.entry_source import Task
from ctxopt.tree.model import Folder, Tally, Types, WalkError, add_types, count_types
from ctxopt.tree.policy import Policy
from ctxopt.tree.reader import open_reader

if TYPE_CHECKING:
    from ctxopt.tree.native_reader import NativeReader


class Gathered:
    """What one process has read so far."""

    def __init__(self, policy: Policy, *, here: bool = False) -> None:
        self.folders: dict[str, Folder] = {}
        self.tallies: dict[str, Tally] = {}
        self.errors: list[WalkError] = []
        self.walked = 0
        self.types: Types = {}
        self.reader = open_reader(policy, self.errors.append, here=here)

    def read(self, task: Task) -> list[Task]:
        """Read one folder and return what is to be read next."""
        result = self.reader.read(task)
        if result is None:
            return []
        folder, sums, below = result
        self.folders[folder.path] = folder
        self.tallies[folder.path] = sums
        self.walked += len(folder.kinds)
        if sums.files:
            count_types(self.types, folder, folder.flags)
        return below

    def read_by_threads(
        self,
        reader: NativeReader,
        stack: list[Task],
        threads: int,
        progress: Callable[[int], None] | None,
    ) -> None:
        """Read all that is on the stack and below it: by threads where the patterns ask little of the names."""
        while stack:
            task = stack.pop()
            texts = reader.quiet(task)
            if texts is None:
                stack += self.read(task)
                continue
            same = [task, *(other for other in stack if other.scope is task.scope)]
            stack = [other for other in stack if other.scope is not task.scope]
            found, left, types = reader.read_below(same, texts, threads)
            stack += left
            for folder, sums, below, is_counted in found:
                self.folders[folder.path] = folder
                self.tallies[folder.path] = sums
                self.walked += len(folder.kinds)
                if sums.files and not is_counted:
                    count_types(self.types, folder, folder.flags)
                stack += below
            add_types(self.types, types)
            if progress:
                progress(self.walked)
