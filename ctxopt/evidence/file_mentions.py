"""Whether something of the build may read a file beside the sources: a README, a changelog, what is for build servers.

Looks for its name in what is run, and in the sources, manifests and scripts that are sent. Git searches these; which
of them names it is told by their texts. Judges no bytes, and is asked only about what a line is about to hide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cache
from heapq import nlargest
from typing import Final

from ctxopt.build.analysis import Analysis
from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.documentation import RENDERS, SERVED, Documentation
from ctxopt.evidence.git_history import BuildTakings
from ctxopt.evidence.needs import Needs
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.word_search import files_with
from ctxopt.languages.golang.paths import BadPatternError, match
from ctxopt.paths import is_at_or_below, name

_CHECKS: Final = (
    r"(?<![\w/-])(?:actionlint|zizmor|pre-commit|prek|lefthook|yamllint|hadolint|dockerfilelint|dclint|super-linter|"
    r"mega-?linter|trunk\s+check|check-jsonschema|renovate-config-validator)(?![\w-])"
)
"""Tools that look at the files of build servers and of Docker, and fail where there is none."""
_BUILD_FILES: Final = (
    r"(?:^|/)(?:CMakeLists\.txt|meson\.build|BUILD|dune|(?:PKG|APK)BUILD|debian/[\w.-]+|(?:nfpm|electron-builder)\.ya?ml|"
    r"[\w.-]+\.(?:cmake|cabal|gemspec|bazel|bzl|mk|make|rules|am|nix|spec|xml|props|targets))$"
)
"""Files of build tools, in which a name stands without quotes."""
_MANY: Final = (
    "*.md", "%.md", "*.{", "\\.md$", "go:embed", '.md"', ".md'", ".md`", "addsuffix", "basedir}", "<directory>.",
)  # fmt: skip
"""What stands for names by their shape."""
_MAKEFILES: Final = frozenset({"Makefile", "makefile", "GNUmakefile"})
"""What names a file in one is followed from target to target; a rule about all of a kind is not."""
_SHAPES: Final = (
    r"['\"`](?:[^'\"`\s:]*/)?\*\.(?:md|\{[^}'\"`]*\bmdx?\b[^}'\"`]*\})['\"`](?!\s*:)|\\\.md\$"
)
"""What stands for all texts in Markdown where it is quoted, or an expression."""
_JOINED: Final = (
    r"(?:[\w)\]\"'`}]\s{0,9}(?:\+{1,2}|\.{1,2}|<>|&)|\bwith_?[sS]uffix\()\s{0,9}[\"'`]\.md[\"'`]"
    r"|(?:[})]|%[sv])\.md[\"'`]|\$\w{1,60}\.md\b|addsuffix\s{1,9}\.md\b"
)
"""A name that ends in what is written here, after what is computed."""
_PACKS: Final = (
    r"(?<![\w-])(?:(?:npm|pnpm|yarn|bun)\s+(?:pm\s+)?(?:pack|publish)|cargo\s+(?:package|publish)|"
    r"hex\.(?:build|publish)|vsce\s+(?:package|publish)|ovsx\s+publish|helm\s+package)(?![\w-])"
)
"""What puts a README into a package unasked."""
_WHOLE_FOLDER: Final = r"<directory>\s*(?:\.|\$\{(?:project\.)?basedir\})/?\s*</directory>(?!\s*(?:<\w+>[^<]*</\w+>\s*)*<includes>)"
"""Where Maven takes all that lies beside its manifest, whatever it is called."""
_SHAPE: Final = r"(?<![\w/*?.-])\w{2}[\w.-]*[*?][\w.*?-]*(?![\w/*?-])"
"""What stands for several names in a folder by how they begin, as ``READ*``."""
_SHELL: Final = r"#![^\n]*\b(?:ba|da|k|z)?sh\b"
_SAYING: Final = frozenset({"ENV", "ARG", "CMD", "ENTRYPOINT"})
"""Instructions whose words a program is given."""
_SERVERS: Final = r"(?<![\w-])(?:docsify|http\.server|http-server|live-server|serve|caddy)(?![\w-])"
_MOST_BYTES: Final = 1 << 20
_MOST_EXCLUDED: Final = 200
"""Files of more bytes are data or bundles, and so many of them git is told to leave out."""
_UNKNOWN: Final = "there are more sources than could be looked at"


class FileMentions:
    """Asked of a path at a time; what it has read and said it remembers."""

    def __init__(
        self,
        analysis: Analysis,
        catalog: Catalog,
        needs: Needs,
        evidence: GitEvidence | None,
        documentation: Callable[[], Documentation],
    ) -> None:
        self._needs = needs
        self._evidence = evidence
        self._documentation = documentation
        self._found: dict[str, Sequence[tuple[str, str]] | None] = {}
        self._coming: set[str] = set()
        self._files = SentFiles(analysis, catalog, needs.texts)
        self.why: Final = cache(self._why)

    def look_for(self, paths: Iterable[str]) -> None:
        """Say which paths may be asked about next: where the sources are searched, it is for all of them at once."""
        self._coming.update(map(name, paths))

    def _holding(self, word: str) -> Sequence[tuple[str, str]] | None:
        if word not in self._found:
            # A search that took too long for some words takes too long for others.
            if None in self._found.values():
                return None
            words = self._coming.difference(self._found) | {word}
            # A name may be put together: the ending alone is searched for as well.
            parts = {part.removesuffix(".md") for part in words}
            self._found |= dict.fromkeys(words, self._texts(parts | {*_MANY}))
        return self._found[word]

    def _why(self, path: str) -> str | None:
        """Return why ``path``, file or folder, may be read, in a clause; None where nothing says so."""
        for taken in self._needs.builds:
            reason = self._named_by(taken, path)
            if reason is not None:
                return reason
        texts = self._holding(name(path))
        if texts is None:
            return _UNKNOWN
        for place, text in texts:
            if is_at_or_below(place, path) or not _names(place, text, path):
                continue
            if not self._is_for_people(place, text):
                return f"{place} names it"
        return None

    def _is_for_people(self, place: str, text: str) -> bool:
        """Whether a file is a shell script that no build and no image is seen to run."""
        if re.match(_SHELL, text) is None:
            return False
        called = name(place)
        for taken in self._needs.builds:
            instructions = taken.build.dockerfile.instructions
            run = (word for item in instructions for word in item.args)
            if any(called in word for word in (*run, *taken.texts)):
                return False
        return True

    def _named_by(self, taken: BuildTakings, path: str) -> str | None:
        """Return what a build runs that may read ``path``, or serves it; what instructions take is known otherwise."""
        is_prose = path.endswith(".md")
        tools = f"{RENDERS}|{_PACKS}" if is_prose else _CHECKS
        asked = rf"(?<![\w-]){re.escape(name(path))}(?![\w-])|{tools}"
        if any(re.search(asked, text) for text in (*taken.build.scripts(), *taken.texts)):
            return "a RUN step, or what it calls, may read it"
        for item in taken.build.dockerfile.instructions:
            if item.keyword in _SAYING and re.search(asked, " ".join(item.args)):
                return f"{item.keyword} in line {item.line} names what may read it"
        # What a page shows of its folder it need not name.
        if is_prose and self._files.has("index.html"):
            for taking in taken.takings:
                place = taking.source.dest.rstrip("/")
                if taking.takes(path) and (re.search(SERVED, place) or place.endswith("/srv")):
                    return f"{taking.source.instruction} in line {taking.source.line} may serve it"
            for item in taken.build.dockerfile.instructions:
                if item.keyword in _SAYING and re.search(_SERVERS, " ".join(item.args)):
                    return f"{item.keyword} in line {item.line} may serve it"
        return None

    def _texts(self, words: Iterable[str]) -> Sequence[tuple[str, str]] | None:
        """Return the sources that may hold one of ``words``, with their texts; None where they are too many."""
        documentation = self._documentation()
        if self._evidence is None or self._evidence.found is None:
            return documentation.texts
        holding = files_with(self._evidence.found, sorted(words), self._too_large())
        if holding is None:
            return None
        sources = sorted(filter(documentation.is_source, holding))
        return tuple((path, self._files.text(path)) for path in sources)

    def _too_large(self) -> list[str]:
        """Return the largest files, of which git would read more than tells anything."""
        found = [
            (size, folder.child(file))
            for folder in self._files.tree.folders.values()
            if max(folder.sizes, default=0) > _MOST_BYTES
            for file, size in zip(folder.names, folder.sizes, strict=True)
            if size > _MOST_BYTES
        ]
        return [path for _, path in nlargest(_MOST_EXCLUDED, found)]


def _names(place: str, text: str, path: str) -> bool:
    """Whether the text of a source at ``place`` names ``path``."""
    word = name(path)
    if word in text and _mention(word).search(text):
        return True
    if re.search(_BUILD_FILES, place) and _stands_in_rule(text, word):
        return True
    if "/" not in place and "go:embed" in text and any(_embeds(text, word)):
        return True
    if not word.endswith(".md") or "/" in path:
        return False
    # A name that is put together, and a rule about all of a kind.
    if re.search(_JOINED, text) or _put_together(word).search(text):
        return True
    has_rules = re.search(_BUILD_FILES, place) or name(place) in _MAKEFILES
    if has_rules and re.search(r"(?m)^[^#\n]*[*%]\.md\b", text):
        return True
    return re.search(_SHAPES, text) is not None


def _stands_in_rule(text: str, word: str) -> bool:
    """Whether the file of a build tool names ``word``, or all that is called like it, outside of a comment."""
    if word in text and re.search(rf"(?m)^[^#\n]*(?<![\w-]){re.escape(word)}(?![\w-])", text):
        return True
    if re.search(_WHOLE_FOLDER, text):
        return True
    shapes = (
        shape for line in re.findall(r"(?m)^[^#\n]+", text) for shape in re.findall(_SHAPE, line)
    )
    return any(fnmatchcase(word, shape) for shape in dict.fromkeys(shapes))


def _embeds(text: str, word: str) -> Iterator[bool]:
    for patterns in re.findall(r"(?m)^//go:embed[ \t]+(\S.*)$", text):
        for pattern in patterns.split():
            bare = pattern.strip('"`').removeprefix("all:")
            with suppress(BadPatternError):
                yield bare == "." or match(bare, word)


@cache
def _mention(word: str) -> re.Pattern[str]:
    """Return what names ``word``: the end of a path in quotes, or a folder in one; an item of a list.

    A key ``"README.md":`` and an address are none.
    """
    escaped = re.escape(word)
    way = r"(?:file:\s?)?(?:[^'\"`\s:]{0,200}[/\\])?"
    return re.compile(
        rf"['\"`]{way}{escaped}(?:[/\\?#][^'\"`\s]{{0,200}})?['\"`](?!\s{{0,9}}:)"
        rf"|(?m:^\s{{0,40}}-\s{{1,9}}(?:\.{{1,2}}/)*{escaped}\s{{0,9}}$)"
        rf"|go:embed[^\n]{{0,200}}(?<![\w-]){escaped}(?![\w-])"
    )


@cache
def _put_together(word: str) -> re.Pattern[str]:
    """Return what names ``word`` in pieces that stand side by side, or without its ending."""
    stem = re.escape(word.removesuffix(".md"))
    cuts = "|".join(
        rf"{re.escape(word[:place])}['\"`]\s{{0,9}}[+.,&<>]{{0,2}}\s{{0,9}}['\"`]{re.escape(word[place:])}"
        for place in range(1, len(word))
    )
    return re.compile(rf"['\"`](?:[^'\"`\s:]*/)?(?:{stem}\.?\*?|{cuts})['\"`](?!\s*:)")


__all__ = ["FileMentions"]
