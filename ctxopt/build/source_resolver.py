"""Resolve the sources of one load: the paths that each takes, and what is wrong with them.

Looks at the measured files, and on disk for what was not sent; counts no bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ctxopt.build.disk_files import resolve_inside
from ctxopt.build.share_out import ResolvedSource
from ctxopt.build.sources import CheckKind, Load, SourceCheck
from ctxopt.errors import IgnoreFileError
from ctxopt.languages.dockerfile import Build, Source, SourcePath
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.explain import explain
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.paths import is_at_or_below
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import DIR, EMPTY, Flag
from ctxopt.tree.view import View

_SHOWN = 50
"""Paths that one check names at most; it counts them all."""

_OWN_FILES = ("tmpfs", "cache")
"""Mounts that take nothing of a context."""


class ResolvedLoad(NamedTuple):
    """The sources that take from one load, in the order of the Dockerfile, and their checks."""

    sources: tuple[ResolvedSource, ...]
    checks: tuple[SourceCheck, ...]


def resolve_sources(build: Build, load: Load) -> ResolvedLoad:
    """Resolve the reachable sources of ``build`` that take from ``load``."""
    resolver = _SourceResolver(load)
    sources = [source for source in build.sources if _takes_from(source, load)]
    resolved = tuple(resolver.resolve(source) for source in sources)
    if load.transfer.loaded:
        resolver.check_links(sources)
    return ResolvedLoad(resolved, tuple(resolver.checks))


def _takes_from(source: Source, load: Load) -> bool:
    if not source.reachable:
        return False
    if source.from_ is None:
        return load.name is None
    # A stage or an image may bear the name of a context, too.
    return source.from_.kind == "context" and source.from_.text == load.name


class _Asked(NamedTuple):
    """One path of a source; ``inside`` is relative to the context root."""

    source: Source
    path: SourcePath
    inside: str


class _SourceResolver:
    """Looks the sources of one load up, one after the other, and collects the checks."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._sent = ViewLookup(load.transfer.view)
        self._empty = _arriving_empty(load.transfer.view)
        self.checks: list[SourceCheck] = []

    def resolve(self, source: Source) -> ResolvedSource:
        """Return ``source`` with the paths that it takes."""
        roots: list[str] = []
        for path in source.paths:
            asked = _Asked(source, path, path.path.strip("/"))
            self._check_widening(asked)
            if path.kind == "local" and source.mount not in _OWN_FILES:
                roots += self._roots(asked)
        return ResolvedSource(source, tuple(roots))

    def _roots(self, asked: _Asked) -> Iterator[str]:
        if not asked.inside:
            return iter([""])
        # A mount takes its source as it is written, wildcards included.
        if not has_meta(asked.inside) or asked.source.mount is not None:
            return self._resolve_literal(asked)
        if asked.source.parents:
            return self._resolve_parents(asked)
        return self._resolve_wildcard(asked)

    def _resolve_literal(self, asked: _Asked) -> Iterator[str]:
        found = self._sent.resolve(asked.inside)
        if found is None:
            self._check_missing(asked, asked.inside)
            return
        if found:
            self._check_content(asked, found)
        yield found

    def _resolve_wildcard(self, asked: _Asked) -> Iterator[str]:
        matches = self._sent.glob(asked.inside)
        if matches is None:
            self._check_missing(asked, _literal_start(asked.inside))
            return
        if not matches:
            kept_back = ViewLookup(_unfiltered(self._load.permitted)).glob(asked.inside) or []
            self._add("empty-wildcard", asked, kept_back)
        for match in matches:
            found = self._sent.resolve(match)
            if found is None:
                self._check_missing(asked, match)
                continue
            self._check_content(asked, found)
            yield found

    def _resolve_parents(self, asked: _Asked) -> Iterator[str]:
        """``COPY --parents`` takes what its source matches as an include pattern."""
        try:
            matcher = read_matcher([(None, asked.inside)])
        except IgnoreFileError:
            return
        matches = [
            entry.path
            for entry in self._load.transfer.view.entries()
            if matcher.decide(entry.path).excluded
        ]
        if not matches:
            self._add("empty-wildcard", asked, [])
        yield from matches

    def _check_missing(self, asked: _Asked, inside: str) -> None:
        on_disk = resolve_inside(self._load.root, inside)
        if on_disk is None:
            self._add("missing", asked, [inside], fails=True)
            return
        real = os.path.relpath(on_disk, self._load.root)
        pattern = self._pattern_for(real)
        if pattern is None:
            self._add("not-transferred", asked, [real], fails=True)
        else:
            self._add("ignored", asked, [real], fails=True, patterns=(pattern,))

    def _pattern_for(self, path: str) -> Pattern | None:
        """Return the pattern that keeps ``path`` back; None for a path that is permitted."""
        try:
            found = explain(self._load.matcher, path)
        except IgnoreFileError:
            return None
        if not found.excluded:
            return None
        return found.pattern

    def _check_content(self, asked: _Asked, root: str) -> None:
        empty = [path for path in self._empty if is_at_or_below(path, root)]
        if empty:
            self._add("arrives-empty", asked, empty)
        permitted = self._load.permitted
        total = permitted.totals.get(root)
        if total is None or not total.excluded:
            return
        kept_back = _excluded_below(permitted, root)
        patterns = {pattern for path in kept_back if (pattern := self._pattern_for(path))}
        ordered = sorted(patterns, key=lambda pattern: pattern.line or 0)
        self._add("partly-ignored", asked, kept_back, patterns=tuple(ordered))

    def _check_widening(self, asked: _Asked) -> None:
        widens = asked.path.widens in ("empty-variable", "tmpfs-mount")
        if widens and self._load.transfer.is_whole:
            self._add("whole-context", asked, asked.path.empty)

    def check_links(self, sources: Sequence[Source]) -> None:
        """A link that a wildcard in the middle of a source meets widens the whole transfer."""
        includes = self._load.transfer.includes or ()
        for source in sources:
            for path in source.paths:
                inside = path.path.strip("/")
                parts = inside.split("/")
                for depth in range(1, len(parts)):
                    start = "/".join(parts[:depth])
                    if has_meta(parts[depth - 1]) and start in includes:
                        self._add("link-widens", _Asked(source, path, inside), [start])

    def _add(
        self,
        kind: CheckKind,
        asked: _Asked,
        paths: Sequence[str],
        *,
        fails: bool = False,
        patterns: tuple[Pattern, ...] = (),
    ) -> None:
        check = SourceCheck(
            kind=kind,
            source=asked.source,
            text=asked.path.path or asked.path.text,
            fails=fails,
            paths=tuple(paths[:_SHOWN]),
            count=len(paths),
            patterns=patterns,
        )
        self.checks.append(check)


