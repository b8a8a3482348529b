"""What nested ``.gitignore`` files say where there is no git repository to ask.

The only module that imports pathspec. Knows nothing of what is tracked.
"""

from __future__ import annotations

import os

from ctxopt.evidence import PathEvidence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_Rules = tuple[tuple[str, "GitIgnoreSpec"], ...]
"""The files in force in a folder, the nearest last: where each lies, with a slash, and its rules."""


def read_gitignore(root: str) -> PathEvidence:
    """Return the paths below the folder ``root`` that the ``.gitignore`` files in it ignore.

    Ignored folders are not entered. Folders and ignore files that cannot be read count as empty.
    """
    ignored: set[str] = set()
    stack: list[tuple[str, _Rules]] = [("", ())]
    while stack:
        above, rules = stack.pop()
        try:
            with os.scandir(os.path.join(root, above)) as entries:
                found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError:
            continue
        if (".gitignore", False) in found:
            rules = (*rules, *_read_rules(root, above))
        for name, is_folder in found:
            path = above + name
            if is_folder and name == ".git":
                continue
            if rules and _ignores(rules, path + "/" if is_folder else path):
                ignored.add(path)
            elif is_folder:
                stack.append((path + "/", rules))
    return PathEvidence(frozenset(), frozenset(ignored), knows_tracked=False)


def _read_rules(root: str, above: str) -> _Rules:
    from pathspec import GitIgnoreSpec  # a quarter of the program's start-up time

    path = os.path.join(root, above, ".gitignore")
    if os.path.islink(path):
        return ()  # git does not follow them
    try:
        with open(path, "rb") as file:
            lines = os.fsdecode(file.read()).removeprefix("\ufeff").split("\n")
    except OSError:
        return ()
    return ((above, GitIgnoreSpec.from_lines(_readable(lines))),)


def _readable(lines: list[str]) -> list[str]:
    """The lines that can be read: git passes over the others, pathspec gives up."""
    from pathspec import GitIgnoreSpec

    found = []
    for line in lines:
        text = line.removesuffix("\r")
        try:
            GitIgnoreSpec.from_lines([text])
        except ValueError:
            continue
        found.append(text)
    return found


def _ignores(rules: _Rules, path: str) -> bool:
    for above, spec in reversed(rules):
        include = spec.check_file(path[len(above) :]).include
        if include is not None:
            return include
    return False
