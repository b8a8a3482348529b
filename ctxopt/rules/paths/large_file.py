"""Large files are sent: data sets, models, media, archives, dumps, and whatever else is big.

Size is the evidence; the name only adds what it is. Files that git tracks, or that an instruction
names with their folder, are usually meant, so they get a hint at most and no line, and none where programs keep what they serve. A database or dump
that git does not track is that of one machine: told from the noise floor on, and from the first byte
where the final image gets it. A folder of documentation, which git does track, is told where no step,
source or manifest names it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.entry_choice import Topic
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.test_folders import lies_in_tests
from ctxopt.paths import parent
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import (
    Group,
    by_pattern,
    by_reach,
    finding_of,
    is_heavy_part,
    split,
    split_needed,
)
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity
from ctxopt.units import format_size

_TOPICS: Final[tuple[Topic, ...]] = ("data", "model", "media", "archive", "dump", "large")
# For the help and the reason of the line; the sentence itself is ``finding_of``'s.
_WHAT = "large, and not known to be read by the build"

_DOCUMENTATION = "documentation, which nothing seen in the build reads"
_SERVED: Final = frozenset(
    ("assets", "fonts", "img", "images", "media", "public", "resources", "src", "static", "www")
)


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each kind of large file, and for each folder with others."""
    for group in _groups(facts):
        is_ignored = all(item.state == "ignored" for item in group.members)
        least = facts.config.large_file
        # A clean checkout builds without what git ignores, so it need not be large to be told.
        if is_ignored or _is_local_state(group):
            least = facts.config.noise_floor
        if _is_local_state(group) and _is_small_news(facts, group):
            least = 1
        if group.bytes < least:
            continue
        for part in by_reach(group, least):
            if not _is_asset(part):
                yield _finding_for(facts, part, is_ignored=is_ignored)
    yield from _documentation(facts)
    for item in facts.candidates.about(*_TOPICS):
        if not item.is_dir and _is_meant(item) and item.bytes >= facts.config.large_file:
            yield from _sparse(facts, item)


def _is_asset(group: Group) -> bool:
    """Whether git tracks it where programs keep what they serve or load, or no build takes it: nothing asks for a line."""
    if _is_safe(group) or not group.is_tracked:
        return False
    is_taken = group.worst.reach != "permitted"
    return not is_taken or all(
        _SERVED.intersection(item.path.split("/")[:-1]) for item in group.members
    )


def _sparse(facts: Facts, item: Candidate) -> Iterator[Finding]:
    """Yield a finding about a file that an instruction names, and that holds much less than is sent of it."""
    held = _bytes_held(os.path.join(facts.view.tree.root, item.path))
    if held is None or held >= item.bytes // 2:
        return
    finding = finding_of(facts, RULE.id, Group(None, (item,)), _WHAT, severity=RULE.severity)
    yield replace(
        finding,
        message=f"{finding.message}, and takes {format_size(held)} on the disk: its holes are sent as zeros",
        edits=(),
        help="pack it, as with tar --sparse, or make it in a RUN step",
    )


def _bytes_held(path: str) -> int | None:
    """Return what a file with holes takes on the disk; None for one without, and for what cannot be read."""
    try:
        # Not blocking: what was a file in the walk may be a pipe now.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        status = os.fstat(handle)
        # A file system that packs what it keeps has few blocks for files without holes.
        if os.lseek(handle, 0, os.SEEK_HOLE) >= status.st_size:
            return None
        return status.st_blocks * 512
    except OSError:
        return None
    finally:
        os.close(handle)


def _finding_for(facts: Facts, group: Group, *, is_ignored: bool) -> Finding:
    finding = finding_of(facts, RULE.id, group, _WHAT, cures=_is_safe(group))
    is_dump = all(item.topic == "dump" for item in group.members)
    if not (is_ignored or is_dump or _is_safe(group)):
        finding = replace(finding, severity=Severity.INFO)
    return finding


def _documentation(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each folder of documentation that comes along and that nothing reads."""
    for item in facts.candidates.about("docs"):
        comes_along = item.reach in ("builder", "final") and item.root == ""
        if not item.is_dir or item.needed_because or not comes_along:
            continue
        severity = Severity.INFO
        if is_heavy_part(facts, item.bytes):
            severity = Severity.WARNING
        group = Group(None, (item,))
        yield finding_of(facts, RULE.id, group, _DOCUMENTATION, severity=severity)


def _groups(facts: Facts) -> list[Group]:
    """Return what is not meant to be sent, by the catalogue's pattern or else by folder."""
    found = facts.candidates.about(*_TOPICS)
    meant, others = split(found, lambda item: _is_meant(item) or _is_for_tests(facts, item))
    free, needed = split_needed(others)
    groups = by_pattern(facts, [item for item in free if item.entry], needed + meant)
    return groups + _by_folder([item for item in free if not item.entry])


def _is_meant(item: Candidate) -> bool:
    """Whether an instruction names the file, or its folder where nothing says that it is no source."""
    if item.use is None or item.nearest == "":
        return False
    return item.nearest == item.path or item.state in ("tracked", "unknown")


def _is_for_tests(facts: Facts, item: Candidate) -> bool:
    """Whether tests read it that a step of the build runs."""
    if facts.needs.tests is None or item.state in ("ignored", "untracked"):
        return False
    return lies_in_tests(facts.catalog, item.path)


def _is_sure(group: Group) -> bool:
    return all(item.entry and item.entry.confidence == "high" for item in group.members)


def _is_untracked(group: Group) -> bool:
    return all(item.state in ("ignored", "untracked") for item in group.members)


def _is_local_state(group: Group) -> bool:
    """Whether it is the database or dump of one machine."""
    return all(item.topic == "dump" for item in group.members) and _is_untracked(group)


def _is_small_news(facts: Facts, group: Group) -> bool:
    """Whether it is told whatever it weighs: the image has it, and an ending says what it is."""
    # A page of a manual is called core.5, too.
    by_ending = all(item.entry and item.entry.pattern.startswith("**/*") for item in group.members)
    return by_ending and any(facts.is_in_an_image(item.path) for item in group.members)


def _is_safe(group: Group) -> bool:
    """Whether a line may be proposed: git does not track the files, or their names leave no doubt."""
    return _is_untracked(group) or _is_sure(group)


def _by_folder(candidates: list[Candidate]) -> list[Group]:
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(parent(candidate.path), []).append(candidate)
    return [Group(None, tuple(members)) for members in groups.values()]


RULE = Rule(
    "large-file", "Large files", Severity.WARNING, check, about="paths", below_floor="if-copied"
)
