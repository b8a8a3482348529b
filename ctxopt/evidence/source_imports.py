"""What sources name of the folders beside them, though these look generated or like tests. Pure.

Go embeds what an earlier step has built, and an application may import from its tests.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

NAMES: Final = frozenset(
    {"build", "dist", "out", "public", "static", "assets", "test", "tests", "data", "testdata"}
)
"""Folders for which it is worth opening the sources beside them."""
_EMBED: Final = r"(?m)^//go:embed[ \t]+(\S.*)$"
_IMPORT: Final = r"(?m)^[ \t]*(?:from|import)[ \t]+(\w+)(?:[. \t,]|$)"


def sources_among(names: Collection[str]) -> list[str]:
    """Return the sources to read in a folder with these names: those of no test."""
    return [
        name
        for name in names
        if (name.endswith(".go") and not name.endswith("_test.go"))
        or (name.endswith(".py") and not name.startswith(("test_", "conftest")))
    ]


def named_beside(name: str, text: str, folders: Collection[str]) -> Iterator[str]:
    """Yield what the source ``name`` names of ``folders``: paths and globs from its own folder."""
    if name.endswith(".py"):
        yield from sorted({word for word in re.findall(_IMPORT, text) if word in folders})
        return
    for words in re.findall(_EMBED, text):
        for word in words.split():
            path = word.strip('"`').removeprefix("all:")
            if path.partition("/")[0] in folders:
                yield path
