"""The use case behind ``fix``: propose until nothing is left to propose, and say what to write."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from ctxopt.analysis import Analysis
from ctxopt.answers import OPEN, Choice
from ctxopt.config import Config
from ctxopt.context import own_ignore
from ctxopt.errors import WriteError
from ctxopt.gather import ask_git, gather_facts
from ctxopt.judge import Selection, judge
from ctxopt.proposal import LeftAlone, Line, propose
from ctxopt.rewritten import rewalked
from ctxopt.rules import RULES
from ctxopt.trial import try_edits

_ROUNDS = 6
"""A repaired line may be repaired again, and what is hidden may have been the reason for a line."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What to write where, and the context before and after."""

    path: str
    """The ignore file, absolute."""
    shown: str
    """The ignore file, as people name it."""
    before: bytes | None
    """None where there is no such file."""
    after: bytes | None
    """None where nothing is to be written."""
    lines: tuple[Line, ...]
    tracked: tuple[str, ...]
    left: tuple[LeftAlone, ...]
    old: Analysis
    new: Analysis
    """As the file would make it."""


def plan_fix(
    analysis: Analysis,
    config: Config,
    *,
    proven_only: bool = False,
    prune_unused: bool = False,
    per_dockerfile: bool = False,
    choice: Choice = OPEN,
) -> Fix:
    """Propose on the measured tree; ``per_dockerfile`` for an ignore file of this Dockerfile alone.

    Raises WriteError where the ignore file cannot be edited, ContextError without a Dockerfile.
    """
    ignore = analysis.context.ignore
    if ignore.path is not None and ignore.file is None:
        raise WriteError(f"{ignore.path} cannot be edited: {ignore.reason}")
    before = ignore.file.render() if ignore.file else None
    if per_dockerfile and ignore.path in (None, ".dockerignore"):
        analysis = replace(analysis, context=own_ignore(analysis.context))
        before = None
    selection = Selection(config.select or (), config.ignore, config.severity)
    evidence = ask_git(analysis.tree.root)
    lines: list[Line] = []
    tracked: set[str] = set()
    left: dict[str, LeftAlone] = {}
    now = analysis
    for _ in range(_ROUNDS):
        facts = gather_facts(now, config, evidence)
        proposal = propose(
            facts,
            judge(facts, RULES, selection),
            proven_only=proven_only,
            prune_unused=prune_unused,
            choice=choice,
        )
        left |= {item.text: item for item in proposal.left}
        trial = try_edits(facts, proposal.edits) if proposal.edits else None
        if trial is None or proposal.file is None:
            break
        size = lines[-1].total_bytes if lines else 0
        entries = lines[-1].total_entries if lines else 0
        lines += [
            line._replace(
                total_bytes=line.total_bytes + size, total_entries=line.total_entries + entries
            )
            for line in proposal.lines
        ]
        tracked |= set(proposal.tracked)
        now = rewalked(now, trial)
    after = now.context.ignore.file
    content = after.render() if after is not None else None
    written = {text for line in lines for text in line.texts}
    return Fix(
        now.context.ignore.absolute or os.path.join(analysis.context.root, ".dockerignore"),
        now.context.ignore.path or ".dockerignore",
        before,
        content if lines else None,
        tuple(lines),
        tuple(sorted(tracked)),
        tuple(left[text] for text in sorted(left) if text not in written),
        analysis,
        now,
    )
