"""Which members of a workspace the steps of a build work on: by a filter, by a folder, by the scripts that they run. Pure.

Leans towards more: what is not understood where the whole workspace lies leaves a doubt about every other member, and what
builds whatever there is leaves none outside. Sources: the references of npm, Yarn, pnpm, Turborepo and Lerna.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ctxopt.evidence.installers import is_setup
from ctxopt.evidence.packages.held import Held
from ctxopt.evidence.packages.model import Workspace
from ctxopt.evidence.packages.node import install_scripts, scripts_of
from ctxopt.evidence.run_steps import IDLE
from ctxopt.languages.golang.paths import has_meta

_SEPARATOR: Final = r"(&&|\|\||[;|\n&()])"
_BEFORE: Final = (
    r"^(?:(?:[!{}]|then|do|else|elif|if|while|time|exec|export|env)\s+"
    r"|\w+=(?:\"[^\"]*\"|'[^']*'|\S*)\s*)+"
)
"""Words of the shell, and assignments, before a command."""
_UNKNOWN: Final = r"[$*?~`]"
_FILTERS: Final[Mapping[str, frozenset[str]]] = {
    "npm": frozenset({"-w", "--workspace"}),
    "pnpm": frozenset({"-F", "--filter", "--filter-prod"}),
    "yarn": frozenset(),
    "turbo": frozenset({"-F", "--filter", "--scope"}),
    "lerna": frozenset({"--scope"}),
}
"""The options by which each program is told the members."""
_MANAGERS: Final = frozenset({"npm", "pnpm", "yarn"})
_RUNNERS: Final = frozenset({"npx", "pnpx"})
_EXECUTES: Final = frozenset({"exec", "dlx", "x"})
_RUNS: Final = frozenset({"run", "run-script"})
_INSTALLS: Final = frozenset({"install", "i", "ci", "clean-install", "add", "rebuild", "dedupe"})
_HARMLESS: Final = frozenset(
    [
        *("cache", "config", "c", "set", "get", "fetch", "store", "prune", "pkg", "version"),
        *("audit", "fund", "link", "why", "list", "ls", "root", "bin", "plugin", "policies"),
        *("login", "import", "approve-builds", "setup", "env", "remove", "uninstall"),
    ]
)
"""What package managers do without a look at the sources of a member."""
_FOLDERS: Final = frozenset({"-C", "--dir", "--prefix", "--cwd"})
_ALL: Final = frozenset({"-r", "--recursive", "-ws", "--workspaces", "-wr", "-rw"})
_AT_ROOT: Final = frozenset({"-w", "--workspace-root"})
_TAKES_VALUE: Final = frozenset(
    {"--node-linker", "--store-dir", "--registry", "--reporter", "-c", "--concurrency"}
)
_ABOUT_GIT: Final = frozenset({"husky", "lefthook", "simple-git-hooks", "is-ci", "only-allow"})
"""What the scripts of an installation run that reads no sources."""
_MOVES: Final = frozenset({"cp", "mv", "tar", "rsync", "install", "ln"})
_FETCHES: Final = r"(?:cargo|go|gem) install\b(?!.*--path)|.* (?:--version|-v|-V)$|node -[ep]\b"
_MOST_SCRIPTS: Final = 50


class ChosenMembers:
    """What the steps of one build, or of several, are known to work on."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace: Final = workspace
        self.folders: dict[str, None] = {}
        """The members that they name."""
        self.everything: str | None = None
        """The command that works on all members; None where none does."""
        self.doubt: str | None = None
        """Why more may be read than is known, in a clause."""
        self.files: dict[str, None] = {}
        """What they name of the context that lies in no member."""

    def read_step(self, script: str, workdir: str, held: Sequence[Held], line: int) -> None:
        """Take in one step, which starts in the folder ``workdir`` of its stage, with ``held`` in it."""
        reader = _StepReader(self, held, f"RUN in line {line}")
        reader.read(script, posixpath.normpath(posixpath.join("/", workdir)))

    def add(self, path: str) -> None:
        """Take in a path of the context that something names: the member that it lies in is built."""
        found = self.workspace.around(path)
        if found is None:
            self.files[path] = None
        elif path != found.manifest and not path.startswith(f"{found.folder}/node_modules"):
            self.folders[found.folder] = None


