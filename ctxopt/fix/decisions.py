"""What a person has taken and declined of the lines proposed so far. Pure."""

from __future__ import annotations

from typing import NamedTuple

from ctxopt.fix.unit import Unit
from ctxopt.languages.ignore.text import IgnoreFile


class LineChange(NamedTuple):
    """A change of the ignore file by what it writes, so that it is known again in the next plan."""

    texts: tuple[str, ...]
    """The new lines; empty where lines are removed."""
    replaces: tuple[str, ...] = ()
    """The lines that they take the place of."""


def change_of(file: IgnoreFile | None, unit: Unit) -> LineChange:
    """Return what a unit does to the ignore file; None stands for a file that is not there."""
    texts = tuple(edit.text for edit in unit.edits if edit.text is not None)
    if file is None:
        return LineChange(texts)
    return LineChange(texts, tuple(file.lines[number - 1].text for number in sorted(unit.touched)))


class Choice(NamedTuple):
    """The answers so far. What was not asked is open, unless the choice is closed."""

    taken: frozenset[LineChange] = frozenset()
    declined: frozenset[LineChange] = frozenset()
    is_closed: bool = False
    """Whether nothing is wanted beyond what is taken."""

    def take(self, *changes: LineChange) -> Choice:
        """Return the choice with changes to make, and to make before all others."""
        return self._replace(taken=self.taken | {*changes})

    def decline(self, *changes: LineChange) -> Choice:
        """Return the choice with changes to leave out."""
        return self._replace(declined=self.declined | {*changes})

    def close(self) -> Choice:
        """Return the choice without room for anything else."""
        return self._replace(is_closed=True)

    def declines(self, change: LineChange) -> bool:
        """Whether ``change`` was declined, be it with other lines in its place."""
        return change not in self.taken and any(_is_same(one, change) for one in self.declined)

    def admits(self, change: LineChange) -> bool:
        """Whether ``change`` may be proposed."""
        return change in self.taken or not (self.is_closed or self.declines(change))


OPEN = Choice()
"""No question was asked."""


def _is_same(one: LineChange, other: LineChange) -> bool:
    """Whether both write a same line or, where they only remove, remove a same one."""
    if one.texts or other.texts:
        return not {*one.texts}.isdisjoint(other.texts)
    return not {*one.replaces}.isdisjoint(other.replaces)
