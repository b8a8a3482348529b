"""Which files of the context a text for the shell names, of those that instructions have brought. Opens nothing."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from ctxopt.evidence.git_history import Taking
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.languages.dockerfile import Source
from ctxopt.paths import is_at_or_below, join, name, relative

_COMMAND_END: Final = r"&&|\|\||[;|\n]"
_WORD: Final = r"[\w./@+*?-]+"
_LONGEST_WORD: Final = 200
"""Longer words are keys and hashes."""
_MAKES: Final = frozenset(
    ["rm", "rmdir", "mkdir", "touch", "git", "echo", "printf", "ln", "chmod", "chown", "rimraf"]
)
"""Commands whose arguments are no files that they read."""
_COPIES: Final = frozenset({"cp", "mv", "rsync", "tar", "zip", "install", "cat"})
"""Commands whose arguments are files, also those without a dot or a slash."""
_ENTERS: Final = r"(?:\b(?:cd|pushd)\s{1,9}|(?<!\S)(?:-C|--prefix|--cwd|--dir|--directory)[ =]{1,9})([\w./@+-]{1,200})"
_EXCLUDES: Final = r"(?<!\S)-{1,2}(?:x|exclude|ignore|skip|not\s{1,9}-path|path|name|iname)[\w-]{0,30}[=\s]{1,9}\S{1,200}"
"""What a command leaves out, or searches by a pattern."""
_COMPUTED: Final = r"(?:\$\w{1,60}|\$\{[^{}\n]{1,60}\}|\$\((?:[^()\n]|\([^()\n]{0,60}\)){1,100}\)|`[^`\n]{1,100}`)[\"']?/"
"""How a path begins that starts from a folder which the shell computes, most often that of the script itself."""


def paths_in(
    script: str, takings: Sequence[Taking], files: SentFiles, folders: Iterable[str] = ()
) -> Iterator[str]:
    """Yield what a script names of what ``takings`` have brought.

    ``folders`` are those of the context from which its paths may start, beside all that instructions name.
    """
    if not takings:
        return
    starts = [*folders]
    starts += [folder for folder in _entered(script, ("", *starts)) if folder in files.tree.folders]
    for word in _words(script):
        yield from _resolve(word, takings, files)
        yield from _inside(word, set(starts), takings, files)
    for word in _programs(script):
        yield from _put_there(word, takings, files)


# Each round of a fix reads the scripts again, for what they name of what is left.
@lru_cache(maxsize=1024)
def _words(script: str) -> tuple[str, ...]:
    """Return the words that may name a file: each is asked of what is there, so too many say nothing false."""
    found: list[str] = []
    for words in _commands(script):
        are_files = words[0] in _COPIES
        found += (word for word in words if may_be_path(word) or (are_files and _is_plain(word)))
    # A script says the same words again and again.
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1024)
def _programs(script: str) -> frozenset[str]:
    """Return the absolute paths and the first words of commands: what may have been put into the image to be run."""
    found = {words[0] for words in _commands(script) if _is_plain(words[0])}
    return frozenset(found.union(word for word in _words(script) if word.startswith("/")))


def _commands(script: str) -> Iterator[list[str]]:
    """Yield the words of the commands that may read what they name."""
    plain = re.sub(_EXCLUDES, " ", re.sub(_COMPUTED, "./", script))
    for command in re.split(_COMMAND_END, plain):
        words = re.findall(_WORD, command)
        if words and words[0] not in _MAKES:
            yield words


def _entered(script: str, starts: Sequence[str]) -> Iterator[str]:
    """The folders that commands go to, wherever they start."""
    for match in re.finditer(_ENTERS, script):
        for start in starts:
            yield posixpath.normpath(posixpath.join(start, match[1]))


def may_be_path(word: str) -> bool:
    """Tell whether a word may name a file: with a slash, a dot or, as LICENSE, in capitals."""
    if len(word) >= _LONGEST_WORD:
        return False
    is_capital = word.isupper() and len(word) > 3
    return "/" in word or "." in word.strip(".") or is_capital


def _is_plain(word: str) -> bool:
    return word[0].isalnum() and len(word) < _LONGEST_WORD


def start_folders(workdir: str, takings: Iterable[Taking], files: SentFiles) -> Iterator[str]:
    """Yield the folders of the context in which what is run in ``workdir`` starts."""
    here = posixpath.normpath(workdir)
    for taking in takings:
        dest = posixpath.normpath(posixpath.join(taking.source.workdir, taking.source.dest))
        if dest == ".":
            dest = ""
        inside = relative(here if here != "." else "", dest.rstrip("/"))
        if inside is None:
            continue
        for root in taking.roots:
            folder = join(root, inside.lstrip("/"))
            if folder in files.tree.folders:
                yield folder


def _inside(
    word: str, folders: Iterable[str], takings: Iterable[Taking], files: SentFiles
) -> Iterator[str]:
    """The files that a word may mean where a text starts in one of ``folders``."""
    if word.startswith("/"):
        return
    for folder in folders:
        path = posixpath.normpath(posixpath.join(folder, word))
        if path.startswith("..") or path == ".":
            continue
        for found in filter(files.is_input, files.existing(path)):
            if any(taking.takes(found) for taking in takings):
                yield found


def _resolve(word: str, takings: Iterable[Taking], files: SentFiles) -> Iterator[str]:
    """The files of the context that a word may mean, whatever the working directory is."""
    for taking in takings:
        inside = _below_destination(word, taking.source)
        if inside is None:
            continue
        for root in taking.roots:
            for option in _readings(inside, root):
                yield from filter(files.is_input, files.existing(option))


def _put_there(word: str, takings: Iterable[Taking], files: SentFiles) -> Iterator[str]:
    """The files of the context that an instruction has put where a word says, or into a folder of programs under its name."""
    last = name(word)
    for taking in takings:
        dest = _destination(taking.source)
        for root in taking.roots:
            path, place = root, dest
            if root in files.tree.folders:
                path, place = join(root, last), posixpath.join(dest, last)
            elif taking.source.dest.endswith("/"):
                place = posixpath.join(dest, name(root))
            is_meant = place == word or place.endswith(f"bin/{word}")
            if is_meant and path not in files.tree.folders and files.has(path):
                yield path


def _destination(source: Source) -> str:
    """Return where a source was put; relative where only the base image knows from where."""
    # Where a relative destination lies is for WORKDIR to say.
    return posixpath.normpath(posixpath.join(source.dest_root or "", source.dest))


def _below_destination(word: str, source: Source) -> str | None:
    """What a word names below the place to which a source was copied; None where it leaves that."""
    inside = word
    if word.startswith("/"):
        dest = _destination(source)
        start = dest.rstrip("/") + "/"
        if not dest.startswith("/") or not word.startswith(start):
            return None
        inside = word.removeprefix(start)
    inside = posixpath.normpath(inside)
    if inside == "." or inside.startswith(("..", "/")):
        return None
    return inside


def _readings(inside: str, root: str) -> Iterator[str]:
    """The paths of the context that ``inside`` may mean where an instruction took ``root``."""
    yield join(root, inside)
    if not root:
        return
    # COPY may have laid the folder's content, the folder, or all that leads to it.
    if is_at_or_below(inside, root):
        yield inside
    if name(root) == inside:
        yield root
