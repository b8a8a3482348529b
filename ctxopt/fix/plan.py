"""Propose until nothing is left to propose, and say what to write; writes nothing itself."""

from __future__ import annotations

import dataclasses
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.context import BuildContext, own_ignore
from ctxopt.config.load import Config
from ctxopt.errors import WriteError
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.gather import gather_facts
from ctxopt.fix.exceptions import let_sources_in
from ctxopt.fix.options import DEFAULTS, FixOptions
from ctxopt.fix.preventive import Preventive, add_preventive
from ctxopt.fix.proposal import LeftAlone, ProposedLine, propose
from ctxopt.fix.what_if import rewalked
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.folder import ask_git
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.languages.ignore.text import IgnoreFile, foreign_encoding
from ctxopt.rules.finding import Finding
from ctxopt.rules.paths.volatile_file import RULE as VOLATILE
from ctxopt.rules.registry import RULES
from ctxopt.rules.run import RuleResults, run_rules
from ctxopt.rules.trial import try_edits
from ctxopt.severity import Severity

_OWN_NAMES = (
    "**/.dockerignore",
    "**/*.dockerignore",
    ".dockerignore",
    "**/.containerignore",
    "**/*.containerignore",
)
_ROUNDS = 6
"""A repaired line may be repaired again, and what is hidden may have been the reason for a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What to write where, and the context without and with it."""

    path: str
    """The ignore file, absolute."""
    shown: str
    """The ignore file, as people name it."""
    old_content: bytes | None
    """None where there is no such file."""
    new_content: bytes | None
    """None where nothing is to be written."""
    lines: tuple[ProposedLine, ...]
    possible: tuple[ProposedLine, ...]
    """Lines that the plan does not write, for whoever knows better."""
    tracked: tuple[str, ...]
    """Files that git tracks and that would no longer be sent."""
    left_alone: tuple[LeftAlone, ...]
    other_dockerfiles: tuple[str, ...]
    """The others that the file serves, and that find all they name as well."""
    measured: Analysis
    """The context as it is."""
    foreseen: Analysis
    """The context as the file would make it."""
    base: str = ""
    """The context root as seen from the top of its repository; empty outside of one."""
    errors: tuple[Finding, ...] = ()
    """What is wrong with the context still, though the lines are written."""
    has_unproven: bool = False
    """Whether lines are left out because only proven ones were asked for."""
    commits: int = 0
    """How many of the last commits the rebuilds of the lines are of; 0 where they are not known."""

    @property
    def written_lines(self) -> int:
        """How many lines it writes or removes."""
        return sum(max(1, len(line.texts)) for line in self.lines)

    @property
    def saves_today(self) -> bool:
        """Whether it writes more than lines for what is not there yet."""
        return self.new_content is not None and not all(line.is_preventive for line in self.lines)

    @property
    def rebuilds(self) -> int:
        """In how many of the commits the lines would have kept a step in the cache."""
        return sum(line.rebuilds or 0 for line in self.lines)


class Start(NamedTuple):
    """What is known before a plan: facts about every build with the ignore file, and their findings."""

    facts: Facts
    found: RuleResults


def plan_fix(
    analysis: Analysis,
    config: Config,
    options: FixOptions = DEFAULTS,
    *,
    evidence: GitEvidence | None = None,
    start: Start | None = None,
    before: Facts | None = None,
) -> Fix:
    """Propose on the measured tree.

    ``evidence`` is what ``ask_git`` answered, ``start`` what the rules said of the context as it is, and ``before``
    the facts about other builds of the same folder, for callers that know it. Raises WriteError where the ignore file cannot be edited,
    ContextError without a Dockerfile.
    """
    analysis, old_content = starting_point(analysis, per_dockerfile=options.per_dockerfile)
    evidence = evidence or ask_git(analysis.tree.root)
    plan = _Planner(analysis, config, evidence, start, before).plan(options)
    # What is to come is looked at once the file says all that is known of today.
    preventive = add_preventive(
        plan.facts,
        options,
        has_others=any(line.is_new and line.rule != VOLATILE.id for line in plan.lines),
        refused=frozenset(text for line in plan.possible for text in line.texts),
    )
    if preventive is not None:
        plan = plan.with_preventive(preventive)
    new_content = None
    if plan.lines:
        check_link(analysis)
        file = plan.facts.analysis.context.ignore.file
        new_content = file.render() if file is not None else None
    foreseen = plan.facts.analysis
    told = {text for line in (*plan.lines, *plan.possible) for text in line.texts}
    # What one round refused, a later one may have written.
    left = tuple(
        plan.left[text]
        for text in sorted(plan.left)
        if text not in told and not (text in _OWN_NAMES and _is_first(analysis))
    )
    return Fix(
        path=foreseen.context.ignore_target,
        shown=foreseen.context.ignore_name,
        old_content=old_content,
        new_content=new_content,
        lines=tuple(plan.lines),
        possible=plan.possible,
        tracked=tuple(sorted(plan.tracked)),
        left_alone=left,
        other_dockerfiles=plan.facts.needs.served,
        measured=analysis,
        foreseen=foreseen,
        base=_base(plan.facts.evidence),
        errors=plan.errors,
        has_unproven=options.least == "proven" and any(item.is_unproven for item in left),
        commits=_commits(plan),
    )


