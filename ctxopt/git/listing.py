"""Read the NUL-separated listings that git prints. Runs nothing."""

from __future__ import annotations

import os
from typing import NamedTuple

from ctxopt.paths import with_slash

GITLINK = 0o160000
"""The mode of a submodule."""
TREE = 0o040000


class Listed(NamedTuple):
    """One line of a commit's or the index's list; ``stage`` is over 0 in a merge conflict."""

    mode: int
    id: str
    path: str
    stage: int = 0


def ignored_paths(listing: bytes, prefix: str) -> set[str]:
    """Read what ``ls-files --ignored --directory`` lists, relative to the folder ``prefix``.

    NOTE: git also names folders that are not ignored and hold nothing but ignored paths; those
    are followed by what is in them.
    """
    found: list[str] = []
    for path in sorted(os.fsdecode(listing).split("\0")[:-1], reverse=True):
        if not (path.endswith("/") and found and found[-1].startswith(path)):
            found.append(path)
    cut = len(with_slash(prefix))
    return {path[cut:].removesuffix("/") for path in found}


def tree_entries(output: bytes) -> list[Listed]:
    """Read what ``ls-tree -z`` lists."""
    entries = []
    for line in os.fsdecode(output).split("\0")[:-1]:
        meta, _, path = line.partition("\t")
        mode, _, id_ = meta.split(" ")
        entries.append(Listed(int(mode, 8), id_, path))
    return entries


def index_entries(output: bytes) -> list[Listed]:
    """Read what ``ls-files -z --stage`` lists."""
    entries = []
    for line in os.fsdecode(output).split("\0")[:-1]:
        meta, _, path = line.partition("\t")
        mode, id_, stage = meta.split(" ")
        entries.append(Listed(int(mode, 8), id_, path, int(stage)))
    return entries
