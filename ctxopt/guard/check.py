"""The use case of ``check``: contexts measured in one state or two, and held against their limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING

from ctxopt.build.analysis import Analysis, analyze
from ctxopt.config.keys import BudgetView
from ctxopt.config.load import ContextBudget
from ctxopt.errors import ConfigError
from ctxopt.git.repository import Repository
from ctxopt.git.state import has_staged_changes, read_state
from ctxopt.guard.against import (
    Against,
    choose_against,
    prefix_of,
    repository_at,
    why_not_checked_out,
)
from ctxopt.guard.budget import Figures, LimitResult, Verdict, judge_contexts
from ctxopt.guard.growth import Growth, compare_measured
from ctxopt.guard.request import CheckRequest, MeasureTree
from ctxopt.guard.side import VIEWS, Side, state_side, tree_side
from ctxopt.guard.trees import measure_trees

if TYPE_CHECKING:
    from ctxopt.guard.staged_edit import NeedlessSteps
    from ctxopt.rules.baseline import Baseline, ContextFindings, Findings
    from ctxopt.rules.finding import Finding


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
    needless: NeedlessSteps | None = None
    """The steps that what is staged makes run again for nothing; None where it makes none."""
    noise_floor: int
    """Bytes of growth below which no ignore line is proposed, as configured."""
    growth_floor: int
    """Bytes of growth that its limits leave alone."""


@dataclass(frozen=True, slots=True)
class Checked:
    """All contexts of one run."""

    contexts: tuple[CheckedContext, ...]
    against: Against | None = None
    findings: Findings | None = None
    """Those of the working tree; None where they were not asked for."""

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
        """The limits that are neither kept nor broken, because a figure is not known."""
        return tuple(result for result in self.results if result.verdict is Verdict.SKIP)

    @property
    def failing(self) -> list[tuple[ContextFindings, Finding]]:
        """The new findings that are bad enough to fail, with their context."""
        if self.findings is None:
            return []
        return self.findings.failing

    @property
    def failed(self) -> bool:
        """Whether a limit is broken or a new finding is bad enough."""
        return bool(self.broken or self.failing)

    @property
    def passed(self) -> bool:
        """Whether every limit was judged and kept, and no new finding is bad enough."""
        return not self.failed and not self.unjudged

    def with_limits(
        self, question: CheckRequest, results: Mapping[str, Sequence[LimitResult]]
    ) -> Checked:
        """Return the same with more limits judged, by place."""
        contexts = (
            replace(context, results=(*context.results, *results[place]))
            for context, place in zip(self.contexts, question.places, strict=True)
        )
        return replace(self, contexts=tuple(contexts))

    def with_findings(self, findings: Findings | None) -> Checked:
        """Return the same with what was found."""
        return replace(self, findings=findings)


def run_check(question: CheckRequest, measure: MeasureTree | None = None) -> Checked:
    """Measure what is asked about and hold it against its limits and, if wanted, the rules.

    ``measure`` is how contexts on disk are measured: in this process if nothing is given. Raises
    CtxoptError where something cannot be measured, or a limit on growth has nothing to compare.
    """
    if measure is None:
        measure = partial(analyze, request=question.request)
    repository = repository_at(question.root)
    against = choose_against(
        question.against, question.root, repository, working_tree=question.working_tree
    )
    # Before anything is measured: a baseline that cannot be read must not cost a walk.
    baseline = None
    if question.asks_for_findings:
        baseline = _read_baseline(question)
    why_not = ""
    if question.asks_for_findings or question.limits_rebuilds:
        why_not = why_not_checked_out(against, repository)
    if why_not and question.needs_findings:
        raise ConfigError(
            f"findings are those of the working tree, and {why_not}",
            hint="check it out, or leave out --fail-on and --baseline",
        )
    # On disk each context is measured once, whoever asks first.
    trees = cache(partial(measure_trees, question, measure))
    if repository is not None and against is not None:
        checked = check_states(question, repository, against)
        if against.after is None:
            checked = _with_needless(question, checked, trees)
    else:
        measured = trees()
        _refuse_growth(question, repository)
        checked = check_trees(question, measured)
    if question.limits_rebuilds:
        # Loaded where they run: a check of limits alone needs no rules, and start-up counts.
        from ctxopt.guard.rebuild_limit import judge_rebuilds

        judged = judge_rebuilds(question, {} if why_not else trees(), why_not)
        checked = checked.with_limits(question, judged)
    if not question.asks_for_findings:
        return checked
    from ctxopt.guard.findings import judge_trees, no_findings

    if why_not:
        return checked.with_findings(no_findings(question, why_not))
    return checked.with_findings(judge_trees(question, trees(), baseline))


def _with_needless(
    question: CheckRequest, checked: Checked, trees: Callable[[], Mapping[str, Analysis]]
) -> Checked:
    """Return the same with the steps that what is staged makes run again for nothing."""
    # Of two states of git the index is the one that a person is about to commit.
    from ctxopt.guard.staged_edit import find_needless

    contexts = []
    for context, place in zip(checked.contexts, question.places, strict=True):
        before, after = context.before, context.after
        if before is not None and before.state is not None and after.state is not None:
            needless = find_needless(
                before.state,
                after.analysis,
                after.state,
                question.config,
                partial(_measured_at, trees, place),
            )
            context = replace(context, needless=needless)
        contexts.append(context)
    return replace(checked, contexts=tuple(contexts))


def _measured_at(trees: Callable[[], Mapping[str, Analysis]], place: str) -> Analysis:
    return trees()[place]


def _read_baseline(question: CheckRequest) -> Baseline | None:
    from ctxopt.rules.scan import read_known

    return read_known(question.config)


def check_states(question: CheckRequest, repository: Repository, against: Against) -> Checked:
    """Compare two git states; raises CtxoptError where one of them cannot be measured."""
    sides: dict[str, tuple[Side | None, Side]] = {}
    for place, budget in question.places.items():
        _refuse_inline(question, place)
        prefix = prefix_of(budget.path, question.root, repository)
        after = read_state(repository, against.after, prefix)
        if prefix and not after.entries:
            raise ConfigError(
                f"there is no context {budget.path!r} in {against.after_name}",
                hint="correct the path, or remove its limits",
            )
        before = read_state(repository, against.before, prefix)
        sides[place] = (
            state_side(question, budget, before, is_baseline=True),
            state_side(question, budget, after),
        )
    return Checked(_check_sides(question, sides), against)


def _refuse_inline(question: CheckRequest, place: str) -> None:
    """Raise ConfigError for a Dockerfile that is in a project file: today's is none of another state."""
    declared = question.declared.get(place)
    if declared is not None and declared.dockerfile_inline is not None:
        raise ConfigError(
            f"the Dockerfile of {declared.name!r} is inline, and known in the working tree alone",
            hint="--working-tree measures that",
        )


