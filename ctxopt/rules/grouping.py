"""Candidates as findings: grouped by the line that cures them, graded by consequence, put into words.

What is worth saying is the business of each rule; the sentence, the severity and the bytes from which
on it is a warning are the same for all rules about paths, and here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, NamedTuple

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.reach import Reach, Reached
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.escape import fits_a_line
from ctxopt.rules.finding import Finding
from ctxopt.rules.gitignore_line import line_for
from ctxopt.rules.rule import add_line
from ctxopt.rules.written import line_of
from ctxopt.severity import Severity
from ctxopt.units import and_more

_RANK: Final[dict[Reach, int]] = {"permitted": 0, "sent": 1, "builder": 2, "final": 3}
SERIOUS: Final = 10
"""Times the noise floor from which on a finding is a warning."""
_HEAVY: Final = 10_000_000
"""Bytes from which on what git tracks is one, where a line hides it."""
_SHARE: Final = 0.25
"""Share of the context from which on it is one, if it weighs anything at all."""
_LEAST: Final = 1_000_000


class Group(NamedTuple):
    """Candidates that one line of an ignore file would hide, the heaviest first."""

    pattern: str | None
    """The catalogue's line; None where only the paths themselves will do."""
    members: tuple[Candidate, ...]

    @property
    def bytes(self) -> int:
        """Bytes of all members, as far as they get where the sentence says."""
        return sum((member.part or member).bytes for member in self.members)

    @property
    def entries(self) -> int:
        """Entries of all members, counted so."""
        return sum((member.part or member).entries for member in self.members)

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


def joined(groups: Iterable[Group]) -> Group:
    """Return one group of all members, which no single line hides."""
    return Group(None, tuple(member for group in groups for member in group.members))


def by_pattern(
    facts: Facts, candidates: Iterable[Candidate], rejected: Iterable[Candidate] = ()
) -> list[Group]:
    """Group by the catalogue's pattern, where that hides nothing else; ``rejected`` has to stay."""
    unsafe = facts.candidates.unsafe | {item.entry.pattern for item in rejected if item.entry}
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(_key_of(candidate), []).append(candidate)
    return [
        Group(_line_of(key, members, unsafe), tuple(members)) for key, members in groups.items()
    ]


def _key_of(candidate: Candidate) -> str:
    """Return the catalogue's pattern, or the path behind a slash, with which no pattern begins."""
    if candidate.entry is None:
        return f"/{candidate.path}"
    return candidate.entry.pattern


def _line_of(key: str, members: list[Candidate], unsafe: Collection[str]) -> str | None:
    """Return the pattern as the line that hides all members; None where only their paths will do."""
    if key.startswith("/") or key in unsafe or _is_only_here(members):
        return None
    return key


def _is_only_here(members: list[Candidate]) -> bool:
    """Whether a common name means waste in one place: elsewhere it may be the name of sources."""
    entry = members[0].entry
    return len(members) == 1 and entry is not None and entry.is_ambiguous


def split(
    candidates: Iterable[Candidate], is_first: Callable[[Candidate], bool]
) -> tuple[list[Candidate], list[Candidate]]:
    """Return what the condition holds for, and the rest; it is asked once for each."""
    first: list[Candidate] = []
    rest: list[Candidate] = []
    for candidate in candidates:
        if is_first(candidate):
            first.append(candidate)
        else:
            rest.append(candidate)
    return first, rest


