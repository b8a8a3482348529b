"""What of a context enters the cache key of a COPY, ADD or bind mount, by paths, modes and contents alone.

A key changes where an entry does that is sent and taken: its path below the source, its mode, its content or the target of
a link; times are left out, as are owners, which the client drops. Asks no disk, and reads no content.
Sources: moby/buildkit cache/contenthash/checksum.go Checksum, includedPaths; solver/llbsolver/ops/file.go CacheMap.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from ctxopt.errors import IgnoreFileError
from ctxopt.languages.dockerfile import Build, Source, SourcePath
from ctxopt.languages.golang.paths import BadPatternError, has_meta, match, resolve_links
from ctxopt.languages.golang.strings import clean_join
from ctxopt.languages.ignore.matcher import Matcher, Scope, read_matcher
from ctxopt.paths import by_parent, folders_above, is_at_or_below, name, relative, upwards


class ContextEntry(NamedTuple):
    """A file or link, or a folder with a mode of its own."""

    mode: int
    """As a stat has it, the type included."""
    content: str
    """Equal where the contents are, or the targets of links; empty for a folder."""


_FOLDER = ContextEntry(stat.S_IFDIR | 0o755, "")

Entries: TypeAlias = Mapping[str, ContextEntry]
"""A context; folders above its files need not be in it."""
KeyPart: TypeAlias = tuple[str, ContextEntry]
Follow: TypeAlias = Callable[[str], str | None]
"""Returns which path is behind all links on the way to a path and of its own; None where none is."""


def sent_paths(matcher: Matcher, paths: Iterable[str]) -> frozenset[str]:
    """Return those of ``paths``, and of the folders above them, that BuildKit's client sends and the patterns do not exclude.

    A folder that is sent for the sake of something below it is not among them.
    """
    listed = set(paths)
    folders = folders_above(listed)
    children = by_parent(listed | folders)
    found: list[str] = []
    stack: list[tuple[str, Scope]] = [("", matcher.root())]
    while stack:
        folder, scope = stack.pop()
        names = {name(path): path for path in children.get(folder, ())}
        others = scope.decide(tuple(names))
        default = scope.default
        for called, path in names.items():
            decision = others.get(called) or default
            if not decision.excluded:
                found.append(path)
            elif matcher.buildkit_prunes(path):
                continue
            if path in folders:
                stack.append((path, scope.enter(called, decision)))
    return frozenset(found)


def follower(entries: Entries, target: Callable[[ContextEntry], str]) -> Follow:
    """Return what follows links in ``entries``; ``target`` tells where one leads."""

    def look(path: str, _: bool) -> str | None:
        entry = entries.get(path)
        if entry is None or not stat.S_ISLNK(entry.mode):
            return None
        return target(entry)

    return lambda path: resolve_links(path, look)


class KeySource:
    """One instruction, asked which paths enter its key."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.is_listed = bool(source.exclude) or source.parents
        """Whether BuildKit lists what is taken, and follows the links in it, instead of taking one folder or file."""
        self._excludes = _read_patterns(source.exclude)
        self._parts = [self._part(path) for path in source.local]
        if any(part.is_wild for part in self._parts):
            self.is_listed = True

    def starts(self, follow: Follow) -> tuple[str | None, ...]:
        """Return where what it names lies behind links; None where that is nowhere, or what a wildcard stands for."""
        return tuple(self._start(part, follow) for part in self._parts)

    def takes(self, path: str, starts: tuple[str | None, ...]) -> bool:
        """Tell whether an entry of the context at ``path`` enters the key; ``starts`` as for this state."""
        return any(
            self._takes(part, path, start) for part, start in zip(self._parts, starts, strict=True)
        )

    def may_take_below(self, folder: str) -> bool:
        """Tell whether anything below ``folder`` may enter the key, in whatever state."""
        return any(not part.is_wild or _may_match(part.path, folder) for part in self._parts)

    def key(self, entries: Entries, sent: Collection[str], follow: Follow) -> tuple[KeyPart, ...]:
        """Return what enters the key in one state, in order; equal where BuildKit's checksums are.

        ``sent`` are the paths that ``sent_paths`` returns for this state.
        """
        every = sorted(folders_above(entries).union(entries) - {""})
        found: list[KeyPart] = []
        for part, start in zip(self._parts, self.starts(follow), strict=True):
            taken = (path for path in every if path in sent and self._takes(part, path, start))
            found += (self._key_part(start, path, entries, follow) for path in taken)
        return tuple(found)

    def parts(
        self, path: str, entries: Entries, starts: tuple[str | None, ...], follow: Follow
    ) -> tuple[KeyPart, ...]:
        """Return what of the key the entry at ``path``, which is sent, makes; ``starts`` as for this state."""
        return tuple(
            self._key_part(start, path, entries, follow)
            for part, start in zip(self._parts, starts, strict=True)
            if self._takes(part, path, start)
        )

    def _key_part(self, start: str | None, path: str, entries: Entries, follow: Follow) -> KeyPart:
        entry = _entry_at(entries, path)
        if not self.is_listed:
            # Of what it names itself only the content counts, of all below the way there.
            return relative(path, start or "") or "", entry
        if stat.S_ISLNK(entry.mode):
            real = follow(path)
            if real is not None:
                entry = _entry_at(entries, real)
        # The name alone, not the way: BuildKit puts the folders that it comes through before it.
        return name(path), entry

    def _part(self, path: SourcePath) -> _Part:
        inside = path.path.strip("/")
        includes = None
        if self.source.parents:
            start, pivot, pattern = path.text.partition("/./")
            if not pivot:
                start, pattern = "/", path.text
            inside = clean_join("/", start).strip("/")
            wanted = clean_join("/", pattern).strip("/")
            if wanted:
                includes = _read_patterns((wanted,))
        is_wild = has_meta(inside) and self.source.mount is None
        beginning = re.split(r"[*?\[\\]", inside, maxsplit=1)[0]
        return _Part(inside, is_wild, includes, beginning)

    def _start(self, part: _Part, follow: Follow) -> str | None:
        if part.is_wild:
            return None
        return follow(part.path)

    def _takes(self, part: _Part, path: str, start: str | None) -> bool:
        if part.is_wild:
            # What a wildcard stands for is looked for in few of the many paths that it is asked about.
            if not path.startswith(part.beginning):
                return False
            start = _matched(part.path, path)
        if start is None or not is_at_or_below(path, start):
            return False
        inside = relative(path, start)
        if not inside:
            return part.includes is None
        if part.includes is not None and not part.includes.decide(inside).excluded:
            return False
        # What a source names itself is taken, whatever its patterns say.
        return self._excludes is None or not self._excludes.decide(inside).excluded


