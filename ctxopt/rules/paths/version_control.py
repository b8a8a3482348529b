"""The history is sent: ``.git``, ``.hg``, ``.svn``.

It grows for ever, changes with every commit and so costs a broad COPY its layer cache, and it holds
what was deleted long ago. Some builds read it for their version: then it is named with the reason,
and with ways to do without. Ignoring tracked files while ``.git`` stays makes that version dirty.

Other checkouts of the repository in the context, as ``git worktree add`` makes them, are the same
sources once more, on another branch.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.paths import name
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import (
    Group,
    by_pattern,
    by_reach,
    finding_of,
    is_notable,
    note_of,
    shown,
    split_needed,
)
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity

_ADVICE = (
    "Hand the version in as a build argument, or let a stage of its own read .git through a bind"
    " mount. As long as it is sent, every tracked file that the ignore file hides makes git describe"
    " --dirty and its like report a changed version."
)


_HISTORY = "the history, which changes with every commit"
_WORKTREE = "another checkout of this repository, which git worktree made"


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each version control system."""
    found = facts.candidates.about("version-control")
    needed = [item for item in found if item.needed_because or _is_read(facts, item.path)]
    for item in needed:
        if item.reach != "permitted" or not facts.knows_build:
            yield _note_of(facts, item)
    for group in by_pattern(facts, [item for item in found if item not in needed], needed):
        for part in by_reach(group):
            # However small it is, each commit changes it, and with it every later layer.
            busts = part.worst.reach in ("builder", "final")
            if busts or part.bytes >= facts.config.noise_floor:
                yield finding_of(facts, RULE.id, part, _HISTORY)

    yield from _worktrees(facts)


def _worktrees(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each other checkout, or for the folder that holds nothing else."""
    free, needed = split_needed(facts.candidates.about("worktree"))
    for item in free:
        # Whoever works in it changes it, and with it every later layer.
        busts = item.reach in ("builder", "final")
        if busts or item.bytes >= facts.config.noise_floor:
            yield finding_of(facts, RULE.id, Group(None, (item,)), _WORKTREE)
    for item in needed:
        if is_notable(facts, item):
            yield note_of(RULE.id, item)


def _note_of(facts: Facts, item: Candidate) -> Finding:
    reason = item.needed_because
    # Where a step or manifest was seen to read the history, that place is the better reason.
    if facts.needs.git:
        reason = facts.needs.git[0]
    return Finding(
        rule=RULE.id,
        severity=Severity.INFO,
        message=f"{shown(item.path)} is sent, and the build may read it: {reason}",
        paths=(item.path,),
        size=item.bytes,
        entries=item.entries,
        reach=item.reach,
        help=_ADVICE,
    )


def _is_read(facts: Facts, path: str) -> bool:
    return bool(facts.needs.git) and name(path) == ".git"


RULE = Rule(
    "version-control",
    "Version control data",
    Severity.WARNING,
    check,
    about="paths",
    below_floor="if-copied",
)
