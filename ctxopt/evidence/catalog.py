"""The catalogue of paths that are known to be heavy, generated, secret or volatile.

It answers which entries a name or a path calls to mind, and what files show about a build. It never decides what may
be left out, never looks at the disk beyond its own data files, and does not check them: the tests do.
"""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from ctxopt import paths

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


CatalogKind: TypeAlias = Literal[
    "dependencies",
    "version-control",
    "build-output",
    "cache",
    "test-data",
    "test-report",
    "data",
    "model",
    "media",
    "archive",
    "dump",
    "log",
    "editor",
    "os",
    "secret",
    "infrastructure-state",
    "container",
    "ci",
    "docs",
]
PathType: TypeAlias = Literal["dir", "file", "any"]
NameConfidence: TypeAlias = Literal["high", "low"]

_EXTENSION: Final = r"\.[^.*?\[\]]+\Z"
TWIN: Final = "catalog.json"
"""Made by ``python -m scripts.catalog_twin`` from the TOML files; a test holds them in step."""

_WILDCARDS: Final = frozenset("*?[")
_WILD: Final = {"*": "[^/]*", "?": "[^/]"}


class CatalogEntry(NamedTuple):
    """One known path.

    ``pattern`` is the line a fix would write; ``kind``, ``type`` and ``stack`` say what it is. ``reason`` is one sentence
    on why a build context can do without it, ``link`` the documentation of its maker, ``rebuilt_by`` what makes it again
    (empty: nothing does) and ``keep_when`` when it has to stay (empty: never). ``except_names`` are globs of names that
    the pattern hits and that are something else. A ``confidence`` of "low" marks a name that many things share: it needs
    evidence from ``manifests`` (globs of files in the same folder as the path, or above it) or from git.
    """

    pattern: str
    kind: CatalogKind
    type: PathType
    stack: str
    confidence: NameConfidence
    reason: str
    link: str
    rebuilt_by: str = ""
    manifests: tuple[str, ...] = ()
    except_names: tuple[str, ...] = ()
    keep_when: str = ""

    @property
    def is_ambiguous(self) -> bool:
        """Whether the name, as ``data``, stands for waste in one place and for sources in another."""
        return self.confidence == "low" and self.kind in ("data", "model") and "*" not in self.name

    @property
    def name(self) -> str:
        """The last part of the pattern."""
        return paths.name(self.pattern)

    def is_credible(self, nearby: Collection[str]) -> bool:
        """Take the file names of the parent folder and its ancestors; tell whether a manifest backs the match.

        True as well when the entry asks for no manifest.
        """
        return not self.manifests or any(_is_among(glob, nearby) for glob in self.manifests)


class Stack(NamedTuple):
    """A language or tool family: globs that show it, and what shows that its build reads git or runs tests.

    ``version_from_git`` holds (file name glob, text); an empty text means that the file alone is the evidence.
    ``test_commands`` holds words that occur in this order in one shell command, ``test_skips`` texts which show that
    the command runs no tests after all. ``coming`` are patterns of entries: what everyday work brings to a checkout.
    """

    name: str
    manifests: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    version_from_git: tuple[tuple[str, str], ...] = ()
    test_commands: tuple[str, ...] = ()
    test_skips: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()


class _Row(NamedTuple):
    """An entry in an index; ``is_proven`` where the lookup itself is the proof."""

    order: int
    entry: CatalogEntry
    is_proven: bool = False

    def matches(self, subject: str) -> bool:
        """Tell whether the entry's pattern matches a path, or the name alone where it asks for no more."""
        return self.is_proven or bool(re.search(_pattern_regex(self.entry.pattern), subject))


class _Index:
    """Rows by the last component of their pattern: whole name, extension, first characters, and the few others."""

    def __init__(self, rows: Iterable[tuple[str, _Row]]) -> None:
        self.by_name: dict[str, list[_Row]] = {}
        self.by_extension: dict[str, list[_Row]] = {}
        self.by_start: dict[str, list[_Row]] = {}
        self.others: list[_Row] = []
        regexes = []
        for glob, row in rows:
            extension = re.search(_EXTENSION, glob)
            if _WILDCARDS.isdisjoint(glob):
                self.by_name.setdefault(glob, []).append(row)
            elif _WILDCARDS.isdisjoint(glob[:2]):
                self.by_start.setdefault(glob[:2], []).append(row)
            elif extension:
                self.by_extension.setdefault(extension[0], []).append(row)
            else:
                self.others.append(row)
                regexes.append(_glob_regex(glob))
        # One search says "none of them" for nearly every name.
        self.others_regex = re.compile(rf"\A(?:{'|'.join(regexes)})\Z") if regexes else None

    def candidates(self, name: str) -> list[_Row]:
        """Take a name; return the rows it may match, each still to be tested."""
        found = self.by_name.get(name) or []
        dot = name.rfind(".")
        if dot >= 0 and (rows := self.by_extension.get(name[dot:])):
            found = found + rows
        if rows := self.by_start.get(name[:2]):
            found = found + rows
        if self.others_regex is not None and self.others_regex.match(name):
            found = found + self.others
        return found


