"""Who pulls what in: what each COPY, ADD and bind mount takes of the context, and whether it can.

Facts with locations, exact because they look at the measured files; rules judge them.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ctxopt.build.disk_files import resolve_inside
from ctxopt.build.transfer import TransferView
from ctxopt.errors import IgnoreFileError
from ctxopt.languages.dockerfile import Build, Source, SourcePath
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.explain import explain
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import DIR, EMPTY, FILE, Flag
from ctxopt.tree.view import View

SourceReach = Literal["final", "builder", "mount"]
CheckKind = Literal[
    "missing", "ignored", "not-transferred", "partly-ignored", "empty-wildcard",
    "arrives-empty", "whole-context", "link-widens",
]  # fmt: skip

_SHOWN = 50
"""Paths that one check names at most; it counts them all."""


class Load(NamedTuple):
    """One context that a build loads: the main one (``name`` None) or a named one."""

    name: str | None
    root: str
    matcher: Matcher
    permitted: View
    transfer: TransferView


class SourceUse(NamedTuple):
    """What one instruction takes of one context; sizes in bytes."""

    source: Source
    context: str | None
    stage: str
    """The stage's name, or its number."""
    reach: SourceReach
    """Whether it ends up in the final image, in another stage, or is only mounted."""
    roots: tuple[str, ...]
    """The paths it takes, each with all below it; ``""`` is the whole context."""
    files: int
    bytes: int
    only_files: int
    only_bytes: int
    """What no other instruction takes."""


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """Something about one source that its author may not have meant."""

    kind: CheckKind
    source: Source
    text: str
    """The source as Docker reads it, after expansion."""
    fails: bool
    """Whether Docker stops the build here."""
    paths: tuple[str, ...] = ()
    count: int = 0
    """How many paths are concerned; ``paths`` names the first of them."""
    patterns: tuple[Pattern, ...] = ()
    """The ignore patterns to which it is due."""


class SourceReport(NamedTuple):
    """All uses and checks of a build's sources; sizes in bytes."""

    uses: tuple[SourceUse, ...]
    checks: tuple[SourceCheck, ...]
    never_copied_files: int
    never_copied_bytes: int
    """Sent, but taken by no instruction."""
    final_files: int
    final_bytes: int
    """Copied into the final image by an instruction of its own stages."""


def report_sources(build: Build, loads: Sequence[Load]) -> SourceReport:
    """Resolve every reachable source of ``build`` against the contexts it loads."""
    uses: list[SourceUse] = []
    checks: list[SourceCheck] = []
    never = final = (0, 0)
    for load in loads:
        found = _Resolution(build, load)
        uses += found.uses()
        checks += found.checks
        if load.name is None:
            never, final = found.never_copied(), found.final()
    uses.sort(key=lambda use: (use.source.line, use.source.stage))
    checks.sort(key=lambda check: (check.source.line, check.kind, check.text))
    return SourceReport(tuple(uses), tuple(checks), *never, *final)