def _commits(plan: _Plan) -> int:
    # Where no line was weighed, git has not been asked.
    if all(line.rebuilds is None for line in plan.lines) or plan.facts.rebuilds is None:
        return 0
    return plan.facts.rebuilds.commits


def _base(evidence: GitEvidence | None) -> str:
    if evidence is None or evidence.found is None:
        return ""
    return evidence.found.prefix


def _is_first(analysis: Analysis) -> bool:
    """Whether there is no ignore file anywhere yet: the one to write is in the way of nothing."""
    folders = analysis.tree.folders.values()
    return not any(".dockerignore" in folder.joined for folder in folders)


def context_to_edit(context: BuildContext, *, per_dockerfile: bool) -> BuildContext:
    """Return ``context`` with the ignore file in force that a fix edits.

    Raises ContextError without a Dockerfile to which it could belong.
    """
    if per_dockerfile and context.ignore.path in (None, ".dockerignore"):
        return own_ignore(context)
    return context


def starting_point(analysis: Analysis, *, per_dockerfile: bool) -> tuple[Analysis, bytes | None]:
    """Return the analysis with the ignore file to edit in force, and what is there of that file.

    Raises WriteError where it cannot be edited, ContextError without a Dockerfile to write one for.
    """
    ignore = analysis.context.ignore
    if ignore.path is not None and ignore.file is None:
        raise WriteError(
            f"{ignore.path} cannot be edited: {ignore.reason}", hint=_remedy(analysis.context)
        )
    _check_encoding(ignore.file)
    context = context_to_edit(analysis.context, per_dockerfile=per_dockerfile)
    if context is not analysis.context:
        return dataclasses.replace(analysis, context=context), None
    return analysis, ignore.file.render() if ignore.file else None


def _check_encoding(file: IgnoreFile | None) -> None:
    """Raise WriteError for a file in which lines in UTF-8 would stand among others."""
    encoding = foreign_encoding(file) if file is not None else None
    if file is not None and encoding is not None:
        raise WriteError(
            f"{file.path} is written in {encoding}, and Docker reads UTF-8",
            hint=f"save it as UTF-8 first: iconv -f {encoding} -t UTF-8",
        )


def _remedy(context: BuildContext) -> str:
    """Return what makes an ignore file that BuildKit cannot read one that it can."""
    path = context.ignore.absolute or ""
    if os.path.islink(path) and os.path.isfile(path):
        return f"put a copy in its place: {_copy(os.path.realpath(path), context)}"
    if os.path.isfile(path):
        return "let the user who builds read it"
    return "put a file in its place"


def _copy(found: str, context: BuildContext) -> str:
    """Return the command that puts a copy of the file at ``found`` in the place of a link."""
    target = os.path.relpath(found, context.root)
    return shlex.join(["cp", "--remove-destination", target, context.ignore_name])


def check_link(analysis: Analysis) -> None:
    """Raise WriteError where the ignore file is a link to one of another tool."""
    context = analysis.context
    ignore = context.ignore
    is_named = context.named.ignorefile is not None
    endings = context.builder.ignore_endings
    if ignore.absolute and not is_named and not ignore.absolute.endswith(endings):
        target = os.path.relpath(ignore.absolute, analysis.context.root)
        raise WriteError(
            f"{ignore.path} is a link to {target}, which others read too",
            hint=f"put a copy in its place: {_copy(ignore.absolute, context)}",
        )


