"""What a builder would send of a measured tree under other patterns: exact, without a second walk.

Pure: nothing is read from disk. What the first walk did not read is named, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ctxopt.builder import BUILDKIT, Builder
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.languages.ignore.level import Levels
from ctxopt.languages.ignore.matcher import Decision, Matcher, Scope
from ctxopt.languages.ignore.pattern import BadPatternError, Pattern
from ctxopt.tree.model import DIR, FILE, SOCKET, ContextTree, Flag, Folder, Tally
from ctxopt.tree.touched import Touched, changed_patterns
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
    walked: View | None = None,
) -> Replay:
    """Decide every entry of ``tree`` again.

    ``before`` is the matcher the tree was walked with, by the same builder: then only folders
    that a changed pattern can reach are decided again. ``walked`` is what that builder sent then: its sums
    hold wherever nothing changes. Raises IgnoreFileError as a walk would.
    """
    touched = None
    if before is not None and dialect_of(builder).prunes_locally:
        changed = changed_patterns(before, matcher)
        if changed is not None:
            touched = Touched(tree, changed)
    return _Replaying(tree, matcher, builder, touched).run(walked)


class _Replaying:
    """One pass over the folders of a tree."""

    def __init__(
        self, tree: ContextTree, matcher: Matcher, builder: Builder, touched: Touched | None
    ) -> None:
        self._tree = tree
        self._matcher = matcher
        self._builder = builder
        self._prunes = matcher.pruner(builder)
        self._touched = touched
        self._flags: dict[str, bytes | None] = {}
        self._unseen: list[str] = []
        self._stack: list[tuple[str, Scope | None, Touched | None]] = []

    def run(self, walked: View | None) -> Replay:
        # No changed pattern can match anything elsewhere, so the walk's flags stay.
        if self._touched is None or self._touched.ways:
            self._stack.append(("", self._matcher.root(), self._touched))
        while self._stack:
            path, scope, touched = self._stack.pop()
            folder = self._tree.folders.get(path)
            if folder is None:
                if scope is not None and not self._excludes_all(path, scope):
                    self._unseen.append(path)
            elif folder.kinds:
                self._visit(folder, scope, touched)
        view = View(self._tree, self._builder, flags=self._flags, walked=walked)
        return Replay(view, frozenset(self._flags), tuple(self._unseen))

    def _excludes_all(self, path: str, scope: Scope) -> bool:
        """Whether whatever may be in a folder is excluded, so that its content does not matter."""
        return self._matcher.buildkit_prunes(path) and scope.default.excluded

    def _visit(self, folder: Folder, scope: Scope | None, touched: Touched | None) -> None:
        """Decide about the entries of a folder, and where it goes on; without ``touched`` all is in question."""
        if scope is None:
            self._keep(folder, bytes([Flag.EXCLUDED]) * len(folder.kinds))
            self._stack += [(path, None, None) for path in folder.subfolders()]
            return
        names = folder.names
        is_hit = touched is None or folder.path in touched.masks
        # Where the walk's flags stay, only what is below is still in question.
        asked = names
        if touched is not None and not is_hit:
            asked = [name for name in names if folder.child(name) in touched.ways]
        others = scope.decide(asked)
        # A default that no name follows is not asked: a broken pattern fails when it is.
        default = None
        if len(others) < len(asked):
            default = scope.default
        if is_hit:
            self._keep(folder, self._decide(folder, names, default, others))
        for name, kind in zip(names, folder.kinds, strict=True):
            if kind != DIR:
                continue
            path = folder.child(name)
            below = touched
            if touched is not None and touched.takes(folder.path, name):
                below = None
            if below is not None and path not in below.ways:
                continue
            decision = others.get(name) or default
            if decision is not None:
                inner = None
                if not (decision.excluded and self._prunes(path)):
                    inner = scope.enter(name, decision)
                self._stack.append((path, inner, below))

    def _decide(
        self,
        folder: Folder,
        names: list[str],
        default: Decision | None,
        others: dict[str, Decision],
    ) -> bytes | None:
        flag = 0
        if default is not None:
            flag = self._flag(default)
        known = {name: self._flag(decision) for name, decision in others.items()}
        flags = None
        if flag or any(known.values()):
            flags = bytearray([known.get(name, flag) for name in names])
        if self._has_facts(folder):
            flags = flags or bytearray(len(names))
            self._mark_facts(folder, flags)
        if flags is None:
            return None
        return bytes(flags)

    def _has_facts(self, folder: Folder) -> bool:
        """Tell whether an entry gets a flag that no pattern decides about."""
        if not self._builder.sends_sockets and SOCKET in folder.kinds:
            return True
        if folder.flags is None:
            return False
        return any(flag & Flag.UNREADABLE for flag in folder.flags)

    def _mark_facts(self, folder: Folder, flags: bytearray) -> None:
        for index, kind in enumerate(folder.kinds):
            if kind == SOCKET and not self._builder.sends_sockets:
                flags[index] |= Flag.EXCLUDED
            # As the walk does, which does not try what is excluded.
            was_unreadable = folder.flags is not None and folder.flags[index] & Flag.UNREADABLE
            if was_unreadable and not flags[index] & Flag.EXCLUDED:
                flags[index] |= Flag.UNREADABLE

    def _flag(self, decision: Decision) -> int:
        if decision.excluded:
            return Flag.EXCLUDED
        if self._matcher.refuses(decision):
            return Flag.REFUSED
        return 0

    def _keep(self, folder: Folder, flags: bytes | None) -> None:
        """Note the flags where they are others than the walk's."""
        if flags is not None and not any(flags):
            flags = None
        old = folder.flags
        if old is not None and not any(old):
            old = None
        if flags != old:
            self._flags[folder.path] = flags


