"""What the files of a package name of the other members: by their names, by paths, by the aliases of TypeScript. Pure.

Asked of every text of a package that is built, and of nothing else. Leans towards more: a comment counts as well.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from ctxopt.paths import is_at_or_below, join, name, parent, upwards

_ENDINGS: Final = frozenset(
    [
        *("js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro"),
        *("json", "jsonc", "json5", "css", "scss", "less", "sass", "html", "mdx", "graphql"),
        *("yaml", "yml", "toml", "prisma", "sh", "env", "proto", "rs", "py", "go", "rb"),
        *("java", "kt", "gradle", "kts", "xml", "mk", "makefile", "justfile", "dockerfile"),
    ]
)
_NO_SOURCES: Final = frozenset({"package-lock.json", "pnpm-lock.yaml", "CHANGELOG.json"})
_CLIMBS: Final = r"(?:\.\./){1,20}(?:[\w@.-]{1,100}/){0,20}\Z"
"""What stands before the last name of a path that leads upwards."""
_JOINS: Final = r"(?:[\"']\.\.[\"']\s{0,9},\s{0,9}){1,20}(?:[\"'][\w@.-]{1,100}[\"']\s{0,9},\s{0,9}){0,20}[\"']\Z"
"""The same where a function joins its parts."""
_PIECE: Final = r"[\w@.-]{1,100}"
_ENDS: Final = r"/\*|/?[\"'`](?!\s{0,99},\s{0,99}[\"'`])"
"""What stands behind a folder where nothing in it is named."""
_MOST_BEFORE: Final = 400
_QUOTES: Final = frozenset("\"'`")
_AROUND_COMMANDS: Final = frozenset(" =\t\n")
_PATH: Final = r"\.\./(?<=[\"'`(\s=]\.\./)(?:\.\./){0,19}[\w@./-]{1,200}"
"""A path that leads upwards; what stands before it comes second, as a search for plain text is fast."""
_ALIAS: Final = (
    r"""["'](@?[\w~#@./-]{1,100}?)(?:/\*)?["']\s{0,99}:\s{0,99}\[\s{0,99}["']([^"'\n]{1,300})["']"""
)
_DEPENDS: Final = r"""["']dependsOn["']\s{0,99}:\s{0,99}\[([^\]]{0,5000})\]"""
_TASK: Final = r"""["']([^"'#\n]{1,200})#"""
_ANY_MEMBER: Final = (
    r"(?:pnpm|npm|yarn)\s[^&|;]{0,300}?(?:\s-r\b|--recursive\b|--workspaces\b|\bworkspaces\s+(?:run|foreach))"
    r"|\blerna\s+(?:run|exec)\b(?![^&|;]*--scope)"
)


_COMMENTS: Final = ("//", "/*", "*")
_WITH_HASH: Final = frozenset(
    ["yaml", "yml", "toml", "sh", "py", "rb", "env", "mk", "makefile", "justfile"]
)
"""Files in which a comment begins with another mark."""


def is_searched(path: str) -> bool:
    """Tell whether a file is a text that may name another member."""
    file = name(path)
    return file.rpartition(".")[2].lower() in _ENDINGS and file not in _NO_SOURCES


def works_on_all(script: str) -> bool:
    """Tell whether a script of a package works on whatever members there are, wherever it is run."""
    return re.search(_ANY_MEMBER, script) is not None


def tasks_of_others(turbo: str) -> Iterator[str]:
    """Yield the names of the members whose tasks a turbo.json asks for by name."""
    for listed in re.findall(_DEPENDS, turbo):
        yield from re.findall(_TASK, listed)


class Mentioned(NamedTuple):
    """What a text names."""

    members: frozenset[str]
    """The targets, by folder."""
    climbed: tuple[str, ...]
    """The paths that it gives by leading upwards."""


_Word: TypeAlias = tuple[Literal["name", "last", "above"], str]
"""What is looked for in texts: the name of a package, the last part of its path, that of a folder above it."""


class _Searched(NamedTuple):
    """A text, the words that were looked for in it, and the paths that those mean which it has."""

    text: str
    words: set[_Word]
    hits: dict[_Word, frozenset[str]]


class _Words:
    """Finds what words mean in texts of a workspace with these ``folders``; each text is searched for a word once.

    What a word means is no matter of which build is asked about.
    """

    def __init__(self, folders: frozenset[str]) -> None:
        self._folders: Final = folders
        self._searched: Final[dict[str, _Searched]] = {}

    def around(self, path: str) -> str | None:
        """Return the folder of the member that ``path`` lies in; None where it lies in none."""
        return next((folder for folder in upwards(path) if folder in self._folders), None)

    def meant(
        self, words: frozenset[_Word], path: str, text: str, *, is_commands: bool
    ) -> dict[_Word, frozenset[str]]:
        """Return the paths that a text means by those of the ``words`` which it has; for a name any path."""
        known = self._searched.get(path)
        if known is None or known.text != text:
            known = _Searched(text, set(), {})
            self._searched[path] = known
        for word in _may_stand(words - known.words, text):
            hits = self._hits(word, path, text, is_commands=is_commands)
            if hits:
                known.hits[word] = hits
        known.words.update(words)
        return {word: known.hits[word] for word in known.hits.keys() & words}

    def _hits(self, word: _Word, path: str, text: str, *, is_commands: bool) -> frozenset[str]:
        kind, item = word
        if item not in text:
            return frozenset()
        if kind == "name":
            is_named = _is_named(item, path, text, is_commands=is_commands)
            return frozenset([path] if is_named else [])
        places: Iterable[int] = self._parts(item, path, text)
        if kind == "last":
            longer = re.compile(r"[\w-]")
            places = (place for place in places if not longer.match(text, place + len(item)))
        else:
            # A glob may mean all that lies in a folder.
            ends = re.compile(_ENDS)
            places = (place for place in places if ends.match(text, place + len(item)))
        return frozenset(
            meant for place in places for meant in self._paths_at(path, text, place, item)
        )

    def _parts(self, word: str, path: str, text: str) -> Iterator[int]:
        """Yield where ``word`` stands as a part of a path, or as a word of its own, and is no comment."""
        for place in _places(word, text):
            if text[place - 1 : place] in _BEFORE_PART and not _is_said(path, text, place):
                yield place

    def _paths_at(self, path: str, text: str, place: int, last: str) -> Iterator[str]:
        """The paths of the context that a text may mean which names ``last`` at ``place``."""
        before = text[max(place - _MOST_BEFORE, 0) : place]
        joined = None
        if ".." in before:
            joined = re.search(_CLIMBS, before) or re.search(_JOINS, before)
        if joined is not None:
            written = "/".join((*re.findall(_PIECE, joined[0]), last))
            around = self.around(path)
            starts = {parent(path)}
            if around is not None:
                starts.add(around)
            for start in starts:
                yield posixpath.normpath(join(start, written) if start else written)
            return
        # From the root, as tools are told that work there.
        rooted = re.search(r"[\"'`](?:\./)?((?:[\w@.-]{1,100}/){0,20})\Z", before)
        if rooted is not None and rooted[1]:
            yield rooted[1] + last


def _may_stand(words: Collection[_Word], text: str) -> Iterator[_Word]:
    """Yield those of ``words`` that are worth a search in a text: it is long, and lacks nearly all of them."""
    if not words:
        return
    # Only a function that joins parts has a quote before one.
    before = "/"
    if '.."' in text or "..'" in text:
        before = "/\"'"
    parts = set(re.findall(rf"[{before}]([\w-]+)", text))
    scopes: dict[str, bool] = {}
    for word in words:
        kind, item = word
        if kind == "name":
            scope = item.partition("/")[0]
            if scope not in scopes:
                scopes[scope] = scope in text
            if scopes[scope]:
                yield word
        elif item in parts or not _is_one_part(item):
            yield word


@cache
def _is_one_part(word: str) -> bool:
    """Whether a word has letters, digits and dashes alone."""
    return re.fullmatch(r"[\w-]+", word) is not None


class Mentions:
    """Finds in texts what is said of ``targets``, members by their folders; of the others it says nothing.

    ``packages`` are the names of all members by folder, ``configs`` the texts of the root's tsconfig files, by path, whose
    aliases are names as well. ``texts`` is what knows of their words.
    """

    def __init__(
        self,
        packages: Mapping[str, str],
        targets: frozenset[str],
        configs: Mapping[str, str],
        texts: _Words,
    ) -> None:
        self._targets: Final = targets
        self._texts: Final = texts
        self._known: Final[dict[str, tuple[str, Mentioned]]] = {}
        names = {packages[folder]: folder for folder in targets if packages[folder]}
        # A package of Python is imported with underscores.
        names |= {called.replace("-", "_"): at for called, at in names.items()}
        for path, text in configs.items():
            for alias, target in re.findall(_ALIAS, text):
                inside = posixpath.normpath(join(parent(path), target.partition("*")[0]))
                found = texts.around(inside)
                if found is not None and found in targets:
                    names.setdefault(alias, found)
        self._names: Final = names
        above = {here for folder in self._targets for here in upwards(parent(folder)) if here}
        self._words: Final[frozenset[_Word]] = frozenset(
            (
                *(("name", item) for item in names),
                *(("last", name(folder)) for folder in self._targets),
                *(("above", name(folder)) for folder in above),
            )
        )

    def in_text(self, path: str, text: str, *, is_commands: bool) -> Mentioned:
        """Return what a file names; ``is_commands`` says that it is given to the shell."""
        known = self._known.get(path)
        # Each round of a fix asks of the same texts again.
        if known is None or known[0] != text:
            members = self._members_in(path, text, is_commands=is_commands)
            climbed = tuple(files_climbed_to(path, text))
            known = text, Mentioned(frozenset(members), climbed)
            self._known[path] = known
        return known[1]

    def _members_in(self, path: str, text: str, *, is_commands: bool) -> set[str]:
        found: set[str] = set()
        meant = self._texts.meant(self._words, path, text, is_commands=is_commands)
        for (kind, item), paths in meant.items():
            if kind == "name":
                found.add(self._names[item])
            elif kind == "last":
                found |= paths & self._targets
            else:
                found |= {at for at in self._targets if any(is_at_or_below(at, each) for each in paths)}  # fmt: skip
        return found


def files_climbed_to(path: str, text: str) -> Iterator[str]:
    """Yield the paths of the context that a file names by leading upwards."""
    if "../" in text:
        for named in set(re.findall(_PATH, text)):
            inside = posixpath.normpath(join(parent(path), named))
            if not inside.startswith(".."):
                yield inside


def _places(word: str, text: str) -> Iterator[int]:
    """Yield where ``word`` begins in a text."""
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + 1)


