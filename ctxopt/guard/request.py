"""What a check is asked: one root, its contexts and limits, and how the build is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ctxopt.build.analysis import Analysis
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BuilderName
from ctxopt.config.keys import BudgetView
from ctxopt.config.load import Config, ContextBudget

if TYPE_CHECKING:
    from ctxopt.projects.declared import DeclaredBuild
    from ctxopt.rules.scan import JudgeCures

MeasureTree = Callable[..., Analysis]
"""Measures a BuildContext on disk, with a ``request`` where a build has one of its own.

The caller decides on processes and on what shows the progress.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """What to check, and how the build is called."""

    root: str
    config: Config
    request: BuildRequest
    view: BudgetView = "permitted"
    """The view that limits outside of ``[[context]]`` apply to."""
    against: str | None = None
    """The states to compare, as ``parse_against`` reads them; None for what is staged, if anything."""
    working_tree: bool = False
    """Measure what is on disk even if something is staged."""
    needs_findings: bool = False
    """Whether it is an error where findings are asked for and cannot be judged."""
    declared: Mapping[str, DeclaredBuild] = field(default_factory=dict)
    """The builds among the contexts that files declare, by place."""
    requests: Mapping[str, BuildRequest] = field(default_factory=dict)
    """How those are called, by place."""
    judge_cures: JudgeCures | None = None
    """Says which lines of the findings hold; without it all are shown."""

    @property
    def places(self) -> dict[str, ContextBudget]:
        """What is measured, each once, by its place: the first of the limits that are about it."""
        found: dict[str, ContextBudget] = {}
        for budget in self.budgets:
            found.setdefault(budget.place, budget)
        return found

    @property
    def budgets(self) -> tuple[ContextBudget, ...]:
        """The contexts to judge: those that are configured, or else the root alone."""
        if self.config.contexts:
            return self.config.contexts
        root = ContextBudget(
            name=self.root, path=self.root, view=self.view, limits=self.config.limits
        )
        return (root,)

    @property
    def asks_for_findings(self) -> bool:
        """Whether the configuration wants findings judged beside the limits."""
        return self.config.baseline is not None or self.config.fail_on is not None

    @property
    def limits_rebuilds(self) -> bool:
        """Whether a limit is about the commits, which takes what rules ask of files."""
        return any(budget.limits.max_rebuilds is not None for budget in self.budgets)

    def folder_of(self, path: str) -> str:
        """Return a context's path from the root; empty for the root itself."""
        found = os.path.relpath(path, self.root)
        if found == ".":
            return ""
        return found

    def dockerfile_of(self, budget: ContextBudget) -> str | None:
        """Return its Dockerfile; one for all contexts is that of the root, not of others."""
        if budget.dockerfile is None and self._is_root(budget.path):
            return self.config.dockerfile
        return budget.dockerfile

    def ignorefile_of(self, budget: ContextBudget) -> str | None:
        """Return the ignore file that Podman is given: it is that of the root, too."""
        if self._is_root(budget.path):
            return self.config.ignorefile
        return None

    def builder_of(self, budget: ContextBudget) -> BuilderName:
        """Return whose rules hold for it."""
        return budget.builder or self.config.builder

    def request_of(self, budget: ContextBudget) -> BuildRequest:
        """Return how its build is called."""
        declared = self.requests.get(budget.place)
        if declared is not None:
            return declared
        if budget.target is None:
            return self.request
        return replace(self.request, target=budget.target)

    def _is_root(self, path: str) -> bool:
        return os.path.realpath(path) == os.path.realpath(self.root)
