"""What a folder's listing leaves open, and who answers it: the disk or a state of git.

Declarations only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ctxopt.languages.ignore.matcher import Scope


class Task(NamedTuple):
    """A folder still to be read; ``scope`` is None below a folder that the client skips."""

    path: str
    scope: Scope | None
    anchor: str
    """What to put before the path from ``below`` on to reach it on disk."""
    below: int = 0
    """How much of the path the anchor stands for, the slash included."""


class Attributes(NamedTuple):
    """What an entry's extended attributes cost: ``fields`` bytes on the wire, a capability's bytes."""

    fields: int
    capability: int


class EntrySource(Protocol):
    """What names and stats do not tell about the entries of a folder; asked only where it matters.

    ``prefix`` is what reaches a name of the folder that is being read.
    """

    checks_access: bool
    """Whether a file that not everyone may read has to be tried."""

    def is_readable(self, path: str) -> bool:
        """Tell whether the file at ``path`` can be opened."""

    def link_target(self, folder: str, prefix: str, name: str) -> str:
        """Return what a link in ``folder`` points to, ``""`` where that cannot be read."""

    def has_attributes(self, prefix: str, names: list[str]) -> bool:
        """Tell whether any of these entries, none of them a link, may have extended attributes."""

    def attributes(self, prefix: str, names: list[str]) -> Sequence[tuple[int, Attributes]]:
        """Return the places of the entries that have extended attributes, with what those cost."""

    def anchor(self, task: Task, above: str) -> tuple[str, int]:
        """Return the anchor of the folders in a deep one whose path with a slash is ``above``."""
