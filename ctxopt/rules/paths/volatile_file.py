"""A broad COPY takes small files that change without changing the image.

The Dockerfile itself, Compose files, the configuration of build servers, logs and READMEs: each
edit of one makes Docker run every later step again. Docker reads the Dockerfile and the ignore
file by itself, whatever the ignore file says of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.grouping import Group, by_pattern, edits_for, shown, split_needed
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity

_WHAT = "changes without changing the image"
_NAMED = 4


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding that lists the files, at the instruction that takes them."""
    plan = facts.plan
    if plan is None:
        return
    candidates = facts.candidates
    free, needed = split_needed(candidates.about("container", "ci", "docs"))
    logs, named = split_needed(candidates.about("log"))
    quiet = [g for g in by_pattern(facts, logs, named) if g.bytes < facts.config.noise_floor]
    groups = by_pattern(facts, [item for item in free if _busts(item)], needed)
    groups += [group for group in quiet if all(_busts(item) for item in group.members)]
    if not groups:
        return
    everything = Group(None, tuple(member for group in groups for member in group.members))
    paths = sorted(everything.paths, key=lambda path: (path.count("/"), path))
    use = everything.worst.use
    names = ", ".join(shown(path) for path in paths[:_NAMED])
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    yield Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"files that change without changing the image are copied along: {names}{more}",
        location=Location(plan.dockerfile.path, use.source.line) if use else Location(),
        subject="broad copy",
        paths=tuple(paths),
        size=everything.bytes,
        entries=everything.entries,
        edits=tuple(edit for group in groups for edit in _lines(facts, group)),
        reach=everything.worst.reach,
        help="Each edit of one of them makes Docker run this step and all later ones again.",
    )


def _busts(item: Candidate) -> bool:
    """Whether an instruction takes the file, and not just an empty folder, along with everything else."""
    return item.reach in ("builder", "final") and item.root == "" and item.bytes > 0


def _lines(facts: Facts, group: Group) -> tuple[Edit, ...]:
    if group.pattern is not None:
        return edits_for(facts, group, _WHAT)
    return tuple(
        edit for item in group.members for edit in edits_for(facts, Group(None, (item,)), _WHAT)
    )


RULE = Rule(
    "volatile-file",
    "Volatile files in a broad copy",
    Severity.INFO,
    check,
    about="paths",
    below_floor="if-ignored-and-copied",
)
