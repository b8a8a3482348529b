"""The files of one stage as its instructions place them: look-ups, and what a COPY takes and puts. Asks no disk.

What a base image or a RUN step makes is not in it. Sources: moby/buildkit solver/llbsolver/file/backend.go docopy,
frontend/dockerfile/dockerfile2llb/convert.go dispatchCopy; tonistiigi/fsutil copy/copy.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ctxopt.build.placement import Hole, Placed, Removed, replacements
from ctxopt.build.removals import removed_by
from ctxopt.languages.golang.paths import BadPatternError, has_meta, match, resolve_links
from ctxopt.paths import join, name, parent, relative, upwards, with_slash
from ctxopt.tree.model import DIR, SYMLINK

SOMEWHERE = "\0"
"""Stands at the start of a path for a folder that only the base image names."""


class SourceMatch(NamedTuple):
    """One thing that a source names: by which name, where it is behind all links, and what."""

    path: str
    real: str
    kind: int


class ImageTree:
    """What lies in one stage, the parts in the order in which they were placed."""

    def __init__(self, *, is_known: bool, base: ImageTree | None = None) -> None:
        self.placed: list[Placed] = []
        self.scripts: list[str] = []
        """What its RUN steps gave to the shell."""
        self.is_known = is_known
        """Whether there is nothing in it besides what was placed."""
        self._at: dict[str, list[int]] = {}
        """The places in ``placed`` of what lies at a path."""
        self._names: dict[str, set[str]] = {"": set()}
        """The folders, with the names that were put into each."""
        self._loose: dict[tuple[object, ...], Placed] = {}
        if base is not None:
            self.placed = list(base.placed)
            self.scripts = list(base.scripts)
            self._at = {path: list(places) for path, places in base._at.items()}
            self._names = {path: set(names) for path, names in base._names.items()}
            self._loose = dict(base._loose)

    @property
    def loose(self) -> Iterable[Placed]:
        """Parts of which a RUN step may have put something anywhere."""
        return self._loose.values()

    def loosen(self, parts: Iterable[Placed]) -> None:
        """Let a RUN step have put ``parts`` anywhere."""
        for part in parts:
            # By identity: to compare the whole of two instructions for each of thousands of files takes seconds.
            key = (part.root, part.kind, id(part.lookup), id(part.source))
            known = self._loose.get(key)
            if known is None or len(part.holes) < len(known.holes):
                self._loose[key] = part

    def make_folder(self, path: str) -> None:
        """Make a folder, as WORKDIR and the destination of a COPY do."""
        missing: list[str] = []
        while path not in self._names:
            missing.append(path)
            path = parent(path)
        for folder in reversed(missing):
            self._names[folder] = set()
            self._names[parent(folder)].add(name(folder))

    def place(self, part: Placed) -> None:
        """Put a part where it says."""
        folder = parent(part.at)
        if part.unpacked:
            folder = part.at
        self.make_folder(folder)
        if part.at:
            self._names[parent(part.at)].add(name(part.at))
        self._at.setdefault(part.at, []).append(len(self.placed))
        self.placed.append(part._replace(since=len(self.scripts)))

    def run(self, script: str) -> None:
        """Let a RUN step do what it may: remove anything, and put any part of what is here elsewhere."""
        self.loosen(self.placed)
        self.scripts.append(script)
        self.is_known = False

    def find(self, path: str) -> tuple[Placed, str] | None:
        """Return the part that lies at ``path`` with its path in the context; None where no part does."""
        for place in sorted(self._above(path), reverse=True):
            part = self.placed[place]
            inside = part.path_at(path)
            if inside is not None and part.kind_of(inside) is not None:
                return part, inside
        return None

    def kind(self, path: str) -> int | None:
        """Return what lies at ``path``; None where nothing is known to."""
        found = self.find(path)
        if found is not None:
            part, inside = found
            return part.kind_of(inside)
        if path in self._names:
            return DIR
        return None

    def _above(self, path: str) -> list[int]:
        """Return the places of what lies at ``path`` or at a folder above it."""
        return [place for here in upwards(path) for place in self._at.get(here, ())]

    def _below(self, path: str) -> list[int]:
        """Return the places of what lies below ``path``."""
        found: list[int] = []
        stack = [path]
        while stack:
            folder = stack.pop()
            for called in self._names.get(folder, ()):
                child = join(folder, called)
                found += self._at.get(child, ())
                stack.append(child)
        return found

    def resolve(self, path: str) -> str | None:
        """Follow the links on the way to ``path``; None where nothing is known to lie there."""

        def look(here: str, further: bool) -> str | None:
            kind = self.kind(here)
            if kind is None or (further and kind not in (DIR, SYMLINK)):
                raise LookupError(here)
            return self._target(here, kind)

        return resolve_links(path, look)

    def enter(self, folder: str, called: str) -> str:
        """Return where a file goes that is put into ``folder``, on the way to which there are no links."""
        path = join(folder, called)
        if self.kind(path) != SYMLINK:
            return path
        return self.resolve_new(path)

    def resolve_new(self, path: str) -> str:
        """Follow the links on the way to ``path``, which need not be there."""
        return resolve_links(path, lambda here, _: self._target(here, self.kind(here))) or ""

    def _target(self, path: str, kind: int | None) -> str | None:
        """Return where a link leads; None for what is none."""
        found = self.find(path)
        if kind != SYMLINK or found is None:
            return None
        part, inside = found
        if part.lookup is None:
            return None
        place = part.lookup.find(inside)
        if place is None:
            return None
        folder, _ = place
        return (folder.links or {})[name(inside)]

    def named_by(self, source: str) -> list[SourceMatch]:
        """Return what a source names, wildcards and links resolved; nothing where nothing is known to be there."""
        parts = source.split("/")
        first = next((place for place, part in enumerate(parts) if has_meta(part)), None)
        if first is None:
            return self._match(source, self.resolve(source))
        base = self.resolve("/".join(parts[:first]))
        if base is None:
            return []
        pattern = "/".join(parts[first:])
        return [item for path in self._matches(base, pattern) for item in self._match(path, path)]

    def _match(self, path: str, real: str | None) -> list[SourceMatch]:
        """Return what is at ``real``, on the way to which there are no links; nothing where nothing is known to be."""
        if real is None:
            return []
        kind = self.kind(real)
        if kind == SYMLINK:
            return self._match(path, self.resolve(real))
        if kind is None:
            return []
        return [SourceMatch(path, real, kind)]

    def _matches(self, base: str, pattern: str) -> Iterator[str]:
        """Yield what matches below ``base``; a match is not searched further."""
        # A class may hold a slash, so that no depth is too deep for such a pattern.
        deepest = None
        if "[" not in pattern:
            deepest = pattern.count("/")
        stack = [(base, -1)]
        while stack:
            path, depth = stack.pop()
            if depth >= 0 and _matches_whole(pattern, relative(path, base) or ""):
                yield path
            elif depth < 0 or ((deepest is None or depth < deepest) and self.kind(path) == DIR):
                # In Docker's order: of two files that come to lie in one place the later stays.
                names = sorted(self._names_in(path), reverse=True)
                stack += [(join(path, called), depth + 1) for called in names]

    def _names_in(self, folder: str) -> set[str]:
        found = set(self._names.get(folder, ()))
        for place in self._above(folder):
            part = self.placed[place]
            inside = part.path_at(folder)
            if inside is not None and part.lookup is not None:
                below = part.lookup.view.tree.folders.get(inside)
                if below is not None:
                    found.update(below.names)
        return found

    def take(self, real: str, at: str, line: int) -> Iterator[Placed]:
        """Yield the parts at or below ``real`` as a COPY --from in ``line`` puts them at ``at``."""
        removed: dict[int, tuple[str, ...]] = {}
        for place in sorted((*self._above(real), *self._below(real))):
            part = self.placed[place]
            moved = self._moved(part, real, at)
            if moved is None:
                continue
            if part.since not in removed:
                removed[part.since] = removed_by(self.scripts[part.since :])
            holes: list[Hole] = [*moved.holes, *replacements(part, self._later(place))]
            if removed[part.since]:
                holes.append(Removed(part.root, part.at, removed[part.since]))
            ran = part.ran or part.since < len(self.scripts)
            moved = moved._replace(holes=tuple(holes), via=(*part.via, line), ran=ran)
            left = moved.settled()
            if left is not None:
                yield left._replace(is_vague=False)

    def _later(self, place: int) -> Iterator[Placed]:
        """Yield what was put over the part at ``place``, or into it, after it."""
        part = self.placed[place]
        places = self._above(part.at)
        if part.kind == DIR:
            places += self._below(part.at)
        return (self.placed[other] for other in sorted(places) if other > place)

    def possible(self, source: str) -> Iterator[Placed]:
        """Yield the parts that a source may name, though nothing tells."""
        for part in self.placed:
            if part.at.startswith(SOMEWHERE):
                may_be = source != "" and not source.startswith(SOMEWHERE)
            else:
                may_be = has_meta(source) or source.startswith(with_slash(part.at))
                may_be = may_be and (part.is_vague or part.unpacked)
            if may_be:
                yield part

    def _moved(self, part: Placed, real: str, at: str) -> Placed | None:
        """Return what of ``part`` lies at or below ``real``, put at ``at``; None where nothing is known to."""
        below = relative(part.at, real)
        if below is not None:
            # A name that is not known is only known to be somewhere in the whole.
            if part.at.startswith(SOMEWHERE) and real and not real.startswith(SOMEWHERE):
                return None
            return part._replace(at=join(at, below))
        inside = part.path_at(real)
        if inside is None:
            return None
        kind = part.kind_of(inside)
        if kind is None:
            return None
        return part._replace(at=at, root=inside, kind=kind)


def _matches_whole(pattern: str, path: str) -> bool:
    try:
        return match(pattern, path)
    except BadPatternError:
        return False
