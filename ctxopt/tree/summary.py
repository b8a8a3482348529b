"""Where the bytes of a view are: heaviest folders, largest files, bytes by file type."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import NamedTuple

from ctxopt.tree.model import EMPTY, FILE, Flag, Folder
from ctxopt.tree.view import View

NO_TYPE = "(no extension)"


class FolderSize(NamedTuple):
    """A folder with everything below it that is sent."""

    path: str
    """Empty for the context root."""
    depth: int
    bytes: int
    files: int


class FileSize(NamedTuple):
    """A file and its size in bytes."""

    path: str
    bytes: int


class TypeSize(NamedTuple):
    """All files of one type; ``type`` is the lower-case extension with its dot, or NO_TYPE."""

    type: str
    bytes: int
    files: int


def heaviest_folders(
    view: View, *, depth: int, top: int, is_closed: Callable[[str], bool] | None = None
) -> list[FolderSize]:
    """Return the ``top`` heaviest folders at most ``depth`` levels below the root.

    They come as a tree in display order: the root, then each folder after its parent and
    siblings by size. Empty folders are left out, and so is what lies in folders that ``is_closed``.
    """
    chosen: set[str] = set()
    root = view.total
    queue: list[tuple[int, str, int]] = []
    if root.files:
        queue.append((-root.bytes, "", 0))
    # Best first: a folder cannot be heavier than the one that it is in, so the heaviest ones are
    # found without a look at most of the tree.
    while queue and len(chosen) <= top:
        _, path, level = heapq.heappop(queue)
        chosen.add(path)
        if level < depth and not (is_closed and is_closed(path)):
            for child in view.tree.folders[path].subfolders():
                total = view.totals.get(child)
                if total is not None and total.bytes:
                    heapq.heappush(queue, (-total.bytes, child, level + 1))
    return _in_display_order(view, chosen)


def _in_display_order(view: View, chosen: set[str]) -> list[FolderSize]:
    ordered: list[FolderSize] = []
    stack: list[tuple[str, int]] = []
    if chosen:
        stack.append(("", 0))
    while stack:
        path, level = stack.pop()
        total = view.totals[path]
        ordered.append(FolderSize(path, level, total.bytes, total.files))
        below = [child for child in view.tree.folders[path].subfolders() if child in chosen]
        # The lightest first: the last one on the stack is shown next.
        below.sort(key=lambda child: (view.totals[child].bytes, child))
        stack += [(child, level + 1) for child in below]
    return ordered


def largest_files(view: View, top: int) -> list[FileSize]:
    """Return the ``top`` largest files that are sent, largest first."""
    if top <= 0:
        return []
    heap: list[tuple[int, str]] = []
    floor = 0
    for folder in view.tree.folders.values():
        if len(heap) >= top:
            floor = heap[0][0]
        # The largest file of a folder is known, so that nearly all folders are passed over.
        if view.largest_in(folder) < max(floor, 1):
            continue
        for name, size in _sent_files(folder, view.flags(folder), floor):
            item = (size, folder.child(name))
            if len(heap) < top:
                heapq.heappush(heap, item)
            else:
                heapq.heappushpop(heap, item)
    found = sorted(heap, key=lambda item: (-item[0], item[1]))
    return [FileSize(path, size) for size, path in found]


def _sent_files(folder: Folder, flags: bytes | None, floor: int) -> list[tuple[str, int]]:
    return [
        (name, size)
        for index, (name, size) in enumerate(zip(folder.names, folder.sizes, strict=True))
        if size >= max(floor, 1)
        and folder.kinds[index] == FILE
        and not (flags and flags[index] & (Flag.EXCLUDED | EMPTY))
    ]


def sizes_by_type(view: View) -> list[TypeSize]:
    """Return all file types of a view, heaviest first."""
    merged: dict[str, list[int]] = {}
    for extension, (size, files) in view.types().items():
        key = NO_TYPE
        if extension:
            key = "." + extension.lower()
        counted = merged.setdefault(key, [0, 0])
        counted[0] += size
        counted[1] += files
    found = [TypeSize(key, size, files) for key, (size, files) in merged.items()]
    return sorted(found, key=lambda item: (-item.bytes, -item.files, item.type))
