"""What a builder would send of a measured tree under other patterns: exact, without a second walk.

Pure: nothing is read from disk. What the first walk did not read is named, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ctxopt.builder import BUILDKIT, Builder
from ctxopt.languages.ignore.level import Level, Levels
from ctxopt.languages.ignore.matcher import Decision, Matcher, Scope
from ctxopt.languages.ignore.pattern import BadPatternError, Pattern
from ctxopt.tree.model import DIR, FILE, SOCKET, ContextTree, Flag, Folder, Tally
from ctxopt.tree.view import View


class Replay(NamedTuple):
    """A tree under other patterns than those it was walked with."""

    view: View
    changed: frozenset[str]
    """Folders in which the flag of an entry is another one than in the walk."""
    unseen: tuple[str, ...]
    """Folders that the patterns let the client enter and the walk did not read: sums lack them."""


class Difference(NamedTuple):
    """What two views of one tree send differently; a folder stands for all that is below it."""

    lost: tuple[str, ...]
    lost_bytes: int
    lost_entries: int
    gained: tuple[str, ...]
    gained_bytes: int
    gained_entries: int

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.lost or self.gained)


def replay(
    tree: ContextTree,
    matcher: Matcher,
    *,
    builder: Builder = BUILDKIT,
    before: Matcher | None = None,
) -> Replay:
    """Decide every entry of ``tree`` anew.

    ``before`` is the matcher the tree was walked with, by the same builder: then only folders
    that a changed pattern can reach are decided again. Raises IgnoreFileError as a walk would.
    """
    touched = None
    if before is not None and builder.prunes_locally:
        touched = _Touched.between(before, matcher)
    return _Replaying(tree, matcher, builder, touched).run()


class _Touched:
    """Which folders the patterns can tell apart that only one of two matchers has.

    A pattern that matches neither an entry nor a folder above it takes no part in the decision.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.levels = Levels(patterns)

    @classmethod
    def between(cls, old: Matcher, new: Matcher) -> _Touched | None:
        """Compare two matchers; None where every folder has to be looked at."""
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
        changed = (
            *old.patterns[start : len(one) - end],
            *new.patterns[start : len(two) - end],
        )
        return cls(changed)


class _Replaying:
    """One pass over the folders of a tree."""

    def __init__(
        self, tree: ContextTree, matcher: Matcher, builder: Builder, touched: _Touched | None
    ) -> None:
        self._tree = tree
        self._matcher = matcher
        self._builder = builder
        self._prunes = matcher.pruner(builder)
        self._touched = touched
        self._flags: dict[str, bytes | None] = {}
        self._unseen: list[str] = []
        self._stack: list[tuple[str, Scope | None, Level | None]] = []

    def run(self) -> Replay:
        level = self._touched.levels.root if self._touched else None
        self._stack.append(("", self._matcher.root(), level))
        while self._stack:
            path, scope, level = self._stack.pop()
            if level is not None and level.is_dead:
                continue
            folder = self._tree.folders.get(path)
            if folder is None:
                if scope is not None and not self._excludes_all(path, scope):
                    self._unseen.append(path)
            elif folder.kinds:
                self._visit(folder, scope, level)
        view = View(self._tree, self._builder, flags=self._flags)
        return Replay(view, frozenset(self._flags), tuple(self._unseen))

    def _excludes_all(self, path: str, scope: Scope) -> bool:
        """Whether whatever may be in a folder is excluded, so that its content does not matter."""
        return self._matcher.buildkit_prunes(path) and scope.default.excluded

    def _visit(self, folder: Folder, scope: Scope | None, level: Level | None) -> None:
        if scope is None:
            self._keep(folder, bytes([Flag.EXCLUDED]) * len(folder.kinds))
            self._stack += [(path, None, None) for path in folder.subfolders()]
            return
        names = folder.names
        masks = level.masks(names) if level is not None else {}
        everything = level is None or level.everything != 0
        others = scope.decide(names)
        default = scope.default if len(others) < len(names) else None
        if everything or masks:
            self._keep(folder, self._decide(folder, names, default, others))
        index = folder.kinds.find(DIR)
        while index >= 0:
            name = names[index]
            decision = others.get(name) or default
            if decision is not None:
                path = folder.child(name)
                pruned = decision.excluded and self._prunes(path)
                inner = None if pruned else scope.enter(name, decision)
                # A changed pattern that matches a folder is handed down to all that is below it.
                hit = everything or masks.get(name, 0) != 0
                below = None if level is None or hit else level.advance(name)
                self._stack.append((path, inner, below))
            index = folder.kinds.find(DIR, index + 1)

    def _decide(
        self,
        folder: Folder,
        names: list[str],
        default: Decision | None,
        others: dict[str, Decision],
    ) -> bytes | None:
        flag = self._flag(default) if default else 0
        known = {name: self._flag(decision) for name, decision in others.items()}
        flags = None
        if flag or any(known.values()):
            flags = bytearray([known.get(name, flag) for name in names])
        unreadable = folder.flags is not None and any(
            value & Flag.UNREADABLE for value in folder.flags
        )
        leaves_sockets = not self._builder.sends_sockets and SOCKET in folder.kinds
        if not unreadable and not leaves_sockets:
            return bytes(flags) if flags else None
        flags = flags or bytearray(len(names))
        for index, kind in enumerate(folder.kinds):
            if leaves_sockets and kind == SOCKET:
                flags[index] |= Flag.EXCLUDED
            if folder.flags and folder.flags[index] & Flag.UNREADABLE:
                flags[index] |= 0 if flags[index] & Flag.EXCLUDED else Flag.UNREADABLE
        return bytes(flags)

    def _flag(self, decision: Decision) -> int:
        if decision.excluded:
            return Flag.EXCLUDED
        return Flag.REFUSED if self._matcher.refuses(decision) else 0

    def _keep(self, folder: Folder, flags: bytes | None) -> None:
        """Note the flags where they are others than the walk's."""
        if flags is not None and not any(flags):
            flags = None
        old = folder.flags if folder.flags and any(folder.flags) else None
        if flags != old:
            self._flags[folder.path] = flags


