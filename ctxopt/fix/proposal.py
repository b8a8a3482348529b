"""The fewest lines that reach the savings: edits of findings, replayed, proved and ordered. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ctxopt.evidence.facts import Facts
from ctxopt.fix.attempt import Attempts
from ctxopt.fix.choose import choose, edits_of, shares, without_superfluous
from ctxopt.fix.decisions import Choice, LineChange, change_of
from ctxopt.fix.layout import lay_out
from ctxopt.fix.options import DEFAULTS, FixOptions
from ctxopt.fix.rebuilds import rebuilds_of
from ctxopt.fix.unit import CONFIDENCES, NOTHING, Confidence, Saving, Tried, Unit
from ctxopt.languages.ignore.edits import Edit
from ctxopt.paths import upwards
from ctxopt.rules.finding import SECRETS, Finding
from ctxopt.rules.grouping import is_notable
from ctxopt.rules.run import RuleResults
from ctxopt.rules.trial import Trial, harms_other_builder, try_edits
from ctxopt.rules.written import shown
from ctxopt.tree.view import files_below

_UNPROVEN: Final = "not proven: "


class ProposedLine(NamedTuple):
    """One change of the ignore file, with what it saves after those before it."""

    texts: tuple[str, ...]
    """The new lines; empty where lines are removed."""
    replaces: tuple[str, ...]
    """The lines that it takes the place of, as they were."""
    rule: str
    confidence: Confidence
    reason: str
    bytes: int
    entries: int
    total_bytes: int
    """With the lines before it."""
    total_entries: int
    paths: tuple[str, ...]
    """What is no longer sent, the first ones."""
    is_preventive: bool = False
    """Whether it is for what is not there yet, and saves nothing today."""
    rebuilds: int | None = None
    """In how many of the last commits it would have kept a step in the cache; None where that is not known."""

    def after(self, size: int, entries: int) -> ProposedLine:
        """Return the line as one that comes after others, which save ``size`` bytes in ``entries`` entries together."""
        return self._replace(
            total_bytes=self.total_bytes + size, total_entries=self.total_entries + entries
        )

    @property
    def is_new(self) -> bool:
        """Whether it writes lines and takes the place of none."""
        return bool(self.texts) and not self.replaces

    @property
    def change(self) -> LineChange:
        """What it writes, and instead of what."""
        return LineChange(self.texts, self.replaces)


class LeftAlone(NamedTuple):
    """A line that was considered and is not proposed, with the reason."""

    text: str
    reason: str

    @property
    def is_unproven(self) -> bool:
        """Whether it is left out for want of proof, and not because it must stay."""
        return self.reason.startswith(_UNPROVEN)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to write, and what that does to the measured tree."""

    lines: tuple[ProposedLine, ...] = ()
    edits: tuple[Edit, ...] = ()
    tracked: tuple[str, ...] = ()
    """Files that git tracks and that would no longer be sent."""
    possible: tuple[ProposedLine, ...] = ()
    """What nothing speaks against, and not enough for: not to be written unasked."""
    left: tuple[LeftAlone, ...] = ()
    trial: Trial | None = field(default=None, compare=False)
    """The ignore file with the lines, tried; None where nothing changes."""


class _Together(NamedTuple):
    """The lines that are taken, tried as one change of the file."""

    chosen: list[Tried]
    edits: tuple[Edit, ...]
    trial: Trial


def propose(facts: Facts, results: RuleResults, options: FixOptions = DEFAULTS) -> Proposal:
    """Choose among the edits of what is reported.

    What a person has taken comes first, what the choice does not admit is left out.
    """
    left = dict(_has_to_stay(facts))
    units = _admitted(facts, results.reported, options, left)
    tried = Attempts(facts, left).try_alone(units)
    tried.sort(key=lambda item: (not _is_taken(facts, options.choice, item), item.order))
    wanted = []
    possible = []
    for item in tried:
        if _is_sure_enough(item, options) or _is_taken(facts, options.choice, item):
            wanted.append(item)
        elif item.confidence == "possible":
            possible.append(item)
        else:
            left.setdefault(item.unit.name, f"{_UNPROVEN}{item.reason}")
    together = _settle(facts, wanted, options.choice, left)
    if together is None:
        listed = _list_possible(facts, [], possible)
        return Proposal(possible=listed, left=_left(left, listed))
    chosen, edits, trial = together
    lines = tuple(_lines(facts, chosen, shares(facts, chosen, trial)))
    listed = _list_possible(facts, chosen, possible)
    return Proposal(
        lines=lines,
        edits=edits,
        tracked=_tracked(facts, trial),
        possible=listed,
        left=_left(left, (*lines, *listed)),
        trial=trial,
    )


