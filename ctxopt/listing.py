"""The entries of one view of a context: streamed while walking where that can be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ctxopt.analysis import analyze, build_matcher, build_policy
from ctxopt.context import BuildContext
from ctxopt.crowd import default_processes
from ctxopt.tree import DIR, EMPTY, Entry, Flag, WalkError
from ctxopt.walk import Reader, stream


def list_entries(
    context: BuildContext, *, excluded: bool, on_error: Callable[[WalkError], None]
) -> Iterator[Entry]:
    """Yield the permitted or the excluded entries of ``context`` in Docker's order.

    Permitted ones come while the walk goes on, whatever the size of the context.
    """
    matcher = build_matcher(context)
    if excluded or matcher.has_broken or context.builder == "classic":
        analysis = analyze(context, with_excluded=excluded, processes=default_processes())
        for error in analysis.tree.errors:
            on_error(error)
        yield from analysis.permitted.excluded() if excluded else analysis.permitted.entries()
        return
    reader = Reader(build_policy(context, matcher), on_error)
    try:
        yield from _stream_permitted(reader, context.root)
    finally:
        reader.close()


def _stream_permitted(reader: Reader, root: str) -> Iterator[Entry]:
    """Yield what is kept; an excluded folder comes just before the first kept entry in it."""
    pending: list[Entry] = []
    for path, folder, index, flag in stream(reader, root):
        kind = folder.kinds[index]
        while pending and not path.startswith(pending[-1].path + "/"):
            pending.pop()
        if flag & Flag.EXCLUDED:
            if kind == DIR:
                pending.append(Entry(path, kind, 0, excluded=True))
            continue
        yield from pending
        pending.clear()
        name = path.rpartition("/")[2]
        link = folder.links[name] if folder.links and name in folder.links else ""
        yield Entry(path, kind, 0 if flag & EMPTY else folder.sizes[index], link=link)