class _StepReader:
    """Goes through the commands of one step, and of the scripts of packages that they run."""

    def __init__(self, choice: ChosenMembers, held: Sequence[Held], place: str) -> None:
        self._choice: Final = choice
        self._workspace: Final = choice.workspace
        self._held: Final = held
        self._place: Final = place
        self._followed: set[tuple[str, str]] = set()

    def read(self, script: str, start: str) -> None:
        """Read a text for the shell that begins in the folder ``start``, an absolute path."""
        here = start
        outer: list[str] = []
        for place, part in enumerate(re.split(_SEPARATOR, script.replace("\\\n", " "))):
            # Every other part is a separator.
            if place % 2:
                if part == "(":
                    outer.append(here)
                elif part == ")" and outer:
                    here = outer.pop()
                continue
            words = _words(part)
            if words[:1] in (["cd"], ["pushd"]) and len(words) > 1:
                here = self._enter(here, words[1])
            elif words:
                self._command(words, here)

    def _enter(self, here: str, named: str) -> str:
        if re.search(_UNKNOWN, named):
            self._doubt(f"cd {named}")
            return here
        return posixpath.normpath(posixpath.join(here, named))

    def _command(self, words: Sequence[str], here: str) -> None:
        program = posixpath.basename(words[0])
        if program in _MANAGERS:
            self._manager(program, words, here)
        elif program in _RUNNERS:
            self._rest(_after_options(words[1:]), here)
        elif program == "turbo":
            self._turbo(words, here)
        elif program == "lerna":
            self._selected(words, here, _filters(program, words))
        elif program not in _ABOUT_GIT:
            self._other(words, here)

    def _rest(self, words: Sequence[str], here: str) -> None:
        if words:
            self._command(words, here)

    # --- package managers

    def _manager(self, program: str, words: Sequence[str], here: str) -> None:
        if "-g" in words or "--global" in words:
            return
        folder = next(_values(words, _FOLDERS), None)
        if folder is not None:
            here = self._enter(here, folder)
        if program == "pnpm" and not _AT_ROOT.isdisjoint(words):
            here = self._root(here)
        filters = _filters(program, words)
        rest = _after_options(words[1:], _FILTERS[program]) or ["install"]
        if program == "yarn":
            filters, rest = _of_yarn(rest)
        if rest[0] in _INSTALLS:
            self._install(words, here, filters)
        elif rest[0] in _HARMLESS:
            return
        elif rest[0] in ("workspaces", "recursive", "multi"):
            self._everything(words)
        elif filters or not _ALL.isdisjoint(words):
            self._selected(words, here, filters)
        elif rest[0] in _EXECUTES:
            self._rest(_after_options(rest[1:]), here)
        elif rest[0] in _RUNS:
            self._script(_after_options(rest[1:]), here, is_named=program != "yarn")
        else:
            self._script(rest, here, is_named=program == "npm")

    def _install(self, words: Sequence[str], here: str, filters: Sequence[str]) -> None:
        if any(not text.startswith("!") for text in filters):
            self._selected(words, here, filters)
        if "--ignore-scripts" in words:
            return
        for member in self._workspace.members.values():
            if any(map(_does_something, install_scripts(member))):
                self._choice.folders[member.folder] = None
        for script in install_scripts(self._workspace.root):
            self._follow("", script, self._root(here))

    def _script(self, words: Sequence[str], here: str, *, is_named: bool) -> None:
        """A script of the package in ``here``, or, where there is none of that name, a program."""
        inside = self._inside(here)
        if inside is None or not words:
            return
        member = self._workspace.around(inside)
        if member is None and inside:
            # A package beside the workspace, or none at all.
            self._other(words, here)
            return
        package = self._workspace.root
        if member is not None:
            package = member
            self._choice.folders[member.folder] = None
        scripts = scripts_of(package)
        name = words[0]
        if name not in scripts and not is_named:
            self._command(words, here)
        for key in (f"pre{name}", name, f"post{name}"):
            if name in scripts and key in scripts:
                self._follow(package.folder, scripts[key], here)

    def _follow(self, folder: str, script: str, here: str) -> None:
        if (folder, script) not in self._followed and len(self._followed) < _MOST_SCRIPTS:
            self._followed.add((folder, script))
            self.read(script, here)

    def _turbo(self, words: Sequence[str], here: str) -> None:
        filters = _filters("turbo", words)
        rest = _after_options(words[1:], _FILTERS["turbo"])
        if rest[:1] == ["prune"]:
            # Older versions take the package as --scope.
            filters += [word for word in rest[1:] if not word.startswith("-")]
        self._selected(words, here, filters)

    # --- what a command works on

    def _selected(self, words: Sequence[str], here: str, filters: Sequence[str]) -> None:
        wanted = [text for text in filters if not text.startswith("!")]
        inside = self._inside(here)
        if not wanted:
            member = self._workspace.around(inside) if inside else None
            if member is None or not _ALL.isdisjoint(words):
                self._everything(words)
            else:
                self._choice.folders[member.folder] = None
            return
        for text in wanted:
            found = self._matching(text, inside or "")
            if found is None:
                self._everything(words)
            elif not found:
                self._doubt(f"{text} names no package")
            self._choice.folders |= dict.fromkeys(found or ())

    def _matching(self, text: str, inside: str) -> list[str] | None:
        """Return the folders that a filter means; None where it may mean any."""
        # Dependents, and what git has as changed, are not known from a name.
        if text.startswith("...") or re.search(r"[$`\[]", text):
            return None
        plain = re.sub(r"\^?\.\.\.$", "", text).strip("{}")
        members = self._workspace.members.values()
        if plain.startswith("."):
            path = posixpath.normpath(posixpath.join(inside, plain))
            return [item.folder for item in members if _matches(path, item.folder)]
        return [
            item.folder
            for item in members
            if _matches(plain, item.name)
            or _matches(plain, item.name.partition("/")[2])
            or _matches(plain, item.folder)
        ]

    def _other(self, words: Sequence[str], here: str) -> None:
        """A command of which nothing is known but where it works and what it names."""
        text = " ".join(words)
        named = [path for word in words[1:] if (path := self._named(word, here)) is not None]
        for path in filter(None, named):
            self._choice.add(path)
        is_idle = words[0] in IDLE or is_setup(text) or re.match(_FETCHES, text) is not None
        if is_idle:
            # What only moves files reads no sources, but may hand on more members than one.
            if words[0] in _MOVES and any(map(self._meets, named)):
                self._doubt(f"{' '.join(words[:4])} takes more than one package")
            return
        inside = self._inside(here)
        member = self._workspace.around(inside) if inside else None
        if member is not None:
            self._choice.folders[member.folder] = None
        if any(map(self._meets, named)) or (
            member is None and self._meets(inside) and not self._names_member(named)
        ):
            self._doubt(f"{' '.join(words[:4])} may read any package")

    def _names_member(self, named: Iterable[str]) -> bool:
        return any(map(self._workspace.around, named))

    def _named(self, word: str, here: str) -> str | None:
        if has_meta(word) or word.startswith("-"):
            word = word.partition("=")[2]
        if not word or has_meta(word):
            return None
        return self._inside(posixpath.join(here, word))

    def _root(self, here: str) -> str:
        """Return where the whole context lies; ``here`` where that is not known."""
        return next((held.dest or "/" for held in self._held if not held.root), here)

    def _meets(self, inside: str | None) -> bool:
        """Whether members lie below a path of the context, and not it in one of them."""
        if inside is None or self._workspace.around(inside) is not None:
            return False
        return any(True for _ in self._workspace.below(inside))

    def _inside(self, place: str) -> str | None:
        """Return what of the context lies at ``place``: of several the one with the most of it."""
        place = posixpath.normpath(place)
        found = {path for path in (held.inside(place) for held in self._held) if path is not None}
        if not found:
            return None
        return min(found, key=lambda path: (not self._is_part(path), len(path)))

    def _is_part(self, path: str) -> bool:
        return self._workspace.around(path) is not None or self._meets(path)

    def _everything(self, words: Iterable[str]) -> None:
        told = f"{self._place} runs {' '.join(list(words)[:4])}"
        self._choice.everything = self._choice.everything or told

    def _doubt(self, told: str) -> None:
        self._choice.doubt = self._choice.doubt or f"{self._place}: {told}"


