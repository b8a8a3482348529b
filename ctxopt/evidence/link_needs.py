"""What symbolic links among the sources lead to: a link that is sent is of use only with its target. Opens nothing."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from ctxopt.evidence.needs import Clues, Need
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.evidence.test_folders import lies_in_tests
from ctxopt.paths import is_at_or_below, join
from ctxopt.tree.view import files_below

_MOST_LINKS: Final = 1000
_MOST_FILES: Final = 2000
"""Files of a folder that a link leads to which are named one by one."""
_DOCUMENTATION: Final = frozenset({"docs", "doc", "documentation", "website"})


def needs_of_links(folders: Iterable[str], files: SentFiles, tracked: Iterable[str]) -> Clues:
    """Return what links in ``folders``, those of the project itself, lead to.

    Of what git knows, only links and targets that it tracks count: without the other ones a clean checkout builds as well.
    """
    known: frozenset[str] | None = None
    needs: list[Need] = []
    for link, text in islice(_links(folders, files), _MOST_LINKS):
        if known is None:
            known = frozenset(tracked)
        target = _target(link, text)
        if target is None or not files.has(target) or not _are_tracked(link, target, known):
            continue
        below = islice(files_below(files.lookup.view, [target]), _MOST_FILES)
        needs += [Need(path, f"{link} links to it") for path in (target, *below)]
    return Clues(needs=tuple(needs))


def _links(folders: Iterable[str], files: SentFiles) -> Iterator[tuple[str, str]]:
    """The links that are sent with what they say, without those of tests and of documentation, which nothing but these read."""
    for path in folders:
        folder = files.tree.folders[path]
        if not folder.links or not _DOCUMENTATION.isdisjoint(path.split("/")):
            continue
        for name in folder.names:
            text = folder.links.get(name)
            link = folder.child(name)
            if text is None or lies_in_tests(files.catalog, f"{link}/"):
                continue
            if files.has(link):
                yield link, text


def _target(link: str, text: str) -> str | None:
    """Return the path in the context that a link with ``text`` names; None where it leads out of it, or to all of it."""
    if text.startswith("/"):
        return None
    target = posixpath.normpath(join(posixpath.dirname(link), text))
    if target == "." or target == ".." or target.startswith("../"):
        return None
    return target


def _are_tracked(link: str, target: str, tracked: Collection[str]) -> bool:
    if not tracked:
        return True
    if link not in tracked:
        return False
    return target in tracked or any(is_at_or_below(path, target) for path in tracked)
