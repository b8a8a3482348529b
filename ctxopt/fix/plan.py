"""The use case behind ``fix``: propose until nothing is left to propose, and say what to write."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.context import own_ignore
from ctxopt.config.load import Config
from ctxopt.errors import WriteError
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.gather import gather_facts
from ctxopt.fix.decisions import OPEN, Choice
from ctxopt.fix.proposal import LeftAlone, ProposedLine, propose
from ctxopt.fix.what_if import rewalked
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.folder import ask_git
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.rules import RULES
from ctxopt.rules.run import run_rules
from ctxopt.rules.trial import try_edits

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
    lines: tuple[ProposedLine, ...]
    tracked: tuple[str, ...]
    left: tuple[LeftAlone, ...]
    served: tuple[str, ...]
    """The other Dockerfiles that the file serves, and that find all they name as well."""
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
    evidence: GitEvidence | None = None,
) -> Fix:
    """Propose on the measured tree; ``per_dockerfile`` for an ignore file of this Dockerfile alone.

    ``evidence`` is what ``ask_git`` answered, for callers that plan more than once.
    Raises WriteError where the ignore file cannot be edited, ContextError without a Dockerfile.
    """
    analysis, before = starting_point(analysis, per_dockerfile=per_dockerfile)
    evidence = evidence or ask_git(analysis.tree.root)
    planner = _Planner(analysis, config, evidence, proven_only, prune_unused, choice)
    plan = planner.plan()
    if plan.lines:
        _check_link(analysis)
    now = plan.facts.analysis
    after = now.context.ignore.file
    content = after.render() if after is not None else None
    written = {text for line in plan.lines for text in line.texts}
    return Fix(
        now.context.ignore.absolute or os.path.join(analysis.context.root, ".dockerignore"),
        now.context.ignore.path or ".dockerignore",
        before,
        content if plan.lines else None,
        tuple(plan.lines),
        tuple(sorted(plan.tracked)),
        tuple(plan.left[text] for text in sorted(plan.left) if text not in written),
        plan.facts.needs.served,
        analysis,
        now,
    )


def starting_point(analysis: Analysis, *, per_dockerfile: bool) -> tuple[Analysis, bytes | None]:
    """Return the analysis with the ignore file to edit in force, and what is there of that file.

    Raises WriteError where it cannot be edited, ContextError without a Dockerfile to write one for.
    """
    ignore = analysis.context.ignore
    if ignore.path is not None and ignore.file is None:
        raise WriteError(f"{ignore.path} cannot be edited: {ignore.reason}")
    if per_dockerfile and ignore.path in (None, ".dockerignore"):
        return replace(analysis, context=own_ignore(analysis.context)), None
    return analysis, ignore.file.render() if ignore.file else None


def _check_link(analysis: Analysis) -> None:
    """Raise WriteError where the ignore file is a link to one of another tool."""
    ignore = analysis.context.ignore
    if ignore.absolute and not ignore.absolute.endswith(".dockerignore"):
        target = os.path.relpath(ignore.absolute, analysis.context.root)
        copy = shlex.join(["cp", "--remove-destination", target, ".dockerignore"])
        raise WriteError(
            f"{ignore.path} is a link to {target}, which others read too",
            hint=f"put a copy in its place: {copy}",
        )


class _Plan(NamedTuple):
    facts: Facts
    """Of the context as the lines make it."""
    lines: list[ProposedLine]
    tracked: set[str]
    left: dict[str, LeftAlone]
    rounds: int


class _Planner:
    """Proposes until nothing is left to propose."""

    def __init__(
        self,
        analysis: Analysis,
        config: Config,
        evidence: GitEvidence | None,
        proven_only: bool,
        prune_unused: bool,
        choice: Choice,
    ) -> None:
        self._analysis = analysis
        self._config = config
        self._evidence = evidence
        self._options = (proven_only, prune_unused, choice)

    def plan(self) -> _Plan:
        without: set[str] = set()
        while True:
            plan = self._try(without)
            more = set(self._superfluous(plan)) - without
            if not more:
                return plan
            without |= more

    def _try(self, without: Collection[str]) -> _Plan:
        plan = _Plan(self._gather(self._analysis), [], set(), {}, 0)
        proven_only, prune_unused, choice = self._options
        while plan.rounds < _ROUNDS:
            facts = plan.facts
            proposal = propose(
                facts,
                run_rules(facts, RULES, self._config.selection),
                proven_only=proven_only,
                prune_unused=prune_unused,
                choice=choice,
                without=without,
            )
            plan.left.update({item.text: item for item in proposal.left})
            if proposal.trial is None:
                break
            size = plan.lines[-1].total_bytes if plan.lines else 0
            entries = plan.lines[-1].total_entries if plan.lines else 0
            plan.lines.extend(line.after(size, entries) for line in proposal.lines)
            plan.tracked.update(proposal.tracked)
            after = rewalked(facts.analysis, proposal.trial)
            plan = plan._replace(facts=self._gather(after), rounds=plan.rounds + 1)
        return plan

    def _gather(self, analysis: Analysis) -> Facts:
        return gather_facts(analysis, self._config, self._evidence)

    def _superfluous(self, plan: _Plan) -> Iterator[str]:
        """Yield the new lines that those of a later round have made superfluous."""
        facts = plan.facts
        file = facts.analysis.context.ignore.file
        if plan.rounds < 2 or file is None:
            return
        texts = {text for line in plan.lines for text in line.texts if not line.replaces}
        gone: list[Edit] = []
        for line in file.lines:
            if line.text in texts:
                edit = Edit(EditKind.REMOVE, line.number, None, "another line does it")
                trial = try_edits(facts, [*gone, edit])
                if trial is not None and trial.is_exact and not trial.difference:
                    gone.append(edit)
                    yield line.text
