"""The use case: measure one build context and judge it. Values in, one frozen value out."""

from __future__ import annotations

from dataclasses import dataclass

from ctxopt import classic
from ctxopt.context import BuildContext
from ctxopt.crowd import Progress, walk
from ctxopt.errors import IgnoreFileError
from ctxopt.matcher import Matcher, read_matcher
from ctxopt.tree import ContextTree, View
from ctxopt.walk import Policy


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that is known about one build context."""

    context: BuildContext
    matcher: Matcher
    tree: ContextTree
    permitted: View
    with_excluded: bool
    """Whether the walk entered what the client skips, so that sums of excluded bytes are whole."""

    @property
    def permitted_bytes(self) -> int:
        """The figure Docker prints if the build takes all that the ignore file permits."""
        if self.context.builder == "classic":
            return classic.tar_bytes(self.permitted, self.context)
        return self.permitted.context_bytes()


def build_matcher(context: BuildContext) -> Matcher:
    """Return the matcher of the ignore file in force; raises IgnoreFileError as Docker refuses."""
    file = context.ignore.file
    patterns: list[tuple[int | None, str]] = list(file.patterns()) if file else []
    if context.builder == "classic":
        return classic.forced_patterns(patterns, context.dockerfile.inside, context.ignore.path)
    return read_matcher(patterns, context.ignore.path)


def build_policy(context: BuildContext, matcher: Matcher, *, with_excluded: bool = False) -> Policy:
    """Return how the context's builder walks."""
    is_classic = context.builder == "classic"
    return Policy(
        matcher,
        matcher.classic_prunes if is_classic else matcher.buildkit_prunes,
        enter_pruned=with_excluded,
        takes_sockets=not is_classic,
    )


def analyze(
    context: BuildContext,
    *,
    with_excluded: bool = False,
    processes: int = 1,
    progress: Progress | None = None,
) -> Analysis:
    """Measure ``context``; ``with_excluded`` also enters what Docker's client skips.

    Raises IgnoreFileError for an ignore file with which Docker's client fails.
    """
    matcher = build_matcher(context)
    is_classic = context.builder == "classic"
    if is_classic:
        classic.check_patterns(context.root, matcher)
    policy = build_policy(context, matcher, with_excluded=with_excluded)
    try:
        tree = walk(context.root, policy, processes=processes, progress=progress)
        view = View(tree, sends_excluded_parents=not is_classic)
    except IgnoreFileError:
        if not is_classic:
            raise
        view = classic.walk_until_failure(context.root, matcher)
    return Analysis(context, matcher, view.tree, view, with_excluded)