class _Part(NamedTuple):
    """One of the paths that a source names."""

    path: str
    is_wild: bool
    includes: Matcher | None
    beginning: str
    """What of the path stands before the first wildcard."""


def key_sources(build: Build) -> tuple[KeySource, ...]:
    """Return the instructions of ``build`` whose key depends on the main context, in its order."""
    return tuple(KeySource(source) for source in build.sources if source.reachable and source.local)


def changed_folders(
    changed: Iterable[str], before: Callable[[str], bool], after: Callable[[str], bool]
) -> Iterator[str]:
    """Yield the folders above ``changed`` paths that are in one of two states only, as these tell of a path."""
    for folder in folders_above(changed):
        if folder and before(folder) != after(folder):
            yield folder


def _entry_at(entries: Entries, path: str) -> ContextEntry:
    entry = entries.get(path, _FOLDER)
    # BuildKit takes over another mode of a folder that it has, and does not tell its checksums.
    if stat.S_ISDIR(entry.mode):
        return _FOLDER
    return entry


def _matched(pattern: str, path: str) -> str | None:
    """Return what of the way to ``path`` a wildcard matches first; None for nothing."""
    found = None
    for folder in upwards(path):
        try:
            if folder and match(pattern, folder):
                found = folder
        except BadPatternError:
            return None
    return found


def _may_match(pattern: str, folder: str) -> bool:
    """Tell whether a wildcard may match ``folder``, something above it or something below it."""
    # A class may hold a slash, and then the parts of a path are not matched one by one.
    if "[" in pattern or "\\" in pattern:
        return True
    pairs = zip(pattern.split("/"), folder.split("/"), strict=False)
    return all(match(wanted, called) for wanted, called in pairs)


def _read_patterns(patterns: tuple[str, ...]) -> Matcher | None:
    if not patterns:
        return None
    try:
        return read_matcher((None, pattern) for pattern in patterns)
    except IgnoreFileError:
        # Docker refuses such a build: there is no key.
        return None
