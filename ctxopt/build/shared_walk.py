"""One folder measured under several ignore files by one walk, which enters what any of them lets in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ctxopt.build.analysis import build_policy, measure_view
from ctxopt.build.context import BuildContext
from ctxopt.builder import Builder
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.tree.replay import replay
from ctxopt.tree.view import View
from ctxopt.tree.workers import ALONE, Walker, walk


def measure_views(
    context: BuildContext, matchers: Sequence[Matcher], walker: Walker = ALONE
) -> list[View]:
    """Return what each of ``matchers``, one at least, permits of the context, as a walk with it alone would say.

    Raises IgnoreFileError where a walk fails on a pattern.
    """
    first, *others = matchers
    if not others:
        return [measure_view(context, first, walker=walker)]
    policy = build_policy(context, first)
    skips = [_skips(matcher, context.builder) for matcher in matchers]
    # The walk asks about a folder that the first of them excludes.
    policy = policy._replace(prunes=lambda folder: all(skip(folder) for skip in skips))
    tree = walk(context.root, policy, walker)
    views = []
    for matcher in matchers:
        decided = replay(tree, matcher, builder=context.builder, before=first).view
        pruned = decided.pruned(matcher.pruner(context.builder))
        views.append(View(pruned, context.builder))
    return views


def _skips(matcher: Matcher, builder: Builder) -> Callable[[str], bool]:
    prunes = matcher.pruner(builder)
    return lambda folder: prunes(folder) and matcher.decide(folder).excluded