class _Resolution:
    """The sources of one load, resolved, and the bytes that each combination of them takes."""

    def __init__(self, build: Build, load: Load) -> None:
        self._build = build
        self._load = load
        self._sent = ViewLookup(load.transfer.view)
        self._final_stages = set(build.lineage(build.target))
        self._empty = _arriving_empty(load.transfer.view)
        self.checks: list[SourceCheck] = []
        self._sources = [
            source
            for source in build.sources
            if source.reachable and _context_of(source) == (True, load.name)
        ]
        self._roots = [tuple(self._resolve(source)) for source in self._sources]
        self._shares = self._share_out() if load.transfer.loaded else {}
        if load.transfer.loaded:
            self._check_links()

    def uses(self) -> Iterator[SourceUse]:
        for place, (source, roots) in enumerate(zip(self._sources, self._roots, strict=True)):
            bit = 1 << place
            taken = [share for mask, share in self._shares.items() if mask & bit]
            only = self._shares.get(bit, [0, 0])
            stage = self._build.stages[source.stage]
            yield SourceUse(
                source,
                self._load.name,
                stage.name or str(stage.index),
                self._reach(source),
                roots,
                sum(share[0] for share in taken),
                sum(share[1] for share in taken),
                only[0],
                only[1],
            )

    def never_copied(self) -> tuple[int, int]:
        files, size = self._shares.get(0, [0, 0])
        return files, size

    def final(self) -> tuple[int, int]:
        bits = sum(
            1 << place
            for place, source in enumerate(self._sources)
            if self._reach(source) == "final"
        )
        taken = [share for mask, share in self._shares.items() if mask & bits]
        return sum(share[0] for share in taken), sum(share[1] for share in taken)

    def _reach(self, source: Source) -> SourceReach:
        if source.mount is not None:
            return "mount"
        return "final" if source.stage in self._final_stages else "builder"

    def _resolve(self, source: Source) -> Iterator[str]:
        for path in source.paths:
            if path.kind != "local" or source.mount in ("tmpfs", "cache"):
                self._check_widening(source, path)
                continue
            self._check_widening(source, path)
            inside = path.path.strip("/")
            if not inside:
                yield ""
            elif has_meta(inside) and source.mount is None:
                yield from self._resolve_wildcard(source, path, inside)
            else:
                yield from self._resolve_literal(source, path, inside)

    def _resolve_literal(self, source: Source, path: SourcePath, inside: str) -> Iterator[str]:
        found = self._sent.resolve(inside)
        if found is None:
            self._check_missing(source, path, inside)
            return
        if found:
            self._check_content(source, path, found)
        yield found

    def _resolve_wildcard(self, source: Source, path: SourcePath, inside: str) -> Iterator[str]:
        if source.parents:
            yield from self._resolve_parents(source, path, inside)
            return
        matches = self._sent.glob(inside)
        if matches is None:
            parts = inside.split("/")
            literal = "/".join(parts[: next(i for i, part in enumerate(parts) if has_meta(part))])
            self._check_missing(source, path, literal)
            return
        if not matches:
            kept_back = ViewLookup(_unfiltered(self._load.permitted)).glob(inside) or []
            self._add("empty-wildcard", source, path, kept_back, fails=False)
        for match in matches:
            found = self._sent.resolve(match)
            if found is None:
                self._check_missing(source, path, match)
                continue
            self._check_content(source, path, found)
            yield found

    def _resolve_parents(self, source: Source, path: SourcePath, inside: str) -> Iterator[str]:
        """``COPY --parents`` takes what its source matches as an include pattern."""
        try:
            matcher = read_matcher([(None, inside)])
        except IgnoreFileError:
            return
        matches = [
            entry.path
            for entry in self._load.transfer.view.entries()
            if matcher.decide(entry.path).excluded
        ]
        if not matches:
            self._add("empty-wildcard", source, path, [], fails=False)
        yield from matches

    def _check_missing(self, source: Source, path: SourcePath, inside: str) -> None:
        on_disk = resolve_inside(self._load.root, inside)
        if on_disk is None:
            self._add("missing", source, path, [inside], fails=True)
            return
        real = os.path.relpath(on_disk, self._load.root)
        reason = self._pattern_for(real)
        if reason is None:
            self._add("not-transferred", source, path, [real], fails=True)
        else:
            self._add("ignored", source, path, [real], fails=True, patterns=(reason,))

    def _pattern_for(self, path: str) -> Pattern | None:
        """The pattern that keeps ``path`` back; None for a path that is permitted."""
        try:
            found = explain(self._load.matcher, path)
        except IgnoreFileError:
            return None
        return found.pattern if found.excluded else None

    def _check_content(self, source: Source, path: SourcePath, root: str) -> None:
        if empty := [x for x in self._empty if x == root or x.startswith(root + "/")]:
            self._add("arrives-empty", source, path, empty, fails=False)
        permitted = self._load.permitted
        total = permitted.totals.get(root)
        if total is None or not total.excluded:
            return
        kept_back = _excluded_below(permitted, root)
        reasons = {reason for item in kept_back if (reason := self._pattern_for(item))}
        ordered = sorted(reasons, key=lambda reason: reason.line or 0)
        self._add("partly-ignored", source, path, kept_back, fails=False, patterns=tuple(ordered))

    def _check_widening(self, source: Source, path: SourcePath) -> None:
        if path.widens in ("empty-variable", "tmpfs-mount") and self._load.transfer.is_whole:
            self._add("whole-context", source, path, list(path.empty), fails=False)

    def _check_links(self) -> None:
        """A link that a wildcard in the middle of a source meets widens the whole transfer."""
        includes = self._load.transfer.includes or ()
        for source in self._sources:
            for path in source.paths:
                parts = path.path.strip("/").split("/")
                for depth in range(1, len(parts)):
                    bare = "/".join(parts[:depth])
                    if has_meta(parts[depth - 1]) and bare in includes:
                        self._add("link-widens", source, path, [bare], fails=False)

    def _add(
        self,
        kind: CheckKind,
        source: Source,
        path: SourcePath,
        paths: Sequence[str],
        *,
        fails: bool,
        patterns: tuple[Pattern, ...] = (),
    ) -> None:
        shown = tuple(paths[:_SHOWN])
        text = path.path or path.text
        self.checks.append(SourceCheck(kind, source, text, fails, shown, len(paths), patterns))

    def _share_out(self) -> dict[int, list[int]]:
        """[files, bytes] of what is sent, by the sources that take it, as bits.

        A folder in which no source begins is counted whole.
        """
        starts: dict[str, int] = defaultdict(int)
        excludes: dict[int, Matcher] = {}
        for place, (source, roots) in enumerate(zip(self._sources, self._roots, strict=True)):
            for root in roots:
                starts[root] |= 1 << place
            if source.exclude and (matcher := _exclude_matcher(source)):
                excludes[place] = matcher
        inner = {
            "/".join(parts[:depth])
            for root in starts
            for parts in [root.split("/")]
            for depth in range(len(parts))
        } - {""}
        inner.add("")
        shares: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        view = self._load.transfer.view
        stack = [("", starts.get("", 0))]
        while stack:
            path, mask = stack.pop()
            detailed = any(mask >> place & 1 for place in excludes)
            if path not in inner and not detailed:
                total = view.totals.get(path)
                if total:
                    shares[mask][0] += total.files
                    shares[mask][1] += total.bytes
                continue
            folder = view.tree.folders.get(path)
            if folder is None:
                continue
            flags = view.flags(folder)
            items = zip(folder.names, folder.kinds, folder.sizes, strict=True)
            for index, (name, kind, size) in enumerate(items):
                here = folder.child(name)
                taken = mask | starts.get(here, 0)
                for place, matcher in excludes.items():
                    if taken >> place & 1 and self._excluded(place, matcher, here):
                        taken &= ~(1 << place)
                if kind == DIR:
                    stack.append((here, taken))
                elif kind == FILE and not (flags and flags[index] & Flag.EXCLUDED):
                    shares[taken][0] += 1
                    shares[taken][1] += 0 if flags and flags[index] & EMPTY else size
        return dict(shares)

    def _excluded(self, place: int, matcher: Matcher, path: str) -> bool:
        """Whether ``--exclude`` leaves out ``path``; its patterns start at the source's folder."""
        for root in self._roots[place]:
            if not root:
                return matcher.decide(path).excluded
            if path.startswith(root + "/"):
                return matcher.decide(path[len(root) + 1 :]).excluded
        return False


