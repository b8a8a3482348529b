"""Code of the project that opens files of ``.git`` itself, or has its compiler ask git, to show which version it is.

Opens sources, by their names. Bounded: ``MOST_SOURCES`` files, those near the root first, and only where ``.git`` is sent
at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from ctxopt.evidence.git_history import compares_in_script
from ctxopt.evidence.needs import Clues, GitReason
from ctxopt.evidence.sent_files import SentFiles

MOST_SOURCES: Final = 100
_HINTS: Final = (
    "version", "config", "git", "revision", "commit", "build", "release", "info", "about", "status", "system",
    "app", "kernel", "bootstrap", "settings", "util", "helper", "environment", "constants", "functions", "index",
    "main", "server", "__init__", "vars",
)  # fmt: skip
"""Parts of the names of files that say what a program is."""
_ENDINGS: Final = (
    ".php", ".py", ".rb", ".js", ".mjs", ".cjs", ".ts", ".go", ".pl", ".phtml", ".inc",
)  # fmt: skip
_FOR_TESTS: Final = r"test_|.*[._-](?:test|spec)s?\."
_FILES: Final = r"(?:HEAD|refs|packed-refs|ORIG_HEAD|FETCH_HEAD|logs)"
_OPENS: Final = (
    r"(?:open|fopen|file|file_get_contents|file_exists|is_file|is_readable|readFile|readFileSync|existsSync|read|readlines|"
    r"ReadFile|Open|Path|exist\?|exists)\s{0,9}\(?\s{0,9}[brf]?[\"'`](?:\.{0,2}/){0,9}\.git/"
    + _FILES
)
"""A file of the working directory's own repository, not of one that a variable names."""
_FROM_HERE: Final = (
    r"(?:__DIR__|__FILE__|__file__|__dirname|import\.meta|Rails\.root|base_path|root_path|BASE_DIR|BASE_PATH|ABSPATH|"
    r"ROOT(?:_?(?:DIR|PATH))?|PROJECT_\w{1,20}|APP_\w{1,20}|cwd|getcwd|Getwd|DOCUMENT_ROOT)\b"
    r"[^\n]{0,200}[\"'`/]\.git(?:/|[\"'`]\s{0,9}[,/]\s{0,9}[\"'`])" + _FILES
)
"""A path that starts where the code lies."""
_COMPILED: Final = (".nim", ".cr")
"""Sources that may run commands while they are compiled, however they are called."""
_RUNS_GIT: Final = (
    r"\b(?:staticExec|gorge(?:Ex)?)\s{0,9}\(?\s{0,9}[\"'][^\"'\n]{0,200}\bgit\s"
    r"|\{[{%][^}\n]{0,200}(?:`|\bsystem\(?\s{0,9}[\"'])[^`\"'\n]{0,200}\bgit\s"
)
"""Nim's commands at compile time, and Crystal's in a macro."""
_TESTS: Final = frozenset(
    {"test", "tests", "spec", "specs", "__tests__", "testdata", "fixtures", "e2e"}
)


def needs_of_opened_history(folders: Iterable[str], files: SentFiles) -> Clues:
    """Return the sources in ``folders``, those of the project itself, that open what ``.git`` holds or ask git."""
    if not files.has(".git"):
        return Clues()
    mentions = []
    for path in islice(_sources(folders, files), MOST_SOURCES):
        text = files.text(path)
        # Most sources never say it, and to look for four letters is fast.
        if ".git" in text and (re.search(_OPENS, text) or re.search(_FROM_HERE, text)):
            mentions.append(GitReason(path, f"{path} opens a file of .git", compares=False))
        elif path.endswith(_COMPILED) and "git " in text and re.search(_RUNS_GIT, text):
            told = f"{path} asks git while it is compiled"
            mentions.append(GitReason(path, told, compares_in_script(text)))
    return Clues(mentions=tuple(mentions))


def _sources(folders: Iterable[str], files: SentFiles) -> Iterator[str]:
    for path in folders:
        if not _TESTS.isdisjoint(path.split("/")):
            continue
        folder = files.tree.folders[path]
        # One look at all names together: most folders have none of these.
        text = folder.joined.lower()
        hints = [hint for hint in _HINTS if hint in text]
        if not hints and not any(ending in text for ending in _COMPILED):
            continue
        for name in folder.names:
            is_likely = name.endswith(_ENDINGS) and _is_named(name.lower(), hints)
            if is_likely or name.endswith(_COMPILED):
                source = folder.child(name)
                if files.has(source):
                    yield source


def _is_named(name: str, hints: Iterable[str]) -> bool:
    return any(hint in name for hint in hints) and not re.match(_FOR_TESTS, name)
