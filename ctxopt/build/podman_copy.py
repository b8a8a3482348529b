"""What Podman's COPY and ADD take: each reads its sources from the disk, by the rules, when it runs.

Works on the measured tree. Source: containers/buildah add.go (*Builder).Add, copier/copier.go copierHandlerGet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from ctxopt.build.disk_files import resolve_inside
from ctxopt.build.image_tree import SourceMatch
from ctxopt.build.sources import CheckKind, SourceCheck
from ctxopt.languages.dockerfile import Source, SourcePath
from ctxopt.languages.golang.paths import BadPatternError, has_meta, match
from ctxopt.languages.ignore.matcher import Matcher, Scope
from ctxopt.languages.ignore.pattern import Pattern, read_pattern
from ctxopt.paths import join, name, parent, upwards
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import DIR, FILE, SOCKET, ContextTree, Flag, Folder
from ctxopt.tree.view import View


class Taken(NamedTuple):
    """What one COPY or ADD takes of its context."""

    source: Source
    view: View
    """The context with everything else excluded."""
    matches: tuple[tuple[SourceMatch, ...], ...]
    """What each of its paths names."""
    checks: tuple[SourceCheck, ...]

    @property
    def roots(self) -> tuple[str, ...]:
        """The paths it takes, each with all below it that the view has."""
        return tuple(found.real for matches in self.matches for found in matches)


class _Kept:
    """Which names of which folders are taken."""

    def __init__(self, tree: ContextTree) -> None:
        self._tree = tree
        self.names: dict[str, set[str]] = {}

    def add(self, path: str) -> None:
        """Keep one path, and the way to it."""
        here = path
        if not here:
            self.names.setdefault("", set())
        while here:
            above = parent(here)
            names = self.names.setdefault(above, set())
            # The way there is found as long as something below it is kept.
            if here == path:
                names.add(name(here))
            here = above

    def enter(self, folder: str) -> None:
        """Open a folder and all above it, of which nothing may be kept."""
        for here in upwards(folder):
            self.names.setdefault(here, set())

    def view(self) -> View:
        """Return the tree with all else excluded."""
        folders: dict[str, Folder] = {}
        flags: dict[str, bytes | None] = {}
        for path, kept in self.names.items():
            folder = self._tree.folders.get(path)
            if folder is None:
                continue
            folders[path] = folder
            left = [0 if one in kept else Flag.EXCLUDED for one in folder.names]
            flags[path] = None
            if any(left):
                flags[path] = bytes(left)
        order = sorted(folders, key=lambda path: path.count("/") + (path != ""))
        ordered = {path: folders[path] for path in order}
        tree = ContextTree(self._tree.root, ordered, self._tree.errors, self._tree.walked)
        return View(tree, flags=flags)


def union_of(tree: ContextTree, parts: Sequence[Taken]) -> View:
    """Return what at least one instruction takes."""
    kept = _Kept(tree)
    for part in parts:
        for folder in part.view.tree.folders.values():
            names = kept.names.setdefault(folder.path, set())
            flags = part.view.flags(folder)
            if flags is None:
                names.update(folder.names)
            else:
                pairs = zip(folder.names, flags, strict=True)
                names.update(one for one, flag in pairs if not flag & Flag.EXCLUDED)
    return kept.view()


def everything_in(tree: ContextTree) -> ViewLookup:
    """Return all that was walked, whatever the rules say."""
    return ViewLookup(View(tree, flags=dict.fromkeys(tree.folders)))


class PodmanCopy:
    """One context, of which instructions take; ``matcher`` has its rules.

    ``tree`` is the context as it was walked; ``whole`` gives it with all that the walk skipped.
    """

    def __init__(
        self, tree: ContextTree, matcher: Matcher, whole: Callable[[], ContextTree]
    ) -> None:
        self._tree = tree
        self._matcher = matcher
        self._whole = whole

    def take(self, source: Source) -> Taken:
        """Return what ``source`` takes; raises IgnoreFileError where a pattern is no expression."""
        matcher = self._matcher_of(source)
        there = self._walked
        # A path is judged by itself: one below a folder that a walk skips may be permitted.
        if matcher.exceptions and any("/" in path.path.strip("/") for path in source.paths):
            there = self._all
        return _Taking(there, matcher, source).run()

    @cached_property
    def _walked(self) -> ViewLookup:
        return everything_in(self._tree)

    @cached_property
    def _all(self) -> ViewLookup:
        return everything_in(self._whole())

    def _matcher_of(self, source: Source) -> Matcher:
        """Join the rules with what ``--exclude`` says, which starts at the context, too."""
        if not source.exclude:
            return self._matcher
        read = [read_pattern(text, dialect=self._matcher.dialect) for text in source.exclude]
        own = [pattern for pattern in read if pattern is not None]
        patterns: list[Pattern] = [*self._matcher.patterns, *own]
        if source.from_ is not None:
            patterns = [*own, *self._matcher.patterns]
        return Matcher(patterns, self._matcher.path, dialect=self._matcher.dialect)


class _Taking:
    """One instruction."""

    def __init__(self, there: ViewLookup, matcher: Matcher, source: Source) -> None:
        self._there = there
        self._tree = there.view.tree
        self._matcher = matcher
        self._source = source
        self._kept = _Kept(self._tree)
        self._checks: list[SourceCheck] = []

    def run(self) -> Taken:
        globbed = {
            path: self._matches(path.path.strip("/"))
            for path in self._source.paths
            if path.kind == "local"
        }
        found = []
        for path in self._source.paths:
            taken: list[SourceMatch] = []
            if path.kind == "local":
                taken = self._take_path(path, globbed[path], any_else=any(globbed.values()))
            found.append(tuple(taken))
        return Taken(self._source, self._kept.view(), tuple(found), tuple(self._checks))

    def _matches(self, inside: str) -> list[str]:
        """Return what a path names, as written; ``**`` stands for folders of any depth."""
        if not has_meta(inside):
            if inside and self._there.resolve(inside) is None and not self._is_link(inside):
                return []
            return [inside]
        found = [""]
        for part in inside.split("/"):
            deeper: dict[str, None] = {}
            for path in found:
                deeper.update(dict.fromkeys(self._step(path, part)))
            found = list(deeper)
        return sorted(found)

    def _is_link(self, path: str) -> bool:
        return self._there.find(path) is not None

    def _step(self, path: str, part: str) -> Iterator[str]:
        real = self._there.resolve(path)
        folder = None
        if real is not None:
            folder = self._tree.folders.get(real)
        if folder is None:
            return
        if part == "**":
            yield path
            stack = [(path, folder)]
            while stack:
                above, here = stack.pop()
                for place, one in enumerate(here.names):
                    yield join(above, one)
                    if here.kinds[place] == DIR and here.child(one) in self._tree.folders:
                        stack.append((join(above, one), self._tree.folders[here.child(one)]))
            return
        for one in folder.names:
            if _matches(part, one):
                yield join(path, one)

    def _take_path(
        self, path: SourcePath, named: list[str], *, any_else: bool
    ) -> list[SourceMatch]:
        inside = path.path.strip("/")
        if not named:
            # A wildcard that names nothing is passed over beside a source that does.
            if not (has_meta(inside) and any_else):
                self._fail_missing(path, inside)
            return []
        found = []
        filtered = []
        for written in named:
            taken = self._take(path, written)
            if taken is None:
                filtered.append(written)
            else:
                found.append(taken)
        if not found:
            self._fail("ignored", path, filtered)
        return found

    def _take(self, path: SourcePath, written: str) -> SourceMatch | None:
        """Take one match; None where the rules leave it out."""
        is_excluded = bool(written) and self._matcher.decide(written).excluded
        real = self._there.resolve(written)
        if is_excluded and (real not in self._tree.folders or self._matcher.podman_prunes(written)):
            return None
        if real is None:
            self._fail("missing", path, [written])
            return SourceMatch(written, written, FILE)
        kind = self._kind(real)
        if kind == DIR:
            took = self._take_below(real)
        elif real != written and self._matcher.decide(real).excluded:
            self._fail("ignored", path, [real])
            took = True
        else:
            took = True
            self._kept.add(real)
        if is_excluded and not took:
            return None
        if real:
            self._kept.add(real)
        if written != real:
            self._kept.add(written)
        return SourceMatch(written, real, kind)

    def _kind(self, path: str) -> int:
        found = self._there.find(path)
        if found is None:
            return DIR
        folder, place = found
        return folder.kinds[place]

    def _take_below(self, root: str) -> bool:
        """Keep what the rules permit below a folder; tell whether that is anything."""
        scope = self._matcher.root()
        for part in filter(None, root.split("/")):
            scope = scope.enter(part, scope.decide_one(part))
        took = False
        stack: list[tuple[str, Scope]] = [(root, scope)]
        self._kept.enter(root)
        while stack:
            path, scope = stack.pop()
            folder = self._tree.folders.get(path)
            if folder is None or not folder.kinds:
                continue
            kept = self._kept.names.setdefault(path, set())
            names = folder.names
            others = scope.decide(names)
            for place, one in enumerate(names):
                decision = others.get(one) or scope.default
                kind = folder.kinds[place]
                if not decision.excluded and kind != SOCKET:
                    kept.add(one)
                    took = True
                if kind == DIR:
                    child = folder.child(one)
                    if not (decision.excluded and self._matcher.podman_prunes(child)):
                        stack.append((child, scope.enter(one, decision)))
        return took

    def _fail_missing(self, path: SourcePath, inside: str) -> None:
        kind: CheckKind = "missing"
        # What a walk skipped is there all the same.
        if not has_meta(inside) and resolve_inside(self._tree.root, inside) is not None:
            kind = "ignored"
        elif has_meta(inside):
            kind = "empty-wildcard"
        self._fail(kind, path, [inside])

    def _fail(self, kind: CheckKind, path: SourcePath, paths: Sequence[str]) -> None:
        patterns: dict[Pattern, None] = {}
        if kind == "ignored":
            for one in paths:
                index = self._matcher.decide(one).index
                if index is not None:
                    patterns[self._matcher.patterns[index]] = None
        check = SourceCheck(
            kind=kind,
            source=self._source,
            text=path.path or path.text,
            fails=True,
            paths=tuple(paths),
            count=len(paths),
            patterns=tuple(patterns),
        )
        self._checks.append(check)


def _matches(pattern: str, one: str) -> bool:
    try:
        return match(pattern, one)
    except BadPatternError:
        return False
