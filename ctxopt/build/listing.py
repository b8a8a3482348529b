"""The entries of one view of a context: streamed while walking where that can be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ctxopt.build.analysis import (
    Analysis,
    ViewName,
    analyze,
    build_matcher,
    build_policy,
)
from ctxopt.build.context import BuildContext
from ctxopt.build.request import BuildRequest
from ctxopt.build.stops import permitted_stop, transfer_stop
from ctxopt.builder import BUILDKIT
from ctxopt.errors import ContextError, IgnoreFileError
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.paths import name
from ctxopt.tree.model import DIR, EMPTY, SYMLINK, ContextTree, Entry, Flag, Folder, WalkError
from ctxopt.tree.reader import open_reader, stream
from ctxopt.tree.view import View
from ctxopt.tree.workers import ALONE, Walker, default_walker


def analyze_for(
    context: BuildContext, request: BuildRequest, view: ViewName, *, walker: Walker = ALONE
) -> Analysis:
    """Measure as much as ``view`` needs; the Dockerfile is read for ``transferred`` alone.

    A build that loads nothing walks nothing: not even a pattern that fails when tried is met. Raises DockerfileError
    for a target that the Dockerfile does not have, whatever the view.
    """
    check_target(context, request)
    if view == "transferred" and context.builder.loads_on_demand and context.dockerfile.found:
        # What reads Dockerfiles is a third of the program, and most listings need none.
        from ctxopt.build.plan import make_plan, paths_of, resolve_build

        build = resolve_build(context, request)
        if paths_of(build) is None:
            matcher = _matcher_of_nothing(context)
            empty = View(ContextTree(context.root, {}))
            plan = make_plan(context, empty, matcher, build, request, walker=walker)
            return Analysis(
                context=context,
                matcher=matcher,
                tree=empty.tree,
                permitted=empty,
                with_excluded=False,
                plan=plan,
                target=request.target,
            )
    asked = None
    if view == "transferred":
        asked = request
    return analyze(context, asked, with_excluded=view == "excluded", walker=walker)


def _matcher_of_nothing(context: BuildContext) -> Matcher:
    """Return the matcher for a build that takes nothing: BuildKit refuses what it would refuse, Podman reads no pattern."""
    try:
        return build_matcher(context)
    except IgnoreFileError:
        if context.builder.sends_context:
            raise
        return Matcher(())


def check_target(context: BuildContext, request: BuildRequest) -> None:
    """Raise DockerfileError for a target that the Dockerfile does not have, ContextError where there is none."""
    if request.target is not None:
        from ctxopt.build.plan import resolve_build

        resolve_build(context, request)


def select_view(analysis: Analysis, name: ViewName) -> tuple[View, int | None]:
    """Return a view and the figure Docker prints for it on a first build; None where it prints none.

    Raises ContextError for ``transferred`` where there is no Dockerfile.
    """
    if name == "excluded":
        return analysis.permitted, None
    if name == "permitted" or not analysis.context.builder.loads_on_demand:
        if permitted_stop(analysis) or not analysis.context.builder.sends_context:
            return analysis.permitted, None
        return analysis.permitted, analysis.permitted_bytes
    if analysis.plan is None:
        raise ContextError(
            "there is no Dockerfile, so nothing says what a build takes",
            hint="-f names a Dockerfile; --permitted lists what any build may take",
        )
    transfer = analysis.plan.main.transfer
    if transfer_stop(analysis) or not analysis.context.builder.sends_context:
        return transfer.view, None
    return transfer.view, transfer.context_bytes


def list_entries(
    context: BuildContext,
    request: BuildRequest,
    view: ViewName,
    *,
    on_error: Callable[[WalkError], None],
) -> Iterator[Entry]:
    """Yield the entries of a view of ``context`` in Docker's order.

    Permitted ones come while the walk goes on, whatever the size of the context.
    """
    check_target(context, request)
    matcher = build_matcher(context)
    # A stream cannot take back what it gave before a pattern failed, and it gives the excluded
    # folders above a kept entry, which the classic builder does not send; Podman leaves sockets out.
    if view != "permitted" or matcher.has_broken or context.builder is not BUILDKIT:
        analysis = analyze_for(context, request, view, walker=default_walker())
        shown, _ = select_view(analysis, view)
        for error in shown.tree.errors:
            on_error(error)
        if view == "excluded":
            yield from shown.excluded()
        else:
            yield from shown.entries()
        return
    reader = open_reader(build_policy(context, matcher), on_error)
    try:
        yield from _stream_permitted(stream(reader, context.root))
    finally:
        reader.close()


def _stream_permitted(seen: Iterable[tuple[str, Folder, int, int]]) -> Iterator[Entry]:
    """Yield what is kept; an excluded folder comes just before the first kept entry in it."""
    pending: list[Entry] = []
    for path, folder, index, flag in seen:
        kind = folder.kinds[index]
        while pending and not path.startswith(pending[-1].path + "/"):
            pending.pop()
        if flag & Flag.EXCLUDED:
            if kind == DIR:
                pending.append(Entry(path, kind, 0, excluded=True))
            continue
        yield from pending
        pending.clear()
        size, link = folder.sizes[index], ""
        if flag & EMPTY:
            size = 0
        if kind == SYMLINK and folder.links:
            link = folder.links[name(path)]
        yield Entry(path, kind, size, link=link)
