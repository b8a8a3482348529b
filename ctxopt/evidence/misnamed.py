"""Files whose names show that someone took them for ignore files, and that Docker never reads. Looks at names alone."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from itertools import takewhile
from typing import Final, NamedTuple

from ctxopt.paths import join
from ctxopt.tree.model import DIR, ContextTree

NAME: Final = ".dockerignore"
_PODMAN: Final = ".containerignore"
_NO_IGNORE_FILE: Final = (
    "~", ".bak", ".dist", ".example", ".go", ".j2", ".js", ".md", ".old", ".orig", ".php", ".py", ".rb", ".rej", ".rs",
    ".sample", ".swp", ".template", ".tmpl", ".tpl", ".ts",
)  # fmt: skip
"""Endings of what ignore files are made from, of copies of them, and of programs about them."""
_PIECES: Final = ("ignor", "ginore", "ingore")


class Misnamed(NamedTuple):
    """One such file."""

    path: str
    """From the context root."""
    reason: str
    """Why Docker does not read it."""
    is_podmans: bool = False
    """Whether another program reads it."""


def misnamed_near(tree: ContextTree, dockerfile: str | None) -> Iterator[Misnamed]:
    """Yield those of a context at whose path ``dockerfile`` the Dockerfile is; None for one outside."""
    for path in folders_to_search(dockerfile):
        folder = tree.folders.get(path)
        # One search in all names says no for nearly every folder.
        if folder is not None and may_be_one(folder.joined.lower()):
            entries = zip(folder.names, folder.kinds, strict=True)
            yield from find_misnamed(path, {name for name, kind in entries if kind != DIR})


def find_misnamed(folder: str, names: Collection[str]) -> Iterator[Misnamed]:
    """Yield those among the ``names`` of the files in ``folder``, a path from the context root."""
    for name in sorted(names):
        reason = _why_not(name, names)
        if reason is not None:
            yield Misnamed(join(folder, name), reason, name.lower().endswith(_PODMAN))


def may_be_one(text: str) -> bool:
    """Take a name, or many joined, in lower case; tell whether it is worth a closer look."""
    return any(piece in text for piece in _PIECES)


def _why_not(name: str, names: Collection[str]) -> str | None:
    plain = name.lower().strip()
    # A quick look first: it is asked about every file beside a Dockerfile.
    if name == NAME or not may_be_one(plain):
        return None
    if plain.endswith(_PODMAN):
        return "Podman reads it, and Docker does not"
    if plain == NAME:
        return f"Docker reads {NAME} alone, written just like that"
    if plain.endswith(NAME):
        return _why_not_own(name, plain, names)
    if plain.endswith(_NO_IGNORE_FILE):
        return None
    is_longer = any(plain.startswith(other.lower() + NAME) for other in names)
    if is_longer or plain.removeprefix(".").startswith("dockerignore") or _is_like(plain):
        return f"Docker reads {NAME} and NAME{NAME} beside the Dockerfile NAME, and no other"
    return None


def _why_not_own(name: str, plain: str, names: Collection[str]) -> str | None:
    """Why ``NAME.dockerignore`` is not read for the Dockerfile NAME."""
    dockerfile = name[: len(plain) - len(NAME)]
    if name != dockerfile + NAME:
        return f"the ending has to be {NAME}, written just like that"
    if dockerfile in names:
        return None
    return f"it would be read for a Dockerfile called {dockerfile}, and there is none beside it"


def _is_like(plain: str) -> bool:
    # Two letters away are ignore files of other tools, as .dockleignore is.
    return any(_is_one_slip_from(plain, known) for known in (NAME, NAME[1:]))


def _is_one_slip_from(written: str, meant: str) -> bool:
    """Whether one letter is too many, missing or wrong, or two beside each other have changed places."""
    pairs = zip(written, meant, strict=False)
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    wrong, right = written[start:], meant[start:]
    swapped = right[1:2] + right[:1] + right[2:]
    return wrong[1:] in (right, right[1:]) or wrong in (right[1:], swapped)


def folders_to_search(dockerfile: str | None) -> list[str]:
    """Return the folders in which people put ignore files: the root, and the one of the Dockerfile at that path."""
    folders = [""]
    if dockerfile is not None:
        folders.append(os.path.dirname(dockerfile))
    return list(dict.fromkeys(folders))
