"""The fewest lines that reach the savings: edits of findings, replayed, proved and ordered. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ctxopt.evidence.facts import Facts
from ctxopt.evidence.run_steps import makes_something
from ctxopt.fix.choose import (
    GIT_IGNORES,
    SECRETS,
    Confidence,
    Tried,
    Unit,
    choose,
    edits_of,
    repairs,
    shares,
    without_superfluous,
)
from ctxopt.fix.decisions import LineChange
from ctxopt.fix.options import DEFAULTS, FixOptions
from ctxopt.fix.safety import Safety, lost_sources
from ctxopt.fix.what_if import rewritten
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.text import IgnoreFile, clean_pattern
from ctxopt.paths import upwards
from ctxopt.rules import rule_named
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import is_notable
from ctxopt.rules.run import RuleResults
from ctxopt.rules.trial import Trial, harms_other_builder, hidden_by, try_edits
from ctxopt.rules.written import shown
from ctxopt.tree.replay import Difference
from ctxopt.tree.view import files_below

_UNLESS_MADE: Final = "git ignores it: right unless something makes it for the build beforehand"
_HEADS: Final = (
    "# Keys and passwords",
    "# Generated or local: not in a clean checkout",
    "# Nothing in the build reads these",
)


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

    def after(self, size: int, entries: int) -> ProposedLine:
        """Return the line as one that comes after others, which save this much in all."""
        return self._replace(
            total_bytes=self.total_bytes + size, total_entries=self.total_entries + entries
        )

    @property
    def change(self) -> LineChange:
        """What it writes, and instead of what."""
        return LineChange(self.texts, self.replaces)


class LeftAlone(NamedTuple):
    """A line that was considered and is not proposed, with the reason."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to write, and what that does to the measured tree."""

    lines: tuple[ProposedLine, ...] = ()
    edits: tuple[Edit, ...] = ()
    tracked: tuple[str, ...] = ()
    """Files that git tracks and that would no longer be sent."""
    left: tuple[LeftAlone, ...] = ()
    trial: Trial | None = field(default=None, compare=False)
    """The ignore file with the lines, tried; None where nothing changes."""


def propose(
    facts: Facts,
    judgement: RuleResults,
    options: FixOptions = DEFAULTS,
) -> Proposal:
    """Choose among the edits of what is reported.

    What a person has taken comes first, what the choice does not admit is left out.
    """
    choice = options.choice
    left = dict(_has_to_stay(facts))
    guard = Safety(facts)
    tried = []
    units = []
    for unit in _units(judgement.reported, prune_unused=options.prune_unused):
        if unit.is_plain and unit.name in options.without:
            continue
        if choice.admits(_change(facts, unit)):
            units.append(unit)
        elif choice.declines(_change(facts, unit)):
            left.setdefault(unit.name, "declined")
    hidden = hidden_by(facts, (unit.name for unit in units if unit.is_plain))
    for unit in units:
        found = _try(facts, guard, unit, hidden.get(unit.name) if unit.is_plain else None)
        if isinstance(found, str):
            left.setdefault(unit.name, found)
        elif options.proven_only and found.confidence != "proven":
            left.setdefault(unit.name, f"not proven: {found.reason}")
        else:
            tried.append(found)
    tried.sort(key=lambda item: (_change(facts, item.unit) not in choice.taken, item.order))
    while True:
        chosen, saved = choose(facts, tried, left)
        if not chosen:
            return Proposal(left=_left(left, ()))
        if sum(item.bytes for item in chosen) != saved[0]:
            taken = [item for item in chosen if _change(facts, item.unit) in choice.taken]
            chosen = without_superfluous(facts, chosen, saved, needed=taken)
        edits = _arrange(facts, chosen)
        final = try_edits(facts, edits)
        if final is None:
            return Proposal(left=_left(left, ()))
        if not harms_other_builder(facts, final):
            break
        harmful = _harmful(facts, chosen)
        left |= dict.fromkeys(
            (item.unit.name for item in harmful), "the other builder would send more"
        )
        tried = [item for item in tried if item not in harmful]
    lines = tuple(_lines(facts, chosen, shares(facts, chosen, final)))
    return Proposal(lines, edits, _tracked(facts, final), _left(left, lines), final)