def check_trees(question: CheckRequest, trees: Mapping[str, Analysis]) -> Checked:
    """Hold contexts that were measured on disk against their limits; ``trees`` is by place.

    Growth counts as none, so the caller sees to it that nothing is staged.
    """
    sides = {place: (None, tree_side(analysis)) for place, analysis in trees.items()}
    return Checked(_check_sides(question, sides, is_staged=False))


def _refuse_growth(question: CheckRequest, repository: Repository | None) -> None:
    """Raise ConfigError for a limit on growth where there is nothing to compare.

    With nothing staged, the index is HEAD, and nothing grew.
    """
    limited = [item.limits for item in question.budgets if item.limits.max_growth is not None]
    if not limited:
        return
    what = f"max-growth ({limited[0].origin('max-growth')}) has nothing to compare with"
    if repository is None:
        raise ConfigError(
            f"{what}: {question.root!r} is in no git repository",
            hint="limit max-size instead, or measure a repository",
        )
    if repository.resolve("HEAD") is None:
        raise ConfigError(f"{what}: there is no commit yet", hint="commit something first")
    if has_staged_changes(repository):
        raise ConfigError(
            f"{what} in the working tree, although something is staged",
            hint="leave out --working-tree",
        )


def _check_sides(
    question: CheckRequest,
    sides: Mapping[str, tuple[Side | None, Side]],
    *,
    is_staged: bool = True,
) -> tuple[CheckedContext, ...]:
    figures = _figures({place: after for place, (_, after) in sides.items()})
    baselines = _figures({place: before for place, (before, _) in sides.items()})
    checked = []
    for place, (before, after) in sides.items():
        budgets = [item for item in question.budgets if item.place == place]
        _refuse_unknown(budgets, after)
        growths = {}
        if before is not None:
            growths = _growths(before, after)
        results = judge_contexts(budgets, figures, baselines=baselines, is_staged=is_staged)
        checked.append(
            CheckedContext(
                name=budgets[0].name,
                folder=question.folder_of(budgets[0].path),
                after=after,
                before=before,
                growths=growths,
                results=results,
                lead=_lead(budgets),
                noise_floor=question.config.noise_floor,
                growth_floor=budgets[0].limits.growth_floor,
            )
        )
    return tuple(checked)


def _figures(sides: Mapping[str, Side | None]) -> dict[tuple[str, BudgetView], Figures]:
    """The figures that are known, by place and view."""
    found = {}
    for place, side in sides.items():
        if side is None:
            continue
        for view in VIEWS:
            figures = side.figures(view)
            if figures is not None:
                found[place, view] = figures
    return found


def _growths(before: Side, after: Side) -> dict[BudgetView, Growth]:
    """The difference in each view that is known on both sides."""
    growths = {}
    for view in VIEWS:
        old, new = before.measured(view), after.measured(view)
        if old is not None and new is not None:
            growths[view] = compare_measured(old, new)
    return growths


def _lead(budgets: Sequence[ContextBudget]) -> BudgetView:
    """The view to show the changes of: that of the limits, if all are about the same one."""
    views = {item.view for item in budgets}
    if len(views) > 1:
        return "permitted"
    return views.pop()


def _refuse_unknown(budgets: Sequence[ContextBudget], after: Side) -> None:
    """Raise ConfigError for a limit on what is transferred where that is not known."""
    for budget in budgets:
        if after.view(budget.view) is None:
            raise ConfigError(
                f"what a build takes of {budget.name!r} is not known in {after.name}:"
                f" {after.unknown}",
                hint='-f names a Dockerfile; view = "permitted" needs none',
            )
