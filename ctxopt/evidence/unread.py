"""Of which paths it is known that nothing in the build reads them, whatever their size, and of what kind they are.

A rebuild costs the same for a byte as for a megabyte, so that bytes decide nothing here. What the catalogue does not
name, or the build may read, is taken for a source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from ctxopt.evidence.catalog import Catalog, CatalogEntry, CatalogKind
from ctxopt.evidence.entry_choice import KnownPath, choose_entry
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.nearby import NearbyNames
from ctxopt.evidence.test_folders import tests_stay
from ctxopt.languages.ignore.escape import escape_pattern
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.paths import is_at_or_below, name, upwards

if TYPE_CHECKING:
    from ctxopt.evidence.file_mentions import FileMentions

UnreadKind: TypeAlias = Literal["documentation", "ci", "tests", "container", "editor", "history"]

_KINDS: Final[Mapping[CatalogKind, UnreadKind]] = {
    "docs": "documentation",
    "ci": "ci",
    "test-data": "tests",
    "container": "container",
    "editor": "editor",
    "version-control": "history",
}


class Unread(NamedTuple):
    """What is known of a path that no build reads."""

    kind: UnreadKind
    pattern: str
    """An ignore line that keeps it back, and nothing that is known to be read."""


def may_be_unread(catalog: Catalog, path: str) -> bool:
    """Tell by the names alone whether a file may be of a kind that no build reads."""
    return any(
        entry.kind in _KINDS
        for here in upwards(path)
        if here
        for entry in catalog.match_path(here, here != path)
    )


class _Found(NamedTuple):
    """What the catalogue knows of a path that no build reads; no entry for a file of the build itself."""

    kind: UnreadKind
    entry: CatalogEntry | None


class UnreadPaths:
    """Asked of a path at a time, one that is there or one of the past; remembers what it has said."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._reasons = facts.needs.reasons()
        self._nearby = NearbyNames(facts.view.tree.folders)
        self._found: dict[tuple[str, bool], _Found | None] = {}
        self._general: dict[str, bool] = {}
        context = facts.analysis.context
        self._own = {context.dockerfile.inside, context.ignore.path} - {None}
        """The files of the build itself, however they are called."""
        is_sent = facts.total(".git").entries > 0
        self._is_compared = bool(facts.needs.git) and facts.needs.compares and is_sent
        """Whether git would call the sources changed where one that it tracks is missing."""

    def of(self, path: str) -> Unread | None:
        """Return what is known of a file or link; None where the build may read it."""
        if self._is_compared or self._facts.kept.why(path) is not None:
            return None
        # From the top: a folder decides for all that is in it.
        for here in reversed(list(upwards(path))[:-1]):
            is_dir = here != path
            found = self._find(here, is_dir=is_dir)
            if found is not None:
                return Unread(found.kind, self._line(here, found.entry))
        return None

    def _find(self, path: str, *, is_dir: bool) -> _Found | None:
        key = (path, is_dir)
        if key not in self._found:
            self._found[key] = self._judge(path, is_dir=is_dir)
        return self._found[key]

    def _judge(self, path: str, *, is_dir: bool) -> _Found | None:
        if path in self._reasons or self._is_named(path):
            return None
        if path in self._own:
            return self._unless_named(path, _Found("container", None))
        known = KnownPath(
            path=path,
            is_dir=is_dir,
            # Heavy or light, it is of its kind.
            is_large=is_dir,
            state="tracked",
            nearby=lambda: self._nearby.of(path),
        )
        entries = [
            entry for entry in self._facts.catalog.match_path(path, is_dir) if entry.kind in _KINDS
        ]
        entry = choose_entry(entries, known)
        if entry is None or self._may_be_read(path, entry, is_dir=is_dir):
            return None
        found = _Found(_KINDS[entry.kind], entry)
        if entry.kind in ("ci", "container") or (entry.kind == "docs" and not is_dir):
            return self._unless_named(path, found)
        return found

    def _unless_named(self, path: str, found: _Found) -> _Found | None:
        """Return what was found of a file that is no source, where no source names it."""
        if self._mentions.why(path) is not None:
            return None
        return found

    @cached_property
    def _mentions(self) -> FileMentions:
        mentions, catalog = self._facts.file_mentions, self._facts.catalog
        # Most such files lie at the top: one search for all of them takes as long as one for the first.
        top = self._facts.view.tree.folders[""].names
        mentions.look_for(
            file
            for file in top
            if any(may_be_unread(catalog, path) for path in (file, f"{file}/-"))
        )
        mentions.look_for(path for path in self._own if path)
        return mentions

    def _is_named(self, path: str) -> bool:
        """Whether an instruction names the path, which need not be there any more."""
        return any(is_at_or_below(need.path, path) for need in self._facts.needs.named)

    def _may_be_read(self, path: str, entry: CatalogEntry, *, is_dir: bool) -> bool:
        if entry.kind == "test-data":
            return tests_stay(self._facts.view, self._facts.needs, path, is_tracked=True)
        if entry.kind == "version-control":
            return bool(self._facts.needs.git)
        if entry.kind == "docs" and is_dir:
            return self._facts.documentation.why(path) is not None
        return False

    def _line(self, path: str, entry: CatalogEntry | None) -> str:
        """Return the catalogue's pattern, which holds next month as well, where it hides nothing that may be read."""
        # Documentation further down may be what a program shows; tests are tests anywhere.
        if entry is None or (entry.confidence != "high" and entry.kind != "test-data"):
            return escape_pattern(path)
        if entry.pattern not in self._general:
            self._general[entry.pattern] = not any(self._hidden(entry))
        if self._general[entry.pattern]:
            return entry.pattern
        return escape_pattern(path)

    def _hidden(self, entry: CatalogEntry) -> Iterator[str]:
        """Yield what the pattern of ``entry`` would hide and the build may read."""
        matcher = read_matcher([(None, entry.pattern)])
        for need in (*self._facts.needs.needs, *self._facts.needs.named):
            if matcher.decide(need.path).excluded:
                yield need.path
        for folder in self._facts.view.tree.folders:
            is_meant = entry in self._facts.catalog.match_name(name(folder), True)
            if is_meant and self._find(folder, is_dir=True) is None:
                yield folder


__all__ = ["Unread", "UnreadKind", "UnreadPaths", "may_be_unread"]
