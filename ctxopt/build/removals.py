"""Which paths the commands of a RUN step remove or move away, as far as they name them. Runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ctxopt.languages.golang.paths import clean

_COMMANDS = r"&&|\|\||[;|&\n(){}]"
_VARIABLE = r"\$(?:\{[^}]*\}|\w+)"
_ANYTHING = "\1"
"""Stands for the value of a variable."""
_PREFIXES = ("sudo", "then", "do", "else", "!", "exec", "time")


def removed_by(scripts: Iterable[str]) -> tuple[str, ...]:
    """Return ``fnmatch`` patterns of the absolute paths that the shell's ``scripts`` remove, each once."""
    return tuple(dict.fromkeys(found for script in scripts for found in _removed_by(script)))


def _removed_by(script: str) -> Iterator[str]:
    folder: str | None = None
    text = re.sub(_VARIABLE, _ANYTHING, script.replace("\\\n", " "))
    for command in re.split(_COMMANDS, text):
        words = [word.strip("\"'") for word in command.split()]
        while words and words[0] in _PREFIXES:
            words = words[1:]
        if not words:
            continue
        called = words[0].rpartition("/")[2]
        if called == "cd" and len(words) > 1:
            folder = words[1]
        for path in _paths_of(called, words[1:]):
            yield from _pattern_of(path, folder)


def _paths_of(command: str, words: Sequence[str]) -> Sequence[str]:
    """Return what the command removes."""
    named = [word for word in words if not word.startswith("-")]
    # What a command leaves behind counts as there: the last word of mv is where it goes.
    if command in ("rm", "rmdir", "unlink", "shred"):
        return named
    if command == "mv":
        return named[:-1]
    if command == "find" and ("-delete" in words or "rm" in words):
        names = [after for word, after in pairwise(words) if word in ("-name", "-iname", "-path")]
        return names or named[:1]
    return ()


def _pattern_of(path: str, folder: str | None) -> Iterator[str]:
    """Yield the pattern for a path that a command names in ``folder``; None is an unknown one."""
    # What is all variable may be anything, and nearly always is a folder of the step's own.
    if _ANYTHING in path and not path.strip(_ANYTHING + "*/."):
        return
    if not path.startswith(("/", _ANYTHING)) and folder is not None:
        path = f"{folder}/{path}"
    path = clean(path)
    # The shell may stand in any folder, and a variable name one.
    if not path.startswith(("/", _ANYTHING)):
        path = f"*/{path}"
    yield path.replace(_ANYTHING, "*")
