"""The use case behind ``ctxopt explain``: decisions about given paths, with what lies below them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ctxopt.build.analysis import Analysis, analyze
from ctxopt.build.context import BuildContext
from ctxopt.build.request import BuildRequest
from ctxopt.build.sources import SourceUse
from ctxopt.errors import ContextError
from ctxopt.languages.golang.paths import clean
from ctxopt.languages.ignore.explain import Explanation, explain
from ctxopt.paths import overlaps
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import Tally
from ctxopt.tree.workers import default_walker


@dataclass(frozen=True, slots=True)
class PathExplanation:
    """What is known of one path."""

    explanation: Explanation
    ignore_file: str | None
    exists: bool
    below: Tally | None
    """The sums below a folder; None for anything else."""
    uses: tuple[SourceUse, ...] = ()
    """The instructions that take it, or something below it."""
    transferred: bool | None = None
    """Whether this build fetches it, or something below it; None if that cannot be said."""
    through: tuple[int, ...] = ()
    """The lines of the COPY --from that take it, or something below it, on into the final image."""
    arriving: tuple[str, ...] = ()
    """Where these take only what is below it: the topmost of those paths; empty where they take it whole."""
    may_be_removed: bool = False
    """Whether a RUN step may have removed it before."""
    is_for_docker: bool = False
    """Whether it is the Dockerfile or the ignore file in force, which Docker reads whatever that says."""


def answer_paths(
    context: BuildContext, paths: list[str], request: BuildRequest
) -> list[PathExplanation]:
    """Explain ``paths``, as ``path_inside`` gives them; they need not exist. Raises as ``analyze`` does."""
    analysis = analyze(context, request, with_excluded=True, walker=default_walker())
    return [_answer(analysis, path) for path in paths]


def _answer(analysis: Analysis, path: str) -> PathExplanation:
    context, plan = analysis.context, analysis.plan
    below = None
    if _is_folder(context, path):
        below = analysis.permitted.totals.get(path)
    uses: tuple[SourceUse, ...] = ()
    fetched: bool | None = None
    way = None
    if plan is not None:
        sent = ViewLookup(plan.main.transfer.view)
        fetched = plan.main.transfer.loaded and sent.find(path) is not None
        uses = tuple(
            use
            for use in plan.sources.uses
            if use.context is None and fetched and any(overlaps(root, path) for root in use.roots)
        )
        # Simulating the image costs more than the rest of the answer, and only then can it tell anything.
        if any(use.reach == "builder" for use in uses):
            way = plan.image.way_of(path)
    through: tuple[int, ...] = ()
    arriving: tuple[str, ...] = ()
    if plan is not None and way is not None:
        through, arriving = way.via, plan.image.roots_in(path)
    return PathExplanation(
        explanation=explain(analysis.matcher, path, builder=context.builder),
        ignore_file=context.ignore.path,
        exists=os.path.lexists(os.path.join(context.root, path)),
        below=below,
        uses=uses,
        transferred=fetched,
        through=through,
        arriving=arriving,
        may_be_removed=way is not None and way.ran,
        is_for_docker=path in (context.dockerfile.inside, context.ignore.path),
    )


def _is_folder(context: BuildContext, path: str) -> bool:
    full = os.path.join(context.root, path)
    return os.path.isdir(full) and not os.path.islink(full)


def path_inside(context: BuildContext, given: str) -> str:
    """Return the path below the root of one that is relative to it, or absolute.

    Raises ContextError for the root and for what is outside.
    """
    path = given
    if os.path.isabs(given):
        path = os.path.relpath(given, context.root)
        # The root is known without links, and what was given may lead into it through one.
        if path.startswith(".."):
            path = os.path.relpath(
                os.path.join(os.path.realpath(os.path.dirname(given)), os.path.basename(given)),
                context.root,
            )
    path = clean(path)
    if path == ".." or path.startswith(("../", "/")):
        raise ContextError(
            f"{given!r} is outside the context {context.root}",
            hint="paths are relative to the context root; --context names another one",
        )
    # Relative to the working directory instead of the context: the commonest slip.
    name = os.path.basename(context.root)
    # A package often has the name of its repository: then the path is one that is not there yet.
    if path.startswith(name + "/") and not os.path.lexists(os.path.join(context.root, name)):
        inside = path[len(name) + 1 :]
        if os.path.lexists(os.path.join(context.root, inside)):
            raise ContextError(
                f"{given!r} does not exist in the context {context.root}",
                hint=f"paths are relative to the context root: {inside}",
            )
    if path == ".":
        raise ContextError("the context root itself is always sent", hint="name a path in it")
    return path
