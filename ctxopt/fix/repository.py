"""The declared builds of a repository judged together: what each sends, what lines would save, each finding once.

The rules run once for each ignore file, and the plan is that of a fix which serves all of its builds.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.config.load import Config
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.gather import gather_facts
from ctxopt.evidence.measured_builds import (
    MeasuredBuilds,
    SharedContext,
    UnmeasuredBuild,
)
from ctxopt.fix.cures import PlannedCures, plan_cures, refused_cures
from ctxopt.fix.options import DEFAULTS, FixOptions
from ctxopt.fix.own_files import Split, foreseen_bytes, split_files
from ctxopt.fix.plan import Fix, Start
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.folder import ask_git
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.projects.declared import DeclaredBuild
from ctxopt.projects.location import shown_path
from ctxopt.rules.baseline import Baseline, part_known
from ctxopt.rules.finding import Finding
from ctxopt.rules.ignore_file.inactive_ignore_file import RULE as INACTIVE_IGNORE_FILE
from ctxopt.rules.paths.outside_package import RULE as OUTSIDE_PACKAGE
from ctxopt.rules.registry import RULES
from ctxopt.rules.run import RuleResults, run_rules
from ctxopt.rules.scan import read_known
from ctxopt.severity import Severity
from ctxopt.tree.overlap import bytes_once, sends
from ctxopt.tree.view import View

# Which ignore file Docker passes over depends on where a Dockerfile lies and on what it copies.
_OF_ONE_BUILD: Final = tuple(
    rule for rule in RULES if rule.about == "sources" or rule is INACTIVE_IGNORE_FILE
)
# What none of them needs is told once, and of each build what it does without and others need.
_OF_EACH_BUILD: Final = (*_OF_ONE_BUILD, OUTSIDE_PACKAGE)
_IDS_OF_ONE_BUILD: Final = frozenset(rule.id for rule in _OF_ONE_BUILD)

_NOT_ALONE: Final = (
    "it is the ignore file of another context, too, for which the lines are not proved"
)

ConfigOf = Callable[[str], Config]
"""Returns the configuration of a context root, an absolute path; raises ConfigError."""


class JudgedBuild(NamedTuple):
    """One declared build; sizes in bytes."""

    name: str
    """What tells it from the others: its name, with the place where another one has the same."""
    declared: DeclaredBuild
    analysis: Analysis
    bytes: int
    """What it sends, named contexts included."""
    after: int
    """What it would send with the lines of a fix, which may let in what a source lacks."""
    worst: Finding | None = None
    """The worst of the findings that touch it."""

    @property
    def saved(self) -> int:
        """What of its bytes the lines of a fix would leave out."""
        return max(0, self.bytes - self.after)


class SharedFinding(NamedTuple):
    """A finding with the builds that it touches, by their names; of two contexts that share it, as one sees it."""

    folder: str
    """The context root as seen from the repository, where the paths of the finding start."""
    finding: Finding
    builds: tuple[str, ...]
    """None of them where the paths are permitted, and no build sends them."""
    ignore_file: IgnoreFile | None = None
    """The one that its edits are about; None where there is none yet."""


class JudgedContext(NamedTuple):
    """The builds of one folder with one ignore file, and what was found of it."""

    shown: str
    """The context root as seen from the repository."""
    analysis: Analysis
    builds: tuple[JudgedBuild, ...]
    findings: tuple[SharedFinding, ...]
    results: RuleResults
    split: Split
    """What a fix would write, for all of the builds or for each Dockerfile that it pays for."""
    refusal: str = ""
    """Why it would refuse."""

    @property
    def plan(self) -> Fix | None:
        """What a fix would write to the ignore file in force; None where nothing asks for a line, and where it would refuse."""
        return self.split.plan

    @property
    def plans(self) -> list[Fix]:
        """All that a fix would write, with the file in force first."""
        several = (self.split.plan, *(own.plan for own in self.split.own))
        return [plan for plan in several if plan is not None and plan.new_content is not None]


class JudgedRepository(NamedTuple):
    """What all builds send; sizes in bytes."""

    root: str
    contexts: tuple[JudgedContext, ...]
    builds: tuple[JudgedBuild, ...]
    """The measured ones: the worst finding first, then who could save most, then who sends most."""
    findings: tuple[SharedFinding, ...]
    """Each once, the worst first."""
    unmeasured: tuple[UnmeasuredBuild, ...]
    once: int
    """What is sent if no file were sent twice."""

    @property
    def bytes(self) -> int:
        """Bytes that all builds send, if each of them starts from nothing."""
        return sum(build.bytes for build in self.builds)

    @property
    def repeated(self) -> int:
        """Bytes of that which are sent again, having been sent for another build."""
        return self.bytes - self.once

    @property
    def saved(self) -> int:
        """What of that the lines of a fix would leave out."""
        return sum(build.saved for build in self.builds)


def judge_repository(
    measured: MeasuredBuilds, root: str, config_of: ConfigOf, options: FixOptions = DEFAULTS
) -> JudgedRepository:
    """Run the rules over the builds of the repository at ``root``, and plan the lines of a fix for each ignore file.

    Raises ConfigError for a comment or a configuration that asks for what is not known.
    """
    known: dict[str | None, Baseline | None] = {}
    contexts = []
    # A Dockerfile beside two contexts may have one ignore file for both.
    uses = Counter(shared.analysis.context.ignore_target for shared in measured.contexts)
    in_force = frozenset(shared.analysis.context.ignore.absolute for shared in measured.contexts)
    asked: dict[str, GitEvidence | None] = {}
    for shared in measured.contexts:
        place = shared.analysis.tree.root
        # A folder with several ignore files is asked about once.
        if place not in asked:
            asked[place] = ask_git(place)
        config = config_of(shared.builds[0].analysis.context.root)
        if config.baseline not in known:
            known[config.baseline] = read_known(config)
        judging = _Judging(shared, root, config, options)
        judging.is_alone = uses[shared.analysis.context.ignore_target] == 1
        judging.tied = measured.tied
        judging.in_force = in_force
        judging.evidence = asked[place]
        contexts.append(judging.judged(known[config.baseline]))
    return JudgedRepository(
        root=root,
        contexts=tuple(contexts),
        builds=tuple(sorted(_builds_of(contexts), key=_badness)),
        findings=_told_once(contexts),
        unmeasured=measured.unmeasured,
        once=bytes_once(view for context in contexts for view in _views(context)),
    )


def _builds_of(contexts: Iterable[JudgedContext]) -> Iterator[JudgedBuild]:
    for context in contexts:
        yield from context.builds


def _told_once(contexts: Iterable[JudgedContext]) -> tuple[SharedFinding, ...]:
    """Join what several ignore files or contexts have in common, and put the worst first."""
    several = [
        (item, context.analysis.context.root) for context in contexts for item in context.findings
    ]
    several.sort(key=lambda pair: pair[0].finding.sort_key)
    told: dict[tuple[str, ...], SharedFinding] = {}
    for item, root in several:
        name = _identity(item.finding, root)
        worst = told.get(name, item)
        builds = dict.fromkeys((*worst.builds, *item.builds))
        told[name] = worst._replace(builds=tuple(builds))
    return tuple(told.values())


def _identity(finding: Finding, root: str) -> tuple[str, ...]:
    """What makes two findings the same, from whichever context root they are seen."""
    place = finding.location
    paths = [os.path.join(root, path) for path in finding.paths]
    if place.file is not None:
        paths.append(f"{os.path.join(root, place.file)}:{place.line}")
    return (finding.rule, finding.subject, *(paths or [root]))


def _views(context: JudgedContext) -> Iterator[View]:
    for build in context.builds:
        yield build.analysis.sent
        if build.analysis.plan is not None:
            yield from (load.transfer.view for load in build.analysis.plan.named)


def _badness(build: JudgedBuild) -> tuple[int, int, int, str]:
    severity = 0
    if build.worst is not None:
        severity = -build.worst.severity
    return severity, -build.saved, -build.bytes, build.name


class _Judging:
    """One context: its rules, its plan, its builds."""

    def __init__(
        self, shared: SharedContext, root: str, config: Config, options: FixOptions
    ) -> None:
        self._shared = shared
        self._root = root
        self._config = config
        self._options = options
        self.is_alone = True
        """Whether the ignore file is that of no other context."""
        self.tied: frozenset[str] = frozenset()
        """Dockerfiles that cannot have an ignore file of their own."""
        self.in_force: frozenset[str | None] = frozenset()
        """The ignore files of all builds, absolute paths."""
        self.evidence: GitEvidence | None = None
        """What git says of the folder; None where it was not asked, or has nothing to say."""
        self._touched: dict[str, dict[str, None]] = {}
        """The names of the builds that each finding touches, by its fingerprint."""

    def judged(self, known: Baseline | None) -> JudgedContext:
        """Return what was found; what the baseline ``known`` has is among the suppressed."""
        analysis = self._shared.analysis
        facts = gather_facts(analysis, self._config, self.evidence)
        everything = facts.shared()
        found = run_rules(everything, RULES, self._config.selection)
        results = self._merged(everything, found)
        plan, refusal = None, ""
        if results.may_be_cured(analysis.context):
            start = Start(everything, found)
            planned = self._planned(facts, results, start)
            results, plan, refusal = planned.results, planned.plan, planned.refusal
        split = Split(self._shared.builds, plan)
        if not refusal:
            split = split_files(self._shared, everything, plan, self._options, self.tied)
        if known is not None:
            results, _ = part_known(results, known, analysis.context.root, self._config.selection)
        shown = shown_path(analysis.context.root, self._root)
        findings = tuple(
            SharedFinding(
                folder=shown,
                finding=finding,
                builds=tuple(self._touched.get(finding.fingerprint, ())),
                ignore_file=analysis.context.ignore.file,
            )
            for finding in results.reported
        )
        return JudgedContext(
            shown=shown,
            analysis=analysis,
            builds=tuple(self._builds(split, findings)),
            findings=findings,
            results=results,
            split=split,
            refusal=refusal,
        )

    def _planned(self, facts: Facts, results: RuleResults, start: Start) -> PlannedCures:
        planned = plan_cures(facts, results, self._config, start, self._options)
        if self.is_alone or planned.plan is None or planned.plan.new_content is None:
            return planned
        return refused_cures(results, _NOT_ALONE)

    def _merged(self, facts: Facts, found: RuleResults) -> RuleResults:
        """What is found of the context, once, and what of the sources of each build."""
        reported: dict[str, Finding] = {}
        for finding in found.reported:
            if finding.rule in _IDS_OF_ONE_BUILD:
                continue
            senders = self._senders(finding.paths)
            self._touch(finding, senders)
            # As in the report of one build: what none of them sends is a note.
            if not senders:
                finding = replace(finding, severity=Severity.INFO)
            reported[finding.fingerprint] = finding
        silenced = {
            item.finding.fingerprint: item
            for item in found.suppressed
            if item.finding.rule not in _IDS_OF_ONE_BUILD
        }
        outside = _packages_of(found.reported)
        for name, _, analysis in self._shared.builds:
            of_build = run_rules(facts.about(analysis), _OF_EACH_BUILD, self._config.selection)
            for finding in of_build.reported:
                # What no build needs is told for all of them.
                is_told = outside.issuperset(_packages_of([finding]) or [""])
                if is_told or self._is_of_another(finding):
                    continue
                worst = reported.setdefault(finding.fingerprint, finding)
                if finding.severity > worst.severity:
                    reported[finding.fingerprint] = finding
                self._touch(finding, [name])
            silenced |= {item.finding.fingerprint: item for item in of_build.suppressed}
        worst_first = sorted(reported.values(), key=lambda finding: finding.sort_key)
        return found._replace(reported=tuple(worst_first), suppressed=tuple(silenced.values()))

    def _is_of_another(self, finding: Finding) -> bool:
        """Whether it is about an ignore file that is there for another build, and has no line for this one."""
        if finding.rule != INACTIVE_IGNORE_FILE.id or finding.edits:
            return False
        root = self._shared.analysis.context.root
        return os.path.join(root, finding.location.file or "") in self.in_force

    def _touch(self, finding: Finding, names: Iterable[str]) -> None:
        self._touched.setdefault(finding.fingerprint, {}).update(dict.fromkeys(names))

    def _senders(self, paths: Sequence[str]) -> list[str]:
        """The builds that send any of the paths; all of them where it is about no path."""
        return [
            name
            for name, _, analysis in self._shared.builds
            if not paths or any(sends(analysis.sent, path) for path in paths)
        ]

    def _builds(self, split: Split, findings: Sequence[SharedFinding]) -> Iterator[JudgedBuild]:
        own = {build.name: each.plan for each in split.own for build in each.builds}
        for name, declared, analysis in self._shared.builds:
            touching = [item.finding for item in findings if name in item.builds]
            sent = analysis.sent.total.bytes
            everything = bytes_with_named(analysis)
            worst = min(touching, key=lambda finding: finding.sort_key, default=None)
            yield JudgedBuild(
                name=name,
                declared=declared,
                analysis=analysis,
                bytes=everything,
                after=everything - sent + foreseen_bytes(analysis, own.get(name, split.plan)),
                worst=worst,
            )


def _packages_of(findings: Iterable[Finding]) -> set[str]:
    """Return the packages that findings say are no part of an image."""
    subjects = (item.subject for item in findings if item.rule == OUTSIDE_PACKAGE.id)
    return {folder for subject in subjects for folder in subject.split(" ")}


def bytes_with_named(analysis: Analysis) -> int:
    """Return the bytes that a build sends, named contexts included."""
    size = analysis.sent.total.bytes
    if analysis.plan is not None:
        size += sum(load.transfer.view.total.bytes for load in analysis.plan.named)
    return size


def at_least(judged: JudgedRepository, config_of: ConfigOf) -> bool:
    """Tell whether something was found that is as bad as the configuration of its context does not forgive."""
    for context in judged.contexts:
        limit: Severity | None = config_of(context.analysis.context.root).fail_on
        if limit is not None and context.results.at_least(limit):
            return True
    return False