def _words(text: str) -> list[str]:
    plain = re.sub(r"[\"'\\]", "", re.sub(_BEFORE, "", text.strip()))
    if plain.startswith("#"):
        return []
    return [word for word in plain.split() if not word.startswith(("<<", ">", "2>"))]


def _filters(program: str, words: Sequence[str]) -> list[str]:
    values = _values(words, _FILTERS[program])
    return [item for value in values for item in value.split(",")]


def _values(words: Sequence[str], options: Iterable[str]) -> Iterator[str]:
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


def _of_yarn(rest: list[str]) -> tuple[list[str], list[str]]:
    """Return the members that Yarn is told, which it takes as words, and what it is to do with them."""
    if rest[0] == "workspace" and len(rest) > 1:
        return [rest[1]], rest[2:] or ["install"]
    if rest[:2] == ["workspaces", "focus"]:
        return [word for word in rest[2:] if not word.startswith("-")], ["install"]
    return [], rest


def _after_options(words: Sequence[str], more: frozenset[str] = frozenset()) -> list[str]:
    """Return the words from the first that is no option, nor the value of one of those that take one."""
    place = 0
    takes_value = _TAKES_VALUE | _FOLDERS | more
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] in takes_value else 1
    return list(words[place:])


def _matches(glob: str, name: str) -> bool:
    from fnmatch import fnmatchcase

    return bool(name) and (glob == name or fnmatchcase(name, glob.replace("**", "*")))


def _does_something(script: str) -> bool:
    """Whether a script that an installation runs may read sources of its package."""
    for command in re.split(_SEPARATOR, script)[::2]:
        words = _words(command)
        if words[:1] == ["npx"]:
            words = _after_options(words[1:])
        if words and posixpath.basename(words[0]) not in _ABOUT_GIT | IDLE:
            return True
    return False
