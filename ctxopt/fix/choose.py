"""Which of the tried edits to take together: one after the other, as long as each adds something. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.paths import folders_above, is_covered
from ctxopt.rules import rule_named
from ctxopt.rules.trial import Trial, try_edits
from ctxopt.severity import Severity

Confidence = Literal["proven", "likely"]

SECRETS: Final = "secret-file"
GIT_IGNORES: Final = "git ignores it: a clean checkout does not have it"


class Unit(NamedTuple):
    """Edits that belong together: one new line, or all that repair a line."""

    edits: tuple[Edit, ...]
    rule: str
    severity: Severity

    @property
    def is_new(self) -> bool:
        return all(edit.kind is EditKind.ADD for edit in self.edits)

    @property
    def is_plain(self) -> bool:
        """Whether it only adds to what is excluded, after all that is in the file."""
        return all(
            edit.kind is EditKind.ADD
            and edit.line is None
            and not (edit.text or "").startswith("!")
            for edit in self.edits
        )

    @property
    def is_pruning(self) -> bool:
        return all(edit.kind is EditKind.REMOVE for edit in self.edits)

    @property
    def touched(self) -> set[int]:
        return {edit.line for edit in self.edits if edit.kind is not EditKind.ADD and edit.line}

    @property
    def key(self) -> tuple[tuple[str, int, str], ...]:
        return tuple((edit.kind.value, edit.line or 0, edit.text or "") for edit in self.edits)

    @property
    def name(self) -> str:
        texts = [edit.text for edit in self.edits if edit.text is not None]
        return texts[0] if texts else f"line {min(self.touched)}"


class Tried(NamedTuple):
    """A unit alone on the tree as it is."""

    unit: Unit
    lost: tuple[str, ...]
    bytes: int
    entries: int
    confidence: Confidence
    reason: str

    @property
    def order(self) -> tuple[int, int, int, object]:
        return (self.unit.is_pruning, -self.bytes, -self.entries, self.unit.key)


class _Covered:
    """The paths that the chosen lines hide, to see without a replay that another one hides others."""

    def __init__(self, facts: Facts) -> None:
        # An exception can make two lines do together what neither does.
        self._adds_up = not any(item.exception for item in facts.analysis.matcher.patterns)
        self._paths: set[str] = set()
        self._above: set[str] = set()

    def add(self, item: Tried) -> None:
        self._adds_up = self._adds_up and item.unit.is_plain
        self._paths.update(item.lost)
        self._above |= folders_above(item.lost)

    def is_apart(self, item: Tried) -> bool:
        """Whether what ``item`` saves just adds up with what is saved already."""
        return self._adds_up and item.unit.is_plain and not any(map(self._meets, item.lost))

    def _meets(self, path: str) -> bool:
        return path in self._above or is_covered(path, self._paths)


def choose(
    facts: Facts, tried: Sequence[Tried], left: dict[str, str]
) -> tuple[list[Tried], tuple[int, int]]:
    """Take one after the other, the largest first, as long as each adds something.

    Also returns the bytes and entries that they save together.
    """
    chosen: list[Tried] = []
    touched: set[int] = set()
    covered = _Covered(facts)
    saved = (0, 0)
    for item in tried:
        if item.unit.touched & touched:
            continue  # the repaired line is looked at again
        gain: tuple[int, int] | None = (item.bytes, item.entries)
        if not covered.is_apart(item):
            gain = _gain(facts, [*chosen, item], saved)
        if gain is None:
            left.setdefault(item.unit.name, "it does not go together with the other lines")
            continue
        if item.unit.is_pruning or (not gain[1] and not item.lost):
            if gain != (0, 0):
                continue
        elif min(gain) < 0 or gain[1] == 0:
            if gain != (0, 0) or not repairs(item.unit):
                continue
        elif gain[0] < facts.config.noise_floor and not _counts_anyway(facts, item):
            left.setdefault(item.unit.name, "it saves less than the noise floor")
            continue
        chosen.append(item)
        touched |= item.unit.touched
        covered.add(item)
        saved = (saved[0] + gain[0], saved[1] + gain[1])
    return chosen, saved


def _gain(facts: Facts, items: Sequence[Tried], saved: tuple[int, int]) -> tuple[int, int] | None:
    """Return what the last of ``items`` adds to ``saved``; None where they cannot be together."""
    trial = try_edits(facts, edits_of(items))
    if trial is None or trial.difference.gained or not trial.is_exact:
        return None
    change = trial.difference
    return change.lost_bytes - saved[0], change.lost_entries - saved[1]


def without_superfluous(
    facts: Facts, chosen: list[Tried], saved: tuple[int, int], *, needed: Sequence[Tried] = ()
) -> list[Tried]:
    """Leave out new lines that the others together make superfluous, but those that are needed."""
    for item in [item for item in reversed(chosen) if item.unit.is_new and item not in needed]:
        rest = [other for other in chosen if other is not item]
        covered = _Covered(facts)
        for other in rest:
            covered.add(other)
        if not covered.is_apart(item) and _gain(facts, rest, saved) == (0, 0):
            chosen = rest
    return chosen


def edits_of(chosen: Iterable[Tried]) -> list[Edit]:
    """Repairs first: what they add at the end belongs to the last line."""
    items = sorted(chosen, key=lambda item: item.unit.is_new)
    return [edit for item in items for edit in item.unit.edits]


def shares(facts: Facts, chosen: Sequence[Tried], final: Trial) -> Iterator[tuple[int, int]]:
    """Yield what each line saves after those before it: bytes and entries."""
    change = final.difference
    own = [(item.bytes, item.entries) for item in chosen]
    if (sum(x[0] for x in own), sum(x[1] for x in own)) == (change.lost_bytes, change.lost_entries):
        yield from own
        return
    saved = (0, 0)
    covered = _Covered(facts)
    for place, item in enumerate(chosen):
        gain = own[place]
        if not covered.is_apart(item):
            gain = _gain(facts, chosen[: place + 1], saved) or (0, 0)
        covered.add(item)
        saved = (saved[0] + gain[0], saved[1] + gain[1])
        yield gain


def _counts_anyway(facts: Facts, item: Tried) -> bool:
    """Whether a line is worth having below the noise floor."""
    below_floor = rule_named(item.unit.rule).below_floor
    is_ignored = item.reason == GIT_IGNORES
    if below_floor == "if-copied" or (below_floor == "if-ignored-and-copied" and is_ignored):
        # Where it is copied, every change of it invalidates the layers after that.
        return any(use.reach != "mount" for path in item.lost for use in facts.uses_of(path))
    return below_floor == "always" or repairs(item.unit)


def repairs(unit: Unit) -> bool:
    """Whether it is right even where it saves nothing."""
    if unit.is_new or unit.is_pruning:
        return unit.is_pruning
    return unit.severity >= Severity.WARNING or rule_named(unit.rule).below_floor == "always"
