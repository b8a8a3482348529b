"""What each pattern hits of a measured tree by itself, whatever the others say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ctxopt.languages.ignore.level import Level, Levels
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.tree.model import DIR, FILE, Flag
from ctxopt.tree.view import View

_SHOWN = 2_000
"""Hits of one pattern that are kept; all are counted."""


class Hit(NamedTuple):
    """An entry that a pattern matches by itself, not through a folder above."""

    path: str
    kind: int
    size: int
    """Bytes of a file; 0 for anything else."""
    excluded: bool


@dataclass(slots=True)
class Hits:
    """What one pattern matches, whatever the others say."""

    count: int = 0
    shown: list[Hit] = field(default_factory=list)

    def kept(self) -> list[Hit]:
        """The hits that no pattern excludes, without those below another one."""
        return topmost(hit for hit in self.shown if not hit.excluded)


def topmost(hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits that are not below another hit, by path."""
    found: list[Hit] = []
    folders: set[str] = set()
    ordered = sorted(hits, key=lambda hit: hit.path)
    for hit in ordered:
        parts = hit.path.split("/")
        above = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
        if any(path in folders for path in above):
            continue
        found.append(hit)
        if hit.kind == DIR:
            folders.add(hit.path)
    return found


def find_hits(view: View, patterns: Sequence[Pattern]) -> list[Hits]:
    """Match the patterns one by one with every entry of a tree; patterns Docker refuses hit none."""
    found = [Hits() for _ in patterns]
    levels = Levels(patterns)
    stack: list[tuple[str, Level]] = [("", levels.root)]
    folders = view.tree.folders
    while stack:
        path, level = stack.pop()
        folder = folders.get(path)
        if folder is None or not folder.kinds or level.is_dead:
            continue
        names = folder.names
        masks = level.masks(names)
        everything = level.everything
        if masks or everything:
            flags = view.flags(folder)
            sizes = folder.sizes
            for index, name in enumerate(names):
                mask = masks.get(name, everything)
                if not mask:
                    continue
                kind = folder.kinds[index]
                size = 0
                if kind == FILE:
                    size = sizes[index]
                excluded = bool(flags and flags[index] & Flag.EXCLUDED)
                hit = Hit(folder.child(name), kind, size, excluded)
                # A bit for each pattern: the lowest one that is left, as long as one is.
                while mask:
                    low = mask & -mask
                    hits = found[low.bit_length() - 1]
                    hits.count += 1
                    if len(hits.shown) < _SHOWN:
                        hits.shown.append(hit)
                    mask ^= low
        index = folder.kinds.find(DIR)
        while index >= 0:
            stack.append((folder.child(names[index]), level.advance(names[index])))
            index = folder.kinds.find(DIR, index + 1)
    return found
