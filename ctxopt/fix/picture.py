"""A context as a picture of it shows it: a tree of sizes, fates and switches, as fine as a page has room for. Pure."""

from __future__ import annotations

import heapq
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.fates import Course, Fate, Fates
from ctxopt.build.survey import Survey
from ctxopt.fix.combinations import KEPT_BACK, Combinations, Condition, TooEntangledError
from ctxopt.fix.plan import Fix
from ctxopt.fix.switches import SwitchedFile, fixed_file, switched_file
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.paths import relative, upwards
from ctxopt.rules.finding import Finding
from ctxopt.tree.model import DIR, FILE, Flag, Folder

ROOM: Final = 750_000
"""Bytes that the names and figures of a picture may take on a page, about."""
_FIGURES: Final = 14
"""Bytes for the figures of one file or folder, about."""
_REST: Final = 20
"""Bytes for what stands together of one sort in a folder, about."""
_MARKUP: Final = frozenset('<>&"\\')
_MARKED: Final = 10
"""Paths of a finding or a line that are shown at any rate."""


class Sort(NamedTuple):
    """What files have in common: where they end now, and when they are kept back."""

    fate: Fate
    condition: Condition


class Amount(NamedTuple):
    """Files of one sort."""

    sort: int
    """Its place in ``Picture.sorts``."""
    bytes: int
    files: int


class Node(NamedTuple):
    """A file or a folder of the picture; the nodes of a folder's children come behind it, each before its own."""

    name: str
    """Empty for the root."""
    children: int | None
    """How many nodes are right below it; None for a file."""
    amounts: tuple[Amount, ...]
    """A file itself; of a folder what is right below it without a node of its own, or deeper."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What there is to be seen of a context; sizes in bytes."""

    nodes: tuple[Node, ...]
    sorts: tuple[Sort, ...]
    switched: SwitchedFile
    own: int | None
    """The place in ``nodes`` of the ignore file, whose size depends on the switches and is 0 there; None outside."""
    folded: int
    """Files that have no node of their own."""


def picture_of(
    survey: Survey, fix: Fix | None, findings: Iterable[Finding] = (), *, room: int = ROOM
) -> Picture:
    """Return the picture of a context with the lines of ``fix`` as switches.

    What the lines and ``findings`` are about is shown however small it is; ``room`` is what names and figures may take.
    """
    marked = [path for finding in findings for path in finding.paths[:_MARKED]]
    analysis = survey.analysis
    dialect = dialect_of(analysis.context.builder)
    ignore = analysis.context.ignore
    if fix is None or fix.new_content is None:
        switched = fixed_file(ignore.file, ignore.path or "", dialect)
        return _Painter(survey, analysis, switched).picture(marked, room)
    marked += [path for line in fix.lines for path in line.paths[:_MARKED]]
    switched = switched_file(fix, dialect)
    try:
        return _Painter(survey, fix.foreseen, switched).picture(marked, room)
    except TooEntangledError:
        switched = switched_file(fix, dialect, at_once=True)
        return _Painter(survey, fix.foreseen, switched).picture(marked, room)


@dataclass(slots=True)
class _Seen:
    """One folder while the tree is read."""

    folder: Folder
    files: list[tuple[str, Amount]]
    total: dict[int, list[int]]
    """[bytes, files] of all below it, by sort."""
    weight: int = 0