def _has_to_stay(facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield what is heavy and known to be read, with the reason."""
    for item in facts.candidates.found:
        reason = item.needed_because
        if reason is None and facts.needs.git and item.topic == "version-control":
            reason = facts.needs.git[0]
        if reason and is_notable(facts, item):
            yield item.path, f"it has to stay: {reason}"


def _units(findings: Iterable[Finding], *, prune_unused: bool) -> list[Unit]:
    found: dict[object, Unit] = {}
    for finding in findings:
        whole = Unit(finding.edits, finding.rule, finding.severity)
        if not finding.edits or (whole.is_pruning and not prune_unused):
            continue
        parts = [whole]
        if whole.is_new and all(edit.line is None for edit in finding.edits):
            parts = [whole._replace(edits=(edit,)) for edit in finding.edits]
        for part in parts:
            before = found.setdefault(part.key, part)
            # Of two rules with the same line the one about secrets decides about the floor.
            if part.rule == SECRETS and before.rule != SECRETS:
                found[part.key] = part
    return [found[key] for key in sorted(found, key=repr)]


def _try(facts: Facts, guard: Safety, unit: Unit, change: Difference | None) -> Tried | str:
    """Return the unit alone, or why it is out of the question; ``change`` is known of plain ones."""
    trial = None
    if change is None:
        trial = try_edits(facts, unit.edits)
        if trial is None:
            return "Docker would refuse the file"
        change = trial.difference
        if change.gained or not trial.is_exact:
            return "it would send more than now"
    if unit.is_pruning and change.lost:
        return "it does something"
    if not change.lost and not repairs(unit):
        return "it saves nothing"
    files = sorted(files_below(facts.analysis.permitted, change.lost))
    matcher = trial.matcher if trial else read_matcher([(None, clean_pattern(unit.name) or "")])
    refusal = guard.refusal(change.lost, files, matcher)
    if refusal is None and guard.meets_source(change.lost):
        trial = trial or try_edits(facts, unit.edits)
        refusal = lost_sources(facts, rewritten(facts, trial)) if trial else None
    if refusal is not None:
        return refusal
    confidence, reason = _judge(facts, unit, change.lost, files)
    return Tried(unit, change.lost, change.lost_bytes, change.lost_entries, confidence, reason)


def _judge(
    facts: Facts, unit: Unit, lost: Sequence[str], files: Sequence[str]
) -> tuple[Confidence, str]:
    evidence = facts.evidence
    if not lost:
        return "proven", "it changes nothing that is sent"
    if evidence and evidence.knows_tracked and evidence.tracked and "" not in evidence.ignored:
        wholes = all(evidence.is_ignored(p) and not evidence.has_tracked_below(p) for p in lost)
        if wholes or (files and all(map(evidence.is_ignored, files))):
            if not _is_made_again(facts, unit) and any(_is_taken(facts, p) for p in lost):
                return "likely", _UNLESS_MADE
            return "proven", GIT_IGNORES
    else:
        evidence = None
    plan = facts.analysis.plan
    if plan is not None and not any(_is_taken(facts, path) for path in lost):
        return "proven", "no instruction takes it"
    if any(path == ".git" or path.endswith("/.git") for path in lost):
        return "likely", "nothing seen in the build reads it"
    if evidence is None:
        return "likely", "nothing seen in the build reads it; no repository tells what is generated"
    number = sum(map(evidence.is_tracked, files))
    if number:
        return "likely", f"nothing seen in the build reads it; git tracks {number} of its files"
    return "likely", "nothing seen in the build reads it; untracked, yet not ignored by git"


def _is_made_again(facts: Facts, unit: Unit) -> bool:
    """Whether the build can do without what git ignores; else a step before it may have to make it."""
    plan = facts.analysis.plan
    remade = rule_named(unit.rule).remade
    if remade == "by-the-build":
        return plan is not None and makes_something(plan.build)
    return remade == "by-its-tool"


def _is_taken(facts: Facts, path: str) -> bool:
    """Whether this build takes anything of ``path``, or another one with the same ignore file."""
    if facts.uses_of(path) or facts.named_by(path):
        return True
    return any(
        not root or root == path or root.startswith(path + "/") or path.startswith(root + "/")
        for root in facts.needs.elsewhere
    )


def _harmful(facts: Facts, chosen: Sequence[Tried]) -> list[Tried]:
    """Return what makes the other builder send more by itself; else the last, which is the least."""
    trials = [(item, try_edits(facts, item.unit.edits)) for item in chosen]
    alone = [item for item, trial in trials if trial and harms_other_builder(facts, trial)]
    return alone or list(chosen[-1:])


def _lines(
    facts: Facts, chosen: Sequence[Tried], shares: Iterable[tuple[int, int]]
) -> Iterator[ProposedLine]:
    total_bytes = total_entries = 0
    gone: set[str] = set()
    for item, (size, entries) in zip(chosen, shares, strict=True):
        total_bytes += size
        total_entries += entries
        yield ProposedLine(
            *_change(facts, item.unit),
            item.unit.rule,
            item.confidence,
            item.reason,
            size,
            entries,
            total_bytes,
            total_entries,
            shown(path for path in item.lost if gone.isdisjoint(upwards(path))),
        )
        gone |= {*item.lost}


def _change(facts: Facts, unit: Unit) -> LineChange:
    file = facts.analysis.context.ignore.file
    return LineChange(
        tuple(edit.text for edit in unit.edits if edit.text is not None),
        tuple(file.lines[number - 1].text for number in sorted(unit.touched)) if file else (),
    )


def _group(item: Tried) -> int:
    if item.unit.rule == SECRETS:
        return 0
    return 1 if item.reason in (GIT_IGNORES, _UNLESS_MADE) else 2


def _arrange(facts: Facts, chosen: Sequence[Tried]) -> tuple[Edit, ...]:
    """Put new lines at the end, each kind under a comment."""
    file = facts.analysis.context.ignore.file
    edits = edits_of(item for item in chosen if not item.unit.is_new)
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


def _left(left: dict[str, str], lines: Sequence[ProposedLine]) -> tuple[LeftAlone, ...]:
    written = {text for line in lines for text in line.texts}
    return tuple(LeftAlone(*item) for item in sorted(left.items()) if item[0] not in written)


__all__ = ["Confidence", "LeftAlone", "Proposal", "ProposedLine", "propose"]