class Catalog:
    """All entries and stacks, with lookups that are cheap enough for every path of a large tree."""

    def __init__(self, entries: Iterable[CatalogEntry], stacks: Iterable[Stack] = ()) -> None:
        self.entries: Final = tuple(entries)
        self.stacks: Final = {stack.name: stack for stack in stacks}
        self._needles: Final[dict[str, tuple[str, ...]]] = {}
        self._tested: Final[dict[str, str | None]] = {}
        named: list[tuple[str, _Row]] = []
        placed: list[tuple[str, _Row]] = []
        for order, entry in enumerate(self.entries):
            tail = entry.pattern.removeprefix("**/")
            last = paths.name(tail)
            is_anchored = tail == entry.pattern
            row = _Row(order, entry)
            # Most patterns name one component: those are asked about the name alone, without an expression.
            if last != tail or is_anchored:
                placed.append((last, row))
            elif _WILDCARDS.isdisjoint(tail) or (tail[0] == "*" and re.match(_EXTENSION, tail[1:])):
                named.append((tail, row._replace(is_proven=True)))
            else:
                named.append((tail, row))
        self._names, self._paths = _Index(named), _Index(placed)

    def match_name(self, name: str, is_dir: bool) -> tuple[CatalogEntry, ...]:
        """Take one path component; return the entries about a single name that match it, in catalogue order."""
        rows = self._names.candidates(name)
        if not rows:
            return ()
        return _entries(_hits(rows, name, name, is_dir))

    def match_path(self, path: str, is_dir: bool) -> tuple[CatalogEntry, ...]:
        """Take a "/"-separated path from the context root; return all entries that match it, in catalogue order."""
        name = paths.name(path)
        named, placed = self._names.candidates(name), self._paths.candidates(name)
        if not named and not placed:
            return ()
        return _entries(_hits(named, name, name, is_dir) + _hits(placed, path, name, is_dir))

    def hits(
        self, path: str, is_dir: bool
    ) -> tuple[tuple[CatalogEntry, ...], tuple[CatalogEntry, ...]]:
        """Take a path; return the entries that match it, and those whose pattern hits it though they mean another thing.

        The second are of the wrong type or except the name: their patterns would hide ``path`` all the same.
        """
        name = paths.name(path)
        found = [
            row
            for rows, subject in (
                (self._names.candidates(name), name),
                (self._paths.candidates(name), path),
            )
            for row in rows
            if row.matches(subject)
        ]
        meant = _hits(found, path, name, is_dir, proven=True)
        return _entries(meant), _entries([row for row in found if row not in meant])

    def may_match(self, joined: str, names: list[str]) -> list[str]:
        """Take the names in one folder, as one text with slashes between them and as a list; return those to look up.

        Made for whole trees: names that no entry can be about cost a tenth of a microsecond.
        """
        # One comprehension and no call of a function: it is asked of every name of a context.
        exact, extensions, starts, prefixes, texts, regex = self._sieve
        found = [
            name
            for name in names
            if name in exact
            or name.rpartition(".")[2] in extensions
            or (name[:3] in starts and name.startswith(prefixes))
        ]
        for text in texts:
            if text in joined:
                known = set(found)
                found += [name for name in names if name not in known and regex.match(name)]
                break
        return found

    @cached_property
    def _sieve(
        self,
    ) -> tuple[
        frozenset[str],
        frozenset[str],
        frozenset[str],
        tuple[str, ...],
        tuple[str, ...],
        re.Pattern[str],
    ]:
        exact: set[str] = set()
        extensions: set[str] = set()
        starts: set[str] = set()
        others: dict[str, None] = {}
        for entry in self.entries:
            glob = entry.name
            start = re.split(r"[*?\[]", glob, maxsplit=1)[0]
            extension = re.match(_EXTENSION, glob[1:]) if glob[0] == "*" else None
            if start == glob:
                exact.add(glob)
            elif len(start) > 2:
                starts.add(start)
            elif extension:
                extensions.add(extension[0][1:])
            else:
                others[glob] = None
        texts = {_longest_text(glob) for glob in others}
        regex = re.compile(rf"(?:{'|'.join(map(_glob_regex, others)) or '(?!)'})\Z")
        return (
            frozenset(exact),
            frozenset(extensions),
            frozenset(start[:3] for start in starts),
            tuple(sorted(starts)),
            tuple(sorted(texts)),
            regex,
        )

    def version_from_git(self, file_name: str, text: str) -> tuple[str, ...]:
        """Take a file's name and content; return the texts (or the name) that show a build reading ``.git``."""
        needles = self._needles.get(file_name)
        if needles is None:
            needles = self._needles_for(file_name)
            self._needles[file_name] = needles
        found = {needle or file_name: None for needle in needles if needle in text}
        return tuple(found)

    def _needles_for(self, file_name: str) -> tuple[str, ...]:
        """The texts to look for in files of that name, an empty one for the name alone.

        Few names have any, and the name is a few bytes long where a text may be a quarter of a megabyte.
        """
        return tuple(
            needle
            for stack in self.stacks.values()
            for glob, needle in stack.version_from_git
            if _fits(glob, file_name)
        )

    def test_command(self, script: str) -> str | None:
        """Take the text of a RUN step; return the first test command it runs, in the catalogue's words, or None."""
        # The same scripts are met in many packages, Dockerfiles and rounds of a fix.
        if script not in self._tested:
            commands = re.split(r"&&|[;|\n]", script)
            self._tested[script] = next(filter(None, map(self._test_in, commands)), None)
        return self._tested[script]

    def _test_in(self, command: str) -> str | None:
        for stack in self.stacks.values():
            if any(skip in command for skip in stack.test_skips):
                continue
            for words in stack.test_commands:
                # Compiling an expression takes longer than reading a RUN step.
                if words.partition(" ")[0] in command and _command_regex(words).search(command):
                    return words
        return None