class _Painter:
    def __init__(self, survey: Survey, foreseen: Analysis, switched: SwitchedFile) -> None:
        self._whole = survey.whole
        context = survey.analysis.context
        self._now = Fates(survey.analysis)
        self._later = Fates(foreseen)
        self._combinations = Combinations(survey.whole, context, switched)
        self._switched = switched
        self._is_new = not switched.existed and bool(switched.switches)
        self._own = None
        # Of a file that cannot be read, or is not there and stays away, there are no lines to sum up.
        if switched.existed or self._is_new:
            self._own = _own_path(context.ignore_target, context.root)
        self._places: dict[Sort, int] = {}
        self._seen: dict[str, _Seen] = {}

    def picture(self, marked: Iterable[str], room: int) -> Picture:
        self._read()
        self._add_new_file()
        self._sum_up()
        own = self._own
        if own is None or not self._has_file(own):
            own = None
        chosen = _choose(self._seen, [*marked, *filter(None, [own])], room)
        nodes = list(_nodes(self._seen, chosen))
        shown = sum(1 for path, node in nodes if node.children is None)
        return Picture(
            nodes=tuple(node for _, node in nodes),
            sorts=tuple(self._places),
            switched=self._switched,
            own=next((place for place, (path, _) in enumerate(nodes) if path == own), None),
            folded=sum(len(seen.files) for seen in self._seen.values()) - shown,
        )

    def _has_file(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        seen = self._seen.get(folder)
        return seen is not None and any(name == other for other, _ in seen.files)

    def _read(self) -> None:
        """Look at every folder once, each before those in it."""
        stack = [("", self._combinations.root(), self._now.root())]
        folders = self._whole.tree.folders
        while stack:
            path, place, course = stack.pop()
            folder = folders.get(path)
            if folder is None:
                continue
            names = folder.names
            touching = place.touching_each(names)
            self._seen[path] = _Seen(folder, self._files(folder, names, touching, course), {})
            index = folder.kinds.find(DIR)
            while index >= 0:
                below = folder.child(names[index])
                inner = place.enter(names[index], touching[index])
                stack.append((below, inner, self._now.enter(course, below)))
                index = folder.kinds.find(DIR, index + 1)

    def _files(
        self, folder: Folder, names: list[str], touching: list[int], course: Course
    ) -> list[tuple[str, Amount]]:
        flags = self._whole.flags(folder)
        fates = self._now.of_files(course, folder)
        found = []
        sizes = folder.sizes
        for index, kind in enumerate(folder.kinds):
            if kind != FILE:
                continue
            size, fate = sizes[index], fates[index]
            if flags is not None and flags[index] & Flag.UNREADABLE:
                size = 0
            condition = self._combinations.of(folder, index, touching[index])
            # Where it would end once a line lets it in, only the build with the line can tell.
            if fate == "kept" and condition.always != KEPT_BACK:
                fate = self._later.of_let_in(folder.child(names[index]))
            found.append((names[index], Amount(self._sort(fate, condition), size, 1)))
        return found

    def _sort(self, fate: Fate, condition: Condition) -> int:
        return self._places.setdefault(Sort(fate, condition), len(self._places))

    def _add_new_file(self) -> None:
        """Give the ignore file a place that a line would be written to, and take the size of an old one away."""
        if self._own is None:
            return
        folder, _, name = self._own.rpartition("/")
        seen = self._seen.get(folder)
        if seen is None:
            return
        if self._is_new:
            condition = self._combinations.of_new_file(name)
            sort = self._sort(self._later.of_let_in(self._own), condition)
            seen.files.append((name, Amount(sort, 0, 0)))
            return
        seen.files = [
            (other, amount._replace(bytes=0, files=0) if other == name else amount)
            for other, amount in seen.files
        ]

    def _sum_up(self) -> None:
        # A folder was read before those in it.
        for path in reversed(self._seen):
            seen = self._seen[path]
            for _, amount in seen.files:
                _add(seen.total, amount)
            seen.weight = sum(size for size, _ in seen.total.values())
            if path:
                above = self._seen[path.rpartition("/")[0]]
                for amount in _amounts(seen.total):
                    _add(above.total, amount)


def _own_path(target: str, root: str) -> str | None:
    """Return the ignore file as seen from the root of the context; None where it lies elsewhere."""
    return relative(target.removeprefix("/"), root.removeprefix("/"))


def _add(total: dict[int, list[int]], amount: Amount) -> None:
    sums = total.setdefault(amount.sort, [0, 0])
    sums[0] += amount.bytes
    sums[1] += amount.files


def _amounts(total: dict[int, list[int]]) -> Iterator[Amount]:
    for sort, (size, files) in sorted(total.items()):
        if size or files:
            yield Amount(sort, size, files)


def _choose(seen: dict[str, _Seen], marked: list[str], room: int) -> set[str]:
    """Return the files and folders with a node of their own: what is marked, then the heaviest, as long as there is room."""
    first = {above for path in marked for above in upwards(path)}
    chosen: set[str] = set()
    queue: list[tuple[bool, int, str]] = [(False, -seen[""].weight, "")]
    while queue and room > 0:
        _, _, path = heapq.heappop(queue)
        chosen.add(path)
        room -= _length(path.rpartition("/")[2]) + _FIGURES
        here = seen.get(path)
        if here is None:
            continue
        room -= _REST * len(here.total)
        # What lies in the root is what people know.
        is_late = bool(path)
        for name, amount in here.files:
            below = here.folder.child(name)
            heapq.heappush(queue, (is_late and below not in first, -amount.bytes, below))
        for below in here.folder.subfolders():
            inside = seen.get(below)
            if inside is not None and inside.total:
                heapq.heappush(queue, (is_late and below not in first, -inside.weight, below))
    return chosen


def _length(name: str) -> int:
    """Return the bytes that a name takes on a page, or somewhat more."""
    length = len(os.fsencode(name))
    if name.isprintable() and _MARKUP.isdisjoint(name):
        return length
    # An escape is at most six characters long.
    return 6 * length


def _nodes(seen: dict[str, _Seen], chosen: Collection[str]) -> Iterator[tuple[str, Node]]:
    """Yield what was chosen with its paths, each folder before what is in it."""
    stack = [""]
    while stack:
        path = stack.pop()
        here = seen[path]
        rest: dict[int, list[int]] = {}
        files = []
        for name, amount in here.files:
            below = here.folder.child(name)
            if below in chosen:
                files.append((below, Node(name, None, (amount,))))
            else:
                _add(rest, amount)
        folders = []
        for below in here.folder.subfolders():
            if below in chosen:
                folders.append(below)
            elif below in seen:
                for amount in _amounts(seen[below].total):
                    _add(rest, amount)
        name = path.rpartition("/")[2]
        yield path, Node(name, len(files) + len(folders), tuple(_amounts(rest)))
        yield from files
        # Nodes are told one below the other, so that each folder's stand together with what is in them.
        stack += reversed(folders)


__all__ = ["Amount", "Node", "Picture", "Sort", "picture_of"]
