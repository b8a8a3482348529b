"""What a check is asked: one root, its contexts and limits, and how the build is called."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctxopt.build.analysis import Analysis
from ctxopt.build.context import BuildContext, find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.keys import BudgetView
from ctxopt.config.load import Config, ContextBudget
from ctxopt.errors import ConfigError

if TYPE_CHECKING:
    from ctxopt.rules.scan import JudgeCures

MeasureTree = Callable[[BuildContext], Analysis]
"""Measures a context on disk: the caller decides on processes and on what shows the progress."""


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
    judge_cures: JudgeCures | None = None
    """Says which lines of the findings hold; without it all are shown."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The contexts, each once."""
        return tuple(dict.fromkeys(budget.path for budget in self.budgets))

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

    def folder_of(self, path: str) -> str:
        """Return a context's path from the root; empty for the root itself."""
        found = os.path.relpath(path, self.root)
        if found == ".":
            return ""
        return found

    def dockerfile_of(self, path: str) -> str | None:
        """Return the configured Dockerfile: it is that of the root, not of other contexts."""
        if self._is_root(path):
            return self.config.dockerfile
        return None

    def ignorefile_of(self, path: str) -> str | None:
        """Return the ignore file that Podman is given: it is that of the root, too."""
        if self._is_root(path):
            return self.config.ignorefile
        return None

    def _is_root(self, path: str) -> bool:
        return os.path.realpath(path) == os.path.realpath(self.root)


def measure_trees(question: CheckRequest, measure: MeasureTree) -> dict[str, Analysis]:
    """Measure the contexts as they are on disk, by path; raises ConfigError for one that is not."""
    measured = {}
    for path in question.paths:
        if not os.path.isdir(path):
            raise ConfigError(
                f"there is no context {path!r}, but there are limits for it",
                hint="correct the path, or remove its limits",
            )
        context = find_context(
            path,
            dockerfile=question.dockerfile_of(path),
            builder=question.config.builder,
            ignorefile=question.ignorefile_of(path),
        )
        measured[path] = measure(context)
    return measured