@cache
def load_catalog() -> Catalog:
    """Return the catalogue that ships with ctxopt; it is read at the first call only."""
    import json

    # The same data as the TOML files hold, which take ten times as long to read.
    tables = json.loads(_data_file(TWIN))
    # Of the many entries no field holds lists of lists, as some of the few stacks do.
    entries = ([tuple(v) if isinstance(v, list) else v for v in row] for row in tables["entries"])
    stacks = [Stack(*map(_frozen, row)) for row in tables["stacks"]]
    return Catalog(map(CatalogEntry._make, entries), stacks)


def _data_file(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), "data", name), encoding="utf-8") as file:
        return file.read()


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return value


def _hits(
    rows: list[_Row], subject: str, name: str, is_dir: bool, *, proven: bool = False
) -> list[_Row]:
    other_type = "file" if is_dir else "dir"
    return [
        row
        for row in rows
        if row.entry.type != other_type
        and (proven or row.matches(subject))
        and not any(fnmatchcase(name, glob) for glob in row.entry.except_names)
    ]


def _is_among(glob: str, names: Collection[str]) -> bool:
    # Nearly all manifests have one name, and a lookup needs no look at a thousand others.
    if _WILDCARDS.isdisjoint(glob):
        return glob in names
    return any(_fits(glob, name) for name in names)


def _fits(glob: str, name: str) -> bool:
    # Compiling a glob takes a hundred times as long as the look for its text, which most names do not have.
    return _longest_text(glob) in name and fnmatchcase(name, glob)


@cache
def _longest_text(glob: str) -> str:
    """Take a glob; return the longest piece of it that stands for itself."""
    return max(re.split(r"\*|\?|\[[^\]]*\]", glob), key=len)


def _entries(rows: list[_Row]) -> tuple[CatalogEntry, ...]:
    return tuple(row.entry for row in sorted(rows, key=lambda row: row.order))


@cache
def _pattern_regex(pattern: str) -> str:
    """Take a pattern of the catalogue; return the expression for it. Of hundreds a context asks for a few."""
    tail = pattern.removeprefix("**/")
    start = r"\A" if tail == pattern else r"(?:\A|/)"
    return rf"{start}{_glob_regex(tail)}\Z"


def _glob_regex(glob: str) -> str:
    """Take the tail of a pattern; return the regular expression that Docker gives it."""
    return "".join(map(_glob_part, re.split(r"(\*|\?|\[[^\]]*\])", glob)))


def _glob_part(part: str) -> str:
    if part.startswith("["):
        return part  # the catalogue's classes mean the same to both; a test holds that
    return _WILD.get(part) or re.escape(part)


@cache
def _command_regex(words: str) -> re.Pattern[str]:
    later = r".*[\s\"':,]".join(rf"{re.escape(word)}(?!\w)" for word in words.split())
    return re.compile(rf"(?:\A|[\s\"'(/=`]){later}")
