"""Where the manifests of a context are that may be its own: not in what is installed or built. Reads nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from fnmatch import translate
from typing import Final

from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.manifests import MANIFESTS
from ctxopt.languages.golang.paths import has_meta
from ctxopt.tree.lookup import ViewLookup

MOST_FILES: Final = 300
GIT_DEPTH: Final = 2
"""Levels below the root, or below the folder of a source, at which a manifest belongs to what is built."""
_PROJECT_DEPTH: Final = 5
"""The same for projects of .NET, which lie deeper."""


def find_manifests(sent: ViewLookup, catalog: Catalog) -> tuple[list[tuple[str, str]], list[str]]:
    """Return folder and name of the files to read, those near the root first, and the folders entered."""
    globs = {glob for stack in catalog.stacks.values() for glob, _ in stack.version_from_git}
    globs = {glob for glob in globs if "Dockerfile" not in glob and "Containerfile" not in glob}
    plain = {glob for glob in globs if not has_meta(glob)}
    globs |= {"*.*proj", "*.sln", "*.slnx"}
    shaped = re.compile("|".join(map(translate, sorted(globs - plain))) or r"(?!)")
    wanted = MANIFESTS | plain
    view = sent.view
    tree = view.tree
    entered: list[str] = []
    below: dict[str, list[str]] = defaultdict(list)
    for path in tree.folders:
        if path:
            below[path.rpartition("/")[0]].append(path)
    found: list[tuple[str, str]] = []
    level = [""]
    depth = 0
    while level and len(found) < MOST_FILES:
        deeper: list[str] = []
        for path in level:
            folder = tree.folders.get(path)
            if folder is None or not view.sends_below(path):
                continue
            entered.append(path)
            names = folder.names
            hits = set(wanted.intersection(names))
            if depth <= GIT_DEPTH or (depth <= _PROJECT_DEPTH and "proj" in folder.joined):
                hits |= {name for name in names if shaped.match(name)}
            found += [
                (path, name)
                for name in sorted(hits)
                if sent.find(f"{path}/{name}" if path else name)
            ]
            deeper += [child for child in below.get(path, ()) if _is_entered(catalog, child)]
        level, depth = sorted(deeper), depth + 1
    return found[:MOST_FILES], entered


def _is_entered(catalog: Catalog, path: str) -> bool:
    """Whether manifests below a folder may be the project's own."""
    entries = catalog.match_name(path.rpartition("/")[2], True)
    return not any(
        entry.kind in ("dependencies", "cache", "version-control", "build-output")
        for entry in entries
    )
