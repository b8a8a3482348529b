"""Large files are sent: data sets, models, media, archives, dumps, and whatever else is big.

Size is the evidence; the name only adds what it is. Files that git tracks, or that an instruction
names with their folder, are usually meant, so they get a hint at most and no line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import Group, by_pattern, finding_of, split_needed
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity

_WHAT = "large, and not known to be read by the build"


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each kind of large file, and for each folder with others."""
    found = facts.candidates.about("data", "model", "media", "archive", "dump", "large")
    meant = {item.path for item in found if _is_meant(item) or _is_for_tests(facts, item)}
    free, needed = split_needed([item for item in found if item.path not in meant])
    rejected = needed + [item for item in found if item.path in meant]
    groups = by_pattern(facts, [item for item in free if item.entry], rejected)
    groups += _by_folder([item for item in free if not item.entry])
    for group in groups:
        ignored = all(item.state == "ignored" for item in group.members)
        if group.bytes < (facts.config.noise_floor if ignored else facts.config.large_file):
            continue
        finding = finding_of(facts, RULE.id, group, _WHAT, cures=_is_safe(group))
        doubtful = not ignored and any(item.topic != "dump" for item in group.members)
        if doubtful and not _is_untracked(group) and not _is_sure(group):
            finding = replace(finding, severity=Severity.INFO)
        yield finding


def _is_meant(item: Candidate) -> bool:
    """Whether an instruction names the file, or its folder while nobody says that it is no source."""
    return item.use is not None and (
        item.nearest == item.path or (item.nearest != "" and item.state in ("tracked", "unknown"))
    )


def _is_for_tests(facts: Facts, item: Candidate) -> bool:
    """Whether tests read it that a step of the build runs."""
    if facts.needs.tests is None or item.state in ("ignored", "untracked"):
        return False
    folders = item.path.split("/")[:-1]
    return any(
        entry.kind == "test-data"
        for name in folders
        for entry in facts.catalog.match_name(name, True)
    )


def _is_sure(group: Group) -> bool:
    return all(item.entry and item.entry.confidence == "high" for item in group.members)


def _is_untracked(group: Group) -> bool:
    return all(item.state in ("ignored", "untracked") for item in group.members)


def _is_safe(group: Group) -> bool:
    """Whether a line may be proposed: nobody has put the files under version control."""
    return _is_untracked(group) or _is_sure(group)


def _by_folder(candidates: list[Candidate]) -> list[Group]:
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.path.rpartition("/")[0], []).append(candidate)
    return [Group(None, tuple(members)) for members in groups.values()]


RULE = Rule("large-file", "Large files", Severity.WARNING, check, about="paths")
