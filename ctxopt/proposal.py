"""The fewest lines that reach the savings: edits of findings, replayed, proved and ordered. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from ctxopt.answers import OPEN, Change, Choice
from ctxopt.facts import Facts
from ctxopt.finding import Edit, EditKind, Finding, Severity
from ctxopt.harm import Guard, files_below, lost_sources
from ctxopt.ignorefile import IgnoreFile
from ctxopt.judge import Judgement
from ctxopt.rewritten import rewritten
from ctxopt.travel import upwards
from ctxopt.trial import Trial, shown, try_edits

Confidence = Literal["proven", "likely"]

_SECRETS: Final = "secret-file"
_VERSIONS: Final = "version-control"
_TRAP: Final = "comment-trap"
_HEADS: Final = (
    "# Keys and passwords",
    "# Generated or local: not in a clean checkout",
    "# Nothing in the build reads these",
)


class Line(NamedTuple):
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

    @property
    def change(self) -> Change:
        """What it writes, and instead of what."""
        return Change(self.texts, self.replaces)


class LeftAlone(NamedTuple):
    """A line that was considered and is not proposed, with the reason."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to write, and what that does to the measured tree."""

    file: IgnoreFile | None
    """The ignore file with the lines; None where nothing changes."""
    lines: tuple[Line, ...] = ()
    edits: tuple[Edit, ...] = ()
    tracked: tuple[str, ...] = ()
    """Files that git tracks and that would no longer be sent."""
    left: tuple[LeftAlone, ...] = ()


class _Unit(NamedTuple):
    """Edits that belong together: one new line, or all that repair a line."""

    edits: tuple[Edit, ...]
    rule: str
    severity: Severity

    @property
    def is_new(self) -> bool:
        return all(edit.kind is EditKind.ADD for edit in self.edits)

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


class _Tried(NamedTuple):
    """A unit alone on the tree as it is."""

    unit: _Unit
    lost: tuple[str, ...]
    bytes: int
    entries: int
    confidence: Confidence
    reason: str

    @property
    def order(self) -> tuple[int, int, int, object]:
        return (self.unit.is_pruning, -self.bytes, -self.entries, self.unit.key)


def propose(
    facts: Facts,
    judgement: Judgement,
    *,
    proven_only: bool = False,
    prune_unused: bool = False,
    named: Collection[str] = (),
    shared: bool = False,
    choice: Choice = OPEN,
) -> Proposal:
    """Choose among the edits of what is reported.

    ``named`` are paths that builds other than this one take, ``shared`` says that there are such.
    What ``choice`` has taken comes first, what it does not admit is left out.
    """
    left: dict[str, str] = {}
    guard = Guard(facts, named)
    tried = []
    for unit in _units(judgement.reported, prune_unused=prune_unused):
        change = _change(facts, unit)
        if not choice.admits(change):
            if choice.declines(change):
                left.setdefault(unit.name, "declined")
            continue
        found = _try(facts, guard, unit, shared)
        if isinstance(found, str):
            left.setdefault(unit.name, found)
        elif proven_only and found.confidence != "proven":
            left.setdefault(unit.name, f"not proven: {found.reason}")
        else:
            tried.append(found)
    tried.sort(key=lambda item: (_change(facts, item.unit) not in choice.taken, item.order))
    chosen, trial = _choose(facts, tried, left)
    if len(chosen) > 1 and trial and sum(x.bytes for x in chosen) != trial.difference.lost_bytes:
        chosen = _without_superfluous(facts, chosen, trial, choice)
    if not chosen:
        return Proposal(None, left=_left(left, ()))
    edits = _arrange(facts, chosen)
    final = try_edits(facts, edits)
    if final is None:
        return Proposal(None, left=_left(left, ()))
    lines = tuple(_measured(facts, chosen))
    return Proposal(final.file, lines, edits, _tracked(facts, final), _left(left, lines))


