"""What grew between two measured states of one context, and why it is sent.

Arithmetic on two views; every byte of the difference is in exactly one list of the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ctxopt.languages.ignore.matcher import Scope
from ctxopt.tree.model import EMPTY, FILE, Flag, Folder, Tally
from ctxopt.tree.policy import Policy
from ctxopt.tree.view import View

_MANY = 5
"""Files that make a folder worth naming in their place."""

_DOMINANT = 0.9
"""The share of a folder's change from which on one subfolder is named in its place."""

_LARGE = 0.5
"""The share of a folder's change from which on one file is named by itself."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One state: what its builder sends of it, under which rules."""

    view: View
    policy: Policy
    context_bytes: int
    """The figure Docker prints for it."""
    blobs: Mapping[str, str] = field(default_factory=dict)
    """The id of every file's content, sent or not; empty where nobody knows them."""


@dataclass(frozen=True, slots=True)
class PathChange:
    """One file, or one folder in place of the files in it that changed alike; sizes in bytes."""

    path: str
    before: int
    """0 for a file that was not sent before."""
    after: int
    """0 for a file that is not sent any more."""
    files: tuple[str, ...]
    """The files that changed; for a folder those below it, and no others are in the sizes."""
    is_folder: bool = False

    @property
    def growth(self) -> int:
        """The bytes added; negative for what shrank."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Rename:
    """A file that is sent under another path with the same content."""

    before: str
    after: str
    size: int


@dataclass(frozen=True, slots=True)
class Growth:
    """The difference between two states. Lists are complete, the largest change first."""

    bytes_before: int
    bytes_after: int
    files_before: int
    files_after: int
    context_bytes_before: int
    context_bytes_after: int
    growers: tuple[PathChange, ...]
    """What is new or larger."""
    shrinkers: tuple[PathChange, ...]
    """What is gone or smaller."""
    entered: tuple[PathChange, ...]
    """What the old rules would have kept out."""
    left: tuple[PathChange, ...]
    """What the new rules keep out; without the ids of the new state it may be gone as well."""
    renames: tuple[Rename, ...]

    @property
    def bytes(self) -> int:
        """The growth of the files sent, in bytes; negative if they shrank."""
        return self.bytes_after - self.bytes_before

    @property
    def files(self) -> int:
        """How many more files are sent."""
        return self.files_after - self.files_before

    @property
    def context_bytes(self) -> int:
        """The growth of the figure Docker prints."""
        return self.context_bytes_after - self.context_bytes_before

    @property
    def percent(self) -> float | None:
        """The growth of the files sent, in percent; None where there were no bytes before."""
        return 100 * self.bytes / self.bytes_before if self.bytes_before else None


def compare_measured(before: Measured, after: Measured) -> Growth:
    """Return what changed from ``before`` to ``after``.

    Both are views of the same builder. A state without files is an empty baseline: everything is
    growth, and in percent it is None.
    """
    old, new = _differing_files(before.view, after.view)
    appeared = [path for path in new if path not in old]
    vanished = [path for path in old if path not in new]
    let_in = _excluded(before.policy, appeared)
    shut_out = {
        path for path in _excluded(after.policy, vanished) if not after.blobs or path in after.blobs
    }
    renames = _find_renames(
        [path for path in vanished if path not in shut_out],
        [path for path in appeared if path not in let_in],
        (before.blobs, after.blobs),
        new,
    )
    moved = {path for rename in renames for path in (rename.before, rename.after)}
    kinds: dict[str, dict[str, tuple[int, int]]] = {
        "growers": {}, "shrinkers": {}, "entered": {}, "left": {},
    }  # fmt: skip
    for path in {**old, **new}:
        sizes = (old.get(path, 0), new.get(path, 0))
        if path in let_in:
            kinds["entered"][path] = sizes
        elif path in shut_out:
            kinds["left"][path] = sizes
        elif path not in moved and sizes[0] != sizes[1]:
            kinds["growers" if sizes[0] < sizes[1] else "shrinkers"][path] = sizes
    lists = {
        kind: _roll_up(changes, (before if kind in ("shrinkers", "left") else after).view.totals)
        for kind, changes in kinds.items()
    }
    totals = before.view.total, after.view.total
    return Growth(
        totals[0].bytes, totals[1].bytes, totals[0].files, totals[1].files,
        before.context_bytes, after.context_bytes,
        **lists, renames=tuple(sorted(renames, key=lambda r: (-r.size, r.after))),
    )  # fmt: skip


def _differing_files(before: View, after: View) -> tuple[dict[str, int], dict[str, int]]:
    """The sent files of the folders that are not alike in both: path -> size."""
    old: dict[str, int] = {}
    new: dict[str, int] = {}
    folders, others = before.tree.folders, after.tree.folders
    for path in {**folders, **others}:
        one, other = folders.get(path), others.get(path)
        if (
            one is not None
            and other is not None
            and one.joined == other.joined
            and one.kinds == other.kinds
            and one.raw_sizes == other.raw_sizes
            and before.flags(one) == after.flags(other)
        ):
            continue
        for folder, view, found in ((one, before, old), (other, after, new)):
            if folder is not None:
                _add_files(folder, view.flags(folder), found)
    return old, new


def _add_files(folder: Folder, flags: bytes | None, found: dict[str, int]) -> None:
    kinds = folder.kinds
    rows = zip(folder.names, kinds, folder.sizes, flags or bytes(len(kinds)), strict=True)
    for name, kind, size, flag in rows:
        if kind == FILE and not flag & Flag.EXCLUDED:
            found[folder.child(name)] = 0 if flag & EMPTY else size


def _excluded(policy: Policy, paths: Iterable[str]) -> set[str]:
    """Those of ``paths`` that ``policy`` would not send."""
    matcher = policy.matcher.lenient() if policy.matcher.has_broken else policy.matcher
    scopes: dict[str, Scope | None] = {"": matcher.root()}

    def enter(folder: str) -> Scope | None:
        """The scope of a folder; None below one that is skipped."""
        if folder not in scopes:
            above, _, name = folder.rpartition("/")
            scope = enter(above)
            if scope is not None:
                decision = scope.decide_one(name)
                skipped = decision.excluded and policy.prunes(folder)
                scope = None if skipped else scope.enter(name, decision)
            scopes[folder] = scope
        return scopes[folder]

    found = set()
    for path in paths:
        above, _, name = path.rpartition("/")
        scope = enter(above)
        if scope is None or scope.decide_one(name).excluded:
            found.add(path)
    return found


def _find_renames(
    vanished: list[str],
    appeared: list[str],
    blobs: tuple[Mapping[str, str], Mapping[str, str]],
    sizes: Mapping[str, int],
) -> list[Rename]:
    """Pair paths of the same content; among several, one of the same name first."""
    gone: dict[str, list[str]] = {}
    for path in vanished:
        if path in blobs[0]:
            gone.setdefault(blobs[0][path], []).append(path)
    waiting = [path for path in appeared if blobs[1].get(path) in gone]
    renames = []
    for same_name in (True, False):
        rest = []
        for path in waiting:
            candidates = gone[blobs[1][path]]
            name = path.rpartition("/")[2]
            fitting = [old for old in candidates if not same_name or old.rpartition("/")[2] == name]
            if fitting:
                candidates.remove(fitting[0])
                renames.append(Rename(fitting[0], path, sizes[path]))
            else:
                rest.append(path)
        waiting = rest
    return renames


@dataclass(slots=True)
class _Node:
    """A folder of the changes, while they are summed up."""

    change: int = 0
    files: list[str] = field(default_factory=list)
    folders: dict[str, _Node] = field(default_factory=dict)
    own: list[str] = field(default_factory=list)


def _roll_up(
    changes: Mapping[str, tuple[int, int]], totals: Mapping[str, Tally]
) -> tuple[PathChange, ...]:
    """Name files, and folders in place of many; changes of one direction only.

    ``totals`` are the sums of the folders in the state that has the files.
    """
    root = _Node()
    for path, (old, new) in changes.items():
        node, folder = root, ""
        for part in path.split("/")[:-1]:
            folder = f"{folder}/{part}" if folder else part
            node = node.folders.setdefault(folder, _Node())
            node.change += abs(new - old)
            node.files.append(path)
        node.own.append(path)
    found: list[PathChange] = []
    stack = [("", root)]
    while stack:
        folder, node = stack.pop()
        if folder and _is_worth_naming(node, changes, totals.get(folder)):
            before = sum(changes[path][0] for path in node.files)
            after = sum(changes[path][1] for path in node.files)
            found.append(
                PathChange(folder, before, after, tuple(sorted(node.files)), is_folder=True)
            )
            continue
        found += (PathChange(path, *changes[path], (path,)) for path in node.own)
        stack += node.folders.items()
    return tuple(sorted(found, key=lambda change: (-abs(change.growth), change.path)))


def _is_worth_naming(
    node: _Node, changes: Mapping[str, tuple[int, int]], total: Tally | None
) -> bool:
    if len(node.files) < _MANY:
        return False
    # Files of several kinds beside others that stay have nothing in common but the folder.
    kinds = {path.rpartition("/")[2].rpartition(".")[2] for path in node.files}
    if len(kinds) > 1 and total is not None and total.files > len(node.files):
        return False
    largest = max(abs(new - old) for old, new in (changes[path] for path in node.files))
    if node.change and largest > _LARGE * node.change:
        return False
    inner = node.folders.values()
    return not any(below.change >= _DOMINANT * node.change for below in inner if node.change)