def _literal_start(path: str) -> str:
    """Return the components of ``path`` before the first one with a wildcard."""
    literal: list[str] = []
    for part in path.split("/"):
        if has_meta(part):
            break
        literal.append(part)
    return "/".join(literal)


def _arriving_empty(view: View) -> list[str]:
    found: list[str] = []
    for folder in view.tree.folders.values():
        flags = view.flags(folder)
        # Few folders have flags at all, and the names of the others need not be split.
        if not flags or not any(flag & EMPTY for flag in flags):
            continue
        for name, flag in zip(folder.names, flags, strict=True):
            if flag & EMPTY and not flag & Flag.EXCLUDED:
                found.append(folder.child(name))
    return found


def _unfiltered(view: View) -> View:
    """Return the same tree with nothing excluded, to see what an ignore file keeps back."""
    return View(view.tree, flags=dict.fromkeys(view.tree.folders))


def _excluded_below(view: View, root: str) -> list[str]:
    """Return the topmost excluded paths below ``root``, a folder's own before those below it."""
    found: list[str] = []
    stack = [root]
    while stack:
        below = []
        for row in view.rows_in(stack.pop()):
            if row.is_excluded and not row.is_sent:
                found.append(row.path)
            elif row.kind == DIR:
                below.append(row.path)
        stack += reversed(below)
    return found
