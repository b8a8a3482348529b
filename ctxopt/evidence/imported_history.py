"""Sources that the configuration of a bundler imports and that ask git: what version a program shows is often made there.

Opens what the configurations import from the project itself; bounded, and only where ``.git`` is sent at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ctxopt.evidence.git_history import asks_git, compares_in_script
from ctxopt.evidence.manifest_search import ManifestFile
from ctxopt.evidence.needs import Clues, GitReason
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.evidence.source_references import references

_CONFIGURATION: Final = r"[\w-]{1,40}\.config\.[cm]?[jt]s$"
_MOST_OPENED: Final = 20
"""Files that are opened for one configuration: it imports a few, and those one or two more."""
_MOST_LEVELS: Final = 2
_COMMENTS: Final = r"(?m)^[ \t]{0,200}(?://|/?\*).*$"


def needs_of_imported_history(manifests: Iterable[ManifestFile], files: SentFiles) -> Clues:
    """Return the configurations that read ``.git`` through what they import."""
    if not files.has(".git"):
        return Clues()
    mentions = []
    for manifest in manifests:
        if not re.match(_CONFIGURATION, manifest.name):
            continue
        for path, text in _imported(manifest.path, files):
            if asks_git(path, text):
                told = f"{manifest.path} imports {path}, which asks git"
                mentions.append(GitReason(manifest.path, told, compares_in_script(text)))
                break
    return Clues(mentions=tuple(mentions))


def _imported(start: str, files: SentFiles) -> Iterator[tuple[str, str]]:
    """Yield what ``start`` imports, and what that does, each once, without comments."""
    seen = {start}
    level = [(start, files.text(start))]
    for _ in range(_MOST_LEVELS):
        found: list[tuple[str, str]] = []
        for path, text in level:
            for options in references(path, text):
                there = next((option for option in options if _is_file(option, files)), None)
                if there is None or there in seen or len(seen) > _MOST_OPENED:
                    continue
                seen.add(there)
                found.append((there, re.sub(_COMMENTS, "", files.text(there))))
                yield found[-1]
        level = found


def _is_file(path: str, files: SentFiles) -> bool:
    return path not in files.tree.folders and files.has(path)
