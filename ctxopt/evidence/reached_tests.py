"""What kept sources reach of the folders that look like tests. Opens sources, where there is such a folder at all.

Bounded over the whole context: the first 256 kB of a file, ``MOST_SOURCES`` files and ``MOST_TEXT`` characters in all,
those near the root first. What is beyond that says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.needs import Clues, Need
from ctxopt.evidence.opened_paths import opened_paths
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.evidence.source_references import Options, is_source, references
from ctxopt.paths import name, parent, upwards

MOST_SOURCES: Final = 5000
MOST_TEXT: Final = 1 << 25
_FOR_TESTS: Final = (
    r"^(?:test_|conftest|tests?\.rs$|(?:jest|vitest|playwright|cypress|karma|wdio)\.)"
    r"|[_.](?:test|tests|spec|unittest|stories|cy|bench)\.\w+$|^spec_helper"
)
"""Names of tests, and of the configurations of their tools: no build of the application reads them by itself."""
_OPAQUE: Final = (
    "Gruntfile.js", "Gruntfile.cjs", "Gruntfile.mjs", "Gruntfile.ts", "gulpfile.js", "gulpfile.mjs", "gulpfile.ts", "Jakefile.js",
)  # fmt: skip
"""Tasks of runners that are not followed: any program may be one that they start."""
_SCRIPTS: Final = r"\.(?:[cm]?[jt]sx?|vue|svelte)$"
_JVM_SOURCES: Final = (
    r"(?:^|/)(src/\w{0,50}[mM]ain/(?:java|kotlin|scala|groovy|clojure|resources|webapp))/"
)
"""Where Maven and Gradle look for production code; its packages may be called anything."""


def needs_of_reached_tests(
    folders: Iterable[str], files: SentFiles, compiles_all: Callable[[], bool]
) -> Clues:
    """Return what the sources in ``folders``, those of the project itself, reach of folders of tests.

    ``compiles_all`` is asked only where a test that lies beside the sources is met.
    """
    tests = _TestFolders(folders, files.catalog)
    if not tests.paths:
        return Clues()
    needs = [
        Need(path, f"part of {match[1]}")
        for path in sorted(tests.paths)
        if (match := re.search(_JVM_SOURCES, path))
    ]
    needs += _Search(tests, files, compiles_all).run()
    return Clues(needs=tuple(needs))


class _TestFolders:
    """The folders that look like tests, and which folders lie in which of them."""

    def __init__(self, folders: Iterable[str], catalog: Catalog) -> None:
        self.paths: set[str] = set()
        self.members: dict[str, list[str]] = {}
        self._nearest: dict[str, str] = {"": ""}
        # Folders come level by level, so that the one above is always known.
        for path in folders:
            around = self._nearest[parent(path)]
            if path and _is_for_tests(catalog, name(path)):
                around = path
                self.paths.add(path)
            self._nearest[path] = around
            self.members.setdefault(around, []).append(path)
        self.names = {name(path) for path in self.paths}

    def nearest(self, path: str) -> str:
        """Return the innermost folder of tests at or above ``path``; empty where there is none."""
        # A loop and no iterator: each name in each source is asked about.
        while path not in self._nearest:
            path = parent(path)
        return self._nearest[path]

    def around(self, path: str) -> list[str]:
        """Return all folders of tests at or above ``path``."""
        return [here for here in upwards(path) if here in self.paths]


def _is_for_tests(catalog: Catalog, folder_name: str) -> bool:
    return any(entry.kind == "test-data" for entry in catalog.match_name(folder_name, True))


class _Search:
    """Reads what is kept, and then what lies in each folder that turns out to be kept."""

    def __init__(
        self, tests: _TestFolders, files: SentFiles, compiles_all: Callable[[], bool]
    ) -> None:
        self._tests = tests
        self._files = files
        self._compiles_all = compiles_all
        self._knows_all: bool | None = None
        self._is_opaque = any(map(files.has, _OPAQUE))
        self._sources_left = MOST_SOURCES
        self._text_left = MOST_TEXT

    def run(self) -> list[Need]:
        needs: list[Need] = []
        kept = {""}
        waiting = [""]
        while waiting:
            for source, reached in self._reached_from(waiting.pop()):
                needs.append(Need(reached, f"named by {source}", source))
                # A folder that stays for one file keeps its other sources, which reach further.
                around = [path for path in self._tests.around(reached) if path not in kept]
                kept.update(around)
                waiting += around
        return needs

    def _reached_from(self, group: str) -> Iterator[tuple[str, str]]:
        """Yield the sources of ``group`` with what each reaches of other folders of tests."""
        for source in self._sources_of(group):
            text = self._read(source)
            # Most sources mention no such folder, and to look for a few words is fast.
            if not any(folder_name in text for folder_name in self._tests.names):
                continue
            found = [self._found(options) for options in references(source, text)]
            if self._is_opaque and any(f"{each}/" in text for each in self._tests.names):
                found += [self._found(options) for options in opened_paths(source, text)]
            reached = {path for path in found if path and self._tests.nearest(path) != group}
            if reached and self._is_read(source):
                for path in sorted(reached):
                    yield source, path

    def _sources_of(self, group: str) -> Iterator[str]:
        for path in self._tests.members.get(group, ()):
            folder = self._files.tree.folders[path]
            for file_name in filter(is_source, folder.names):
                source = folder.child(file_name)
                if self._files.has(source):
                    yield source

    def _read(self, source: str) -> str:
        if self._sources_left <= 0 or self._text_left <= 0:
            return ""
        text = self._files.text(source)
        self._sources_left -= 1
        self._text_left -= len(text)
        return text

    def _found(self, options: Options) -> str | None:
        """Return the first of ``options`` that is there, if it lies in a folder of tests."""
        if not any(map(self._tests.nearest, options)):
            return None
        found = next(filter(self._files.has, options), None)
        if found is None or not self._tests.nearest(found):
            return None
        return found

    def _is_read(self, source: str) -> bool:
        """Whether the build reads a source that is kept: any but a test, unless all of the tree is compiled."""
        if not re.search(_FOR_TESTS, name(source)):
            return True
        if not re.search(_SCRIPTS, source):
            return False
        if self._knows_all is None:
            self._knows_all = self._compiles_all()
        return self._knows_all
