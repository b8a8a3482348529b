"""The files of one stage as its instructions place them: look-ups, and what a COPY takes and puts. Asks no disk.

What a base image or a RUN step makes is not in it. Sources: moby/buildkit solver/llbsolver/file/backend.go docopy,
frontend/dockerfile/dockerfile2llb/convert.go dispatchCopy; tonistiigi/fsutil copy/copy.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxopt.build.placement import Placed, Removed, replacements
from ctxopt.build.removals import removed_by
from ctxopt.build.share_out import Hole
from ctxopt.languages.golang.paths import BadPatternError, has_meta, match, resolve_links
from ctxopt.paths import join, name, parent, relative, upwards, with_slash
from ctxopt.tree.model import DIR, SYMLINK

SOMEWHERE = "\0"
"""Stands at the start of a path for a folder that only the base image names."""


class SourceMatch(NamedTuple):
    """One thing that a source names: by which name, and where it is behind all links."""

    path: str
    real: str


class ImageTree:
    """What lies in one stage, the parts in the order in which they were placed."""

    def __init__(self, *, is_known: bool, base: ImageTree | None = None) -> None:
        self.placed: list[Placed] = []
        self.loose: dict[Placed, None] = {}
        """Parts of which a RUN step may have put something anywhere."""
        self.scripts: list[str] = []
        """What its RUN steps gave to the shell."""
        self.is_known = is_known
        """Whether there is nothing in it besides what was placed."""
        self._folders = {""}
        if base is not None:
            self.placed = list(base.placed)
            self.loose = dict(base.loose)
            self.scripts = list(base.scripts)
            self._folders = set(base._folders)

    def make_folder(self, path: str) -> None:
        """Make a folder, as WORKDIR and the destination of a COPY do."""
        self._folders.update(upwards(path))

    def place(self, part: Placed) -> None:
        """Put a part where it says."""
        folder = parent(part.at)
        if part.unpacked:
            folder = part.at
        self.make_folder(folder)
        self.placed.append(part._replace(since=len(self.scripts)))

    def run(self, script: str) -> None:
        """Let a RUN step do what it may: remove anything, and put any part of what is here elsewhere."""
        self.loose.update(dict.fromkeys(self.placed))
        self.scripts.append(script)
        self.is_known = False

    def find(self, path: str) -> tuple[Placed, str] | None:
        """Return the part that lies at ``path`` with its path in the context; None where no part does."""
        for part in reversed(self.placed):
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
        if path in self._folders or any(
            part.at.startswith(with_slash(path)) for part in self.placed
        ):
            return DIR
        return None

    def resolve(self, path: str) -> str | None:
        """Follow the links on the way to ``path``; None where nothing is known to lie there."""

        def look(here: str, further: bool) -> str | None:
            kind = self.kind(here)
            if kind is None or (further and kind not in (DIR, SYMLINK)):
                raise LookupError(here)
            return self._target(here, kind)

        return resolve_links(path, look)

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
            real = self.resolve(source)
            if real is None:
                return []
            return [SourceMatch(source, real)]
        base = self.resolve("/".join(parts[:first]))
        if base is None:
            return []
        pattern = "/".join(parts[first:])
        found = [(path, self.resolve(path)) for path in self._matches(base, pattern)]
        return [SourceMatch(path, real) for path, real in found if real is not None]

    def _matches(self, base: str, pattern: str) -> Iterator[str]:
        """Yield what matches below ``base``; a match is not searched further."""
        # A class may hold a slash, so that no depth is too deep for such a pattern.
        deepest = None
        if "[" not in pattern:
            deepest = pattern.count("/")
        stack = [(base, 0)]
        while stack:
            folder, depth = stack.pop()
            for child in sorted(self._names_in(folder)):
                path = join(folder, child)
                inside = relative(path, base) or ""
                if _matches_whole(pattern, inside):
                    if self.kind(path) is not None:
                        yield path
                elif (deepest is None or depth < deepest) and self.kind(path) == DIR:
                    stack.append((path, depth + 1))

    def _names_in(self, folder: str) -> set[str]:
        start = with_slash(folder)
        found = {
            made[len(start) :].partition("/")[0] for made in self._folders if made.startswith(start)
        }
        for part in self.placed:
            if part.at.startswith(start):
                found.add(part.at[len(start) :].partition("/")[0])
            inside = part.path_at(folder)
            if inside is not None and part.lookup is not None:
                below = part.lookup.view.tree.folders.get(inside)
                if below is not None:
                    found.update(below.names)
        found.discard("")
        return found

    def take(self, real: str, at: str, line: int) -> Iterator[Placed]:
        """Yield the parts at or below ``real`` as a COPY --from in ``line`` puts them at ``at``."""
        for place, part in enumerate(self.placed):
            moved = self._moved(part, real, at)
            if moved is None:
                continue
            later = self.placed[place + 1 :]
            scripts = self.scripts[part.since :]
            holes: tuple[Hole, ...] = (*moved.holes, *replacements(part, later))
            patterns = removed_by(scripts)
            if patterns:
                holes = (*holes, Removed(part.root, part.at, patterns))
            moved = moved._replace(
                holes=holes, via=(*part.via, line), ran=part.ran or bool(scripts), is_vague=False
            )
            if not moved.is_hidden(moved.root, moved.kind):
                yield moved

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
