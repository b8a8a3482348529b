"""Settings of editors and files of operating systems are sent: .idea, .vscode, *.swp, .DS_Store.

They are small, but no build needs them, and each change of one costs a broad COPY its layer
cache. Those below the noise floor are one finding together.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import (
    Group,
    by_pattern,
    by_reach,
    edits_for,
    finding_of,
    joined,
    split_needed,
)
from ctxopt.rules.ignore_file.file_arrives_empty import EVERY_SOCKET
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity
from ctxopt.units import and_more

_WHAT = "files of an editor or of the operating system"
_NAMED = 4


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each heavy pattern, and one for all that is tiny."""
    free, needed = split_needed(facts.candidates.about("editor", "os"))
    tiny: list[Group] = []
    for group in by_pattern(facts, free, needed):
        if group.bytes >= facts.config.noise_floor:
            for part in by_reach(group, facts.config.noise_floor):
                yield finding_of(facts, RULE.id, part, _WHAT)
        # What no instruction takes costs neither bytes nor a layer cache; of sockets ``file-arrives-empty`` tells.
        elif pattern_name(group) == EVERY_SOCKET.removeprefix("**/"):
            continue
        elif group.worst.reach != "permitted" or not facts.knows_build:
            tiny.append(group)
    if tiny:
        yield _together(facts, tiny)


def _together(facts: Facts, groups: list[Group]) -> Finding:
    everything = joined(groups)
    names = [pattern_name(group) for group in groups]
    listed = ", ".join(names[:_NAMED]) + and_more(len(names) - _NAMED)
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
    if entry is None:
        return group.paths[0]
    return entry.pattern.removeprefix("**/")


RULE = Rule(
    "editor-files",
    "Editor and system files",
    Severity.INFO,
    check,
    about="paths",
    below_floor="if-ignored-and-copied",
)