def _units(findings: Iterable[Finding], *, prune_unused: bool) -> list[_Unit]:
    found: dict[object, _Unit] = {}
    for finding in findings:
        whole = _Unit(finding.edits, finding.rule, finding.severity)
        if not finding.edits or (whole.is_pruning and not prune_unused):
            continue
        parts = [whole]
        if whole.is_new and all(edit.line is None for edit in finding.edits):
            parts = [whole._replace(edits=(edit,)) for edit in finding.edits]
        for part in parts:
            before = found.setdefault(part.key, part)
            # Of two rules with the same line the one about secrets decides about the floor.
            if part.rule == _SECRETS and before.rule != _SECRETS:
                found[part.key] = part
    return [found[key] for key in sorted(found, key=repr)]


def _try(facts: Facts, guard: Guard, unit: _Unit, shared: bool) -> _Tried | str:
    """Return the unit alone, or why it is out of the question."""
    trial = try_edits(facts, unit.edits)
    if trial is None:
        return "Docker would refuse the file"
    change = trial.difference
    if change.gained or not trial.is_exact:
        return "it would send more than now"
    if unit.is_pruning and change.lost:
        return "it does something"
    if not change.lost and not _repairs(unit):
        return "it saves nothing"
    files = sorted(files_below(facts.analysis.permitted, change.lost))
    refusal = guard.refusal(change.lost, files)
    if refusal is None and change.lost:
        refusal = lost_sources(facts, rewritten(facts, trial))
    if refusal is not None:
        return refusal
    confidence, reason = _judge(facts, change.lost, files, shared)
    return _Tried(unit, change.lost, change.lost_bytes, change.lost_entries, confidence, reason)


def _counts_anyway(facts: Facts, item: _Tried) -> bool:
    """Whether a line is worth having below the noise floor."""
    if item.unit.rule == _VERSIONS:
        # Where it is copied, every commit invalidates the layers after that.
        return any(facts.uses_of(path) for path in item.lost)
    return item.unit.rule == _SECRETS or _repairs(item.unit)


def _repairs(unit: _Unit) -> bool:
    """Whether it is right even where it saves nothing."""
    if unit.is_new or unit.is_pruning:
        return unit.is_pruning
    return unit.severity >= Severity.WARNING or unit.rule == _TRAP


def _judge(
    facts: Facts, lost: Sequence[str], files: Sequence[str], shared: bool
) -> tuple[Confidence, str]:
    evidence = facts.evidence
    if not lost:
        return "proven", "it changes nothing that is sent"
    if evidence and evidence.knows_tracked and evidence.tracked and "" not in evidence.ignored:
        wholes = all(evidence.is_ignored(p) and not evidence.has_tracked_below(p) for p in lost)
        if wholes or (files and all(map(evidence.is_ignored, files))):
            return "proven", "git ignores it: a clean checkout does not have it"
    else:
        evidence = None
    plan = facts.analysis.plan
    is_taken = any(facts.uses_of(path) or facts.named_by(path) for path in lost)
    if plan is not None and not shared and not is_taken:
        return "proven", "no instruction takes it"
    if any(path == ".git" or path.endswith("/.git") for path in lost):
        return "likely", "nothing seen in the build reads it"
    if evidence is None:
        return "likely", "nothing seen in the build reads it; no repository tells what is generated"
    number = sum(map(evidence.is_tracked, files))
    if number:
        return "likely", f"nothing seen in the build reads it; git tracks {number} of its files"
    return "likely", "nothing seen in the build reads it; untracked, yet not ignored by git"


def _choose(
    facts: Facts, tried: Sequence[_Tried], left: dict[str, str]
) -> tuple[list[_Tried], Trial | None]:
    """Take one after the other, the largest first, as long as each adds something."""
    chosen: list[_Tried] = []
    touched: set[int] = set()
    trial = None
    saved = (0, 0)
    for item in tried:
        if item.unit.touched & touched:
            continue  # the repaired line is looked at again
        more = try_edits(facts, _edits([*chosen, item]))
        if more is None or more.difference.gained or not more.is_exact:
            left.setdefault(item.unit.name, "it does not go together with the other lines")
            continue
        change = more.difference
        gain = (change.lost_bytes - saved[0], change.lost_entries - saved[1])
        if item.unit.is_pruning or (not gain[1] and not item.lost):
            if gain != (0, 0):
                continue
        elif min(gain) < 0 or gain[1] == 0:
            if gain != (0, 0) or not _repairs(item.unit):
                continue
        elif gain[0] < facts.config.noise_floor and not _counts_anyway(facts, item):
            left.setdefault(item.unit.name, "it saves less than the noise floor")
            continue
        chosen.append(item)
        touched |= item.unit.touched
        trial, saved = more, (change.lost_bytes, change.lost_entries)
    return chosen, trial


