"""Which members of a workspace steps work on, whatever tool it is: by the folder where they work, and by what they name. Pure.

Leans towards more: what is not understood where the whole workspace lies leaves a doubt about every other member.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ctxopt.evidence.installers import is_setup
from ctxopt.evidence.packages.held import Held
from ctxopt.evidence.packages.model import Package, Workspace
from ctxopt.evidence.run_steps import IDLE
from ctxopt.languages.golang.paths import has_meta

SEPARATOR: Final = r"(&&|\|\||[;|\n&()])"
_BEFORE: Final = (
    r"^(?:(?:[!{}]|then|do|else|elif|if|while|time|exec|export|env)\s+"
    r"|\w+=(?:\"[^\"]*\"|'[^']*'|\S*)\s*)+"
)
"""Words of the shell, and assignments, before a command."""
_UNKNOWN: Final = r"[$*?~`]"
FOLDERS: Final = frozenset({"-C", "--dir", "--prefix", "--cwd"})
"""Options that name the folder in which a command works."""
_TAKES_VALUE: Final = frozenset(
    {"--node-linker", "--store-dir", "--registry", "--reporter", "-c", "--concurrency"}
)
_MOVES: Final = frozenset({"cp", "mv", "tar", "rsync", "install", "ln"})
_FETCHES: Final = r"(?:cargo|go|gem) install\b(?!.*--path)|.* (?:--version|-v|-V)$|node -[ep]\b"


class ChosenMembers:
    """What the steps of one build, or of several, are known to work on."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace: Final = workspace
        self.folders: dict[str, None] = {}
        """The members that they name."""
        self.root = False
        """Whether they work on the package at the root."""
        self.everything: str | None = None
        """The command that works on all members; None where none does."""
        self.doubt: str | None = None
        """Why more may be read than is known, in a clause."""
        self.files: dict[str, None] = {}
        """What they name of the context that lies in no member."""

    def add(self, path: str) -> None:
        """Take in a path of the context that something names: the member that it lies in is built."""
        found = self.workspace.around(path)
        if found is None:
            self.files[path] = None
        elif path != found.manifest and not path.startswith(f"{found.folder}/node_modules"):
            self.folders[found.folder] = None


