"""The history is sent: ``.git``, ``.hg``, ``.svn``.

It grows for ever, changes with every commit and so costs a broad COPY its layer cache, and it holds
what was deleted long ago. Some builds read it for their version: then it is named with the reason,
and with ways to do without. Ignoring tracked files while ``.git`` stays makes that version dirty: a warning where the tool
is known to compare, since the image says that it was made of changed files.

Other checkouts of the repository in the context, as ``git worktree add`` makes them, are the same
sources once more, on another branch.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.git_history import is_version_given
from ctxopt.evidence.manifest_needs import mention_of
from ctxopt.languages.dockerfile import Build
from ctxopt.paths import is_covered, name
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
from ctxopt.units import and_more

_ADVICE = (
    "Hand the version in as a build argument, or let a stage of its own read .git through a bind"
    " mount. As long as it is sent, every tracked file that the ignore file hides makes git describe"
    " --dirty and its like report a changed version."
)


_PACKAGE_TOOL: Final = r"setuptools[_-]scm|hatch[_-]vcs|versioneer|versioningit"
_ASKS: Final = r"mentions (?:git describe|rev-parse|[\"']git[\"'])$"
_BUILDS_PACKAGE: Final = (
    r"\bpip[\d.]*\s+(?:install|wheel)\b[^\n]*(?<!-r)(?<!-c)(?<!requirement)\s(?:\.(?=[\s\[]|$)|\.?/[\w./-]+(?=[\s\[]|$)(?<!\.txt))"
    r"|\buv\s+(?:sync|build)\b|\bpython[\d.]*\s+(?:-m\s+build|setup\.py)\b|\b(?:hatch|flit|pdm|poetry)\s+(?:build|install)\b"
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
    yield from _hidden(facts)


def _hidden(facts: Facts) -> Iterator[Finding]:
    """Yield a note where the history is kept back and a manifest of the project asks git for a version."""
    plan, decision = facts.plan, facts.matcher.decide(".git")
    is_there = os.path.isdir(os.path.join(facts.view.tree.root, ".git"))
    if plan is None or not decision.excluded or not is_there or is_version_given(plan.build):
        return
    for path, text in sorted((facts.needs.texts or {}).items()):
        reason = mention_of(path, text, facts.catalog) if "/" not in path else None
        if reason is not None and re.search(_ASKS, reason.reason) and facts.uses_of(path):
            yield Finding(
                rule=RULE.id,
                severity=Severity.INFO,
                message=f".git is kept back, and {reason.reason}: it finds no history there",
                paths=(".git",),
                help="hand the version in as a build argument, or let .git in",
            )
            return


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
    severity = Severity.INFO
    message = f"{shown(item.path)} is sent, and the build may read it: {reason}"
    missing = _missing_beside(facts)
    if missing:
        severity = Severity.WARNING
        names = f"{shown(missing[0])}{and_more(len(missing) - 1)}"
        message += f"; git tracks {names}, which no instruction takes, so the version is that of changed files"
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=message,
        paths=(item.path,),
        size=item.bytes,
        entries=item.entries,
        reach=item.reach,
        help=_ADVICE,
    )


def _missing_beside(facts: Facts) -> list[str]:
    """Return the files that git tracks and no instruction takes, where a tool calls the version changed for that."""
    evidence, plan = facts.evidence, facts.plan
    if evidence is None or plan is None or is_version_given(plan.build):
        return []
    if not _says_changed(facts, plan.build):
        return []
    roots = {root for use in facts.main_uses for root in use.roots}
    return [
        path
        for path in sorted(evidence.tracked)
        if ("" not in roots and not is_covered(path, roots)) or facts.matcher.decide(path).excluded
    ]


def _says_changed(facts: Facts, build: Build) -> bool:
    """Whether a tool that compares files and writes what it finds into the version is surely called."""
    is_asked = any(re.search(_PACKAGE_TOOL, reason) for reason in facts.needs.git)
    return is_asked and any(re.search(_BUILDS_PACKAGE, script) for script in build.scripts())


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
