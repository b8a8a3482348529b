"""Several contexts measured by one walk of each folder, which enters what any of their ignore files lets in.

A context that lies in another one is a part of that walk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from ctxopt.build.analysis import build_policy, measure_view
from ctxopt.build.context import BuildContext
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.paths import is_at_or_below, relative
from ctxopt.tree.model import ContextTree
from ctxopt.tree.policy import Policy
from ctxopt.tree.replay import replay
from ctxopt.tree.subtree import subtree
from ctxopt.tree.view import View
from ctxopt.tree.workers import ALONE, Walker, walk


class Shared(NamedTuple):
    """A context and the patterns of its ignore file."""

    context: BuildContext
    matcher: Matcher

    @property
    def is_sound(self) -> bool:
        """Whether it may share a walk: a broken pattern fails where a walk meets it, and must fail for no other."""
        return not self.matcher.has_broken


_Folders: TypeAlias = Mapping[str, Sequence[Shared]]
"""By context root, an absolute path."""


def measure_together(several: Sequence[Shared], walker: Walker = ALONE) -> list[View]:
    """Return what each of ``several``, all sound, permits: as a walk for it alone would say."""
    folders: dict[str, list[Shared]] = {}
    for shared in several:
        folders.setdefault(shared.context.root, []).append(shared)
    found: dict[str, list[View]] = {}
    # A folder comes before what lies in it.
    for root in sorted(folders):
        if root not in found:
            found |= _measure(root, folders, walker)
    places = {root: iter(views) for root, views in found.items()}
    return [next(places[shared.context.root]) for shared in several]


def _measure(root: str, folders: _Folders, walker: Walker) -> dict[str, list[View]]:
    """Measure the context ``root`` and those that lie in it, by their roots."""
    first, *others = folders[root]
    inner = {place: folders[each] for each in folders if (place := relative(each, root))}
    if not others and not inner:
        return {root: [measure_view(first.context, first.matcher, walker=walker)]}
    tree = walk(root, _policy(folders[root], inner), walker)
    views = {root: _views(folders[root], tree, first)}
    for place, several in inner.items():
        part = subtree(tree, place)
        # It may be gone, or not to be reached from above.
        if part is not None:
            views[several[0].context.root] = _views(several, part, first)
    return views


def _policy(outer: Sequence[Shared], inner: _Folders) -> Policy:
    """Return how to walk a context so that nothing is missing for another ignore file, or for what lies in it."""
    skips = _skips(outer)
    skips_in = {place: _skips(several) for place, several in inner.items()}

    def prunes(folder: str) -> bool:
        for place, skips_there in skips_in.items():
            if is_at_or_below(place, folder):
                return False
            below = relative(folder, place)
            if below is not None and not skips_there(below):
                return False
        return skips(folder)

    policy = build_policy(outer[0].context, outer[0].matcher)
    return policy._replace(prunes=prunes, tries_excluded=True)


def _skips(several: Sequence[Shared]) -> Callable[[str], bool]:
    """Return the question whether the client skips a folder whichever of the ignore files is in force."""
    pruners = [(each.matcher, each.matcher.pruner(each.context.builder)) for each in several]
    return lambda path: all(
        prunes(path) and matcher.decide(path).excluded for matcher, prunes in pruners
    )


def _views(several: Sequence[Shared], tree: ContextTree, first: Shared) -> list[View]:
    """Return what each of ``several`` permits of a tree that was walked with the patterns of ``first``."""
    walked = first.matcher
    views = []
    for each in several:
        builder = each.context.builder
        # Patterns mean another thing below the folder that they were written for.
        before = None
        if builder is first.context.builder and (first in several or not walked.patterns):
            before = walked
        found = replay(tree, each.matcher, builder=builder, before=before)
        view = found.view
        # Without patterns the walk entered everything, and left nothing out.
        if walked.patterns or found.changed:
            view = View(view.pruned(each.matcher.pruner(builder)), builder)
        views.append(view)
    return views