def _has_to_stay(facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield what is heavy and known to be read, with the reason."""
    for item in facts.candidates.found:
        reason = item.needed_because
        if reason is None and facts.needs.git and item.topic == "version-control":
            reason = facts.needs.git[0]
        if reason and is_notable(facts, item):
            yield item.path, f"the build needs it: {reason}"


def _admitted(
    facts: Facts, findings: Iterable[Finding], options: FixOptions, left: dict[str, str]
) -> list[Unit]:
    """Return the units that may be proposed; notes in ``left`` those that a person has declined."""
    found = []
    for unit in _units(findings, prune_unused=options.prune_unused):
        change = change_of(facts.ignore_file, unit)
        if unit.is_plain and unit.name in options.without:
            continue
        if options.choice.admits(change):
            found.append(unit)
        elif options.choice.declines(change):
            left.setdefault(unit.name, "declined")
    return found


def _units(findings: Iterable[Finding], *, prune_unused: bool) -> list[Unit]:
    """Return the edits of the findings, each once and in an order that is not that of the findings."""
    found: dict[object, Unit] = {}
    for finding in findings:
        whole = Unit(finding.edits, finding.rule, finding.severity)
        if not finding.edits or (whole.is_pruning and not prune_unused):
            continue
        for part in whole.parts:
            before = found.setdefault(part.key, part)
            # Of two rules with the same line the one about secrets decides about the floor.
            if part.rule == SECRETS and before.rule != SECRETS:
                found[part.key] = part
    return [found[key] for key in sorted(found, key=repr)]


def _is_sure_enough(item: Tried, options: FixOptions) -> bool:
    return CONFIDENCES.index(item.confidence) <= CONFIDENCES.index(options.least)


def _list_possible(
    facts: Facts, chosen: Sequence[Tried], possible: Sequence[Tried]
) -> tuple[ProposedLine, ...]:
    """Return the lines that would add something to the ``chosen`` ones."""
    if not possible:
        return ()
    listed, _ = choose(facts, [*chosen, *possible], {})
    trial = try_edits(facts, edits_of(listed))
    if trial is None:
        return ()
    lines = _lines(facts, listed, shares(facts, listed, trial))
    return tuple(line for item, line in zip(listed, lines, strict=True) if item not in chosen)


def _settle(
    facts: Facts, tried: list[Tried], choice: Choice, left: dict[str, str]
) -> _Together | None:
    """Choose until the other builder, which reads the same file, sends no more either."""
    while True:
        chosen, saved = choose(facts, tried, left)
        if not chosen:
            return None
        # Only where lines hide the same paths can one of them be superfluous.
        if sum(item.saving.bytes for item in chosen) != saved.bytes:
            needed = [item for item in chosen if _is_taken(facts, choice, item)]
            chosen = without_superfluous(facts, chosen, saved, needed=needed)
        edits = lay_out(facts.ignore_file, chosen)
        trial = try_edits(facts, edits)
        if trial is None:
            return None
        if not harms_other_builder(facts, trial):
            return _Together(chosen, edits, trial)
        harmful = _harmful(facts, chosen)
        for item in harmful:
            left[item.unit.name] = "another builder would send more"
        tried = [item for item in tried if item not in harmful]


def _is_taken(facts: Facts, choice: Choice, item: Tried) -> bool:
    """Whether a person has taken it."""
    return change_of(facts.ignore_file, item.unit) in choice.taken


def _harmful(facts: Facts, chosen: Sequence[Tried]) -> list[Tried]:
    """Return what makes the other builder send more by itself; else the last, which is the least."""
    trials = [(item, try_edits(facts, item.unit.edits)) for item in chosen]
    alone = [item for item, trial in trials if trial and harms_other_builder(facts, trial)]
    return alone or list(chosen[-1:])


def _lines(
    facts: Facts, chosen: Sequence[Tried], savings: Iterable[Saving]
) -> Iterator[ProposedLine]:
    total = NOTHING
    gone: set[str] = set()
    rebuilds = rebuilds_of(facts, chosen)
    for item, saving, number in zip(chosen, savings, rebuilds, strict=True):
        total = total.plus(saving)
        texts, replaces = change_of(facts.ignore_file, item.unit)
        yield ProposedLine(
            texts=texts,
            replaces=replaces,
            rule=item.unit.rule,
            confidence=item.confidence,
            reason=item.reason,
            bytes=saving.bytes,
            entries=saving.entries,
            total_bytes=total.bytes,
            total_entries=total.entries,
            # A line that hides more of the same folder names what those before it do not.
            paths=shown(path for path in item.lost if gone.isdisjoint(upwards(path))),
            rebuilds=number,
        )
        gone.update(item.lost)


def _tracked(facts: Facts, trial: Trial) -> tuple[str, ...]:
    evidence = facts.evidence
    if evidence is None:
        return ()
    # A folder of a hundred thousand files is seldom one of git's.
    lost = [
        path
        for path in trial.difference.lost
        if evidence.is_tracked(path) or evidence.has_tracked_below(path)
    ]
    files = files_below(facts.view, lost)
    return tuple(sorted(path for path in files if evidence.is_tracked(path)))


def _left(left: dict[str, str], lines: Sequence[ProposedLine]) -> tuple[LeftAlone, ...]:
    written = {text for line in lines for text in line.texts}
    return tuple(LeftAlone(*item) for item in sorted(left.items()) if item[0] not in written)


__all__ = ["LeftAlone", "Proposal", "ProposedLine", "propose"]
