"""Everything a rule may see, and what makes a rule; judges nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ctxopt.build.analysis import Analysis
from ctxopt.build.sources import SourceUse
from ctxopt.config.load import Config
from ctxopt.evidence.candidates import Candidates, find_candidates
from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.keep import KeepList, read_keep_list
from ctxopt.evidence.needs import Needs
from ctxopt.evidence.reach import Reach
from ctxopt.git.evidence import GitEvidence
from ctxopt.tree.model import Tally


@dataclass(frozen=True)
class Facts:
    """One analysed context with the evidence beside it. Not slotted: it caches what rules share."""

    analysis: Analysis
    config: Config
    catalog: Catalog
    evidence: GitEvidence | None
    """What git, or ignore files of git, say; None where there is neither."""
    needs: Needs
    """What the build is known to read."""

    @property
    def ignore_path(self) -> str:
        """The ignore file that an edit would change, as people name it."""
        return self.analysis.context.ignore.path or ".dockerignore"

    @cached_property
    def kept(self) -> KeepList:
        """What people said must stay; raises ConfigError where a comment says it wrongly."""
        return read_keep_list(self.config.keep, self.analysis.context.ignore.file)

    @cached_property
    def main_uses(self) -> tuple[SourceUse, ...]:
        """What takes from the main context; empty where no Dockerfile was read."""
        plan = self.analysis.plan
        return tuple(use for use in plan.sources.uses if use.context is None) if plan else ()

    @cached_property
    def candidates(self) -> Candidates:
        """The paths that may be superfluous, found at the first call."""
        return find_candidates(
            self.analysis,
            self.config,
            self.catalog,
            self.evidence,
            self.kept,
            self.needs,
            self.main_uses,
        )

    def total(self, path: str) -> Tally:
        """The permitted sums below a folder."""
        return self.analysis.permitted.totals.get(path) or Tally()

    def uses_of(self, path: str) -> list[SourceUse]:
        """The instructions that take ``path`` as part of what they take."""
        return [
            use
            for use in self.main_uses
            if any(not root or path == root or path.startswith(root + "/") for root in use.roots)
        ]

    def named_by(self, path: str) -> list[SourceUse]:
        """The instructions whose sources name ``path`` itself or something below it."""
        return [
            use
            for use in self.main_uses
            if any(root == path or root.startswith(path + "/") for root in use.roots)
        ]

    def reach(self, path: str) -> Reach:
        """How far the bytes at ``path`` travel in this build."""
        plan = self.analysis.plan
        if plan is None:
            return "permitted"
        found = {use.reach for use in (*self.uses_of(path), *self.named_by(path))}
        if "final" in found:
            return "final"
        if "builder" in found:
            return "builder"
        return "sent" if found or plan.main.transfer.is_whole else "permitted"


def is_read(facts: Facts, path: str) -> bool:
    """Whether ``path``, or something below it, is known to be read or is to be kept."""
    return (
        bool(facts.named_by(path))
        or (bool(facts.needs.git) and path.rpartition("/")[2] == ".git")
        or facts.needs.why(path) is not None
        or facts.kept.why(path) is not None
    )


def is_waste(facts: Facts, path: str, is_dir: bool) -> bool:
    """Whether evidence calls ``path`` generated or foreign: git ignores it, or the catalogue does.

    What git tracks is nobody's waste.
    """
    evidence = facts.evidence
    if evidence is not None:
        if evidence.is_tracked(path) or evidence.has_tracked_below(path):
            return False
        if evidence.is_ignored(path):
            return True
    return any(entry.confidence == "high" for entry in facts.catalog.match_path(path, is_dir))