def _context_of(source: Source) -> tuple[bool, str | None]:
    """Whether a source takes from a context at all, and the name of it."""
    if source.from_ is None:
        return True, None
    return source.from_.kind == "context", source.from_.text


def _exclude_matcher(source: Source) -> Matcher | None:
    try:
        return read_matcher((None, pattern) for pattern in source.exclude)
    except IgnoreFileError:
        return None  # Docker refuses such a pattern when it copies


def _arriving_empty(view: View) -> list[str]:
    return [
        folder.child(name)
        for folder in view.tree.folders.values()
        if (flags := view.flags(folder)) and any(flag & EMPTY for flag in flags)
        for name, flag in zip(folder.names, flags, strict=True)
        if flag & EMPTY and not flag & Flag.EXCLUDED
    ]


def _unfiltered(view: View) -> View:
    """The same tree with nothing excluded, to see what an ignore file keeps back."""
    return View(view.tree, flags=dict.fromkeys(view.tree.folders))


def _excluded_below(view: View, root: str) -> list[str]:
    """The topmost excluded paths below ``root``, in Docker's order."""
    found: list[str] = []
    stack = [root]
    while stack:
        folder = view.tree.folders.get(stack.pop())
        if folder is None:
            continue
        flags = view.flags(folder) or bytes(len(folder.kinds))
        below = []
        for index, name in enumerate(folder.names):
            path = folder.child(name)
            if flags[index] & Flag.EXCLUDED and not view.sends_below(path):
                found.append(path)
            elif folder.kinds[index] == DIR:
                below.append(path)
        stack += reversed(below)
    return found