class StepReader:
    """Goes through the commands of one step, which has ``held`` and is told as ``place``.

    A tool's own reader knows what its commands work on; of all others it is known where they work and what they name.
    """

    def __init__(self, choice: ChosenMembers, held: Sequence[Held], place: str) -> None:
        self.choice: Final = choice
        self.workspace: Final = choice.workspace
        self._held: Final = held
        self._place: Final = place

    def read(self, script: str, start: str) -> None:
        """Read a text for the shell that begins in the folder ``start``, as WORKDIR names it."""
        here = posixpath.normpath(posixpath.join("/", start))
        outer: list[str] = []
        for place, part in enumerate(re.split(SEPARATOR, script.replace("\\\n", " "))):
            # Every other part is a separator.
            if place % 2:
                if part == "(":
                    outer.append(here)
                elif part == ")" and outer:
                    here = outer.pop()
                continue
            words = words_of(part)
            if words[:1] in (["cd"], ["pushd"]) and len(words) > 1:
                here = self.enter(here, words[1])
            elif words:
                self.read_command(words, here)

    def read_command(self, words: Sequence[str], here: str) -> None:
        """Take in one command that runs in the folder ``here``."""
        self.read_other(words, here)

    def enter(self, here: str, named: str) -> str:
        if re.search(_UNKNOWN, named):
            self.doubt(f"cd {named}")
            return here
        return posixpath.normpath(posixpath.join(here, named))

    def read_other(self, words: Sequence[str], here: str) -> None:
        """Take in a command of which nothing is known but where it works and what it names."""
        text = " ".join(words)
        named = [path for word in words[1:] if (path := self._named(word, here)) is not None]
        for path in filter(None, named):
            self.choice.add(path)
        is_idle = words[0] in IDLE or is_setup(text) or re.match(_FETCHES, text) is not None
        if is_idle:
            # What only moves files reads no sources, but may hand on more members than one.
            if words[0] in _MOVES and any(map(self._meets, named)):
                self.doubt(f"{' '.join(words[:4])} takes more than one package")
            return
        inside = self.inside(here)
        member = self.take_member(here)
        if any(map(self._meets, named)) or (
            member is None and self._meets(inside) and not self._names_member(named)
        ):
            self.doubt(f"{' '.join(words[:4])} may read any package")

    def take_member(self, here: str) -> Package | None:
        """Take in the member that a folder lies in; None where it lies in none."""
        inside = self.inside(here)
        member = self.workspace.around(inside) if inside else None
        if member is not None:
            self.choice.folders[member.folder] = None
        return member

    def take_named(self, names: Sequence[str], words: Sequence[str], here: str) -> None:
        """Take in the members of these names; without any that of the folder, or all that the root stands for."""
        for name in names:
            found = [item for item in self.workspace.members.values() if _is_called(name, item)]
            if re.search(_UNKNOWN, name):
                self.take_all(words)
            elif not found:
                self.doubt(f"{name} names no package")
            self.choice.folders |= dict.fromkeys(item.folder for item in found)
        inside = self.inside(here)
        if names or inside is None or self.take_member(here) is not None:
            return
        if inside or not self.workspace.has_root:
            self.take_all(words)
        else:
            self.choice.root = True

    def _names_member(self, named: Iterable[str]) -> bool:
        return any(map(self.workspace.around, named))

    def _named(self, word: str, here: str) -> str | None:
        if has_meta(word) or word.startswith("-"):
            word = word.partition("=")[2]
        if not word or has_meta(word):
            return None
        return self.inside(posixpath.join(here, word))

    def root_of(self, here: str) -> str:
        """Return where the whole context lies; ``here`` where that is not known."""
        return next((held.dest or "/" for held in self._held if not held.root), here)

    def _meets(self, inside: str | None) -> bool:
        """Whether members lie below a path of the context, and not it in one of them."""
        if inside is None or self.workspace.around(inside) is not None:
            return False
        return any(True for _ in self.workspace.below(inside))

    def inside(self, place: str) -> str | None:
        """Return what of the context lies at ``place``: of several the one with the most of it."""
        place = posixpath.normpath(place)
        found = {path for path in (held.inside(place) for held in self._held) if path is not None}
        if not found:
            return None
        return min(found, key=lambda path: (not self._is_part(path), len(path)))

    def _is_part(self, path: str) -> bool:
        return self.workspace.around(path) is not None or self._meets(path)

    def take_all(self, words: Iterable[str]) -> None:
        told = f"{self._place} runs {' '.join(list(words)[:4])}"
        self.choice.everything = self.choice.everything or told

    def doubt(self, told: str) -> None:
        self.choice.doubt = self.choice.doubt or f"{self._place}: {told}"


def _is_called(name: str, package: Package) -> bool:
    """Whether a package is meant by a name, which may say its version, and of which dashes count as underscores."""
    plain = re.sub(r"[-_.]+", "-", name.partition("@")[0]).lower()
    return plain == re.sub(r"[-_.]+", "-", package.name).lower()


def words_of(text: str) -> list[str]:
    plain = re.sub(r"[\"'\\]", "", re.sub(_BEFORE, "", text.strip()))
    if plain.startswith("#"):
        return []
    return [word for word in plain.split() if not word.startswith(("<<", ">", "2>"))]


def values_of(words: Sequence[str], options: Iterable[str]) -> Iterator[str]:
    """Yield the values of options, which stand behind a blank or a sign."""
    wanted = frozenset(options)
    for place, word in enumerate(words):
        option, sign, value = word.partition("=")
        if option not in wanted:
            continue
        if sign:
            yield value
        elif place + 1 < len(words):
            yield words[place + 1]


def after_options(words: Sequence[str], more: frozenset[str] = frozenset()) -> list[str]:
    """Return the words from the first that is no option, nor the value of one of those that take one."""
    place = 0
    takes_value = _TAKES_VALUE | FOLDERS | more
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] in takes_value else 1
    return list(words[place:])
