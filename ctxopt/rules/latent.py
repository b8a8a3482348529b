"""Secrets and dependencies that are not there yet: git ignores their names, and the ignore file lets them through.

A clean checkout shows nothing of them, so a server never says what the next build on a desk sends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ctxopt.build.sources import SourceUse
from ctxopt.evidence.catalog import CatalogEntry
from ctxopt.evidence.facts import Facts
from ctxopt.rules.gitignore_line import read_gitignore_lines

_KINDS: Final = frozenset({"secret", "dependencies"})


class Latent(NamedTuple):
    """What a broad COPY takes as soon as it is there."""

    names: tuple[str, ...]
    """What ``.gitignore`` has for the context root, in its order."""
    patterns: tuple[str, ...]
    """The lines that would hide them."""
    use: SourceUse


def find_latent(facts: Facts) -> Latent | None:
    """Return what ``.gitignore`` names and the ignore file lacks; None without an instruction that takes everything."""
    use = next((use for use in facts.main_uses if "" in use.roots and use.reach != "mount"), None)
    if facts.ignore_file is None or use is None:
        return None
    there = facts.view.tree.folders[""].names
    # What is there already is told by the rule about its kind.
    told = {item.entry.pattern for item in facts.candidates.found if item.entry is not None}
    found: dict[str, str] = {}
    for line, name, entry in _named(facts, there):
        is_new = entry.pattern not in told and entry.pattern not in found.values()
        if is_new and name not in there and not facts.matcher.decide(name).excluded:
            found[line] = entry.pattern
    if not found:
        return None
    return Latent(tuple(found), tuple(found.values()), use)


def _named(facts: Facts, there: list[str]) -> Iterator[tuple[str, str, CatalogEntry]]:
    """Yield the lines of ``.gitignore`` that the catalogue knows for sure, each with a name that it matches, and the entry."""
    for line in read_gitignore_lines(facts.view.tree.root):
        # Of ``.env*`` the shortest name is the commonest one.
        name = line.removeprefix("**/").replace("*", "")
        if not name or "/" in name:
            continue
        for entry in facts.catalog.match_path(name, False) + facts.catalog.match_path(name, True):
            stack = facts.catalog.stacks.get(entry.stack)
            manifests = entry.manifests
            if entry.kind == "dependencies" and stack is not None:
                manifests = manifests or stack.manifests
            is_credible = entry._replace(manifests=manifests).is_credible(there)
            if entry.kind in _KINDS and entry.confidence == "high" and is_credible:
                yield line.removeprefix("**/"), name, entry
                break
