"""Read folders of the context root from disk, each once; ``folder`` makes Folders of them.

Whatever cannot be read becomes a WalkError, never an exception. Only this module and its compiled
twin list and stat what is in a context; ``workers`` lets several processes do so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ctxopt.paths import join
from ctxopt.tree import native, wire
from ctxopt.tree.entry_source import Attributes, Task
from ctxopt.tree.folder import FolderBuilder
from ctxopt.tree.model import Folder, Tally, WalkError
from ctxopt.tree.policy import Policy

if TYPE_CHECKING:
    from ctxopt.tree.native_reader import NativeReader


class Reader:
    """Reads folders; ``here`` lets it change the working directory, which is faster.

    ``on_error`` is told of everything that cannot be read.
    """

    def __init__(
        self, policy: Policy, on_error: Callable[[WalkError], None], *, here: bool = False
    ) -> None:
        self.policy = policy
        self._here = here
        self._disk = _Disk(on_error)
        self._build = FolderBuilder(policy, self._disk).build

    def close(self) -> None:
        """Close the folders held open for deep paths."""
        self._disk.close()

    def read(self, task: Task) -> tuple[Folder, Tally, list[Task]] | None:
        """Read one folder: itself, its own sums, and what to read next; None if unreadable."""
        location = task.anchor + task.path[task.below :]
        try:
            if self._here:
                os.chdir(location)
                names = os.listdir()
            else:
                names = os.listdir(location)
        except FileNotFoundError:
            return None  # it vanished; Docker's walk skips it, too
        except OSError as error:
            self._disk.report(task.path, error)
            return None
        unseen = self.policy.unseen
        if unseen:
            names = [name for name in names if join(task.path, name) not in unseen]
        # Text in ASCII sorts as its bytes do, and asking once is cheaper than encoding each name.
        joined = "/".join(names)
        ascii_only = joined.isascii()
        if ascii_only:
            names.sort()
        else:
            names.sort(key=os.fsencode)
        prefix = ""
        paths = names
        if not self._here:
            prefix = location.removesuffix("/") + "/"
            paths = [prefix + name for name in names]
        try:
            stats = list(map(os.lstat, paths))
        except OSError:
            names, stats = self._stat_each(task.path, prefix, names)
        if not names:
            return Folder(task.path, "", b"", b"", b""), Tally(), []
        return self._build(task, prefix, names, stats, ascii_only)

    def _stat_each(
        self, folder: str, prefix: str, names: list[str]
    ) -> tuple[list[str], list[os.stat_result]]:
        """Stat the names one by one, leaving out the vanished and reporting the others."""
        found: dict[str, os.stat_result] = {}
        for name in names:
            try:
                found[name] = os.lstat(prefix + name)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._disk.report(join(folder, name), error)
        return list(found), list(found.values())


class _Disk:
    """What stats do not tell about entries on disk; an EntrySource."""

    def __init__(self, on_error: Callable[[WalkError], None]) -> None:
        # Whoever may read everything is never refused, and need not be asked about.
        self.checks_access = os.geteuid() != 0
        self._error = on_error
        self._anchors: list[int] = []

    def report(self, path: str, error: OSError) -> None:
        """Tell that ``path`` cannot be read."""
        self._error(WalkError(path, error.strerror or str(error)))

    def close(self) -> None:
        """Close the folders held open for deep paths."""
        while self._anchors:
            os.close(self._anchors.pop())

    def is_readable(self, path: str) -> bool:
        """Tell whether the file at ``path`` can be opened."""
        return os.access(path, os.R_OK)

    def link_target(self, folder: str, prefix: str, name: str) -> str:
        """Return what a link points to; one that cannot be read is reported."""
        try:
            return os.readlink(prefix + name)
        except OSError as error:
            self.report(join(folder, name), error)
            return ""

    def has_attributes(self, prefix: str, names: list[str]) -> bool:
        """Tell whether any of these entries, none of them a link, may have extended attributes."""
        if _listxattr is None:
            return False
        paths = names
        if prefix:
            paths = [prefix + name for name in names]
        try:
            return any(map(_listxattr, paths))
        except OSError:
            return True

    def attributes(self, prefix: str, names: list[str]) -> Sequence[tuple[int, Attributes]]:
        """Return the places of the entries that have extended attributes, with what those cost."""
        found = []
        for index, attributes in enumerate(_attribute_names(prefix, names)):
            if attributes:
                found.append((index, _attributes(prefix + names[index], attributes)))
        return found

    def anchor(self, task: Task, above: str) -> tuple[str, int]:
        """Open the folder of ``task`` and reach what is below through it."""
        location = task.anchor + task.path[task.below :]
        try:
            descriptor = os.open(location, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return task.anchor, task.below  # reading the children will report the reason
        self._anchors.append(descriptor)
        return f"/proc/self/fd/{descriptor}/", len(above)


_listxattr = getattr(os, "listxattr", None)
_list_own_attributes = partial(_listxattr or str, follow_symlinks=False)


def _attribute_names(prefix: str, names: list[str]) -> list[list[str]]:
    """The names of every entry's extended attributes; none where they cannot be read."""
    if _listxattr is None:
        return [[]] * len(names)
    paths = names
    if prefix:
        paths = [prefix + name for name in names]
    try:
        return list(map(_list_own_attributes, paths))
    except OSError:
        return [_attribute_names_of(path) for path in paths]


def _attribute_names_of(path: str) -> list[str]:
    try:
        return os.listxattr(path, follow_symlinks=False)
    except OSError:
        return []


def _attributes(path: str, names: list[str]) -> Attributes:
    """Read an entry's extended attributes; Apple's are not sent, and unreadable ones are left out.

    Source: tonistiigi/fsutil stat_unix.go loadXattr.
    """
    lengths = []
    capability = 0
    for name in names:
        if name.startswith("com.apple."):
            continue
        try:
            value = os.getxattr(path, name, follow_symlinks=False)
        except OSError:
            continue
        lengths.append((len(os.fsencode(name)), len(value)))
        if name == "security.capability":
            capability = min(len(value), 20)
    return Attributes(wire.xattr_fields(lengths), capability)


def open_reader(
    policy: Policy, on_error: Callable[[WalkError], None], *, here: bool = False
) -> Reader | NativeReader:
    """Return the compiled reader where there is one, else the one in Python."""
    if native.functions is None:
        return Reader(policy, on_error, here=here)
    from ctxopt.tree.native_reader import NativeReader

    return NativeReader(native.functions, policy, on_error)


def root_task(root: str, policy: Policy) -> Task:
    """Return the task every walk starts with."""
    return Task("", policy.matcher.root(), root.rstrip("/") + "/")


def stream(reader: Reader | NativeReader, root: str) -> Iterator[tuple[str, Folder, int, int]]:
    """Yield (path, folder, place, flag) in Docker's order while reading, one folder at a time."""
    first = reader.read(root_task(root, reader.policy))
    stack = []
    if first is not None:
        stack.append(_visit(first[0], first[2]))
    while stack:
        for path, folder, index, flag, task in stack[-1]:
            yield path, folder, index, flag
            if task is not None and (below := reader.read(task)):
                stack.append(_visit(below[0], below[2]))
                break
        else:
            stack.pop()


def _visit(
    folder: Folder, below: list[Task]
) -> Iterator[tuple[str, Folder, int, int, Task | None]]:
    tasks = {task.path: task for task in below}
    flags = folder.flags or bytes(len(folder.kinds))
    for index, name in enumerate(folder.names):
        path = folder.child(name)
        yield path, folder, index, flags[index], tasks.get(path)
