"""The use case of ``check``: contexts measured in one state or two, and held against their limits."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ctxopt.build.analysis import Analysis, build_policy
from ctxopt.build.plan import BuildRequest
from ctxopt.build.transfer import TransferView
from ctxopt.config.keys import BudgetView
from ctxopt.config.load import Config, ContextBudget
from ctxopt.errors import ConfigError, ContextError, CtxoptError, DockerfileError, GitError
from ctxopt.git.repository import Repository
from ctxopt.git.state import GitState, has_staged_changes, read_state
from ctxopt.guard.budget import Figures, LimitResult, Verdict, judge_contexts
from ctxopt.guard.growth import Growth, Measured, compare_measured
from ctxopt.guard.measure import NamedLoad, analyze_state, state_named, state_transfer
from ctxopt.tree.view import View

if TYPE_CHECKING:
    from ctxopt.rules.baseline import ContextFindings, Findings
    from ctxopt.rules.finding import Finding


VIEWS: tuple[BudgetView, ...] = ("permitted", "transferred")

INDEX = "the index"
WORKING_TREE = "the working tree"


@dataclass(frozen=True, slots=True)
class Against:
    """Two states to compare: a commit and another one, or the index (None)."""

    before: str
    after: str | None = None

    @property
    def after_name(self) -> str:
        """The later state as people name it."""
        return self.after or INDEX


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
    def pointers(self) -> tuple[str, ...]:
        """The files sent that Git LFS keeps; they count with the size they stand for."""
        if self.state is None or not self.state.pointers:
            return ()
        sent = (entry.path for entry in self.analysis.permitted.entries() if not entry.excluded)
        return tuple(path for path in sent if path in self.state.pointers)

    def view(self, name: BudgetView) -> View | None:
        """Return one view; None where it is not known."""
        if name == "permitted" or not self.analysis.context.builder.loads_on_demand:
            return self.analysis.permitted
        return self.transfer.view if self.transfer else None

    def context_bytes(self, name: BudgetView) -> int:
        """Return the figure Docker prints for a view that is known."""
        if name == "transferred" and self.transfer is not None:
            return self.transfer.context_bytes
        return self.analysis.permitted_bytes

    def figures(self, name: BudgetView) -> Figures | None:
        """Return what a view holds; None where it is not known."""
        view = self.view(name)
        if view is None:
            return None
        inside = set(self.submodules)
        unread = any(error.path not in inside for error in view.tree.errors)
        total = view.total
        return Figures(size=total.bytes, files=total.files, view=name, at_least=unread)

    def measured(self, name: BudgetView) -> Measured | None:
        """Return what the comparison needs of a view; None where it is not known."""
        view = self.view(name)
        if view is None:
            return None
        policy = build_policy(self.analysis.context, self.analysis.matcher)
        return Measured(
            view, policy, self.context_bytes(name), self.state.blobs if self.state else {}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedContext:
    """One context: what it is, what it was, and how its limits hold."""

    name: str
    folder: str
    """Relative to the root that was asked about; empty for the root itself."""
    after: Side
    before: Side | None = None
    """None where nothing was compared."""
    growths: Mapping[BudgetView, Growth] = field(default_factory=dict)
    """By view; without those that are not known on both sides."""
    results: tuple[LimitResult, ...] = ()
    lead: BudgetView = "permitted"
    """The view that its limits are about."""


@dataclass(frozen=True, slots=True)
class Checked:
    """All contexts of one run."""

    contexts: tuple[CheckedContext, ...]
    against: Against | None = None
    findings: Findings | None = None
    """Those of the working tree; None where nobody asked for them."""

    @property
    def results(self) -> tuple[LimitResult, ...]:
        """Every limit, judged."""
        return tuple(result for context in self.contexts for result in context.results)

    @property
    def broken(self) -> tuple[LimitResult, ...]:
        """The limits that do not hold."""
        return tuple(result for result in self.results if result.verdict is Verdict.FAIL)

    @property
    def unjudged(self) -> tuple[LimitResult, ...]:
        """The limits that nobody can call kept."""
        return tuple(result for result in self.results if result.verdict is Verdict.SKIP)

    @property
    def failing(self) -> list[tuple[ContextFindings, Finding]]:
        """The new findings that are bad enough to fail, with their context."""
        return self.findings.failing if self.findings else []

    def with_findings(self, findings: Findings | None) -> Checked:
        """Return the same with what was found."""
        return replace(self, findings=findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """What to check, and how the build is called."""

    root: str
    config: Config
    request: BuildRequest
    view: BudgetView = "permitted"
    """What limits outside of ``[[context]]`` are about."""

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

    def folder_of(self, path: str) -> str:
        """Return a context's path from the root; empty for the root itself."""
        found = os.path.relpath(path, self.root)
        return "" if found == "." else found

    def dockerfile_of(self, path: str) -> str | None:
        """Return the configured Dockerfile: it is that of the root, not of other contexts."""
        is_root = os.path.realpath(path) == os.path.realpath(self.root)
        return self.config.dockerfile if is_root else None


def parse_against(text: str, repository: Repository) -> Against:
    """Read ``REF``, ``A..B`` or ``A...B`` as git does; raises GitError where they have no meaning.

    A single commit is compared with the index; in a bare repository with HEAD.
    """
    last = "HEAD" if repository.bare else None
    for sign in ("...", ".."):
        before, found, after = text.partition(sign)
        if found:
            one, other = before or "HEAD", after or "HEAD"
            start = repository.merge_base(one, other) if sign == "..." else one
            return Against(start, other)
    return Against(text, last)


