"""What the commands of Cargo, uv and Go work on: the packages that they name, else that of the folder. Pure.

Sources: the references of the three tools; what each was asked, with what answer, is in ``fixtures/recordings/PACKAGES.md``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import Final

from ctxopt.evidence.packages.chosen import StepReader, after_options, values_of
from ctxopt.evidence.packages.model import Package

_CARGO_BUILDS: Final = frozenset(
    ["build", "b", "check", "c", "run", "r", "rustc", "test", "t", "clippy", "bench", "doc", "install"]
)  # fmt: skip
_CARGO_READS_MANIFESTS: Final = frozenset(
    ["fetch", "metadata", "vendor", "generate-lockfile", "update", "tree", "login", "clean", "version", "search"]
)  # fmt: skip
_UV_BUILDS: Final = frozenset({"sync", "run", "build", "export"})
_UV_READS_MANIFESTS: Final = frozenset(
    ["lock", "venv", "tool", "python", "cache", "self", "version", "tree", "add", "init", "auth"]
)
_GO_BUILDS: Final = frozenset({"build", "install", "run", "test", "vet", "list"})
_GO_READS_MANIFESTS: Final = frozenset({"mod", "work", "env", "version", "telemetry", "clean"})
_GO_FLAGS: Final = frozenset({"-o", "-ldflags", "-tags", "-gcflags", "-mod", "-p", "-trimpath"})
_VARIABLE: Final = r"[$`]"


class CargoReader(StepReader):
    """Reads ``cargo``."""

    def read_command(self, words: Sequence[str], here: str) -> None:
        """Take in one command."""
        given = [word for word in words if not word.startswith("+")]
        if posixpath.basename(words[0]) != "cargo" or len(given) < 2:
            self.read_other(words, here)
            return
        rest = after_options(given[1:])
        if not rest or rest[0] in _CARGO_READS_MANIFESTS or "--version" in words:
            return
        if rest[0] == "install" and not list(values_of(words, ["--path"])):
            return  # of a registry
        if rest[0] not in _CARGO_BUILDS:
            self.read_other(words, here)
            return
        for path in values_of(words, ["--manifest-path", "--path"]):
            here = self.enter(here, path.removesuffix("/Cargo.toml").removesuffix("Cargo.toml"))
        if not {"--workspace", "--all"}.isdisjoint(words):
            self.take_all(words)
            return
        # What comes after two dashes is for the compiler, or for the program that is run.
        own = list(words[: words.index("--")]) if "--" in words else list(words)
        named = list(values_of(own, ["-p", "--package"]))
        programs = list(values_of(own, ["--bin"]))
        if not named and programs:
            self._take_programs(programs, words, here)
        else:
            self.take_named(named, words, here)

    def _take_programs(self, programs: Sequence[str], words: Sequence[str], here: str) -> None:
        """The crates that have programs of these names: where none is seen to, any may."""
        if self.take_member(here) is not None:
            return
        for program in programs:
            owners = [
                item for item in self.workspace.members.values() if _has_program(item, program)
            ]
            for owner in owners:
                self.choice.folders[owner.folder] = None
            if not owners and self.workspace.has_root:
                self.choice.root = True
            elif not owners:
                self.take_all(words)


class UvReader(StepReader):
    """Reads ``uv``."""

    def read_command(self, words: Sequence[str], here: str) -> None:
        """Take in one command."""
        rest = after_options(words[1:], frozenset({"--package", "--project", "--directory"}))
        if posixpath.basename(words[0]) != "uv" or not rest or rest[0] == "pip":
            self.read_other(words, here)
            return
        if rest[0] in _UV_READS_MANIFESTS or "--version" in words or "--only-group" in words:
            return
        if rest[0] not in _UV_BUILDS:
            self.read_other(words, here)
            return
        for path in values_of(words, ["--project", "--directory"]):
            here = self.enter(here, path)
        if not {"--all-packages", "--all"}.isdisjoint(words):
            self.take_all(words)
            return
        self.take_named(list(values_of(words, ["--package"])), words, here)
        command = _command_run(rest) if rest[0] == "run" else []
        if command:
            self.read_other(command, here)


class GoReader(StepReader):
    """Reads ``go``."""

    def read_command(self, words: Sequence[str], here: str) -> None:
        """Take in one command."""
        if posixpath.basename(words[0]) != "go" or len(words) < 2:
            self.read_other(words, here)
            return
        rest = after_options(words[1:], _GO_FLAGS)
        for path in values_of(words, ["-C"]):
            here = self.enter(here, path)
        if not rest or rest[0] in _GO_READS_MANIFESTS:
            return
        if rest[0] not in _GO_BUILDS:
            self.read_other(words, here)
            return
        wanted = [word for word in _go_packages(rest[1:]) if "@" not in word]
        if not wanted and any("@" in word for word in rest):
            return  # of a registry
        for word in wanted or ["."]:
            self._take_package(word, words, here)

    def _take_package(self, word: str, words: Sequence[str], here: str) -> None:
        if re.search(_VARIABLE, word):
            self.take_all(words)
            return
        if not word.startswith((".", "/")):
            owners = [
                item
                for item in self.workspace.members.values()
                if word == item.name or word.startswith(f"{item.name}/")
            ]
            for owner in owners:
                self.choice.folders[owner.folder] = None
            if owners:
                return
        inside = self.inside(posixpath.join(here, word.removesuffix("/...")))
        member = self.workspace.around(inside) if inside else None
        if member is not None:
            self.choice.folders[member.folder] = None
        elif inside is not None and self.workspace.has_root:
            self.choice.root = True
        elif inside is not None:
            self.take_all(words)


def _go_packages(rest: Sequence[str]) -> list[str]:
    """Return the packages behind the flags of a command."""
    packages = after_options(rest, _GO_FLAGS)
    return [word for word in packages if not word.startswith("-")]


def _command_run(rest: Sequence[str]) -> list[str]:
    options = frozenset({"--package", "--project", "--directory", "--with", "--group", "--extra"})
    return after_options(rest[1:], options)


def _has_program(package: Package, program: str) -> bool:
    if program == package.name:
        return True
    quoted = rf"name\s{{0,9}}=\s{{0,9}}\"{re.escape(program)}\""
    return re.search(quoted, package.text) is not None


__all__ = ["CargoReader", "GoReader", "UvReader"]
