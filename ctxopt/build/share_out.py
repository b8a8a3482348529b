"""What is sent, shared out among the instructions that take it: each byte counted once.

Arithmetic on a measured view; which paths an instruction takes is found elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ctxopt.errors import IgnoreFileError
from ctxopt.languages.dockerfile import Source
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.paths import folders_above, overlaps, relative
from ctxopt.tree.model import DIR, FILE
from ctxopt.tree.view import View

if TYPE_CHECKING:
    from ctxopt.build.placement import Hole


class ResolvedSource(NamedTuple):
    """A source with the paths that it takes, each with all below it; ``""`` is the whole context."""

    source: Source
    roots: tuple[str, ...]
    holes: tuple[Hole, ...] = ()
    """What of it is missing besides what ``--exclude`` leaves out."""


@dataclass(slots=True)
class Share:
    """Files and their bytes."""

    files: int = 0
    bytes: int = 0

    def add(self, files: int, size: int) -> None:
        """Add ``files`` files of ``size`` bytes together."""
        self.files += files
        self.bytes += size


class Shares:
    """The shares of every set of sources that take the same files.

    A set is an integer with a bit for each source: two operations decide about a file, however
    many sources there are.
    """

    def __init__(self) -> None:
        self._by_takers: dict[int, Share] = {}

    def add(self, takers: int, files: int, size: int) -> None:
        """Add ``files`` files of ``size`` bytes together to what exactly the sources in ``takers`` take."""
        self._by_takers.setdefault(takers, Share()).add(files, size)

    def taken_by(self, places: Iterable[int]) -> Share:
        """Return what at least one of the sources at ``places`` takes."""
        wanted = 0
        for place in places:
            wanted |= 1 << place
        total = Share()
        for takers, share in self._by_takers.items():
            if takers & wanted:
                total.add(share.files, share.bytes)
        return total

    def taken_only_by(self, place: int) -> Share:
        """Return what the source at ``place`` takes and no other one."""
        return self._by_takers.get(1 << place, Share())

    def untaken(self) -> Share:
        """Return what no source takes."""
        return self._by_takers.get(0, Share())


def share_out(view: View, sources: Sequence[ResolvedSource]) -> Shares:
    """Return who takes how much of what ``view`` sends, by the place of a source in ``sources``."""
    return _ShareOut(view, sources).run()


class Takers:
    """Which sources take a path, told on the way down from the root; a set is an integer with a bit for each source."""

    def __init__(self, sources: Sequence[ResolvedSource]) -> None:
        self._holes = list(_holes(sources))
        self._starts: dict[str, int] = {}
        """Takers that join at a path."""
        for place, source in enumerate(sources):
            for root in source.roots:
                self._starts[root] = self._starts.get(root, 0) | 1 << place
        self._above_starts = folders_above(self._starts) | {""}
        self.root = self._starts.get("", 0)
        """Those that take the whole context."""

    def are_uniform(self, folder: str, takers: int) -> bool:
        """Tell whether all below ``folder``, which ``takers`` take, goes to the same sources."""
        if folder in self._above_starts:
            return False
        return not any(takers & bit and hole.concerns(folder) for bit, hole in self._holes)

    def of(self, path: str, above: int, *, is_folder: bool) -> int:
        """Return who takes ``path``, or something below a folder; ``above`` are those of the folder that it is in."""
        takers = above | self._starts.get(path, 0)
        for bit, hole in self._holes:
            if not takers & bit:
                continue
            if hole.hides_all(path) if is_folder else hole.hides(path):
                takers &= ~bit
        return takers


class _ShareOut:
    """One pass from the root down to where nothing changes any more."""

    def __init__(self, view: View, sources: Sequence[ResolvedSource]) -> None:
        self._view = view
        self._shares = Shares()
        self._takers = Takers(sources)

    def run(self) -> Shares:
        stack = [("", self._takers.root)]
        while stack:
            path, takers = stack.pop()
            if self._takers.are_uniform(path, takers):
                total = self._view.totals.get(path)
                if total is not None:
                    self._shares.add(takers, total.files, total.bytes)
            else:
                stack += self._share_folder(path, takers)
        return self._shares

    def _share_folder(self, path: str, takers: int) -> Iterator[tuple[str, int]]:
        """Add a folder's own files; yield its folders with their takers."""
        for row in self._view.rows_in(path):
            if row.kind == DIR:
                yield row.path, self._takers.of(row.path, takers, is_folder=True)
            elif row.kind == FILE and not row.is_excluded:
                size = row.size
                if row.is_empty:
                    size = 0
                self._shares.add(self._takers.of(row.path, takers, is_folder=False), 1, size)


class _LeftOut(NamedTuple):
    """The ``--exclude`` of one source."""

    matcher: Matcher
    roots: tuple[str, ...]

    def hides(self, path: str) -> bool:
        """Tell whether ``path`` is not taken; the patterns start at what the source names."""
        for root in self.roots:
            inside = relative(path, root)
            # What a source names itself is taken, whatever its patterns say.
            if inside:
                return self.matcher.decide(inside).excluded
        return False

    def hides_all(self, folder: str) -> bool:
        """Tell whether nothing below ``folder`` is taken."""
        return not self.matcher.exceptions and self.hides(folder)

    def concerns(self, folder: str) -> bool:
        """Tell whether something below ``folder`` may be left out."""
        return any(overlaps(folder, root) for root in self.roots)


def _holes(sources: Sequence[ResolvedSource]) -> Iterator[tuple[int, Hole]]:
    """Yield why a source, by its bit, takes less than what lies below its roots."""
    for place, (source, roots, holes) in enumerate(sources):
        yield from ((1 << place, hole) for hole in holes)
        if not source.exclude:
            continue
        try:
            matcher = read_matcher((None, pattern) for pattern in source.exclude)
        # Docker refuses such a pattern when it copies, which is later than what is told here.
        except IgnoreFileError:
            continue
        yield 1 << place, _LeftOut(matcher, roots)
