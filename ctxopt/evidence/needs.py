"""What a build is known to read, as values: single reasons, what one place tells, and all of it joined.

Pure: the modules ``*_needs`` read Dockerfiles, manifests and sources, and ``gather`` joins what they return.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from ctxopt.languages.golang.paths import has_meta
from ctxopt.paths import is_at_or_below, parent

if TYPE_CHECKING:
    from ctxopt.evidence.git_history import BuildTakings
    from ctxopt.evidence.packages.model import Outside


class Need(NamedTuple):
    """One reason why a path must stay."""

    path: str
    reason: str
    """One clause: ``named by COPY in line 4``, ``pyproject.toml reads it as readme``."""
    by: str = ""
    """The file that says so, where one does."""


class GitReason(NamedTuple):
    """One reason why a build reads ``.git``."""

    path: str
    """The file that asks; empty where an instruction does."""
    reason: str
    """One clause: ``RUN in line 4 runs git describe``."""
    compares: bool | None = None
    """Whether it would notice that a tracked file is missing; None where nothing tells."""


class Clues(NamedTuple):
    """What one place tells of what a build reads: its instructions, a Dockerfile beside it, the manifests."""

    needs: tuple[Need, ...] = ()
    named: tuple[Need, ...] = ()
    """What is named, there or not yet there."""
    git: tuple[GitReason, ...] = ()
    """Why the build reads ``.git`` for certain."""
    mentions: tuple[GitReason, ...] = ()
    """Files that would read ``.git`` if something ran them beside it, and what of them says so."""
    scripts: tuple[tuple[str, str], ...] = ()
    """The scripts that steps name, and their texts."""
    tests: str | None = None
    """The first test command that a RUN step gives."""
    elsewhere: tuple[str, ...] = ()
    """What others than this build take with the same ignore file; ``""`` is everything."""


class Needs(NamedTuple):
    """The reasons by path: what has to stay is the path, and a folder above it as far as it leads there."""

    needs: tuple[Need, ...] = ()
    git: tuple[str, ...] = ()
    """Why the build may read ``.git``; empty where nothing shows that it does."""
    compares: bool = True
    """Whether that may notice a tracked file that is missing, as ``git describe --dirty`` does."""
    tests: str | None = None
    """The test command that a RUN step gives, if one does."""
    named: tuple[Need, ...] = ()
    """What instructions name, there or not yet there: of a wildcard the folder before it."""
    served: tuple[str, ...] = ()
    """The other Dockerfiles that the ignore file serves."""
    elsewhere: tuple[str, ...] = ()
    """What other stages and Dockerfiles take with the same ignore file; ``""`` is everything."""
    worktrees: frozenset[str] = frozenset()
    """Other checkouts of the same repository, which no build reads, and folders that hold nothing else."""
    builds: tuple[BuildTakings, ...] = ()
    """All builds that the ignore file is known to serve, this one first."""
    texts: dict[str, str] | None = None
    """The starts of the files that were read, by path; whoever reads more of the same folder adds to them."""
    outside: Outside | None = None
    """The packages of a workspace that builds do without; None where there is no workspace of several."""

    def why(self, path: str) -> str | None:
        """Return why ``path`` or something below it must stay; None if nothing is known."""
        if not path:
            return None  # the root stays in any case, and would answer with whatever comes first
        for need in self.needs:
            if is_at_or_below(need.path, path):
                return need.reason
        return None

    def reasons(self) -> dict[str, str]:
        """Return what ``why`` answers, for every path that it knows: for many questions."""
        found: dict[str, str] = {}
        for need in self.needs:
            path = need.path
            while path and path not in found:
                found[path] = need.reason
                path = parent(path)
        return found


def name_paths(paths: Iterable[str], reason: str) -> Iterator[Need]:
    """Yield what an instruction names by ``paths``: of one with a wildcard the folder before that."""
    for path in paths:
        plain = "/".join(takewhile(lambda part: not has_meta(part), path.split("/")))
        if plain:
            yield Need(plain, reason)


def first_by_path(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Return one reason a path, the first: it comes from what is closest to the build."""
    found: dict[str, Need] = {}
    for need in needs:
        if need.path:
            found.setdefault(need.path, need)
    return tuple(found.values())
