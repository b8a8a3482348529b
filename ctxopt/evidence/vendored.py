"""Modules of Go that a build is told to take from ``vendor`` alone: without them it fails, wherever they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ctxopt.evidence.needs import Clues, Need
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.languages.dockerfile import Build
from ctxopt.paths import join, name

_ASKS: Final = r"-mod[ =]vendor\b"
_LIST: Final = "modules.txt"
"""What ``go mod vendor`` writes beside the modules."""


def needs_of_vendoring(
    builds: Iterable[tuple[Build, Iterable[str]]], entered: Iterable[str], files: SentFiles
) -> Clues:
    """Return the folders of modules that a build names with ``-mod=vendor``: itself, or in one of the texts it runs.

    ``entered`` are the folders of the project.
    """
    if not any(_asks(build, texts) for build, texts in builds):
        return Clues()
    folders = (join(path, "vendor") for path in entered if name(path) != "vendor")
    return Clues(
        needs=tuple(
            Need(join(folder, _LIST), "go builds with -mod=vendor")
            for folder in folders
            if files.has(join(folder, _LIST))
        )
    )


def _asks(build: Build, texts: Iterable[str]) -> bool:
    """Whether an instruction that is read by a step, or a text that one runs, says it."""
    said = (
        item.text for item in build.dockerfile.instructions if item.keyword in ("RUN", "ENV", "ARG")
    )
    return any(re.search(_ASKS, text) for text in (*said, *texts))
