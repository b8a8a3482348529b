"""With which folder a Dockerfile is built whose sources are not in the context: one that has them all.

Looks into the folders above the context, up to the top of the working tree, and reads the ``devcontainer.json`` beside the
Dockerfile; only where a source is missing.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from ctxopt.evidence.facts import Facts
from ctxopt.languages.golang.paths import has_meta

_MOST_LEVELS: Final = 12


class OtherContext(NamedTuple):
    """A folder that has all that the Dockerfile names."""

    folder: str
    """As seen from the context root: ``../..``."""
    declared_in: str
    """The file that says so, as seen from the context root; empty where none does."""
    command: str
    """How to ask about it, from the working directory."""


def find_other_context(facts: Facts, aside: Collection[str]) -> OtherContext | None:
    """Return the folder that has all sources but those ``aside``; None where there is none."""
    plan = facts.plan
    if plan is None:
        return None
    wanted = {
        path.path.strip("/")
        for source in plan.build.sources
        if source.reachable
        for path in source.local
        if not has_meta(path.path)
    }
    wanted -= {"", *aside}
    root = os.path.abspath(facts.view.tree.root)
    for folder, declared_in in _folders(facts, root):
        if wanted and all(os.path.lexists(os.path.join(folder, path)) for path in wanted):
            dockerfile = "-"
            if facts.analysis.context.dockerfile.is_file:
                dockerfile = os.path.relpath(facts.analysis.context.dockerfile.absolute)
            return OtherContext(
                folder=os.path.relpath(folder, root),
                declared_in=declared_in,
                command=f"ctxopt scan -f {dockerfile} {os.path.relpath(folder)}",
            )
    return None


def _folders(facts: Facts, root: str) -> Iterator[tuple[str, str]]:
    declared = _devcontainer(facts, root)
    if declared is not None:
        yield declared
    # Above a working tree lies what is no business of the build.
    folder = root
    for _ in range(_MOST_LEVELS):
        if os.path.lexists(os.path.join(folder, ".git")) or folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)
        if _is_in_working_tree(folder):
            yield folder, ""


def _is_in_working_tree(folder: str) -> bool:
    while not os.path.lexists(os.path.join(folder, ".git")):
        if folder == os.path.dirname(folder):
            return False
        folder = os.path.dirname(folder)
    return True


def _devcontainer(facts: Facts, root: str) -> tuple[str, str] | None:
    """Return the folder that a devcontainer builds this Dockerfile with, and the file that says so."""
    dockerfile = facts.analysis.context.dockerfile.absolute
    path = os.path.join(os.path.dirname(dockerfile), "devcontainer.json")
    if not os.path.isfile(path):
        return None
    from ctxopt.projects.devcontainer import read_devcontainer  # few Dockerfiles are for one

    for build in read_devcontainer(path, root, {}).builds:
        if build.context and os.path.realpath(build.context) != os.path.realpath(root):
            return build.context, os.path.relpath(path, root)
    return None
