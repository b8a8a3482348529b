"""Which of the tried edits to take together: one after the other, as long as each adds something. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from ctxopt.evidence.facts import Facts
from ctxopt.fix.confidence import GIT_IGNORES
from ctxopt.fix.rebuilds import worth_writing
from ctxopt.fix.unit import NOTHING, Saving, Tried, Unit
from ctxopt.languages.ignore.edits import Edit
from ctxopt.paths import folders_above, is_covered, parent
from ctxopt.rules.paths.volatile_file import RULE as VOLATILE
from ctxopt.rules.registry import rule_named
from ctxopt.rules.trial import Trial, try_edits
from ctxopt.severity import Severity

MOSTLY_HIDDEN: Final = "the other lines hide most of it"
_MOST_FILES: Final = 20_000
"""Tracked files that are searched for a name: git opens each, and 12,000 take it 0.3 s."""


class _Covered:
    """The paths that the chosen lines hide, to see without a replay that another one hides others."""

    def __init__(self, facts: Facts) -> None:
        self._adds_up = True
        self._has_repair = False
        self._matcher = facts.matcher
        self._has_exceptions = bool(facts.matcher.exceptions)
        self._paths: set[str] = set()
        self._above: set[str] = set()

    def add(self, item: Tried) -> None:
        if not item.unit.is_plain:
            # One repair hides what it hides wherever it stands; two may need each other.
            self._adds_up = self._is_sole_repair(item)
            self._has_repair = True
        self._paths.update(item.lost)
        self._above |= folders_above(item.lost)

    def is_apart(self, item: Tried) -> bool:
        """Whether what ``item`` saves just adds up with what is saved already."""
        if not item.unit.is_plain and not self._is_sole_repair(item):
            return False
        if not self._adds_up or any(map(self._meets, item.lost)):
            return False
        return not self._has_exceptions or self._is_whole(item)

    def _is_sole_repair(self, item: Tried) -> bool:
        """Whether it is the first unit that rewrites a line, and lets nothing in, not even a folder for its own sake."""
        unit = item.unit
        is_sole = self._adds_up and not self._has_repair and not self._has_exceptions
        return is_sole and not unit.is_pruning and not unit.lets_in

    def _is_whole(self, item: Tried) -> bool:
        """Whether no folder goes with the last that is sent of it.

        An excluded one is sent for what exceptions let in, and two lines can hide together all of that.
        """
        folders = {parent(path) for path in item.lost} - {""}
        return not any(self._matcher.decide(folder).excluded for folder in folders)

    def _meets(self, path: str) -> bool:
        return path in self._above or is_covered(path, self._paths)


def choose(
    facts: Facts, tried: Sequence[Tried], left: dict[str, str]
) -> tuple[list[Tried], Saving]:
    """Take one after the other, in the order given, as long as each adds something.

    Also returns what they save together. Notes in ``left`` what it leaves alone and why, by the
    name of the unit.
    """
    chosen: list[Tried] = []
    touched: set[int] = set()
    covered = _Covered(facts)
    saved = NOTHING
    for_cache = _worth_rebuilds(facts, tried)
    for item in tried:
        # A line is repaired once; the next round looks at what has become of it.
        if item.unit.touched & touched:
            continue
        gain: Saving | None = item.saving
        # A replay costs far more than a look at the paths, and most lines hide paths of their own.
        if not covered.is_apart(item):
            gain = _gain(facts, [*chosen, item], saved)
        if gain is None:
            left.setdefault(item.unit.name, "it does not go together with the other lines")
            continue
        if not _adds_something(item, gain):
            # What has no bytes at all is hidden by no other line.
            if gain.entries > 0 and not item.saving.bytes:
                left.setdefault(item.unit.name, _too_little(facts, item))
            continue
        if _is_below_floor(facts, item, gain) and item not in for_cache:
            left.setdefault(item.unit.name, _too_little(facts, item))
            continue
        reason = _named(facts, item)
        if reason is not None:
            left.setdefault(item.unit.name, reason)
            continue
        chosen.append(item)
        touched |= item.unit.touched
        covered.add(item)
        saved = saved.plus(gain)
    return chosen, saved


def _adds_something(item: Tried, gain: Saving) -> bool:
    """Whether a line is right beside those that are chosen, whatever it is worth."""
    hides_nothing = not gain.entries and not item.lost
    # Removing a line, or repairing one that hides nothing, is right where it changes nothing.
    if item.unit.is_pruning or hides_nothing:
        return gain == NOTHING
    # What the others hide already needs no line of its own: it would stand in the file for 0 B.
    hides_more = gain.bytes > 0 or (gain.entries > 0 and _counts_empty(item.unit))
    return min(gain) >= 0 and hides_more


def _counts_empty(unit: Unit) -> bool:
    return rule_named(unit.rule).below_floor == "even-empty"


def _is_below_floor(facts: Facts, item: Tried, gain: Saving) -> bool:
    saves_too_little = gain.entries > 0 and gain.bytes < facts.config.noise_floor
    return saves_too_little and not _counts_anyway(facts, item)


def _too_little(facts: Facts, item: Tried) -> str:
    if item.saving.bytes >= facts.config.noise_floor:
        return MOSTLY_HIDDEN
    return "it saves too little for a line"


def _named(facts: Facts, item: Tried) -> str | None:
    """Return why something may read a file that is no source; None where nothing does, and for all other lines.

    Sources are searched for the names, so only a line that is about to be taken is asked about.
    """
    if item.unit.rule != VOLATILE.id or item.is_ignored or not item.unit.is_new:
        return None
    facts.file_mentions.look_for(
        found.path for found in facts.candidates.about("container", "ci", "docs")
    )
    evidence = facts.evidence
    if evidence is not None and len(evidence.tracked) > _MOST_FILES:
        return "there are too many sources to search for its name"
    for path in item.lost:
        reason = facts.file_mentions.why(path)
        if reason is not None:
            return f"{path}: {reason}"
    return None


def _worth_rebuilds(facts: Facts, tried: Sequence[Tried]) -> Collection[Tried]:
    """Return the lines that weigh too little, and are worth writing for the steps that they keep in the cache."""
    light, heavy = [], []
    for item in tried:
        if _is_below_floor(facts, item, item.saving) and item.unit.is_plain:
            light.append(item)
        else:
            heavy.append(item)
    return worth_writing(facts, light, heavy)


def _gain(facts: Facts, items: Sequence[Tried], saved: Saving) -> Saving | None:
    """Return what the last of ``items`` adds to ``saved``; None where they cannot be together."""
    trial = try_edits(facts, edits_of(items))
    if trial is None or trial.difference.gained or not trial.is_exact:
        return None
    return _saving(trial).minus(saved)


def _saving(trial: Trial) -> Saving:
    return Saving(trial.difference.lost_bytes, trial.difference.lost_entries)


def without_superfluous(
    facts: Facts, chosen: list[Tried], saved: Saving, *, needed: Sequence[Tried] = ()
) -> list[Tried]:
    """Leave out new lines that the others together make superfluous, but those that are needed.

    ``saved`` is what the ``chosen`` save together.
    """
    candidates = [item for item in reversed(chosen) if item.unit.is_new and item not in needed]
    for item in candidates:
        rest = [other for other in chosen if other is not item]
        covered = _Covered(facts)
        for other in rest:
            covered.add(other)
        if not covered.is_apart(item) and _gain(facts, rest, saved) == NOTHING:
            chosen = rest
    return chosen


def edits_of(chosen: Iterable[Tried]) -> list[Edit]:
    """Return the edits, repairs first: what they add at the end belongs to the last line."""
    items = sorted(chosen, key=lambda item: item.unit.is_new)
    return [edit for item in items for edit in item.unit.edits]


def shares(facts: Facts, chosen: Sequence[Tried], final: Trial) -> Iterator[Saving]:
    """Yield what each line saves after those before it; ``final`` is the trial of them all."""
    whole = NOTHING
    for item in chosen:
        whole = whole.plus(item.saving)
    # Lines that hide different paths: each saves what it saves alone, and no replay is needed.
    if whole == _saving(final):
        yield from (item.saving for item in chosen)
        return
    saved = NOTHING
    covered = _Covered(facts)
    for place, item in enumerate(chosen):
        gain = item.saving
        if not covered.is_apart(item):
            gain = _gain(facts, chosen[: place + 1], saved) or NOTHING
        covered.add(item)
        saved = saved.plus(gain)
        yield gain


def _counts_anyway(facts: Facts, item: Tried) -> bool:
    """Whether a line is worth having below the noise floor."""
    below_floor = rule_named(item.unit.rule).below_floor
    is_ignored = item.reason == GIT_IGNORES
    if below_floor == "if-copied" or (below_floor == "if-ignored-and-copied" and is_ignored):
        # Where it is copied, every change of it invalidates the layers after that.
        return any(use.reach != "mount" for path in item.lost for use in facts.uses_of(path))
    return below_floor in ("always", "even-empty") or repairs(item.unit)


def repairs(unit: Unit) -> bool:
    """Tell whether it is right even where it saves nothing."""
    if unit.is_new or unit.is_pruning:
        return unit.is_pruning
    return unit.severity >= Severity.WARNING or rule_named(unit.rule).below_floor == "always"


__all__ = ["MOSTLY_HIDDEN", "choose", "edits_of", "repairs", "shares", "without_superfluous"]