def _is_said(path: str, text: str, place: int) -> bool:
    """Whether a line with a comment alone is at ``place``, which people read and no tool does."""
    line = text[text.rfind("\n", 0, place) + 1 : place].lstrip()
    if line.startswith("///"):
        return False  # a reference of TypeScript
    marks: tuple[str, ...] = _COMMENTS
    if name(path).rpartition(".")[2].lower() in _WITH_HASH:
        marks = ("#",)
    return line.startswith(marks)


_BEFORE_PART: Final = frozenset({*_QUOTES, "/"})


def _is_named(item: str, path: str, text: str, *, is_commands: bool) -> bool:
    """Whether a text names a package: one with a scope anywhere, another one where an import or a command has it."""
    before, after = _QUOTES, _QUOTES | {"/"}
    if is_commands:
        before, after = before | _AROUND_COMMANDS, after | _AROUND_COMMANDS | {"", "."}
    for place in _places(item, text):
        first, last = text[place - 1 : place], text[place + len(item) : place + len(item) + 1]
        has_scope = item.startswith("@") and not re.match(r"[\w-]", last)
        if (has_scope or (first in before and last in after)) and not _is_said(path, text, place):
            return True
    return False


@lru_cache(maxsize=8)
def mentions_of(
    packages: tuple[tuple[str, str], ...],
    targets: frozenset[str],
    configs: tuple[tuple[str, str], ...],
) -> Mentions:
    """Return what finds mentions, the same for the same: it remembers what it found in which text."""
    return Mentions(dict(packages), targets, dict(configs), _words_in(packages))


@lru_cache(maxsize=2)
def _words_in(packages: tuple[tuple[str, str], ...]) -> _Words:
    return _Words(frozenset(folder for folder, _ in packages))
