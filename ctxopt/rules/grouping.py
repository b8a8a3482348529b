"""Candidates as findings: grouped by the line that cures them, graded by consequence, put into words.

What is worth saying is the business of each rule; this is how all rules about paths say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.reach import Reach
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.escape import escape_pattern
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import add_line
from ctxopt.severity import Severity

_RANK: Final[dict[Reach, int]] = {"permitted": 0, "sent": 1, "builder": 2, "final": 3}
_LINE_BREAKS: Final = frozenset("\n\r")
_SERIOUS: Final = 10
"""Times the noise floor from which on a finding is a warning."""


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates that one line of an ignore file would hide, the heaviest first."""

    pattern: str | None
    """The catalogue's line; None where only the paths themselves will do."""
    members: tuple[Candidate, ...]

    @property
    def bytes(self) -> int:
        """Bytes of all members."""
        return sum(member.bytes for member in self.members)

    @property
    def entries(self) -> int:
        """Entries of all members."""
        return sum(member.entries for member in self.members)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths, the heaviest first."""
        return tuple(member.path for member in self.members)

    @property
    def worst(self) -> Candidate:
        """The member that travels furthest, of those the heaviest."""
        return max(self.members, key=lambda member: _RANK[member.reach])

    @property
    def is_tracked(self) -> bool:
        """Whether git tracks any of it."""
        return any(member.state == "tracked" for member in self.members)


def by_pattern(
    facts: Facts, candidates: Iterable[Candidate], rejected: Iterable[Candidate] = ()
) -> list[Group]:
    """Group by the catalogue's pattern, where that hides nothing else; ``rejected`` has to stay."""
    unsafe = facts.candidates.unsafe | {item.entry.pattern for item in rejected if item.entry}
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        entry = candidate.entry
        groups.setdefault(entry.pattern if entry else f"/{candidate.path}", []).append(candidate)
    return [
        Group(
            None if key[0] == "/" or key in unsafe or _is_only_here(members) else key,
            tuple(members),
        )
        for key, members in groups.items()
    ]


def _is_only_here(members: list[Candidate]) -> bool:
    """Whether a common name means waste in one place: elsewhere it may be somebody's sources."""
    entry = members[0].entry
    return len(members) == 1 and entry is not None and entry.is_ambiguous


def split_needed(candidates: Iterable[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Return what nothing is known to read, and the rest."""
    free: list[Candidate] = []
    needed: list[Candidate] = []
    for candidate in candidates:
        (needed if candidate.needed_because else free).append(candidate)
    return free, needed


def report(
    facts: Facts, rule: str, candidates: list[Candidate], what: str, *, floor: int | None = None
) -> Iterator[Finding]:
    """Yield one finding a group above the noise floor, and notes about heavy paths that are needed."""
    free, needed = split_needed(candidates)
    for group in by_pattern(facts, free, needed):
        if group.bytes >= (facts.config.noise_floor if floor is None else floor):
            yield finding_of(facts, rule, group, what)
    for candidate in needed:
        if is_notable(facts, candidate):
            yield note_of(rule, candidate)


def is_notable(facts: Facts, needed: Candidate) -> bool:
    """Whether it is worth a note that something has to stay: heavy, and not named alone."""
    # What an instruction names alone is meant: only what comes along besides is told.
    return needed.bytes >= facts.config.large_file and needed.root != needed.path


def finding_of(
    facts: Facts,
    rule: str,
    group: Group,
    what: str,
    *,
    severity: Severity | None = None,
    cures: bool = True,
) -> Finding:
    """Return the finding about a group: ``what`` says in a clause what its members are."""
    worst = group.worst
    entry = worst.entry
    advice = [f"{what[0].upper()}{what[1:].rstrip('.')}." if entry is None else entry.reason]
    if entry and entry.rebuilt_by:
        advice.append(f"Made again by {entry.rebuilt_by}.")
    if group.is_tracked:
        advice.append("Git tracks it: make sure that no build reads it.")
    elif entry and entry.keep_when:
        advice.append(f"It has to stay {entry.keep_when[0].lower()}{entry.keep_when[1:]}")
    return Finding(
        rule=rule,
        severity=severity or grade(facts, group),
        message=f"{name_of(group)} {travels(facts, worst)}{_although(group)}",
        subject=entry.pattern if entry else "",
        paths=group.paths,
        size=group.bytes,
        entries=group.entries,
        edits=edits_for(facts, group, what) if cures else (),
        reach=worst.reach,
        help=" ".join(advice),
    )


def note_of(rule: str, candidate: Candidate) -> Finding:
    """Return the note that a heavy path has to stay, with the reason."""
    return Finding(
        rule=rule,
        severity=Severity.INFO,
        message=f"{shown(candidate.path)} is heavy and has to stay: {candidate.needed_because}",
        paths=(candidate.path,),
        size=candidate.bytes,
        entries=candidate.entries,
        reach=candidate.reach,
        help="What else is in it is worth a look.",
    )


def grade(facts: Facts, group: Group) -> Severity:
    """A warning for what travels and weighs something, unless git tracks it: then somebody wants it."""
    serious = group.bytes >= _SERIOUS * facts.config.noise_floor
    if group.is_tracked or not serious:
        return Severity.INFO
    # Without a Dockerfile nobody knows what the next one takes.
    if group.worst.reach == "permitted" and facts.plan is not None:
        return Severity.INFO
    return Severity.WARNING


def edits_for(facts: Facts, group: Group, reason: str) -> tuple[Edit, ...]:
    """The line of the group, else a line for each path that is worth one."""
    if group.pattern is not None:
        return (add_line(group.pattern, reason),)
    counts_anyway = len(group.members) == 1 or group.worst.topic == "secret"
    floor = 0 if counts_anyway else facts.config.noise_floor
    # No line can hold a line break, and ? in its place would hide other names, too.
    members = [
        member
        for member in group.members
        if member.bytes >= floor and not _LINE_BREAKS.intersection(member.path)
    ]
    return tuple(add_line(escape_pattern(member.path), reason) for member in members)


def name_of(group: Group) -> str:
    """Name the group in a sentence: its path, or its name and how many there are."""
    if len(group.members) == 1:
        return shown(group.members[0].path)
    entry = group.members[0].entry
    if entry is None:
        return f"{shown(group.members[0].path)} (and {len(group.members) - 1} more)"
    return f"{entry.pattern.removeprefix('**/')} in {len(group.members)} places"


def travels(facts: Facts, candidate: Candidate) -> str:
    """Say in a clause how far a candidate gets, and by which instruction."""
    use = candidate.use
    if use is None or candidate.reach == "permitted":
        if candidate.reach == "sent" and facts.plan is not None:
            return "is sent to the builder, and no instruction takes it"
        if candidate.reach == "sent" or facts.plan is None:
            return "is sent with every build of the whole context"
        return "may be sent, though nothing in this build takes it"
    place = f"line {use.source.line}"
    if use.reach == "mount":
        return f"is sent for the bind mount in {place}"
    target = "the final image" if use.reach == "final" else f"stage {use.stage}"
    return f"is copied into {target} by {use.source.instruction} in {place}"


def shown(path: str) -> str:
    """Return a path as one line of text."""
    return path if path.isprintable() else path.encode("unicode_escape", "surrogatepass").decode()


def _although(group: Group) -> str:
    if all(member.state == "ignored" for member in group.members):
        return ", although git ignores it"
    return ""
