"""Files that are sent under several names: which of these carries the data. Arithmetic on the tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from ctxopt.tree.model import Flag, Folder


def find_hard_links(
    folders: Sequence[Folder], flags_of: Callable[[Folder], bytes | None]
) -> dict[str, tuple[str, Folder, int]]:
    """Return the sent names that repeat a file: path -> (first sent path, folder, place in it).

    Source: tonistiigi/fsutil hardlinks.go WithHardlinkReset; keyed by inode only.
    """
    repeated = _repeated_inodes(folders)
    sent: list[tuple[list[bytes], str, Folder, int, int]] = []
    for folder in folders:
        names, flags = folder.names, flags_of(folder)
        for index, inode in enumerate(folder.inodes):
            if inode in repeated and not (flags and flags[index] & Flag.EXCLUDED):
                path = folder.child(names[index])
                sent.append((os.fsencode(path).split(b"/"), path, folder, index, inode))
    first: dict[int, str] = {}
    found: dict[str, tuple[str, Folder, int]] = {}
    for _, path, folder, index, inode in sorted(sent, key=lambda item: item[0]):
        if first.setdefault(inode, path) != path:
            found[path] = (first[inode], folder, index)
    return found


def _repeated_inodes(folders: Sequence[Folder]) -> set[int]:
    seen: set[int] = set()
    repeated: set[int] = set()
    for folder in folders:
        for inode in folder.inodes:
            if inode in seen:
                repeated.add(inode)
            elif inode:
                seen.add(inode)
    return repeated
