"""The history is sent: ``.git`` and its kin.

It grows for ever, changes with every commit and so costs a broad COPY its layer cache, and it holds
what was deleted long ago. Some builds read it for their version: then it is named with the reason,
and with ways to do without. Ignoring tracked files while ``.git`` stays makes that version dirty.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import by_pattern, finding_of, shown
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity

_ADVICE = (
    "Hand the version in as a build argument, or let a stage of its own read .git through a bind"
    " mount. As long as it is sent, every tracked file that the ignore file hides makes git describe"
    " --dirty and its like report a changed version."
)


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each version control system."""
    found = facts.candidates.about("version-control")
    needed = [item for item in found if item.needed_because or _is_read(facts, item.path)]
    for item in needed:
        if item.reach == "permitted" and facts.plan is not None:
            continue
        reason = facts.needs.git[0] if facts.needs.git else item.needed_because
        yield Finding(
            rule=RULE.id,
            severity=Severity.INFO,
            message=f"{shown(item.path)} is sent, and the build may read it: {reason}",
            paths=(item.path,),
            size=item.bytes,
            entries=item.entries,
            reach=item.reach,
            help=_ADVICE,
        )
    for group in by_pattern(facts, [item for item in found if item not in needed], needed):
        busts = group.worst.reach in ("builder", "final")
        if busts or group.bytes >= facts.config.noise_floor:
            yield finding_of(facts, RULE.id, group, "the history, which changes with every commit")


def _is_read(facts: Facts, path: str) -> bool:
    return bool(facts.needs.git) and path.rpartition("/")[2] == ".git"


RULE = Rule(
    "version-control",
    "Version control data",
    Severity.WARNING,
    check,
    about="paths",
    below_floor="if-copied",
)
