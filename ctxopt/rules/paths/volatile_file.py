"""A broad COPY takes small files that change without changing the image.

The Dockerfile itself, Compose files, the configuration of build servers, logs and READMEs: each
edit of one makes Docker run every later step again. Docker reads the Dockerfile and the ignore
file by itself, whatever the ignore file says of them. Where git has twenty commits or more, those
that none of the last fifty changed are left alone, and the finding says how often the others changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.grouping import Group, by_pattern, edits_for, joined, shown, split_needed
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import dockerfile_line
from ctxopt.severity import Severity
from ctxopt.units import and_more, count

if TYPE_CHECKING:
    from ctxopt.evidence.past_rebuilds import PastRebuilds

_WHAT = "changes without changing the image"
_NAMED = 4
_ENOUGH = 20
"""Commits that say of a file whether it is one that changes."""


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding that lists the files, at the instruction that takes them."""
    if not facts.knows_build:
        return
    groups = list(_groups(facts))
    if not groups:
        return
    past = facts.rebuilds
    if past is not None and past.commits >= _ENOUGH:
        groups = [group for group in groups if _changes(facts, past, group)]
        if not groups:
            return
    everything = joined(groups)
    counts = dict.fromkeys(everything.paths, 0)
    if past is not None:
        counts = {path: len(past.changing(path)) for path in counts}
    paths = sorted(counts, key=lambda path: (-counts[path], path.count("/"), path))
    location = Location()
    use = everything.worst.use
    if use is not None:
        location = dockerfile_line(facts, use.source)
    names = ", ".join(shown(path) for path in paths[:_NAMED]) + and_more(len(paths) - _NAMED)
    yield Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"files that change without changing the image are copied along: {names}",
        location=location,
        subject="broad copy",
        paths=tuple(paths),
        size=everything.bytes,
        entries=everything.entries,
        edits=tuple(edit for group in groups for edit in _lines(facts, group)),
        reach=everything.worst.reach,
        help="Each edit of one of them makes Docker run this step and all later ones again"
        f"{_often(past, paths, counts)}.",
    )


def _changes(facts: Facts, past: PastRebuilds, group: Group) -> bool:
    """Whether files were changed lately, or weigh something; of what git does not track it tells nothing."""
    if group.bytes >= facts.config.noise_floor:
        return True
    return any(item.state != "tracked" or past.changing(item.path) for item in group.members)


def _often(past: PastRebuilds | None, paths: Sequence[str], counts: Mapping[str, int]) -> str:
    """Say how many of the last commits changed each of the first paths; nothing where that is not known."""
    told = [path for path in paths[:_NAMED] if counts[path]]
    if past is None or not told:
        return ""
    first, *others = (f"{shown(path)} in {counts[path]:,}" for path in told)
    number = count(past.commits, "commit")
    return ", ".join((f": {first} of the last {number}", *others))


def _groups(facts: Facts) -> Iterator[Group]:
    """Yield the files that a broad COPY takes along, by the line that would hide them."""
    free, needed = split_needed(_small(facts))
    yield from by_pattern(facts, [item for item in free if _busts(item)], needed)
    logs, named = split_needed(facts.candidates.about("log"))
    for group in by_pattern(facts, logs, named):
        # Heavier logs are ``cache-folder``'s to tell, and no byte is told twice.
        is_light = group.bytes < facts.config.noise_floor
        if is_light and all(_busts(item) for item in group.members):
            yield group


def _small(facts: Facts) -> list[Candidate]:
    """Return the files in question; folders of documentation are ``large-file``'s to tell."""
    found = facts.candidates.about("container", "ci", "docs")
    return [item for item in found if item.topic != "docs" or not item.is_dir]


def _busts(item: Candidate) -> bool:
    """Whether an instruction takes the file, and not just an empty folder, along with everything else."""
    return item.reach in ("builder", "final") and item.root == "" and item.bytes > 0


def _lines(facts: Facts, group: Group) -> Iterator[Edit]:
    # Documentation further down may be what a program shows or a package needs.
    if group.pattern is not None and group.worst.topic != "docs":
        yield from edits_for(facts, group, _WHAT)
        return
    # A path alone gets its line whatever it weighs: here it is the cache that counts.
    for item in group.members:
        yield from edits_for(facts, Group(None, (item,)), _WHAT)


RULE = Rule(
    "volatile-file",
    "Volatile files in a broad copy",
    Severity.INFO,
    check,
    about="paths",
    below_floor="if-ignored-and-copied",
)