def split_needed(candidates: Iterable[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Return what nothing is known to read, and the rest."""
    return split(candidates, lambda candidate: not candidate.needed_because)


def report(facts: Facts, rule: str, candidates: list[Candidate], what: str) -> Iterator[Finding]:
    """Yield one finding a group above the noise floor, and notes about heavy paths that are needed."""
    free, needed = split_needed(candidates)
    for group in by_pattern(facts, free, needed):
        if group.bytes >= facts.config.noise_floor:
            for part in by_reach(group, facts.config.noise_floor):
                yield finding_of(facts, rule, part, what)
    for candidate in needed:
        if is_notable(facts, candidate):
            yield note_of(rule, candidate)


def by_reach(group: Group, least: int = 0) -> Iterator[Group]:
    """Yield the members by how far they get, the furthest first, since a sentence speaks of all of them.

    What together is less than ``least`` bytes is left out, unless it is all there is.
    """
    reaches = sorted({member.reach for member in group.members}, key=_RANK.__getitem__)
    parts = [
        Group(group.pattern, tuple(item for item in group.members if item.reach == reach))
        for reach in reversed(reaches)
    ]
    heavy = [part for part in parts if part.bytes >= least]
    yield from heavy or parts[:1]


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
    """Return the finding about a group.

    ``what`` says in a clause what its members are; ``severity`` takes the place of what weight and
    way say; without ``cures`` the finding proposes no line.
    """
    worst = group.worst
    subject = ""
    if worst.entry is not None:
        subject = worst.entry.pattern
    edits: tuple[Edit, ...] = ()
    if cures:
        edits = edits_for(facts, group, what)
    return Finding(
        rule=rule,
        severity=severity or grade(facts, group),
        message=f"{name_of(group)} {travels(facts, worst)}{_although(group)}",
        subject=subject,
        paths=group.paths,
        size=group.bytes,
        entries=group.entries,
        edits=edits,
        reach=worst.reach,
        help=" ".join(_advice(group, what)),
    )


def _advice(group: Group, what: str) -> Iterator[str]:
    """Yield what to know before the line is taken, a sentence each."""
    entry = group.worst.entry
    if entry is None:
        yield f"{what[0].upper()}{what[1:].rstrip('.')}."
    else:
        yield entry.reason
    if entry is not None and entry.rebuilt_by:
        yield f"{entry.rebuilt_by} makes it again."
    # When to keep a thing is a question of what it is; that git tracks it is the stronger warning.
    if group.is_tracked:
        yield "Git tracks it: make sure that no build reads it."
    elif entry is not None and entry.keep_when:
        yield f"Keep it {entry.keep_when[0].lower()}{entry.keep_when[1:]}"


def note_of(rule: str, candidate: Candidate) -> Finding:
    """Return the note that a heavy path has to stay, with the reason."""
    return Finding(
        rule=rule,
        severity=Severity.INFO,
        message=f"{shown(candidate.path)} is heavy, and the build needs it: {candidate.needed_because}",
        paths=(candidate.path,),
        size=candidate.bytes,
        entries=candidate.entries,
        reach=candidate.reach,
        help="Check what else is in it.",
    )


def grade(facts: Facts, group: Group) -> Severity:
    """A warning for what travels and weighs something, unless git tracks it: then it is wanted."""
    serious = group.bytes >= SERIOUS * facts.config.noise_floor
    if group.is_tracked or not serious:
        return Severity.INFO
    # Without a Dockerfile it is not known what the next one takes.
    if group.worst.reach == "permitted" and facts.knows_build:
        return Severity.INFO
    return Severity.WARNING


def is_heavy_part(facts: Facts, size: int) -> bool:
    """Tell whether that many bytes of tracked files are worth a warning: many, or much of a context that weighs something."""
    # Beside a history that files are compared with, those that git tracks have to stay.
    if facts.needs.git and facts.needs.compares:
        return False
    if size >= _HEAVY:
        return True
    return size >= _LEAST and size >= _SHARE * facts.view.total.bytes


def edits_for(facts: Facts, group: Group, reason: str) -> tuple[Edit, ...]:
    """The line of the group, else a line for each path that is worth one."""
    if group.pattern is not None:
        return (add_line(group.pattern, reason),)
    floor = facts.config.noise_floor
    # The group is worth its finding, so its only member is; and no secret is too small to hide.
    if len(group.members) == 1 or group.worst.topic == "secret":
        floor = 0
    members = [
        member for member in group.members if member.bytes >= floor and fits_a_line(member.path)
    ]
    line = None
    # For one path, its name says more than a pattern.
    if len(members) > 1:
        line = line_for(facts, group.paths)
    if line is None:
        return tuple(add_line(line_of(facts, member.path), reason) for member in members)
    alone = [member.path for member in members if member.path not in line.covered]
    return tuple(
        add_line(text, reason) for text in (line.pattern, *(line_of(facts, path) for path in alone))
    )


def name_of(group: Group) -> str:
    """Name the group in a sentence: its path, or its name and how many there are."""
    if len(group.members) == 1:
        return shown(group.members[0].path)
    entry = group.members[0].entry
    if entry is None:
        return f"{shown(group.members[0].path)} ({and_more(len(group.members) - 1).strip()})"
    return f"{entry.pattern.removeprefix('**/')} in {len(group.members)} places"


def travels(facts: Facts, found: Candidate | Reached) -> str:
    """Say in a clause how far a path gets, and by which instruction."""
    use = found.use
    if use is None or found.reach == "permitted":
        return _travels_untaken(facts, found.reach)
    place = f"line {use.source.line}"
    if use.reach == "mount":
        return f"is sent for the bind mount in {place}"
    target = f"stage {use.stage}"
    if use.reach == "final":
        target = "the final image"
    clause = f"is copied into {target} by {use.source.instruction} in {place}"
    if found.through:
        # Without a Dockerfile nothing of what reads one is loaded.
        from ctxopt.build.image import describe_way

        clause += f" and reaches the final image through {describe_way(found.through)}"
    return clause


def _travels_untaken(facts: Facts, reach: Reach) -> str:
    if not facts.knows_build:
        return "is sent with every build of the whole context"
    # A tmpfs mount or a variable without a value makes BuildKit fetch what no instruction copies.
    if reach == "sent":
        return "is sent to the builder, and no instruction takes it"
    return "may be sent, though nothing in this build takes it"


def shown(path: str) -> str:
    """Return a path as one line of text."""
    # What a terminal would obey, and bytes that are no UTF-8, must not get into a report as they are.
    if path.isprintable():
        return path
    return path.encode("unicode_escape", "surrogatepass").decode()


def _although(group: Group) -> str:
    if all(member.state == "ignored" for member in group.members):
        return ", although git ignores it"
    return ""
