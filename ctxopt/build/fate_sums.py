"""How many bytes of each folder meet which fate, for pictures of the whole. Arithmetic on what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.fates import FATES, Course, Fate, Fates
from ctxopt.tree.model import DIR, EMPTY, FILE, Flag, Folder

_PLACES: Final[dict[Fate, int]] = {fate: place for place, fate in enumerate(FATES)}
_KEPT: Final = _PLACES["kept"]
_UNASKED: Final = _PLACES["unasked"]


class FateSum(NamedTuple):
    """Files and their bytes by what becomes of them; both in the order of ``FATES``."""

    by_bytes: tuple[int, ...]
    by_files: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """All bytes, kept back or not."""
        return sum(self.by_bytes)

    @property
    def files(self) -> int:
        """All files, kept back or not."""
        return sum(self.by_files)

    @property
    def kept_bytes(self) -> int:
        """Bytes that the ignore file keeps back."""
        return self.by_bytes[_KEPT]

    @property
    def kept_files(self) -> int:
        """Files that the ignore file keeps back."""
        return self.by_files[_KEPT]

    @property
    def sent_bytes(self) -> int:
        """Bytes that this build sends."""
        return self.bytes - self.kept_bytes - self.by_bytes[_UNASKED]

    @property
    def fates(self) -> tuple[Fate, ...]:
        """What becomes of any of the files."""
        return tuple(fate for fate, files in zip(FATES, self.by_files, strict=True) if files)

    def less(self, others: Iterable[FateSum]) -> FateSum:
        """Return what is left of it without ``others``."""
        by_bytes, by_files = list(self.by_bytes), list(self.by_files)
        for other in others:
            for place in range(len(FATES)):
                by_bytes[place] -= other.by_bytes[place]
                by_files[place] -= other.by_files[place]
        return FateSum(tuple(by_bytes), tuple(by_files))


class SizedEntry(NamedTuple):
    """An entry of a folder with what becomes of it, or of all that is below it."""

    path: str
    kind: int
    """FILE, DIR or another kind of ``tree.model``."""
    sum: FateSum
    is_excluded: bool
    """Whether the patterns exclude it; something below an excluded folder may be sent."""


class FateSums:
    """The sums of every folder of one analysis, which has to know what is in folders that are kept back."""

    def __init__(self, analysis: Analysis) -> None:
        self._view = analysis.permitted
        self._folders = analysis.tree.folders
        self._fates = Fates(analysis)
        self._courses: dict[str, Course] = {}
        self._sums: dict[str, FateSum] = {}
        self._sum_up()

    def of(self, folder: str) -> FateSum:
        """Return the sums of all that is below a folder; zeros for one that was not read."""
        return self._sums.get(folder, _NOTHING)

    def largest(self, path: str, most: int) -> list[SizedEntry]:
        """Return at most ``most`` entries of a folder, the largest first; nothing of one that was not read."""
        folder = self._folders.get(path)
        if folder is None or not folder.kinds:
            return []
        names, sizes = folder.names, folder.sizes.tolist()
        index = folder.kinds.find(DIR)
        while index >= 0:
            sizes[index] = self.of(folder.child(names[index])).bytes
            index = folder.kinds.find(DIR, index + 1)
        # A folder of a hundred thousand files is looked at, and only what is shown of it is described.
        order = sorted(range(len(sizes)), key=sizes.__getitem__, reverse=True)
        flags = self._view.flags(folder) or bytes(len(folder.kinds))
        fates = self._fates.of_files(self._courses[path], folder)
        return [
            self._entry(
                folder.child(names[index]),
                folder.kinds[index],
                sizes[index],
                flags[index],
                fates[index],
            )
            for index in order[:most]
        ]

    def number_in(self, path: str) -> int:
        """Return how many entries a folder has."""
        folder = self._folders.get(path)
        if folder is None:
            return 0
        return len(folder.kinds)

    def _entry(self, path: str, kind: int, size: int, flag: int, fate: Fate) -> SizedEntry:
        total = _NOTHING
        if kind == DIR:
            total = self.of(path)
        elif kind == FILE:
            total = _single(fate, _arriving(size, flag))
        return SizedEntry(path, kind, total, bool(flag & Flag.EXCLUDED))

    def _sum_up(self) -> None:
        own: dict[str, list[int]] = {}
        stack = [("", self._fates.root())]
        while stack:
            path, course = stack.pop()
            folder = self._folders.get(path)
            if folder is None:
                continue
            self._courses[path] = course
            own[path] = self._own(folder, course)
            stack += [(below, self._fates.enter(course, below)) for below in folder.subfolders()]
        # A folder was read before those in it.
        for path in reversed(own):
            sums = own[path]
            self._sums[path] = FateSum(tuple(sums[: len(FATES)]), tuple(sums[len(FATES) :]))
            if path:
                above = own[path.rpartition("/")[0]]
                for place, number in enumerate(sums):
                    above[place] += number

    def _own(self, folder: Folder, course: Course) -> list[int]:
        """Return bytes, then files, of a folder's own files, each in the order of ``FATES``."""
        sums = [0] * (2 * len(FATES))
        if not folder.kinds:
            return sums
        flags = self._view.flags(folder) or bytes(len(folder.kinds))
        fates = self._fates.of_files(course, folder)
        sizes = folder.sizes
        plain = flags.count(0) + flags.count(Flag.EXCLUDED)
        is_alike = fates.count(fates[0]) == plain == folder.kinds.count(FILE) == len(sizes)
        # In most folders all files meet the same fate, and the sum is over the whole column.
        if is_alike:
            place = _PLACES[fates[0]]
            sums[place], sums[place + len(FATES)] = sum(sizes), len(sizes)
            return sums
        for kind, size, flag, fate in zip(folder.kinds, sizes, flags, fates, strict=True):
            if kind == FILE:
                place = _PLACES[fate]
                sums[place] += _arriving(size, flag)
                sums[place + len(FATES)] += 1
        return sums


_NOTHING: Final = FateSum((0,) * len(FATES), (0,) * len(FATES))
_ONE: Final = {
    fate: tuple(int(place == other) for other in range(len(FATES)))
    for fate, place in _PLACES.items()
}


def _single(fate: Fate, size: int) -> FateSum:
    ones = _ONE[fate]
    return FateSum(tuple(size * one for one in ones), ones)


def _arriving(size: int, flag: int) -> int:
    """Return the bytes of a file that arrive, or would: one that cannot be opened arrives empty."""
    if flag & EMPTY:
        return 0
    return size


__all__ = ["FateSum", "FateSums", "SizedEntry"]
