"""What the commands of npm, Yarn, pnpm, Bun, Turborepo and Lerna work on: by a filter, by a folder, by the scripts that they run. Pure.

What builds whatever members there are leaves none outside. Sources: their references.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Final

from ctxopt.evidence.packages.chosen import (
    FOLDERS,
    SEPARATOR,
    ChosenMembers,
    StepReader,
    after_options,
    values_of,
    words_of,
)
from ctxopt.evidence.packages.held import Held
from ctxopt.evidence.packages.node import install_scripts, scripts_of
from ctxopt.evidence.run_steps import IDLE

_FILTERS: Final[Mapping[str, frozenset[str]]] = {
    "npm": frozenset({"-w", "--workspace"}),
    "pnpm": frozenset({"-F", "--filter", "--filter-prod"}),
    "yarn": frozenset(),
    "bun": frozenset({"-F", "--filter"}),
    "turbo": frozenset({"-F", "--filter", "--scope"}),
    "lerna": frozenset({"--scope"}),
}
"""The options by which each program is told the members."""
_MANAGERS: Final = frozenset({"npm", "pnpm", "yarn", "bun"})
_RUNNERS: Final = frozenset({"npx", "pnpx", "bunx"})
_OF_BUN: Final = frozenset({"build", "test"})
"""What Bun does itself, whatever scripts there are."""
_EXECUTES: Final = frozenset({"exec", "dlx", "x"})
_RUNS: Final = frozenset({"run", "run-script"})
_INSTALLS: Final = frozenset({"install", "i", "ci", "clean-install", "add", "rebuild", "dedupe"})
_HARMLESS: Final = frozenset(
    [
        *("cache", "config", "c", "set", "get", "fetch", "store", "prune", "pkg", "version"),
        *("audit", "fund", "link", "why", "list", "ls", "root", "bin", "plugin", "policies"),
        *("login", "import", "approve-builds", "setup", "env", "remove", "uninstall", "global"),
    ]
)
"""What package managers do without a look at the sources of a member."""
_ALL: Final = frozenset({"-r", "--recursive", "-ws", "--workspaces", "-wr", "-rw"})
_AT_ROOT: Final = frozenset({"-w", "--workspace-root"})
_READS_NO_SOURCES: Final = frozenset(
    ["husky", "lefthook", "simple-git-hooks", "is-ci", "only-allow", "patch-package"]
)
"""What the scripts of an installation run that reads no sources."""
_MOST_SCRIPTS: Final = 50


class NodeReader(StepReader):
    """Also goes through the scripts of packages that the commands run."""

    def __init__(self, choice: ChosenMembers, held: Sequence[Held], place: str) -> None:
        super().__init__(choice, held, place)
        self._followed: Final[set[tuple[str, str]]] = set()

    def read_command(self, words: Sequence[str], here: str) -> None:
        program = posixpath.basename(words[0])
        if program in _MANAGERS:
            self._manager(program, words, here)
        elif program in _RUNNERS:
            self._rest(after_options(words[1:]), here)
        elif program == "turbo":
            self._turbo(words, here)
        elif program == "lerna":
            self._selected(words, here, _filters(program, words))
        elif program not in _READS_NO_SOURCES:
            self.read_other(words, here)

    def _rest(self, words: Sequence[str], here: str) -> None:
        if words:
            self.read_command(words, here)

    # --- package managers

    def _manager(self, program: str, words: Sequence[str], here: str) -> None:
        if "-g" in words or "--global" in words:
            return
        folder = next(values_of(words, FOLDERS), None)
        if folder is not None:
            here = self.enter(here, folder)
        if program == "pnpm" and not _AT_ROOT.isdisjoint(words):
            here = self.root_of(here)
        filters = _filters(program, words)
        rest = after_options(words[1:], _FILTERS[program]) or ["install"]
        if program == "yarn":
            filters, rest = _of_yarn(rest)
        if rest[0] in _INSTALLS:
            self._install(words, here, filters)
        elif rest[0] in _HARMLESS:
            return
        elif rest[0] in ("workspaces", "recursive", "multi"):
            self.take_all(words)
        elif filters or not _ALL.isdisjoint(words):
            self._selected(words, here, filters)
        elif rest[0] in _EXECUTES:
            self._rest(after_options(rest[1:]), here)
        elif program == "bun" and rest[0] in _OF_BUN:
            self.read_other(["bun", *rest], here)
        elif rest[0] in _RUNS:
            self._script(after_options(rest[1:]), here, is_named=program not in ("yarn", "bun"))
        else:
            self._script(rest, here, is_named=program == "npm")

    def _install(self, words: Sequence[str], here: str, filters: Sequence[str]) -> None:
        if any(not text.startswith("!") for text in filters):
            self._selected(words, here, filters)
        if "--ignore-scripts" in words:
            return
        for member in self.workspace.members.values():
            if any(map(_does_something, install_scripts(member))):
                self.choice.folders[member.folder] = None
        for script in install_scripts(self.workspace.root):
            self._follow("", script, self.root_of(here))

    def _script(self, words: Sequence[str], here: str, *, is_named: bool) -> None:
        """A script of the package in ``here``, or, where there is none of that name, a program."""
        inside = self.inside(here)
        if inside is None or not words:
            return
        member = self.workspace.around(inside)
        if member is None and inside:
            # A package beside the workspace, or none at all.
            self.read_other(words, here)
            return
        package = self.workspace.root
        if member is not None:
            package = member
            self.choice.folders[member.folder] = None
        scripts = scripts_of(package)
        name = words[0]
        if name not in scripts and not is_named:
            self.read_command(words, here)
        for key in (f"pre{name}", name, f"post{name}"):
            if name in scripts and key in scripts:
                self._follow(package.folder, scripts[key], here)

    def _follow(self, folder: str, script: str, here: str) -> None:
        if (folder, script) not in self._followed and len(self._followed) < _MOST_SCRIPTS:
            self._followed.add((folder, script))
            self.read(script, here)

    def _turbo(self, words: Sequence[str], here: str) -> None:
        filters = _filters("turbo", words)
        rest = after_options(words[1:], _FILTERS["turbo"])
        if rest[:1] == ["telemetry"]:
            return
        if rest[:1] == ["prune"]:
            # Older versions take the package as --scope.
            filters += [word for word in rest[1:] if not word.startswith("-")]
        self._selected(words, here, filters)

    # --- what a command works on

    def _selected(self, words: Sequence[str], here: str, filters: Sequence[str]) -> None:
        wanted = [text for text in filters if not text.startswith("!")]
        inside = self.inside(here)
        if not wanted:
            member = self.workspace.around(inside) if inside else None
            if member is None or not _ALL.isdisjoint(words):
                self.take_all(words)
            else:
                self.choice.folders[member.folder] = None
            return
        for text in wanted:
            found = self._matching(text, inside or "")
            if found is None:
                self.take_all(words)
            elif not found:
                self.doubt(f"{text} names no package")
            self.choice.folders |= dict.fromkeys(found or ())

    def _matching(self, text: str, inside: str) -> list[str] | None:
        """Return the folders that a filter means; None where it may mean any."""
        # Dependents, and what git has as changed, are not known from a name.
        if text.startswith("...") or re.search(r"[$`\[]", text):
            return None
        plain = re.sub(r"\^?\.\.\.$", "", text).strip("{}")
        members = self.workspace.members.values()
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


def _filters(program: str, words: Sequence[str]) -> list[str]:
    values = values_of(words, _FILTERS[program])
    return [item for value in values for item in value.split(",")]


def _of_yarn(rest: list[str]) -> tuple[list[str], list[str]]:
    """Return the members that Yarn is told, which it takes as words, and what it is to do with them."""
    if rest[0] == "workspace" and len(rest) > 1:
        return [rest[1]], rest[2:] or ["install"]
    if rest[:2] == ["workspaces", "focus"]:
        return [word for word in rest[2:] if not word.startswith("-")], ["install"]
    return [], rest


def _matches(glob: str, name: str) -> bool:
    from fnmatch import fnmatchcase

    return bool(name) and (glob == name or fnmatchcase(name, glob.replace("**", "*")))


def _does_something(script: str) -> bool:
    """Whether a script that an installation runs may read sources of its package."""
    for command in re.split(SEPARATOR, script)[::2]:
        words = words_of(command)
        if words[:1] == ["npx"]:
            words = after_options(words[1:])
        if words and posixpath.basename(words[0]) not in _READS_NO_SOURCES | IDLE:
            return True
    return False
