"""A workspace and its packages as values, and what a build does without of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from ctxopt.paths import is_at_or_below, upwards

if TYPE_CHECKING:
    from ctxopt.languages.dockerfile import Build

WorkspaceTool: TypeAlias = Literal["node", "cargo", "uv", "go"]


class Package(NamedTuple):
    """One member of a workspace, or its root."""

    folder: str
    """From the context root; empty for the root of the workspace."""
    name: str
    manifest: str
    """The file that tools ask of every member, whichever of them is built."""
    text: str
    """What is in the manifest."""
    kept: tuple[str, ...] = ()
    """The other files, deeper than the manifest, that tools ask of it."""


class Workspace(NamedTuple):
    """The packages that are installed and built together."""

    tool: WorkspaceTool
    root: Package
    members: Mapping[str, Package]
    """By folder."""
    asks: Mapping[str, Sequence[str]]
    """The folders of the members that each package asks for in its manifest, by folder."""
    has_root: bool = False
    """Whether the root is a package of its own, that is built where nothing else is named."""

    def around(self, path: str) -> Package | None:
        """Return the member that ``path`` lies in or is; None where it lies in none."""
        for folder in upwards(path):
            if folder in self.members:
                return self.members[folder]
        return None

    def below(self, folder: str) -> Iterator[Package]:
        """Yield the members at or below a folder."""
        return (item for item in self.members.values() if is_at_or_below(item.folder, folder))


class OutsidePackage(NamedTuple):
    """A member that a build does without."""

    folder: str
    doubt: str | None
    """Why that is not certain, in a clause; None where it is."""
    kept: tuple[str, ...]
    """The files in it that tools ask for, its manifest first."""


class Outside(NamedTuple):
    """The members that builds do without."""

    of_all: tuple[OutsidePackage, ...] = ()
    """What none of the builds with the ignore file needs."""
    of_first: tuple[OutsidePackage, ...] = ()
    """What the build that was asked about does without."""
    built: tuple[str, ...] = ()
    """The members that its steps name, by folder."""
    about: Callable[[Build], Outside] | None = None
    """Finds the same with another build as the one that was asked about; None where there is no workspace."""

    @property
    def folders(self) -> frozenset[str]:
        """The folders of what no build needs."""
        return frozenset(item.folder for item in self.of_all)