class _Plan(NamedTuple):
    facts: Facts
    """Of the context as the lines make it."""
    lines: list[ProposedLine]
    tracked: set[str]
    left: dict[str, LeftAlone]
    """By the text of the line that is not proposed."""
    rounds: int
    possible: tuple[ProposedLine, ...] = ()
    """What the last round lists, beside all the lines."""
    errors: tuple[Finding, ...] = ()
    """What the rules find that no line has cured."""

    def with_preventive(self, preventive: Preventive) -> _Plan:
        """Return the plan with lines for what is to come, which change nothing of what is saved."""
        analysis = rewalked(self.facts.analysis, preventive.trial)
        size = entries = 0
        if self.lines:
            size, entries = self.lines[-1].total_bytes, self.lines[-1].total_entries
        return self._replace(
            facts=dataclasses.replace(self.facts, analysis=analysis),
            lines=[*self.lines, *(line.after(size, entries) for line in preventive.lines)],
        )


class _Planner:
    """Proposes until nothing is left to propose."""

    def __init__(
        self,
        analysis: Analysis,
        config: Config,
        evidence: GitEvidence | None,
        start: Start | None,
        before: Facts | None,
    ) -> None:
        self._config = config
        self._evidence = evidence
        if start is None:
            facts = gather_facts(analysis, config, evidence, before=before).shared()
            start = Start(facts, self._run_rules(facts))
        self._start = start

    def plan(self, options: FixOptions) -> _Plan:
        """Plan again without the lines that turn out superfluous, until none does."""
        while True:
            plan = self._propose_in_rounds(options)
            more = set(_superfluous(plan)) - options.without
            if not more:
                return plan
            options = dataclasses.replace(options, without=options.without | more)

    def _propose_in_rounds(self, options: FixOptions) -> _Plan:
        facts, found = self._start
        plan = _Plan(facts=facts, lines=[], tracked=set(), left={}, rounds=0)
        needed = None
        if options.lets_in:
            needed = let_sources_in(plan.facts, found.reported, options)
        if needed is not None:
            plan.lines.extend(needed.lines)
            plan = plan._replace(facts=self._gather(needed.analysis))
            found = self._run_rules(plan.facts)
        while plan.rounds < _ROUNDS:
            facts = plan.facts
            proposal = propose(facts, found, options)
            plan.left.update({item.text: item for item in proposal.left})
            plan = plan._replace(possible=proposal.possible)
            if proposal.trial is None:
                break
            size = entries = 0
            if plan.lines:
                size, entries = plan.lines[-1].total_bytes, plan.lines[-1].total_entries
            plan.lines.extend(line.after(size, entries) for line in proposal.lines)
            plan.tracked.update(proposal.tracked)
            after = rewalked(facts.analysis, proposal.trial)
            is_light = all(line.rule == VOLATILE.id and line.is_new for line in proposal.lines)
            if is_light and facts.ignore_file is not None:
                # Without a README and its like nothing else becomes known, and no file is new.
                plan = plan._replace(facts=dataclasses.replace(facts, analysis=after))
                break
            plan = plan._replace(facts=self._gather(after), rounds=plan.rounds + 1)
            found = self._run_rules(plan.facts)
        return plan._replace(errors=tuple(found.at_least(Severity.ERROR)))

    def _run_rules(self, facts: Facts) -> RuleResults:
        return run_rules(facts, RULES, self._config.selection)

    def _gather(self, analysis: Analysis) -> Facts:
        # One file serves all of the builds, so what it should say is no matter of which one is named.
        return gather_facts(
            analysis, self._config, self._evidence, before=self._start.facts
        ).shared()


def _superfluous(plan: _Plan) -> Iterator[str]:
    """Yield the new lines that those of a later round have made superfluous."""
    facts = plan.facts
    file = facts.analysis.context.ignore.file
    # Within one round, the choice among the lines has seen to that already.
    if plan.rounds < 2 or file is None:
        return
    new = (text for line in plan.lines if not line.replaces for text in line.texts)
    # An exception may wait for what is made before the build.
    texts = {text for text in new if not text.startswith("!")}
    gone: list[Edit] = []
    # New lines stand at the end: one of the same text above is older, or was repaired into that.
    last = {line.text: line for line in file.lines if line.text in texts}
    for line in last.values():
        edit = Edit(EditKind.REMOVE, line.number, None, "another line does it")
        trial = try_edits(facts, [*gone, edit])
        if trial is not None and trial.is_exact and not trial.difference:
            gone.append(edit)
            yield line.text