def compare_views(before: View, after: Replay) -> Difference:
    """Name what ``after`` sends less and more than ``before``, a view of the same tree.

    A folder counts as sent while anything below it is.
    """
    walk = _Comparison(before, after)
    walk.run()
    return Difference(
        lost=tuple(sorted(walk.lost)),
        lost_bytes=walk.lost_bytes,
        lost_entries=walk.lost_entries,
        gained=tuple(sorted(walk.gained)),
        gained_bytes=walk.gained_bytes,
        gained_entries=walk.gained_entries,
    )


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
                # A folder with the same flag may still differ in what is sent below it.
                if not is_dir and old[index] == new[index]:
                    continue
                path = folder.child(name)
                was = self._sends(self._before, path, is_dir, old[index])
                now = self._sends(self._after, path, is_dir, new[index])
                size = 0
                if kind == FILE:
                    size = sizes[index]
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
        self.lost_entries += 1
        self.lost_bytes += size
        total = self._before.totals.get(path)
        if is_dir and total is not None:
            self.lost_entries += total.entries
            self.lost_bytes += total.bytes

    def _gain(self, path: str, size: int, is_dir: bool) -> bool:
        """Note what is sent now; whether to name what is in the folder instead of itself."""
        self.gained_entries += 1
        total = None
        if is_dir:
            total = self._after.totals.get(path)
        # The name of a folder stands for all in it, and here some of that stays excluded.
        if total is not None and total.excluded:
            return True
        self.gained.append(path)
        self.gained_bytes += size
        if total is not None:
            self.gained_entries += total.entries
            self.gained_bytes += total.bytes
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
        # Where no pattern matches every name, only those that one matches are looked at.
        places: Iterator[tuple[int, str]] = enumerate(names)
        if not everything:
            places = _places(names, masks)
        for index, name in places:
            mask = masks.get(name, everything) & ~above
            if not mask or (flags and flags[index] & Flag.EXCLUDED):
                continue
            kind = folder.kinds[index]
            size, total = 0, None
            if kind == FILE:
                size = sizes[index]
            elif kind == DIR:
                total = view.totals.get(folder.child(name))
            # A bit for each pattern: the lowest one that is left, as long as one is.
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
        self._bytes += size
        self._entries += 1
        if below is not None:
            self._bytes += below.bytes
            self._entries += below.entries

    def difference(self) -> Difference:
        return Difference(
            lost=tuple(sorted(self._paths)),
            lost_bytes=self._bytes,
            lost_entries=self._entries,
            gained=(),
            gained_bytes=0,
            gained_entries=0,
        )


__all__ = ["Difference", "Replay", "compare_views", "hide", "replay"]
