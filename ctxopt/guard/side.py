"""One context measured in one state, on disk or in git: the two sides of a comparison.

Measures and remembers why something is not known; holds nothing against limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ctxopt.build.analysis import Analysis, build_policy
from ctxopt.build.transfer import TransferView
from ctxopt.config.keys import BudgetView
from ctxopt.config.load import ContextBudget
from ctxopt.errors import ContextError, CtxoptError, DockerfileError, IgnoreFileError
from ctxopt.git.folder import HISTORY, holds_history
from ctxopt.git.state import GitState
from ctxopt.guard.budget import Figures
from ctxopt.guard.growth import Measured
from ctxopt.guard.measure import NamedLoad, analyze_state, state_named, state_transfer
from ctxopt.guard.request import CheckRequest
from ctxopt.tree.view import View

VIEWS: tuple[BudgetView, ...] = ("permitted", "transferred")

WORKING_TREE = "the working tree"
_NO_DOCKERFILE = "there is no Dockerfile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One context measured in one state."""

    name: str
    """``the working tree``, ``the index``, or the commit as it was named."""
    analysis: Analysis
    transfer: TransferView | None
    """What the build fetches; None where that is not known."""
    unknown: str = ""
    """Why ``transfer`` is not known."""
    state: GitState | None = None
    """None for the working tree."""
    named: tuple[NamedLoad, ...] = ()
    """What the build fetches of named contexts; no limit is about it."""

    @property
    def submodules(self) -> tuple[str, ...]:
        """The submodules that are sent; nothing is known of what they hold."""
        if self.state is None:
            return ()
        inside = set(self.state.submodules)
        return tuple(error.path for error in self.analysis.tree.errors if error.path in inside)

    @property
    def lacks_history(self) -> bool:
        """Whether git's own folder is not measured, as no state of git holds it, though a build on disk may be sent it."""
        if self.state is None or not holds_history(self.analysis.context.root):
            return False
        return not self.analysis.matcher.lenient().decide(HISTORY).excluded

    @property
    def pointers(self) -> tuple[str, ...]:
        """The files sent that Git LFS keeps; they count with the size they stand for."""
        if self.state is None or not self.state.pointers:
            return ()
        sent = (entry.path for entry in self.analysis.permitted.entries() if not entry.excluded)
        return tuple(path for path in sent if path in self.state.pointers)

    def view(self, name: BudgetView) -> View | None:
        """Return one view; None where it is not known."""
        # The classic builder is sent everything permitted: for it the two views are one.
        if name == "permitted" or not self.analysis.context.builder.loads_on_demand:
            return self.analysis.permitted
        if self.transfer is None:
            return None
        return self.transfer.view

    def context_bytes(self, name: BudgetView) -> int:
        """Return the figure in bytes that Docker prints for a view that is known."""
        if name == "transferred" and self.transfer is not None:
            return self.transfer.context_bytes
        return self.analysis.permitted_bytes

    def figures(self, name: BudgetView) -> Figures | None:
        """Return what a view holds; None where it is not known."""
        view = self.view(name)
        if view is None:
            return None
        # A submodule is empty in a fresh checkout, too: its figure is exact, not a lower bound.
        inside = set(self.submodules)
        unread = any(error.path not in inside for error in view.tree.errors)
        total = view.total
        return Figures(
            size=total.bytes,
            files=total.files,
            view=name,
            words=self.analysis.context.builder.words_for(name),
            at_least=unread,
        )

    def measured(self, name: BudgetView) -> Measured | None:
        """Return what the comparison needs of a view; None where it is not known."""
        view = self.view(name)
        if view is None:
            return None
        policy = build_policy(self.analysis.context, self.analysis.matcher)
        blobs: Mapping[str, str] = {}
        if self.state is not None:
            blobs = self.state.blobs
        return Measured(view, policy, self.context_bytes(name), blobs)


def tree_side(analysis: Analysis) -> Side:
    """Return what was measured in the working tree."""
    plan = analysis.plan
    if plan is None:
        unknown = ""
        if analysis.context.builder.loads_on_demand:
            unknown = _NO_DOCKERFILE
        return Side(name=WORKING_TREE, analysis=analysis, transfer=None, unknown=unknown)
    named = [NamedLoad(load.name, load.transfer) for load in plan.loads if load.name is not None]
    return Side(
        name=WORKING_TREE, analysis=analysis, transfer=plan.main.transfer, named=tuple(named)
    )


def state_side(
    question: CheckRequest, budget: ContextBudget, state: GitState, *, is_baseline: bool = False
) -> Side:
    """Measure the context of ``budget`` in ``state``, which was read at its prefix.

    ``is_baseline`` is for the earlier side, which may lack what is new in the later one. Raises
    the CtxoptError that a build of ``state`` ends in, with the state's name before its message.
    """
    try:
        analysis = _analyze(question, budget, state, is_baseline=is_baseline)
    except CtxoptError as error:
        raise error.seen_in(state.name) from error
    transfer, unknown = None, ""
    request = question.request_of(budget)
    named: tuple[NamedLoad, ...] = ()
    if analysis.context.builder.loads_on_demand and not analysis.context.dockerfile.found:
        unknown = _NO_DOCKERFILE
    elif analysis.context.builder.loads_on_demand:
        try:
            transfer = state_transfer(state, analysis, request)
        except (ContextError, DockerfileError, IgnoreFileError) as error:
            # Limits on what is permitted need no Dockerfile; those that do are refused later.
            unknown = error.message
        else:
            named = state_named(state, analysis, request, is_baseline=is_baseline)
    return Side(
        name=state.name,
        analysis=analysis,
        transfer=transfer,
        unknown=unknown,
        state=state,
        named=named,
    )


def _analyze(
    question: CheckRequest, budget: ContextBudget, state: GitState, *, is_baseline: bool
) -> Analysis:
    builder = question.builder_of(budget)
    dockerfile, ignorefile = question.dockerfile_of(budget), question.ignorefile_of(budget)
    try:
        return analyze_state(state, dockerfile=dockerfile, builder=builder, ignorefile=ignorefile)
    except ContextError:
        # The Dockerfile may be new: what it is compared with has none by that name.
        if not is_baseline:
            raise
        return analyze_state(state, builder=builder)
