"""Whether something that git ignores may be input all the same: made on the host, just before the image is built.

Opens kept sources, and files that run on the host, where there is such a path at all; the first reason found is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from ctxopt.evidence.facts import Facts
from ctxopt.evidence.run_steps import MAKES
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.evidence.source_references import is_source, references
from ctxopt.paths import is_at_or_below, is_covered, name
from ctxopt.tree.view import files_below

_COMPILED: Final = (".js", ".cjs", ".mjs", ".css", ".html", ".wasm", ".d.ts")
"""Endings of what compilers and bundlers write, in folders of their own, and people as well."""
_LANGUAGES: Final = (
    "c cc clj cpp cs cts cxx dart erl ex exs fs go graphql groovy h hh hpp hs java jl jsx kt less lua m ml mm mts"
    " php pl proto py r rb rs sass scala scss sol svelte swift thrift ts tsx vb vue zig"
)
_CODE: Final = (*_COMPILED, *(f".{ending}" for ending in _LANGUAGES.split()))
"""Endings of what is compiled, imported or served."""
_MOST_FILES: Final = 5000
_MOST_TEXT: Final = 1 << 25
_GENERATES: Final = (
    r"(?<![\w.-])(?:protoc|buf|sqlc|mockgen|swag|openapi-generator|[\w:-]*(?:generate|codegen|download|fetch|prebuild)[\w:-]*|"
    r"curl|wget|git\s+(?:clone|submodule))(?![\w-])"
)


class GeneratedInput:
    """Asked of what git ignores, a path at a time; what it has read it remembers."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def why_unknown(self, path: str, *, is_made: bool) -> str | None:
        """Return why ``path``, of which nothing says what it is, may be input; None where nothing does.

        ``is_made`` says whether the builds that take it make something themselves.
        """
        code = self._code_in(path)
        is_output = is_made and path in self._facts.view.tree.folders
        if code and not (is_output and all(file.endswith(_COMPILED) for file in code)):
            return "git ignores it, but it is code, which may be generated for the build"
        # What a tool keeps for itself, and what the build makes again, no command need have made before.
        is_asked = not code and not name(path).startswith(".")
        for commands in self._facts.host_commands:
            if _names(path, commands.text) or (is_asked and _makes_something(commands.text)):
                return f"git ignores it, but {commands.path} may make it before it builds the image"
        source = self._reached_from(path)
        if source is not None:
            return f"git ignores it, but {source} imports it"
        return None

    def why_named(self, path: str) -> str | None:
        """Return why ``path``, which is known to be data, may be input; None where nothing says so."""
        for commands in self._facts.host_commands:
            if _names(path, commands.text):
                return f"git ignores it, but {commands.path} names it before it builds the image"
        return None

    def _code_in(self, path: str) -> list[str]:
        """Return the files at or below ``path`` that are code, of this build as far as anything tells."""
        folder = self._facts.view.tree.folders.get(path)
        # The state of a tool, and another checkout, are no sources of this build.
        if folder is not None and (name(path).startswith(".") or ".git" in folder.names):
            return []
        return [file for file in files_below(self._facts.view, [path]) if file.endswith(_CODE)]

    def _reached_from(self, path: str) -> str | None:
        """Return the kept source that imports ``path`` or something below it."""
        stem = name(path).rpartition(".")[0] or name(path)
        for source, text in self._sources:
            if stem in text and any(
                self._reaches(options, path) for options in references(source, text)
            ):
                return source
        return None

    def _reaches(self, options: Sequence[str], path: str) -> bool:
        found = next(filter(self._files.has, options), None)
        return found is not None and is_at_or_below(found, path)

    @cached_property
    def _files(self) -> SentFiles:
        facts = self._facts
        return SentFiles(facts.analysis, facts.catalog, facts.needs.texts)

    @cached_property
    def _sources(self) -> tuple[tuple[str, str], ...]:
        """The sources that are kept, with their texts: as many as are worth the time."""
        found: list[tuple[str, str]] = []
        left = _MOST_TEXT
        for path in self._source_paths():
            if len(found) >= _MOST_FILES or left <= 0:
                break
            text = self._files.text(path)
            left -= len(text)
            found.append((path, text))
        return tuple(found)

    def _source_paths(self) -> Iterator[str]:
        claimed = {item.path for item in self._facts.candidates.found}
        # Near the root first: what is far down is seldom what imports.
        for folder in sorted(
            self._files.tree.folders.values(), key=lambda item: item.path.count("/")
        ):
            if is_covered(folder.path, claimed):
                continue
            for file_name in filter(is_source, folder.names):
                path = folder.child(file_name)
                if path not in claimed and self._files.has(path):
                    yield path


def _makes_something(text: str) -> bool:
    return bool(re.search(_GENERATES, text) or re.search(MAKES, text))


def _names(path: str, text: str) -> bool:
    """Whether a text names a path by its last component, as a word."""
    last = name(path)
    return last in text and re.search(rf"(?<![\w-]){re.escape(last)}(?![\w-])", text) is not None
