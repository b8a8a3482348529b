"""What grew between two measured states of one context, and why it is sent.

Arithmetic on two views; every byte of the difference is in exactly one list of the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ctxopt.languages.ignore.matcher import Scope
from ctxopt.paths import join, name, parent, upwards
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
    """The id of every file's content, sent or not; empty where they are not known."""


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
        """The growth in bytes of the figure that Docker prints."""
        return self.context_bytes_after - self.context_bytes_before

    @property
    def percent(self) -> float | None:
        """The growth of the files sent, in percent; None where there were no bytes before."""
        if not self.bytes_before:
            return None
        return 100 * self.bytes / self.bytes_before


def compare_measured(before: Measured, after: Measured) -> Growth:
    """Return what changed from ``before`` to ``after``.

    Both are views of the same builder. A state without files is an empty baseline: everything is
    growth, and in percent it is None.
    """
    old, new = _differing_files(before.view, after.view)
    appeared = [path for path in new if path not in old]
    vanished = [path for path in old if path not in new]
    let_in = _excluded(before.policy, appeared)
    shut_out = _excluded(after.policy, vanished)
    if after.blobs:
        # A file that is deleted is gone, whatever the new rules would say of it.
        shut_out &= after.blobs.keys()
    renames = _find_renames(
        [path for path in vanished if path not in shut_out],
        [path for path in appeared if path not in let_in],
        before.blobs,
        after.blobs,
        new,
    )
    moved = {path for rename in renames for path in (rename.before, rename.after)}
    changes = _sort_changes(old, new, let_in=let_in, shut_out=shut_out, moved=moved)
    total_before, total_after = before.view.total, after.view.total
    # What went is summed up in the state that has it.
    gone_from, come_to = before.view.totals, after.view.totals
    return Growth(
        bytes_before=total_before.bytes,
        bytes_after=total_after.bytes,
        files_before=total_before.files,
        files_after=total_after.files,
        context_bytes_before=before.context_bytes,
        context_bytes_after=after.context_bytes,
        growers=_roll_up(changes.growers, come_to),
        shrinkers=_roll_up(changes.shrinkers, gone_from),
        entered=_roll_up(changes.entered, come_to),
        left=_roll_up(changes.left, gone_from),
        renames=tuple(sorted(renames, key=lambda rename: (-rename.size, rename.after))),
    )


@dataclass(frozen=True, slots=True)
class _Changes:
    """Size before and after by path, in the four lists of a Growth."""

    growers: dict[str, tuple[int, int]] = field(default_factory=dict)
    shrinkers: dict[str, tuple[int, int]] = field(default_factory=dict)
    entered: dict[str, tuple[int, int]] = field(default_factory=dict)
    left: dict[str, tuple[int, int]] = field(default_factory=dict)


def _sort_changes(
    old: Mapping[str, int],
    new: Mapping[str, int],
    *,
    let_in: set[str],
    shut_out: set[str],
    moved: set[str],
) -> _Changes:
    """Put every path whose size differs into one list; what a rule did comes before what grew."""
    changes = _Changes()
    for path in {**old, **new}:
        sizes = (old.get(path, 0), new.get(path, 0))
        if path in let_in:
            changes.entered[path] = sizes
        elif path in shut_out:
            changes.left[path] = sizes
        elif path in moved or sizes[0] == sizes[1]:
            continue
        elif sizes[0] < sizes[1]:
            changes.growers[path] = sizes
        else:
            changes.shrinkers[path] = sizes
    return changes


def _differing_files(before: View, after: View) -> tuple[dict[str, int], dict[str, int]]:
    """The sent files of the folders that are not alike in both: path -> size."""
    old: dict[str, int] = {}
    new: dict[str, int] = {}
    folders, others = before.tree.folders, after.tree.folders
    for path in {**folders, **others}:
        one, other = folders.get(path), others.get(path)
        # Most folders are alike, and arrays compare at once: no file of those is looked at.
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
    for child, kind, size, flag in rows:
        if kind == FILE and not flag & Flag.EXCLUDED:
            # What arrives empty weighs nothing in the context, whatever it weighs on disk.
            found[folder.child(child)] = 0 if flag & EMPTY else size


def _excluded(policy: Policy, paths: Iterable[str]) -> set[str]:
    """Those of ``paths`` that ``policy`` would not send."""
    matcher = policy.matcher
    # Docker fails with a broken pattern only where it tries it; these paths it may never have tried.
    if matcher.has_broken:
        matcher = matcher.lenient()
    scopes: dict[str, Scope | None] = {"": matcher.root()}
    found = set()
    for path in paths:
        folder = parent(path)
        # A loop and no recursion: a repository may nest deeper than Python's stack.
        for unknown in reversed([above for above in upwards(folder) if above not in scopes]):
            scopes[unknown] = _enter(policy, scopes[parent(unknown)], unknown)
        scope = scopes[folder]
        if scope is None or scope.decide_one(name(path)).excluded:
            found.add(path)
    return found


def _enter(policy: Policy, above: Scope | None, folder: str) -> Scope | None:
    """The scope of ``folder``; None for one that is skipped, and below such a one."""
    if above is None:
        return None
    decision = above.decide_one(name(folder))
    if decision.excluded and policy.prunes(folder):
        return None
    return above.enter(name(folder), decision)


def _find_renames(
    vanished: list[str],
    appeared: list[str],
    old_blobs: Mapping[str, str],
    new_blobs: Mapping[str, str],
    sizes: Mapping[str, int],
) -> list[Rename]:
    """Pair paths of the same content; among several, one of the same name first."""
    gone: dict[str, list[str]] = {}
    for path in vanished:
        if path in old_blobs:
            gone.setdefault(old_blobs[path], []).append(path)
    waiting = [path for path in appeared if new_blobs.get(path) in gone]
    renames = []
    # Two rounds: a file that keeps its name must not lose its pair to one that does not.
    for same_name in (True, False):
        rest = []
        for path in waiting:
            candidates = gone[new_blobs[path]]
            fitting = candidates
            if same_name:
                fitting = [old for old in candidates if name(old) == name(path)]
            if not fitting:
                rest.append(path)
                continue
            renames.append(Rename(fitting[0], path, sizes[path]))
            candidates.remove(fitting[0])
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
            folder = join(folder, part)
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
    kinds = {name(path).rpartition(".")[2] for path in node.files}
    if len(kinds) > 1 and total is not None and total.files > len(node.files):
        return False
    largest = max(abs(new - old) for old, new in (changes[path] for path in node.files))
    if node.change and largest > _LARGE * node.change:
        return False
    inner = node.folders.values()
    return not any(below.change >= _DOMINANT * node.change for below in inner if node.change)
