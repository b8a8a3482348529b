"""Whether something of the build may read a folder of documentation. Opens sources, where there is a heavy one.

What speaks against it: a step or another instruction that names the folder or a tool that renders such pages, code in it that
others may import, a source, manifest or script that names it. Bounded; where the bound is met, nothing is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import Final

from ctxopt.build.analysis import Analysis
from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.dockerfile_search import FOREIGN
from ctxopt.evidence.git_history import BuildTakings
from ctxopt.evidence.nearby import NearbyNames, is_of_others
from ctxopt.evidence.needs import Needs
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.evidence.test_folders import lies_in_tests
from ctxopt.languages.dockerfile.file_name import is_dockerfile_name
from ctxopt.paths import is_at_or_below, is_covered, name, parent, upwards
from ctxopt.tree.model import Flag, Folder
from ctxopt.tree.view import files_below

_MOST_FILES: Final = 5000
_MOST_TEXT: Final = 1 << 25
RENDERS: Final = (
    r"(?<![\w-])(?:mkdocs|zensical|sphinx[\w-]*|docusaurus|vitepress|vuepress|typedoc|mdbook|hugo|jekyll|antora|docfx|"
    r"doxygen|asciidoctor|honkit|gitbook|eleventy|retype|mintlify|swag|redoc[\w-]*|docs:build|build:docs|build-docs|make\s+docs?)(?![\w-])"
)
"""Tools whose input is documentation."""
_PACKAGE: Final = r"(?:\.go|\.rs|\.java|\.kt|\.rb|\.php|\.cs|\.proto|/__init__\.py)$"
"""Code that is imported by the name of its package or not by a path at all."""
_TEST: Final = r"^test_|^conftest\.|[_.-](?:test|tests|spec|stories)\.\w+$"
_PROSE: Final = (
    ".md", ".mdx", ".rst", ".adoc", ".txt", ".svg", ".csv", ".lock", ".map", ".sum", ".snap", ".po",
)  # fmt: skip
_DATA: Final = (
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".pdf", ".zip", ".gz", ".woff", ".woff2", ".ttf", ".mp4", ".webm",
)  # fmt: skip
_OTHERS_READ: Final = frozenset({".gitattributes", "package-lock.json"})
_LEAFLET: Final = (
    r"^(?:readme|changelog|contributing|license|security)\b.*\.html?$|^\.[\w-]*ignore$"
)
"""Prose that links to the documentation, and lists of what one tool or another is not to look at."""
_COMMENTS: Final = r"(?m)^[ \t]{0,200}(?://(?!go:|/ ?<)|/?\*|#(?!include|embed|import|!)).*$"
"""Lines that are for people alone, in most languages."""
_LISTS: Final = ("cmakelists.txt", "requirements")
"""Text that tools read."""
SERVED: Final = r"(?:^|/)(?:html|htdocs|www|wwwroot)(?:/|$)"
"""Folders of an image from which a server sends whatever is in them."""
_UNKNOWN: Final = "there are more sources than could be looked at"


class Documentation:
    """Asked of a folder at a time; what it has read it remembers."""

    def __init__(self, analysis: Analysis, catalog: Catalog, needs: Needs) -> None:
        self._analysis = analysis
        self._catalog = catalog
        self._needs = needs

    def why(self, folder: str) -> str | None:
        """Return why ``folder`` may be read, in a clause; None where nothing says so."""
        files = files_below(self._analysis.permitted, [folder])
        code = (path for path in files if re.search(_PACKAGE, path))
        if any(map(self._may_be_imported, code)):
            return "it holds code, which may be imported"
        for taken in self._needs.builds:
            reason = _named_by(taken, folder)
            if reason is not None:
                return reason
        texts = self.texts
        if texts is None:
            return _UNKNOWN
        word = name(folder)
        names = _mentions(word)
        for path, text in texts:
            # Most texts do not hold the word at all, which is told a hundred times as fast.
            if word not in text or is_at_or_below(path, folder) or not names.search(text):
                continue
            # Comments send people there.
            if names.search(re.sub(_COMMENTS, "", text)):
                return f"{path} names it"
        return None

    def _may_be_imported(self, path: str) -> bool:
        """Whether code is more than a program of its own, which Go says in the first words."""
        if not path.endswith(".go"):
            return True
        return re.search(r"(?m)^package main\b", self._files.text(path)) is None

    @cached_property
    def _files(self) -> SentFiles:
        return SentFiles(self._analysis, self._catalog, self._needs.texts)

    @cached_property
    def texts(self) -> Sequence[tuple[str, str]] | None:
        """The sources, manifests and scripts that are sent, with their texts; None where there are too many."""
        files = self._files
        found: list[tuple[str, str]] = []
        left = _MOST_TEXT
        for path in self._sources():
            if len(found) >= _MOST_FILES or left <= 0:
                return None
            text = files.text(path)
            left -= len(text)
            found.append((path, text))
        return found

    def _sources(self) -> Iterator[str]:
        """Yield the sources, manifests and scripts that are sent, but for idle tests and what is for others."""
        folders = sorted(self._files.tree.folders.values(), key=lambda item: item.path.count("/"))
        aside: set[str] = set()
        for folder in folders:
            if self._stands_aside(folder.path):
                aside.add(folder.path)
            if is_covered(folder.path, aside):
                continue
            yield from self._sources_in(folder)

    def is_source(self, path: str) -> bool:
        """Tell whether a file is one of the sources, manifests and scripts that may name something."""
        folder = self._files.tree.folders.get(parent(path))
        if folder is None or any(map(self._stands_aside, upwards(folder.path))):
            return False
        return path in self._sources_in(folder)

    def _sources_in(self, folder: Folder) -> Sequence[str]:
        """Return the files of a folder that are sources wherever it lies."""
        has_no_tests = self._needs.tests is None
        # Where no step runs tests, nothing reads what is in their folders.
        if has_no_tests and lies_in_tests(self._catalog, folder.child("-")):
            return ()
        names, flags = folder.names, self._analysis.permitted.flags(folder)
        known = set(self._catalog.may_match(folder.joined, names))
        found = []
        for place, file_name in enumerate(names):
            # What names tell comes first: most files are no texts that could name anything.
            if not _may_name(file_name) or (has_no_tests and _is_test(file_name)):
                continue
            path = folder.child(file_name)
            if path in self._files.tree.folders or (flags and flags[place] & Flag.EXCLUDED):
                continue
            if file_name not in known or not self._is_for_servers(path):
                found.append(path)
        return found

    def _is_for_servers(self, path: str) -> bool:
        """Whether a file is for what looks at the repository, and no build reads it."""
        entries = self._catalog.match_path(path, False)
        return any(entry.kind in ("ci", "editor") for entry in entries)

    def _stands_aside(self, folder: str) -> bool:
        # Files of editors and of build servers are in hidden folders, and no build reads them.
        if folder in self._needs.worktrees or name(folder).startswith("."):
            return True
        return bool(folder) and is_of_others(self._catalog, folder, self._nearby, FOREIGN)

    @cached_property
    def _nearby(self) -> NearbyNames:
        return NearbyNames(self._files.tree.folders)


@cache
def _may_name(file_name: str) -> bool:
    """Whether a file is code, a manifest or a script, as far as its name tells."""
    lower = file_name.lower()
    if lower.startswith(_LISTS):
        return True
    if lower.endswith((*_PROSE, *_DATA)) or file_name in _OTHERS_READ:
        return False
    if re.search(_LEAFLET, lower):
        return False
    return not is_dockerfile_name(file_name)


@cache
def _is_test(file_name: str) -> bool:
    return re.search(_TEST, file_name) is not None


def _named_by(taken: BuildTakings, folder: str) -> str | None:
    """Return the instruction that names a folder, or a tool for such folders; None where none does."""
    word = re.compile(rf"(?<![\w-]){re.escape(name(folder))}(?![\w-])")
    for instruction in taken.build.dockerfile.instructions:
        text = " ".join(instruction.args)
        if instruction.keyword == "WORKDIR" and re.search(SERVED, text):
            return f"WORKDIR in line {instruction.line} is what a server shows"
        if word.search(text) or (instruction.keyword == "RUN" and re.search(RENDERS, text)):
            return f"{instruction.keyword} in line {instruction.line} may read it"
    # A server shows what lies in its folder, and nothing names it.
    for taking in taken.takings:
        if taking.takes(folder) and re.search(SERVED, taking.source.dest):
            return f"{taking.source.instruction} in line {taking.source.line} may serve it"
    for script in taken.build.scripts():
        if word.search(script) or re.search(RENDERS, script):
            return "a RUN step may read it"
    return None


def _mentions(folder_name: str) -> re.Pattern[str]:
    """Return what a text has to hold to name a folder: a path that begins with it, or it alone in quotes.

    ``/docs/`` is an address, and ``"docs":`` the name of a script or a key.
    """
    escaped = re.escape(folder_name)
    up = r"(?:\.{1,2}[/\\]{1,2}){0,9}"
    return re.compile(
        rf"(?<![\w/\\.@-]){up}{escaped}[/\\]"
        rf"|['\"`]{up}{escaped}['\"`](?!\s{{0,9}}:)"
        rf"|(?m:^\s{{0,40}}-\s{{1,9}}{escaped}\s{{0,9}}$)"
        rf"|go:embed[^\n]{{0,200}}\b{escaped}\b"
    )
