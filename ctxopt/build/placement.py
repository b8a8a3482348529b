"""Parts of a context as they lie in an image, and what of each part does not: values, with no image around them.

Paths in an image and paths of a context are relative and clean; ``""`` is the root of either.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple, Protocol

from ctxopt.languages.dockerfile import Source
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.paths import is_at_or_below, join, overlaps, relative
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import DIR, FILE


class Hole(Protocol):
    """Why some of what lies below a root is not there; asked about paths of the context."""

    def hides(self, path: str) -> bool:
        """Tell whether the file or link ``path`` is not there."""

    def hides_all(self, folder: str) -> bool:
        """Tell whether nothing below ``folder`` can be there."""

    def concerns(self, folder: str) -> bool:
        """Tell whether something at or below ``folder`` may not be there."""


class LeftOut(NamedTuple):
    """What ``--exclude`` leaves out, or ``--parents`` does not match, below the context's ``root``."""

    root: str
    above: str
    """Where the root lies below what the instruction names: the patterns start there."""
    matcher: Matcher
    takes: bool = False
    """Whether the patterns say what is taken instead."""

    def hides(self, path: str) -> bool:
        """Tell whether the patterns leave ``path`` out."""
        inside = join(self.above, relative(path, self.root) or "")
        # What a source names itself is taken, whatever its patterns say.
        return bool(inside) and self.matcher.decide(inside).excluded != self.takes

    def hides_all(self, folder: str) -> bool:
        """Tell whether the patterns leave out all below ``folder``."""
        return not self.takes and not self.matcher.exceptions and self.hides(folder)

    def concerns(self, folder: str) -> bool:
        """Tell whether the patterns may speak of something below ``folder``."""
        return overlaps(folder, self.root)


class Replaced(NamedTuple):
    """What a later instruction of the stage put in the place of ``start`` and of what lies below it."""

    start: str
    part: Placed
    there: str
    """Where the later part has what is put in the place of ``start``."""

    def hides(self, path: str) -> bool:
        """Tell whether the later part has a file of this name."""
        inside = relative(path, self.start)
        if inside is None:
            return False
        if self.part.kind != DIR:
            return True
        return self.part.kind_of(join(self.there, inside)) not in (None, DIR)

    def hides_all(self, folder: str) -> bool:
        """Tell whether the later part is a file, where this had a folder."""
        return self.part.kind != DIR and is_at_or_below(folder, self.start)

    def concerns(self, folder: str) -> bool:
        """Tell whether something below ``folder`` may be replaced."""
        inside = relative(folder, self.start)
        if inside is None:
            return is_at_or_below(self.start, folder)
        return self.part.kind != DIR or self.part.kind_of(join(self.there, inside)) is not None


class Removed(NamedTuple):
    """What a RUN step removes or moves away of a part whose ``root`` lay at ``at``."""

    root: str
    at: str
    patterns: tuple[str, ...]

    def hides(self, path: str) -> bool:
        """Tell whether the step names ``path`` or a folder above it."""
        parts = join(self.at, relative(path, self.root) or "").split("/")
        heads = ["/" + "/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        return any(fnmatchcase(head, pattern) for head in heads for pattern in self.patterns)

    def hides_all(self, folder: str) -> bool:
        """Tell whether the step removes ``folder``."""
        return self.hides(folder)

    def concerns(self, folder: str) -> bool:
        """Tell whether the step may remove something below ``folder``."""
        return overlaps(folder, self.root)


class Placed(NamedTuple):
    """A file of a context, or a folder with all below it, in an image."""

    at: str
    """Where it lies in the image."""
    lookup: ViewLookup | None
    """The context that it comes from; None for what a Dockerfile brings itself."""
    root: str
    """Its path in the context."""
    kind: int
    """FILE, DIR or another kind of ``tree.model``."""
    source: Source | None = None
    """The COPY or ADD that took it from the context; None while it lies there."""
    via: tuple[int, ...] = ()
    """The lines of the COPY --from that took it further, in the order of its way."""
    holes: tuple[Hole, ...] = ()
    since: int = 0
    """How many RUN steps of its stage came before it."""
    ran: bool = False
    """Whether a RUN step of a stage that it was taken from could have removed it."""
    unpacked: bool = False
    """Whether it is an archive whose files lie there instead of it."""
    is_vague: bool = False
    """Whether it may lie in ``at`` instead: that depends on what a base image or a RUN step made."""

    def kind_of(self, path: str) -> int | None:
        """Return the kind of a context's ``path`` that is part of it, None where it is not there."""
        kind: int | None = None
        if path == self.root:
            kind = self.kind
        elif self.lookup is not None and self.kind == DIR:
            found = self.lookup.find(path)
            if found is not None:
                folder, place = found
                kind = folder.kinds[place]
        if kind is None or self.is_hidden(path, kind):
            return None
        return kind

    def is_hidden(self, path: str, kind: int = FILE) -> bool:
        """Tell whether the context's ``path`` lies in it and is not there."""
        # A folder is there as long as something below it may be.
        if kind == DIR:
            return any(hole.hides_all(path) for hole in self.holes)
        return any(hole.hides(path) for hole in self.holes)

    def settled(self) -> Placed | None:
        """Return the part, a file without the question whether it is there; None where it is not."""
        if self.is_hidden(self.root, self.kind):
            return None
        if self.kind == DIR:
            return self
        return self._replace(holes=())

    def has(self, path: str) -> bool:
        """Tell whether the context's ``path`` came along with it."""
        return is_at_or_below(path, self.root) and not self.is_hidden(path)

    def path_at(self, path: str) -> str | None:
        """Return which path of the context lies at the image's ``path``, None where none can."""
        inside = relative(path, self.at)
        if inside is None or self.unpacked or (inside and self.kind != DIR):
            return None
        return join(self.root, inside)


def own_file(at: str) -> Placed:
    """Return a file of no context: a here-document."""
    return Placed(at=at, lookup=None, root="", kind=FILE)


def context_at_root(lookup: ViewLookup) -> Placed:
    """Return the whole of a context, as it lies in the place that COPY takes from."""
    return Placed(at="", lookup=lookup, root="", kind=DIR)


def replacements(part: Placed, later: Iterable[Placed]) -> tuple[Replaced, ...]:
    """Return what the parts that were placed later put in the place of some of ``part``."""
    found: list[Replaced] = []
    for other in later:
        # The files of an archive are not looked at.
        if other.unpacked:
            continue
        below = relative(other.at, part.at)
        if below is not None:
            found.append(Replaced(join(part.root, below), other, other.root))
            continue
        above = relative(part.at, other.at)
        if above is not None and (other.kind != DIR or other.lookup is not None):
            found.append(Replaced(part.root, other, join(other.root, above)))
    return tuple(found)