def _without_superfluous(
    facts: Facts, chosen: list[_Tried], trial: Trial, choice: Choice
) -> list[_Tried]:
    """Leave out new lines that the others together make superfluous."""
    wanted = trial.difference
    for item in [item for item in reversed(chosen) if item.unit.is_new]:
        if _change(facts, item.unit) in choice.taken:
            continue
        rest = [other for other in chosen if other is not item]
        less = try_edits(facts, _edits(rest))
        if less is not None and (less.difference.lost_bytes, less.difference.lost_entries) == (
            wanted.lost_bytes,
            wanted.lost_entries,
        ):
            chosen = rest
    return chosen


def _edits(chosen: Iterable[_Tried]) -> list[Edit]:
    """Repairs first: what they add at the end belongs to the last line."""
    items = sorted(chosen, key=lambda item: item.unit.is_new)
    return [edit for item in items for edit in item.unit.edits]


def _measured(facts: Facts, chosen: Sequence[_Tried]) -> Iterator[Line]:
    size = entries = 0
    gone: set[str] = set()
    for place, item in enumerate(chosen, 1):
        trial = try_edits(facts, _edits(chosen[:place]))
        if trial is None:
            continue
        change = trial.difference
        yield Line(
            *_change(facts, item.unit),
            item.unit.rule,
            item.confidence,
            item.reason,
            change.lost_bytes - size,
            change.lost_entries - entries,
            change.lost_bytes,
            change.lost_entries,
            shown(path for path in item.lost if gone.isdisjoint(upwards(path))),
        )
        gone |= {*item.lost}
        size, entries = change.lost_bytes, change.lost_entries


def _change(facts: Facts, unit: _Unit) -> Change:
    file = facts.analysis.context.ignore.file
    return Change(
        tuple(edit.text for edit in unit.edits if edit.text is not None),
        tuple(file.lines[number - 1].text for number in sorted(unit.touched)) if file else (),
    )


def _group(item: _Tried) -> int:
    if item.unit.rule == _SECRETS:
        return 0
    return 1 if item.reason.startswith("git ignores") else 2


def _arrange(facts: Facts, chosen: Sequence[_Tried]) -> tuple[Edit, ...]:
    """Put new lines at the end, each kind under a comment."""
    file = facts.analysis.context.ignore.file
    edits = _edits(item for item in chosen if not item.unit.is_new)
    new = [item for item in chosen if item.unit.is_new]
    edits += [e for item in new for e in item.unit.edits if e.line is not None]
    is_empty = not (file and file.lines)
    last = _last_head(file)
    groups = sorted({_group(item) for item in new}, key=lambda group: (group != last, group))
    for group in groups:
        lines = [e for item in new if _group(item) == group for e in item.unit.edits]
        lines = [edit for edit in lines if edit.line is None]
        if lines and group != last:
            if not is_empty:
                edits.append(Edit(EditKind.ADD, None, "", "a blank line before a comment"))
            edits.append(Edit(EditKind.ADD, None, _HEADS[group], "why the lines below are there"))
        edits += lines
        is_empty = False
    return tuple(edits)


def _last_head(file: IgnoreFile | None) -> int | None:
    """Return the group under whose comment the file ends."""
    for line in reversed(file.lines if file else ()):
        if line.is_comment:
            return _HEADS.index(line.text) if line.text in _HEADS else None
        if line.pattern is None:
            return None
    return None


def _tracked(facts: Facts, trial: Trial) -> tuple[str, ...]:
    evidence = facts.evidence
    if evidence is None:
        return ()
    files = files_below(facts.analysis.permitted, trial.difference.lost)
    return tuple(sorted(path for path in files if evidence.is_tracked(path)))


def _left(left: dict[str, str], lines: Sequence[Line]) -> tuple[LeftAlone, ...]:
    written = {text for line in lines for text in line.texts}
    return tuple(LeftAlone(*item) for item in sorted(left.items()) if item[0] not in written)


__all__ = ["Confidence", "LeftAlone", "Line", "Proposal", "propose"]
