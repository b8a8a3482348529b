"""What one builder sends of a measured tree: sums, entries in Docker's order, Docker's figure.

Arithmetic on the tree; nothing here looks at a disk.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from ctxopt.builder import BUILDKIT, Builder
from ctxopt.paths import folders_above
from ctxopt.tree import wire
from ctxopt.tree.model import (
    DIR,
    EMPTY,
    FILE,
    SOCKET,
    SYMLINK,
    ContextTree,
    Entry,
    Flag,
    Folder,
    Tally,
    Types,
    count_types,
    tally,
)


class Row(NamedTuple):
    """One entry of a measured tree as one builder treats it."""

    path: str
    kind: int
    """FILE, DIR or another kind of ``model``."""
    size: int
    """Apparent bytes, also of what arrives empty."""
    is_sent: bool
    is_excluded: bool
    """Whether the patterns exclude it; an excluded folder may be sent for what is below it."""
    is_empty: bool
    """Whether it arrives without its content."""


class View:
    """What one builder sends of a tree, or would send under other ``flags``.

    ``flags`` gives each folder's flags by path; a folder without an entry keeps the walk's. ``walked`` is the view
    without any, for callers that have it: its sums hold wherever ``flags`` changes nothing.
    """

    def __init__(
        self,
        tree: ContextTree,
        builder: Builder = BUILDKIT,
        *,
        flags: Mapping[str, bytes | None] | None = None,
        walked: View | None = None,
    ) -> None:
        self.tree = tree
        self._parents = builder.sends_excluded_parents
        self._flags = flags or {}
        self.hard_links = self._find_hard_links()
        """Sent names that repeat a file: path -> (first sent path, folder, place in it)."""
        self.totals: Mapping[str, Tally]
        """Sums of everything below each folder; the root's are the context's."""
        # What a hard link carries depends on the others, wherever they are.
        if walked is None or walked._flags or walked.hard_links or self.hard_links:
            self.totals = self._sum_up()
            self._apply_hard_links()
        else:
            self.totals = self._sum_changed(walked.totals)

    def largest_in(self, folder: Folder) -> int:
        """Return the bytes of the largest file among a folder's own that are sent."""
        known = self.tree.tallies.get(folder.path)
        if known is None or folder.path in self._flags:
            known = tally(folder, self.flags(folder))
        return known.largest

    def types(self) -> Types:
        """Return what ``count_types`` finds in this view."""
        if self.tree.types is not None and not self._flags:
            return self.tree.types
        types: Types = {}
        for folder in self.tree.folders.values():
            if folder.kinds:
                count_types(types, folder, self.flags(folder))
        return types

    def flags(self, folder: Folder) -> bytes | None:
        """Return the flags of a folder's entries in this view."""
        return self._flags.get(folder.path, folder.flags)

    @property
    def total(self) -> Tally:
        """The sums of the whole context."""
        return self.totals.get("") or Tally()

    def _sum_up(self) -> dict[str, Tally]:
        totals = {path: self._own(folder) for path, folder in self.tree.folders.items()}
        # The deepest first, so that each sum is whole when it is added to the one above.
        for path in sorted(totals, key=_depth, reverse=True):
            if not path:
                break
            parent, _, name = path.rpartition("/")
            self._add_child(totals[parent], self.tree.folders[parent], name, totals[path])
        return totals

    def _sum_changed(self, totals: Mapping[str, Tally]) -> dict[str, Tally]:
        """Return ``totals`` with the sums of the folders that ``flags`` changes, and of those above them."""
        folders = self.tree.folders
        found = dict(totals)
        changed = self._flags.keys() | folders_above(self._flags)
        for path in sorted(changed, key=_depth, reverse=True):
            folder = folders[path]
            total = found[path] = self._own(folder)
            for child in folder.subfolders():
                if child in found:
                    self._add_child(total, folder, child.rpartition("/")[2], found[child])
        return found

    def _own(self, folder: Folder) -> Tally:
        """Return the sums of a folder's own entries, to add to."""
        kept = self.tree.tallies.get(folder.path)
        # The walk's own sums hold wherever its decisions do.
        if kept is not None and folder.path not in self._flags:
            return kept.clone()
        return tally(folder, self.flags(folder))

    def _add_child(self, total: Tally, folder: Folder, name: str, below: Tally) -> None:
        """Add the sums ``below`` a folder in ``folder`` to ``total``, which is that one's."""
        if self._parents and below.entries and self.flags(folder):
            self._add_excluded_parent(total, folder, name)
        total.add(below)

    def _add_excluded_parent(self, total: Tally, folder: Folder, name: str) -> None:
        """Count an excluded folder that is sent because something in it is."""
        flags = self.flags(folder)
        if flags is None:
            return
        index = folder.names.index(name)
        if flags[index] & Flag.EXCLUDED:
            total.entries += 1
            total.excluded -= 1
            total.wire += folder.packets[index]

    def _apply_hard_links(self) -> None:
        """Take back the data of repeated hard links, which carry the first name instead."""
        for path, (first, folder, index) in self.hard_links.items():
            size, packet = folder.sizes[index], folder.packets[index]
            flags = self.flags(folder)
            if flags is not None and flags[index] & EMPTY:
                size = 0
            name = len(os.fsencode(first))
            longer = wire.packet(wire.stat_of_packet(packet) + wire.text_field(name)) - packet
            change = Tally(wire=longer - wire.data_bytes(size), messages=-wire.data_packets(size))
            parent = path.rpartition("/")[0]
            while True:
                self.totals[parent].add(change)
                if not parent:
                    break
                parent = parent.rpartition("/")[0]

    def _find_hard_links(self) -> dict[str, tuple[str, Folder, int]]:
        linked = [folder for folder in self.tree.folders.values() if folder.raw_inodes]
        if not linked:
            return {}
        # Few contexts have any.
        from ctxopt.tree.hard_links import find_hard_links

        return find_hard_links(linked, self.flags)

    def pruned(self, prunes: Callable[[str], bool], *, enter_pruned: bool = False) -> ContextTree:
        """Return the tree with the decisions of this view, as if it had been walked with them.

        ``prunes`` says which excluded folders the client skips; with ``enter_pruned`` it reads them all the same.
        """
        old = self.tree
        folders: dict[str, Folder] = {}
        skipped: set[str] = set()
        stack = [""]
        while stack:
            folder = old.folders.get(stack.pop())
            if folder is None:
                continue
            flags = self.flags(folder)
            folders[folder.path] = folder._replace(flags=flags)
            # Most folders hold none, and splitting their names is most of the work here.
            if DIR not in folder.kinds:
                continue
            for index, name in enumerate(folder.names):
                if folder.kinds[index] != DIR:
                    continue
                path = folder.child(name)
                is_excluded = bool(flags and flags[index] & Flag.EXCLUDED)
                if is_excluded and prunes(path) and not enter_pruned:
                    skipped.add(path)
                else:
                    stack.append(path)
        # The stack took them in another order than a walk does.
        kept = {path: folders[path] for path in old.folders if path in folders}
        errors = tuple(
            error
            for error in old.errors
            if error.path not in skipped and error.path.rpartition("/")[0] in kept
        )
        # The walk's own sums hold wherever its decisions do.
        same = old.tallies.keys() & kept.keys() - self._flags.keys()
        tallies = {path: old.tallies[path] for path in same}
        return dataclasses.replace(old, folders=kept, errors=errors, tallies=tallies, types=None)

    def sent(self) -> Iterator[tuple[Folder, int, str]]:
        """Yield (folder, place, path) of what is sent, in Docker's order."""
        for folder, index, path, excluded in self.walk_all():
            if not excluded or (self._parents and self.sends_below(path)):
                yield folder, index, path

    def sends_below(self, path: str) -> bool:
        """Whether anything below the folder ``path`` is sent."""
        total = self.totals.get(path)
        return total is not None and total.entries > 0

    def walk_all(
        self, enter: Callable[[str], bool] = lambda _: True
    ) -> Iterator[tuple[Folder, int, str, bool]]:
        """Yield (folder, place, path, excluded) of everything the walk saw, in Docker's order.

        ``enter`` is asked about a folder after that was yielded; False leaves out what is below.
        """
        folders = self.tree.folders
        root = folders.get("")
        if root is None:
            return
        stack = [(root, iter(enumerate(root.names)), self.flags(root))]
        while stack:
            folder, names, flags = stack[-1]
            for index, name in names:
                path = folder.child(name)
                yield folder, index, path, bool(flags and flags[index] & Flag.EXCLUDED)
                if folder.kinds[index] == DIR and (below := folders.get(path)) and enter(path):
                    stack.append((below, iter(enumerate(below.names)), self.flags(below)))
                    break
            else:
                stack.pop()

    def rows(self, path: str = "", *, enter: Callable[[Row], bool] | None = None) -> Iterator[Row]:
        """Yield everything the walk saw below the folder ``path``, in Docker's order.

        ``enter`` is asked about a folder after that was yielded; False leaves out what is below.
        """
        folders = self.tree.folders
        start = folders.get(path)
        stack = []
        if start is not None:
            stack.append(self._rows_of(start))
        while stack:
            # An iterator goes on where it was left when what is below one of its folders is done.
            for row in stack[-1]:
                yield row
                if row.kind != DIR:
                    continue
                below = folders.get(row.path)
                if below is not None and (enter is None or enter(row)):
                    stack.append(self._rows_of(below))
                    break
            else:
                stack.pop()

    def rows_in(self, path: str) -> Iterator[Row]:
        """Yield what the walk saw in the folder ``path`` itself, in Docker's order of names."""
        folder = self.tree.folders.get(path)
        if folder is not None:
            yield from self._rows_of(folder)

    def _rows_of(self, folder: Folder) -> Iterator[Row]:
        flags = self.flags(folder)
        above = ""
        if folder.path:
            above = folder.path + "/"
        entries = zip(folder.names, folder.kinds, folder.sizes, strict=True)
        # In most folders nothing is special; arguments by place, as keywords take half as long again.
        if flags is None:
            for name, kind, size in entries:
                yield Row(above + name, kind, size, True, False, False)
            return
        for (name, kind, size), flag in zip(entries, flags, strict=True):
            path = above + name
            is_excluded = bool(flag & Flag.EXCLUDED)
            is_parent = is_excluded and kind == DIR and self._parents and self.sends_below(path)
            yield Row(
                path, kind, size, not is_excluded or is_parent, is_excluded, bool(flag & EMPTY)
            )

    def entries(self) -> Iterator[Entry]:
        """Yield what is sent, in Docker's order."""
        for folder, index, path in self.sent():
            first = ""
            if path in self.hard_links:
                first = self.hard_links[path][0]
            yield self._entry(folder, index, path, first)

    def excluded(self) -> Iterator[Entry]:
        """Yield what the walk saw and is not sent, in Docker's order."""
        for folder, index, path, excluded in self.walk_all():
            if excluded and not (self._parents and self.sends_below(path)):
                yield self._entry(folder, index, path, "")

    def _entry(self, folder: Folder, index: int, path: str, link: str) -> Entry:
        kind, size, flag = folder.kinds[index], folder.sizes[index], 0
        flags = self.flags(folder)
        if flags:
            flag = flags[index]
        if flag & EMPTY:
            size = 0
        if kind == SYMLINK and folder.links:
            link = folder.links[path.rpartition("/")[2]]
        return Entry(path, kind, size, bool(flag & Flag.EXCLUDED), link)

    def context_bytes(self) -> int:
        """Return the figure in bytes that BuildKit prints after ``transferring context:`` for a first build."""
        total = self.total
        numbers = total.messages * wire.index_bytes(max(0, total.entries - 1))
        for step in wire.INDEX_STEPS:
            if step < total.entries:
                shorter = wire.index_bytes(step) - wire.index_bytes(step - 1)
                numbers -= shorter * self._messages_before(step)
        return total.wire + numbers + wire.TRANSFER_END

    def _messages_before(self, count: int) -> int:
        """The data packets of the first ``count`` entries sent; whole folders at a step."""
        messages = 0
        # A folder that is numbered to its end before the step is added as one, and not entered.
        whole = ""
        walk = self.walk_all(enter=lambda path: path != whole)
        for folder, index, path, excluded in walk:
            below = None
            if folder.kinds[index] == DIR:
                below = self.totals.get(path)
            sent = not excluded or (self._parents and below is not None and below.entries > 0)
            if not count:
                break
            count -= sent
            if below is not None and below.entries <= count:
                messages += below.messages
                count -= below.entries
                whole = path
            elif sent and folder.kinds[index] in (FILE, SOCKET) and path not in self.hard_links:
                messages += wire.data_packets(self._entry(folder, index, path, "").size)
        return messages

    def _announcements(self, folder: Folder) -> int:
        """The announcements of a folder's own entries that are sent."""
        flags = self.flags(folder)
        if flags is None:
            return sum(folder.packets)
        return sum(
            packet
            for name, packet, flag in zip(folder.names, folder.packets, flags, strict=True)
            if not flag & Flag.EXCLUDED or (self._parents and self.sends_below(folder.child(name)))
        )

    def unchanged_bytes(self) -> int:
        """Return the figure in bytes of a second build that finds nothing changed: announcements only."""
        total = sum(map(self._announcements, self.tree.folders.values()))
        for first, folder, index in self.hard_links.values():
            packet = folder.packets[index]
            name = wire.text_field(len(os.fsencode(first)))
            total += wire.packet(wire.stat_of_packet(packet) + name) - packet
        return total + wire.TRANSFER_END


def _depth(path: str) -> int:
    if not path:
        return 0
    return path.count("/") + 1


def files_below(view: View, paths: Iterable[str]) -> Iterator[str]:
    """Yield what ``view`` sends at or below ``paths``, folders left out."""
    # By hand: a Row for each file takes three times as long, and every candidate of a fix asks.
    folders = view.tree.folders
    stack = list(paths)
    while stack:
        path = stack.pop()
        folder = folders.get(path)
        if folder is None:
            yield path
            continue
        flags = view.flags(folder)
        for index, name in enumerate(folder.names):
            if folder.kinds[index] == DIR:
                stack.append(folder.child(name))
            elif not (flags and flags[index] & Flag.EXCLUDED):
                yield folder.child(name)
