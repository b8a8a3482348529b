"""The use case behind ``fix``: propose until nothing is left to propose, and say what to write."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ctxopt.analysis import Analysis
from ctxopt.config import Config
from ctxopt.dockerfile import Source, parse, resolve
from ctxopt.errors import CtxoptError, WriteError
from ctxopt.gather import ask_git, gather_facts
from ctxopt.judge import Selection, judge
from ctxopt.peek import read_start
from ctxopt.proposal import LeftAlone, Line, propose
from ctxopt.rewritten import rewalked
from ctxopt.rules import RULES
from ctxopt.summary import find_dockerfiles
from ctxopt.trial import try_edits

_ROUNDS = 6
"""A repaired line may be repaired again, and what is hidden may have been the reason for a line."""
_MOST_DOCKERFILES = 50
_MOST_BYTES = 1 << 18


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
    taken: Collection[str] = (),
) -> Fix:
    """Propose on the measured tree; raises WriteError where the ignore file cannot be edited.

    ``taken`` are paths that builds are known to take besides what is found here.
    """
    ignore = analysis.context.ignore
    if ignore.path is not None and ignore.file is None:
        raise WriteError(f"{ignore.path} cannot be edited: {ignore.reason}")
    selection = Selection(config.select or (), config.ignore, config.severity)
    evidence = ask_git(analysis.tree.root)
    named, shared = _taken_elsewhere(analysis)
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
            named=named.union(taken),
            shared=shared,
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
    before = ignore.file.render() if ignore.file else None
    content = after.render() if after is not None else None
    written = {text for line in lines for text in line.texts}
    return Fix(
        now.context.ignore.absolute or os.path.join(analysis.context.root, ".dockerignore"),
        now.context.ignore.path or ".dockerignore",
        before,
        content if content != before else None,
        tuple(lines),
        tuple(sorted(tracked)),
        tuple(left[text] for text in sorted(left) if text not in written),
        analysis,
        now,
    )


def _taken_elsewhere(analysis: Analysis) -> tuple[frozenset[str], bool]:
    """Return the sources of stages that are not built and of other Dockerfiles, and if there are any."""
    plan, context = analysis.plan, analysis.context
    found: set[str] = set()
    shared = False
    if plan is not None:
        idle = [source for source in plan.build.sources if not source.reachable]
        found |= _paths(idle, "")
        shared = any(source.from_ is None for source in idle)
    if context.ignore.path not in (None, ".dockerignore"):
        return frozenset(found), shared
    for path in find_dockerfiles(analysis.permitted)[:_MOST_DOCKERFILES]:
        if path == context.dockerfile.inside:
            continue
        shared = True
        content = read_start(os.path.join(context.root, path), _MOST_BYTES)
        try:
            sources = resolve(parse(content or b"", path=path)).sources
        except CtxoptError:
            continue
        # Nobody knows whether its context is this one or its own folder.
        found |= _paths(sources, "") | _paths(sources, path.rpartition("/")[0])
    return frozenset(found), shared


def _paths(sources: Iterable[Source], folder: str) -> set[str]:
    """Return what sources name in the main context, where that is ``folder``."""
    return {
        "/".join(filter(None, (folder, path.path.strip("/"))))
        for source in sources
        if source.from_ is None
        for path in source.paths
        if path.kind == "local" and path.path.strip("/")
    }
