"""Settings of editors and droppings of operating systems are sent: .idea, .vscode, .DS_Store, *.swp.

They are small, but they are nobody's sources, and each change of one costs a broad COPY its layer
cache. Those below the noise floor are one finding together.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import Group, by_pattern, edits_for, finding_of, split_needed
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity

_WHAT = "files of an editor or of the operating system"


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each heavy pattern, and one for all that is tiny."""
    free, needed = split_needed(facts.candidates.about("editor", "os"))
    tiny: list[Group] = []
    for group in by_pattern(facts, free, needed):
        if group.bytes >= facts.config.noise_floor:
            yield finding_of(facts, RULE.id, group, _WHAT)
        elif group.worst.reach != "permitted" or facts.plan is None:
            tiny.append(group)
    if tiny:
        yield _together(facts, tiny)


def _together(facts: Facts, groups: list[Group]) -> Finding:
    everything = Group(None, tuple(member for group in groups for member in group.members))
    names = [pattern_name(group) for group in groups]
    listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return Finding(
        rule=RULE.id,
        severity=Severity.INFO,
        message=f"files of editors or of the operating system are sent: {listed}",
        subject="tiny",
        paths=everything.paths,
        size=everything.bytes,
        entries=everything.entries,
        edits=tuple(edit for group in groups for edit in edits_for(facts, group, _WHAT)),
        reach=everything.worst.reach,
        help="They are small, but they change without any change of the sources.",
    )


def pattern_name(group: Group) -> str:
    """Return what a group is called in a list."""
    entry = group.members[0].entry
    return entry.pattern.removeprefix("**/") if entry else group.paths[0]


RULE = Rule(
    "editor-files",
    "Editor and system files",
    Severity.INFO,
    check,
    about="paths",
    below_floor="if-ignored-and-copied",
)