def compare_views(before: View, after: Replay) -> Difference:
    """Name what ``after`` sends less and more than ``before``, a view of the same tree.

    A folder counts as sent while anything below it is.
    """
    walk = _Comparison(before, after)
    walk.run()
    return Difference(
        tuple(sorted(walk.lost)), walk.lost_bytes, walk.lost_entries,
        tuple(sorted(walk.gained)), walk.gained_bytes, walk.gained_entries,
    )  # fmt: skip


class _Comparison:
    def __init__(self, before: View, after: Replay) -> None:
        self._before, self._after = before, after.view
        self._meant = {""}
        for path in after.changed:
            here = path
            while here not in self._meant:
                self._meant.add(here)
                here = here.rpartition("/")[0]
        self.lost: list[str] = []
        self.gained: list[str] = []
        self.lost_bytes = self.lost_entries = self.gained_bytes = self.gained_entries = 0

    def run(self) -> None:
        stack = [""]
        folders = self._before.tree.folders
        while stack:
            folder = folders.get(stack.pop())
            if folder is None:
                continue
            old = self._before.flags(folder) or bytes(len(folder.kinds))
            new = self._after.flags(folder) or bytes(len(folder.kinds))
            sizes = folder.sizes
            for index, name in enumerate(folder.names):
                kind = folder.kinds[index]
                is_dir = kind == DIR
                if not is_dir and old[index] == new[index]:
                    continue
                path = folder.child(name)
                was = self._sends(self._before, path, is_dir, old[index])
                now = self._sends(self._after, path, is_dir, new[index])
                size = sizes[index] if kind == FILE else 0
                if was and not now:
                    self._lose(path, size, is_dir)
                elif now and not was:
                    if self._gain(path, size, is_dir):
                        stack.append(path)
                elif was and is_dir and path in self._meant:
                    stack.append(path)

    def _sends(self, view: View, path: str, is_dir: bool, flag: int) -> bool:
        return not flag & Flag.EXCLUDED or (is_dir and view.sends_below(path))

    def _lose(self, path: str, size: int, is_dir: bool) -> None:
        self.lost.append(path)
        total = self._before.totals.get(path) if is_dir else None
        self.lost_entries += 1 + (total.entries if total else 0)
        self.lost_bytes += total.bytes if total else size

    def _gain(self, path: str, size: int, is_dir: bool) -> bool:
        """Note what is sent anew; whether to name what is in the folder instead of itself."""
        self.gained_entries += 1
        total = self._after.totals.get(path) if is_dir else None
        if total is not None and total.excluded:
            return True
        self.gained.append(path)
        self.gained_entries += total.entries if total else 0
        self.gained_bytes += total.bytes if total else size
        return False


def hide(view: View, patterns: Sequence[Pattern]) -> list[Difference]:
    """Return what each of ``patterns`` alone would take away, all in one pass.

    Exactly what a replay says, for patterns without ``!`` after an ignore file without ``!``.
    Raises BadPatternError for one that Docker fails to compile.
    """
    levels = Levels(patterns)
    if levels.broken:
        raise BadPatternError
    hidden = [_Hidden() for _ in patterns]
    stack = [("", levels.root, 0)]
    while stack:
        path, level, above = stack.pop()
        folder = view.tree.folders.get(path)
        if folder is None or level.is_dead or not folder.kinds:
            continue
        names, flags, sizes = folder.names, view.flags(folder), folder.sizes
        masks = level.masks(names)
        everything = level.everything
        for index, name in enumerate(names) if everything else _places(names, masks):
            mask = masks.get(name, everything) & ~above
            if not mask or (flags and flags[index] & Flag.EXCLUDED):
                continue
            kind = folder.kinds[index]
            size = sizes[index] if kind == FILE else 0
            total = view.totals.get(folder.child(name)) if kind == DIR else None
            while mask:
                bit = mask & -mask
                hidden[bit.bit_length() - 1].add(folder.child(name), size, total)
                mask ^= bit
        index = folder.kinds.find(DIR)
        while index >= 0:
            name = names[index]
            hit = masks.get(name, everything)
            stack.append((folder.child(name), level.advance(name), above | hit))
            index = folder.kinds.find(DIR, index + 1)
    return [item.difference() for item in hidden]


def _places(names: Sequence[str], masks: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    for name in masks:
        yield names.index(name), name


class _Hidden:
    def __init__(self) -> None:
        self._paths: list[str] = []
        self._bytes = self._entries = 0

    def add(self, path: str, size: int, below: Tally | None) -> None:
        self._paths.append(path)
        self._bytes += below.bytes if below else size
        self._entries += 1 + (below.entries if below else 0)

    def difference(self) -> Difference:
        return Difference(tuple(sorted(self._paths)), self._bytes, self._entries, (), 0, 0)


__all__ = ["Difference", "Replay", "compare_views", "hide", "replay"]