def default_against(repository: Repository | None) -> Against | None:
    """Return the index against HEAD where something is staged; None where nothing is."""
    if repository is not None and has_staged_changes(repository):
        return Against("HEAD")
    return None


def check_states(question: CheckRequest, repository: Repository, against: Against) -> Checked:
    """Compare two git states; raises CtxoptError where one of them cannot be measured."""
    sides: dict[str, tuple[Side | None, Side]] = {}
    for path in question.paths:
        prefix = prefix_of(path, question.root, repository)
        after = read_state(repository, against.after, prefix)
        if prefix and not after.entries:
            raise ConfigError(
                f"there is no context {path!r} in {against.after_name}",
                hint="correct the path, or remove its limits",
            )
        before = read_state(repository, against.before, prefix)
        sides[path] = (
            _measure_state(question, path, before, is_baseline=True),
            _measure_state(question, path, after),
        )
    return Checked(_judge(question, sides), against)


def check_trees(question: CheckRequest, sides: Mapping[str, Analysis]) -> Checked:
    """Hold contexts that were measured on disk against their limits; ``sides`` is by path.

    Growth counts as none, so the caller sees to it that nothing is staged.
    """
    measured = {path: (None, tree_side(one)) for path, one in sides.items()}
    return Checked(_judge(question, measured, is_staged=False))


def tree_side(analysis: Analysis) -> Side:
    """Return what was measured in the working tree."""
    transfer = analysis.plan.main.transfer if analysis.plan else None
    unknown = "" if transfer else _no_dockerfile(analysis)
    loads = analysis.plan.loads if analysis.plan else ()
    named = tuple(NamedLoad(load.name, load.transfer) for load in loads if load.name is not None)
    return Side(
        name=WORKING_TREE, analysis=analysis, transfer=transfer, unknown=unknown, named=named
    )


def _no_dockerfile(analysis: Analysis) -> str:
    if not analysis.context.builder.loads_on_demand:
        return ""
    return "there is no Dockerfile"


def _measure_state(
    question: CheckRequest, path: str, state: GitState, *, is_baseline: bool = False
) -> Side:
    builder = question.config.builder
    dockerfile = question.dockerfile_of(path)
    try:
        try:
            analysis = analyze_state(state, dockerfile=dockerfile, builder=builder)
        except ContextError:
            # The Dockerfile may be new: what it is compared with has none by that name.
            if not is_baseline:
                raise
            analysis = analyze_state(state, builder=builder)
    except CtxoptError as error:
        raise type(error)(f"{state.name}: {error}", hint=error.hint) from error
    transfer, unknown = None, ""
    named: tuple[NamedLoad, ...] = ()
    if analysis.context.builder.loads_on_demand:
        if not analysis.context.dockerfile.found:
            unknown = "there is no Dockerfile"
        else:
            try:
                transfer = state_transfer(state, analysis, question.request)
            except (ContextError, DockerfileError) as error:
                unknown = error.message
            else:
                named = state_named(state, analysis, question.request, is_baseline=is_baseline)
    return Side(
        name=state.name,
        analysis=analysis,
        transfer=transfer,
        unknown=unknown,
        state=state,
        named=named,
    )


def _judge(
    question: CheckRequest,
    sides: Mapping[str, tuple[Side | None, Side]],
    *,
    is_staged: bool = True,
) -> tuple[CheckedContext, ...]:
    figures: dict[tuple[str, BudgetView], Figures] = {}
    baselines: dict[tuple[str, BudgetView], Figures] = {}
    for path, pair in sides.items():
        for side, known in zip(pair, (baselines, figures), strict=True):
            for view in VIEWS if side else ():
                if side and (found := side.figures(view)):
                    known[path, view] = found
    guarded = []
    for path, (before, after) in sides.items():
        budgets = [item for item in question.budgets if item.path == path]
        _refuse_unknown(budgets, after)
        growths = {}
        for view in VIEWS:
            old = before.measured(view) if before else None
            new = after.measured(view)
            if old is not None and new is not None:
                growths[view] = compare_measured(old, new)
        lead = budgets[0].view if len({item.view for item in budgets}) == 1 else "permitted"
        results = judge_contexts(budgets, figures, baselines=baselines, is_staged=is_staged)
        guarded.append(
            CheckedContext(
                name=budgets[0].name,
                folder=question.folder_of(path),
                after=after,
                before=before,
                growths=growths,
                results=results,
                lead=lead,
            )
        )
    return tuple(guarded)


def _refuse_unknown(budgets: Sequence[ContextBudget], after: Side) -> None:
    """Raise ConfigError for a limit on what is transferred where nobody knows that."""
    for budget in budgets:
        if after.view(budget.view) is None:
            raise ConfigError(
                f"what is transferred of {budget.name!r} is not known in {after.name}:"
                f" {after.unknown}",
                hint='-f names a Dockerfile; view = "permitted" needs none',
            )


def prefix_of(path: str, root: str, repository: Repository) -> str:
    """Return the context ``path`` relative to the top of the repository."""
    if repository.bare:
        prefix = os.path.relpath(os.path.abspath(path), os.path.abspath(root))
    else:
        prefix = os.path.relpath(os.path.realpath(path), repository.top)
    if prefix == ".." or prefix.startswith("../"):
        raise GitError(f"{path!r} is outside of the repository {repository.top}")
    return "" if prefix == "." else prefix
