"""Everything a rule may see, and what makes a rule; judges nothing itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.plan import Plan
from ctxopt.build.sources import SourceUse
from ctxopt.build.transfer import TransferView
from ctxopt.builder import Builder
from ctxopt.config.load import Config
from ctxopt.evidence.candidates import Candidates, JudgedPaths, judge_paths
from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.git_history import BuildTakings, Taking
from ctxopt.evidence.keep import KeepList, read_keep_list
from ctxopt.evidence.needs import Needs
from ctxopt.evidence.reach import Reach, Reaches, image_of, uses_of
from ctxopt.evidence.remade import Remade
from ctxopt.git.evidence import GitEvidence
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.paths import is_at_or_below, name
from ctxopt.tree.hits import Hits, find_hits
from ctxopt.tree.model import Tally
from ctxopt.tree.replay import Difference, Replay
from ctxopt.tree.view import View

if TYPE_CHECKING:
    from ctxopt.build.image import Image
    from ctxopt.evidence.documentation import Documentation
    from ctxopt.evidence.file_mentions import FileMentions
    from ctxopt.evidence.git_builds import GitBuild
    from ctxopt.evidence.host_commands import HostCommands
    from ctxopt.evidence.made_output import Makings
    from ctxopt.evidence.past_rebuilds import PastRebuilds


class AskedOnce:
    """What is asked once a run, by those facts of a folder that need it first; each empty until then."""

    def __init__(self) -> None:
        self.past: list[PastRebuilds | None] = []
        self.mentions: list[FileMentions] = []
        self.git_builds: list[tuple[GitBuild, ...]] = []
        self.host_commands: list[tuple[HostCommands, ...]] = []


class Trial(NamedTuple):
    """The ignore file with edits made, and what that changes."""

    file: IgnoreFile
    matcher: Matcher
    replay: Replay
    difference: Difference

    @property
    def is_exact(self) -> bool:
        """Whether the walk has read everything that the edited file lets in."""
        return not self.replay.unseen


class AnsweredOnce:
    """What holds for every build with the ignore file, found by those facts that need it first; each empty until then."""

    def __init__(self) -> None:
        self.judged: list[JudgedPaths] = []
        self.documentation: list[Documentation] = []
        self.trials: dict[bytes, Trial | None] = {}
        """What other contents of the ignore file change; None where Docker would refuse them."""
        self.hits: dict[tuple[tuple[str, bool], ...], Sequence[Hits]] = {}
        """What patterns match, by their texts."""
        self.of_others: dict[Builder, Replay | None] = {}
        """What other builders would send; None where one would refuse the ignore file."""


@dataclass(frozen=True)
class Facts:
    """One analysed context with the evidence beside it: what rules and fix ask, under the words they ask by.

    facts.view          # what the ignore file permits, measured
    facts.matcher       # the patterns in force
    facts.builder       # which of Docker's builders reads the context
    facts.ignore_file   # the ignore file as it is written; None where there is none
    facts.plan          # what this build loads; None without a Dockerfile, and for the classic builder
    facts.transfer      # what it loads of the main context; None where there is no plan

    Not slotted: it caches what rules share.
    """

    analysis: Analysis
    config: Config
    catalog: Catalog
    evidence: GitEvidence | None
    """What git, or ignore files of git, say; None where there is neither."""
    needs: Needs
    """What the build is known to read."""
    is_shared: bool = False
    """Whether they are about every build with the ignore file, whichever of them was asked about."""
    asked: AskedOnce = field(default_factory=AskedOnce, repr=False, compare=False)
    """What facts of the same folder have asked already."""
    answered: AnsweredOnce = field(
        init=False, default_factory=AnsweredOnce, repr=False, compare=False
    )
    """What facts under the same ignore file have found already; others start without."""

    @property
    def view(self) -> View:
        """What the ignore file permits of the context, measured."""
        return self.analysis.permitted

    @property
    def matcher(self) -> Matcher:
        """The patterns in force."""
        return self.analysis.matcher

    @property
    def builder(self) -> Builder:
        """The builder that reads the context."""
        return self.analysis.context.builder

    @property
    def ignore_file(self) -> IgnoreFile | None:
        """The ignore file in force, as it is written; None where there is none."""
        return self.analysis.context.ignore.file

    @property
    def plan(self) -> Plan | None:
        """What the build loads; None without a Dockerfile, and for the classic builder."""
        return self.analysis.plan

    @property
    def transfer(self) -> TransferView | None:
        """What the build loads of the main context; None where there is no plan."""
        plan = self.analysis.plan
        if plan is None:
            return None
        return plan.main.transfer

    @property
    def rebuilds(self) -> PastRebuilds | None:
        """What the last commits made run again, of every build with the ignore file; None where that is not known."""
        if not self.asked.past:
            # Git is asked about history only where a line is to be weighed.
            from ctxopt.evidence.past_rebuilds import read_past

            builds = [taken.build for taken in self.needs.builds]
            self.asked.past.append(read_past(self.analysis, self.evidence, builds))
        return self.asked.past[0]

    @property
    def file_mentions(self) -> FileMentions:
        """What tells whether something may read a README or a file of a build server."""
        if not self.asked.mentions:
            # Sources are searched only for what a line is about to hide.
            from ctxopt.evidence.file_mentions import FileMentions

            self.asked.mentions.append(
                FileMentions(
                    self.analysis,
                    self.catalog,
                    self.needs,
                    self.evidence,
                    lambda: self.documentation,
                )
            )
        return self.asked.mentions[0]

    @property
    def git_builds(self) -> tuple[GitBuild, ...]:
        """The steps of workflows that build from git itself; none outside of a repository."""
        if not self.asked.git_builds:
            found = self.evidence.found if self.evidence is not None else None
            several: tuple[GitBuild, ...] = ()
            if found is not None:
                from ctxopt.evidence.git_builds import find_git_builds

                several = tuple(find_git_builds(found.top))
            self.asked.git_builds.append(several)
        return self.asked.git_builds[0]

    @property
    def host_commands(self) -> tuple[HostCommands, ...]:
        """What runs in the context before an image is built."""
        if not self.asked.host_commands:
            # Files are read for it where a line is about to hide what one may have made.
            from ctxopt.evidence.host_commands import find_host_commands

            self.asked.host_commands.append(tuple(find_host_commands(self.view.tree.root)))
        return self.asked.host_commands[0]

    @property
    def documentation(self) -> Documentation:
        """What tells whether something may read a folder of documentation."""
        if not self.answered.documentation:
            # Few contexts have a heavy folder of it, and only for those is it loaded.
            from ctxopt.evidence.documentation import Documentation

            self.answered.documentation.append(
                Documentation(self.analysis, self.catalog, self.needs)
            )
        return self.answered.documentation[0]

    @property
    def ignore_path(self) -> str:
        """The ignore file that an edit would change, as people name it."""
        return self.analysis.context.ignore.path or ".dockerignore"

    @cached_property
    def kept(self) -> KeepList:
        """What people said must stay; raises ConfigError where a comment says it wrongly."""
        return read_keep_list(self.config.keep, self.ignore_file)

    @cached_property
    def main_uses(self) -> tuple[SourceUse, ...]:
        """What takes from the main context; empty where no Dockerfile was read."""
        if self.plan is None:
            return ()
        return tuple(use for use in self.plan.sources.uses if use.context is None)

    @cached_property
    def uses(self) -> tuple[SourceUse, ...]:
        """What takes from the main context: instructions of this build, or of every one with the ignore file."""
        if not self.is_shared:
            return self.main_uses
        others = self.needs.builds
        if self.plan is not None:
            others = others[1:]
        return (*self.main_uses, *(use for taken in others for use in uses_of(taken)))

    @cached_property
    def own_build(self) -> BuildTakings | None:
        """The build that was asked about with what it takes of the main context; None where no Dockerfile was read."""
        if self.plan is None:
            return None
        takings = [Taking(use.source, use.roots) for use in self.main_uses]
        return BuildTakings(self.plan.build, takings)

    @property
    def knows_build(self) -> bool:
        """Whether a Dockerfile says what is taken of the context."""
        return self.plan is not None or (self.is_shared and bool(self.needs.builds))

    @cached_property
    def remade(self) -> Remade:
        """Which builds take what they do not make, of all that the ignore file serves."""
        builds = self.needs.builds
        # Facts that were gathered without needs know this one all the same.
        if not builds and self.own_build is not None:
            builds = (self.own_build,)
        return Remade(self.analysis, builds)

    @cached_property
    def makings(self) -> Makings:
        """How sure builds make what they take, of all that the ignore file serves."""
        # Few runs ask; of a context without output none does.
        from ctxopt.evidence.made_output import Makings

        return Makings(self.needs.builds)

    def shared(self) -> Facts:
        """Return the facts about every build with the ignore file: what they share is one file, and one judgement."""
        if self.is_shared or len(self.needs.builds) == (self.plan is not None):
            return self
        return self._as_shared

    @cached_property
    def _as_shared(self) -> Facts:
        # Made once, for it caches as much as these do.
        made = dataclasses.replace(self, is_shared=True)
        made.__dict__["answered"] = self.answered
        return made

    def about(self, analysis: Analysis) -> Facts:
        """Return the facts about another build of the same context, one of those that are known to share it.

        What is known of paths stays: the build sees the same tree through the same ignore file.
        """
        own = [taken for taken in self.needs.builds if _is_of(taken, analysis)]
        others = [taken for taken in self.needs.builds if not _is_of(taken, analysis)]
        outside = self.needs.outside
        if outside is not None and outside.about is not None and own:
            outside = outside.about(own[0].build)
        needs = self.needs._replace(builds=(*own, *others), outside=outside)
        made = dataclasses.replace(self, analysis=analysis, needs=needs, is_shared=False)
        # What patterns do to the tree is left out: the classic client forces in the Dockerfile that was asked about.
        made.answered.documentation = self.answered.documentation
        # Candidates are most of the time of a run, and are about paths, not about one of the builds.
        made.__dict__["candidates"] = self.candidates
        return made

    @cached_property
    def reaches(self) -> Reaches:
        """How far each path travels."""
        return Reaches(self.analysis, self.uses)

    @cached_property
    def candidates(self) -> Candidates:
        """The paths that may be superfluous, found at the first call."""
        judged = self.answered.judged
        if not judged:
            judged.append(
                judge_paths(
                    analysis=self.analysis,
                    config=self.config,
                    catalog=self.catalog,
                    evidence=self.evidence,
                    kept=self.kept,
                    needs=self.needs,
                    remade=self.remade,
                    documentation=lambda: self.documentation,
                )
            )
        return judged[0].candidates(self.reaches)

    def hits(self, patterns: Iterable[Pattern]) -> Sequence[Hits]:
        """Return what each of ``patterns`` matches by itself, as ``find_hits`` does."""
        asked = tuple(patterns)
        key = tuple((pattern.text, pattern.exception) for pattern in asked)
        known = self.answered.hits
        if key not in known:
            known[key] = find_hits(self.view, asked)
        return known[key]

    def total(self, path: str) -> Tally:
        """The permitted sums below a folder."""
        return self.view.totals.get(path) or Tally()

    def uses_of(self, path: str) -> list[SourceUse]:
        """The instructions that take ``path`` as part of what they take."""
        return [use for use in self.uses if any(is_at_or_below(path, root) for root in use.roots)]

    def named_by(self, path: str) -> list[SourceUse]:
        """The instructions whose sources name ``path`` itself or something below it."""
        if not path:
            # Everything lies in the root: only who takes it whole has named it.
            return [use for use in self.uses if "" in use.roots]
        return [use for use in self.uses if any(is_at_or_below(root, path) for root in use.roots)]

    def reach(self, path: str) -> Reach:
        """How far the bytes at ``path`` travel."""
        if not self.knows_build:
            return "permitted"
        return self.reaches.of(path).reach

    def is_in_an_image(self, path: str) -> bool:
        """Whether a build with the ignore file copies ``path`` into its final image, through other stages as well."""
        reach = self.shared().reach(path)
        if reach == "builder":
            return any(image.way_of(path) is not None for image in self._other_images)
        return reach == "final"

    @cached_property
    def _other_images(self) -> tuple[Image, ...]:
        """What the builds that were not measured fill their images with."""
        others = self.needs.builds
        if self.plan is not None:
            others = others[1:]
        return tuple(image_of(self.analysis, taken.build) for taken in others)


def _is_of(taken: BuildTakings, analysis: Analysis) -> bool:
    return analysis.plan is not None and taken.build is analysis.plan.build


def is_read(facts: Facts, path: str) -> bool:
    """Whether ``path``, or something below it, is known to be read or is to be kept."""
    return (
        bool(facts.named_by(path))
        or (bool(facts.needs.git) and name(path) == ".git")
        or facts.needs.why(path) is not None
        or facts.kept.why(path) is not None
    )


def is_waste(facts: Facts, path: str, is_dir: bool) -> bool:
    """Whether evidence calls ``path`` generated or foreign: git ignores it, or the catalogue does.

    What git tracks is no waste, whatever it is called.
    """
    evidence = facts.evidence
    if evidence is not None:
        if evidence.is_tracked(path) or evidence.has_tracked_below(path):
            return False
        if evidence.is_ignored(path):
            return True
    return any(entry.confidence == "high" for entry in facts.catalog.match_path(path, is_dir))
