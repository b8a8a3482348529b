"""What nested ``.gitignore`` files say where there is no git repository to ask.

The only module that imports pathspec. Knows nothing of what is tracked.
"""

from __future__ import annotations

import os
import re

from ctxopt.git.evidence import GitEvidence

_Rule = tuple[re.Pattern[str], bool, bool]
"""An expression, whether it ignores, and whether it is for folders only."""

_Rules = tuple[tuple[str, tuple[_Rule, ...]], ...]
"""The files in force in a folder, the nearest last: where each lies, with a slash, and its
rules, the last line first."""


def read_gitignore(root: str) -> GitEvidence:
    """Return the paths below the folder ``root`` that the ``.gitignore`` files in it ignore.

    Ignored folders are not entered. Folders and ignore files that cannot be read count as empty.
    """
    ignored: set[str] = set()
    stack: list[tuple[str, _Rules]] = [("", ())]
    while stack:
        above, rules = stack.pop()
        found = _list_folder(os.path.join(root, above))
        if (".gitignore", False) in found:
            rules = (*rules, *_read_rules(root, above))
        for name, is_folder in found:
            # Git never lists its own folder, so no rule could ignore it either.
            if is_folder and name == ".git":
                continue
            path = above + name
            if rules and _ignores(rules, path, is_folder):
                ignored.add(path)
            elif is_folder:
                stack.append((path + "/", rules))
    return GitEvidence(frozenset(), frozenset(ignored), knows_tracked=False)


def _list_folder(path: str) -> list[tuple[str, bool]]:
    """Return the names in a folder and which are folders; none where it cannot be read."""
    try:
        with os.scandir(path) as entries:
            return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return []


def _read_rules(root: str, above: str) -> _Rules:
    path = os.path.join(root, above, ".gitignore")
    if os.path.islink(path):
        return ()  # git does not follow them
    try:
        with open(path, "rb") as file:
            # As Latin-1, since git's ``?`` is a byte.
            lines = file.read().removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n")
    except OSError:
        return ()
    found = []
    for line in reversed(lines):
        found += _compile(line.removesuffix("\r"))
    return ((above, tuple(found)),)


def _compile(line: str) -> list[_Rule]:
    """Return the rule of one line; none for a comment and for what git passes over."""
    from pathspec import GitIgnoreSpec  # a quarter of the program's start-up time

    text = line
    # A last blank counts only where it is escaped.
    if not line.endswith("\\ "):
        text = line.rstrip(" ")
    folders_only = text.endswith("/")
    text = text.removesuffix("/")
    try:
        patterns = GitIgnoreSpec.from_lines([text], backend="simple").patterns
    except ValueError:
        # A line git does not understand ignores nothing, there and here.
        return []
    return [
        (pattern.regex, pattern.include, folders_only)
        for pattern in patterns
        if pattern.regex is not None and pattern.include is not None
    ]


def _ignores(rules: _Rules, path: str, is_folder: bool) -> bool:
    for above, lines in reversed(rules):
        inside = path[len(above) :]
        if not inside.isascii():
            inside = os.fsencode(inside).decode("latin-1")
        for expression, ignores, folders_only in lines:
            if (is_folder or not folders_only) and _matches(expression, inside):
                return ignores
    return False


def _matches(expression: re.Pattern[str], path: str) -> bool:
    """Tell whether ``path`` itself matches, not only a folder above it: that one was decided before.

    pathspec marks the slash after a folder that matched as a group, and anchors where it has to.
    """
    match = expression.search(path)
    return match is not None and match.lastgroup is None
