"""What fix decides about as one thing: edits that belong together, and what they do alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.severity import Severity

Confidence = Literal["proven", "likely", "possible"]
"""How sure it is that no build misses what a line hides; what is only possible is not written unasked."""

CONFIDENCES: Final[tuple[Confidence, ...]] = ("proven", "likely", "possible")
"""The surest first."""


class Saving(NamedTuple):
    """What is no longer sent; negative where more is."""

    bytes: int
    entries: int

    def plus(self, other: Saving) -> Saving:
        """Return both together."""
        return Saving(self.bytes + other.bytes, self.entries + other.entries)

    def minus(self, other: Saving) -> Saving:
        """Return what this one has beyond ``other``."""
        return Saving(self.bytes - other.bytes, self.entries - other.entries)


NOTHING: Final = Saving(0, 0)


class Unit(NamedTuple):
    """Edits that belong together: one new line, or all that repair a line."""

    edits: tuple[Edit, ...]
    rule: str
    severity: Severity

    @property
    def is_new(self) -> bool:
        """Whether it only writes lines that were not there."""
        return all(edit.kind is EditKind.ADD for edit in self.edits)

    @property
    def is_plain(self) -> bool:
        """Whether it only adds to what is excluded, after all that is in the file."""
        return only_adds(self.edits)

    @property
    def is_pruning(self) -> bool:
        """Whether it only removes lines."""
        return all(edit.kind is EditKind.REMOVE for edit in self.edits)

    @property
    def lets_in(self) -> bool:
        """Whether any line that it writes is an exception."""
        return any(map(_is_exception, self.edits))

    @property
    def touched(self) -> set[int]:
        """The numbers of the lines that it replaces or removes."""
        return {edit.line for edit in self.edits if edit.kind is not EditKind.ADD and edit.line}

    @property
    def parts(self) -> list[Unit]:
        """New lines, each of which is right without the others, each as a unit; a repair is made as a whole."""
        # A pattern is right only together with the exceptions that spare what it must not hide.
        if self.is_new and not self.lets_in and all(edit.line is None for edit in self.edits):
            return [self._replace(edits=(edit,)) for edit in self.edits]
        return [self]

    @property
    def key(self) -> tuple[tuple[str, int, str], ...]:
        """What makes two units the same, whichever rules they come from; also an order."""
        return tuple((edit.kind.value, edit.line or 0, edit.text or "") for edit in self.edits)

    @property
    def name(self) -> str:
        """The first line that it writes; the place of the first that goes where it writes none."""
        texts = [edit.text for edit in self.edits if edit.text is not None]
        return texts[0] if texts else f"line {min(self.touched)}"


class Tried(NamedTuple):
    """A unit alone on the tree as it is."""

    unit: Unit
    lost: tuple[str, ...]
    """What is no longer sent; a folder stands for all that is below it."""
    saving: Saving
    confidence: Confidence
    reason: str
    is_ignored: bool = False
    """Whether git ignores all that it hides."""

    @property
    def order(self) -> tuple[bool, int, int, object]:
        """Sort removals of lines last, the largest saving first: what comes later only has to add to it."""
        return (self.unit.is_pruning, -self.saving.bytes, -self.saving.entries, self.unit.key)


def only_adds(edits: Iterable[Edit]) -> bool:
    """Tell whether edits only add to what is excluded, after all that is in the file."""
    return all(_adds_at_end(edit) and not _is_exception(edit) for edit in edits)


def _adds_at_end(edit: Edit) -> bool:
    return edit.kind is EditKind.ADD and edit.line is None


def _is_exception(edit: Edit) -> bool:
    return edit.text is not None and edit.text.startswith("!")
