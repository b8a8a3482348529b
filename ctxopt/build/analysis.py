"""The use case: measure one build context and judge it. Values in, one frozen value out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from ctxopt.build import classic
from ctxopt.build.context import BuildContext
from ctxopt.build.request import BuildRequest
from ctxopt.builder import CLASSIC, Builder
from ctxopt.errors import IgnoreFileError
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.languages.ignore.text import IgnoreFile, parse_ignore_file
from ctxopt.tree.model import ContextTree
from ctxopt.tree.policy import Policy
from ctxopt.tree.view import View
from ctxopt.tree.workers import ALONE, Walker, walk

if TYPE_CHECKING:
    from ctxopt.build.plan import Plan
    from ctxopt.languages.dockerfile import Build

ViewName = Literal["permitted", "transferred", "excluded"]


class OtherBuild(NamedTuple):
    """A build that a file declares with the same context and ignore file."""

    path: str
    """Its Dockerfile, as people name it."""
    build: Build


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that is known about one build context."""

    context: BuildContext
    matcher: Matcher
    tree: ContextTree
    permitted: View
    with_excluded: bool
    """Whether the walk entered what the client skips, so that sums of excluded bytes are whole."""
    plan: Plan | None = None
    """What the build loads; None without a Dockerfile, and for the classic builder."""
    target: str | None = None
    others: tuple[OtherBuild, ...] = ()
    """The other builds that are known to use the ignore file, where it was asked what is declared."""
    split_off: frozenset[str] = frozenset()
    """Dockerfiles that are to have an ignore file of their own, which is not written yet."""

    @property
    def sent(self) -> View:
        """What this build sends of its context; where that is not known, what could be sent."""
        if self.plan is None:
            return self.permitted
        return self.plan.main.transfer.view

    @property
    def permitted_bytes(self) -> int:
        """The figure in bytes that Docker prints if the build takes all that the ignore file permits."""
        if not self.context.builder.loads_on_demand:
            return classic.tar_bytes(self.permitted, self.context)
        return self.permitted.context_bytes()


def build_matcher(context: BuildContext) -> Matcher:
    """Return the matcher of the ignore file in force; raises IgnoreFileError as Docker refuses."""
    file = context.ignore.file
    patterns: list[tuple[int | None, str]] = []
    dialect = dialect_of(context.builder)
    if file is not None:
        if file.dialect.slashes_first != dialect.slashes_first:
            file = parse_ignore_file(file.render(), file.path, dialect)
        patterns += file.patterns()
    if not context.builder.loads_on_demand:
        dockerfile = classic.resolved_dockerfile(context.root, context.dockerfile.inside)
        return classic.forced_patterns(patterns, dockerfile, context.ignore.path)
    return read_matcher(patterns, context.ignore.path, dialect)


def matcher_for(context: BuildContext, file: IgnoreFile, builder: Builder) -> Matcher:
    """Return a builder's matcher of ``file`` in place of the one in force; raises IgnoreFileError."""
    ignore = context.ignore._replace(file=file, path=file.path)
    return build_matcher(context._replace(builder=builder, ignore=ignore))


def build_policy(context: BuildContext, matcher: Matcher, *, with_excluded: bool = False) -> Policy:
    """Return how the context's builder walks."""
    return Policy(
        matcher,
        matcher.pruner(context.builder),
        enter_pruned=with_excluded,
        takes_sockets=context.builder.sends_sockets,
        unseen=context.unseen,
    )


def analyze(
    context: BuildContext,
    request: BuildRequest | None = None,
    *,
    with_excluded: bool = False,
    walker: Walker = ALONE,
) -> Analysis:
    """Measure ``context``; ``with_excluded`` also enters what Docker's client skips.

    With a ``request``, the Dockerfile is read and what the build loads is measured, too. Raises
    IgnoreFileError or DockerfileError where Docker refuses or fails with the file.
    """
    build = read_build(context, request)
    matcher = build_matcher(context)
    view = measure_view(context, matcher, with_excluded=with_excluded, walker=walker)
    return plan_build(
        context=context,
        request=request,
        matcher=matcher,
        view=view,
        build=build,
        with_excluded=with_excluded,
        walker=walker,
    )


def plan_build(
    *,
    context: BuildContext,
    request: BuildRequest | None,
    matcher: Matcher,
    view: View,
    build: Build | None,
    with_excluded: bool,
    walker: Walker,
) -> Analysis:
    """Return the analysis of a measured view, with what ``build`` loads of it; raises DockerfileError or ContextError."""
    plan = target = None
    if request is not None:
        target = request.target
    if build and request:
        from ctxopt.build.plan import make_plan

        plan = make_plan(context, view, matcher, build, request, walker=walker)
    return Analysis(
        context=context,
        matcher=matcher,
        tree=view.tree,
        permitted=view,
        with_excluded=with_excluded,
        plan=plan,
        target=target,
    )


def read_build(context: BuildContext, request: BuildRequest | None) -> Build | None:
    """Resolve the Dockerfile; None where none decides what is sent. Raises DockerfileError as Docker refuses it."""
    if not request or not context.builder.loads_on_demand or not context.dockerfile.found:
        return None
    # What reads Dockerfiles is a third of the program: only a call that needs it waits for it.
    from ctxopt.build.plan import resolve_build

    # Before the walk, as Docker does: a Dockerfile that it refuses spares it.
    return resolve_build(context, request)


def measure_view(
    context: BuildContext,
    matcher: Matcher,
    *,
    with_excluded: bool = False,
    walker: Walker = ALONE,
) -> View:
    """Walk the context under ``matcher``; return what is permitted. Raises IgnoreFileError as the walk does."""
    is_classic = context.builder is CLASSIC
    if is_classic:
        classic.check_patterns(context.root, matcher)
    policy = build_policy(context, matcher, with_excluded=with_excluded)
    try:
        tree = walk(context.root, policy, walker)
        return View(tree, context.builder)
    except IgnoreFileError:
        if not is_classic:
            raise
        return classic.walk_until_failure(context.root, matcher)
