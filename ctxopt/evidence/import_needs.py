"""What Go and Python sources name of the folders beside them that look superfluous. Opens those sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from ctxopt.evidence.manifest_search import MOST_FILES
from ctxopt.evidence.needs import Clues, Need, name_paths
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.evidence.source_imports import NAMES, named_beside, sources_among
from ctxopt.tree.model import Folder


def needs_of_imports(folders: Iterable[str], files: SentFiles) -> Clues:
    """Return what the sources in ``folders``, those of the project itself, embed and import."""
    needs: list[Need] = []
    named: list[Need] = []
    # Bounded over the whole project: a folder of generated sources must not hold up a scan.
    for folder, source in islice(_sources(folders, files), MOST_FILES):
        by = folder.child(source)
        reason = f"named by {by}"
        beside = NAMES.intersection(folder.names)
        for inside in named_beside(source, files.text(folder.child(source)), beside):
            path = folder.child(inside)
            needs += [Need(found, reason, by) for found in files.existing_inside(path)]
            named += name_paths([path], reason)
    return Clues(needs=tuple(needs), named=tuple(named))


def _sources(folders: Iterable[str], files: SentFiles) -> Iterator[tuple[Folder, str]]:
    """The sources that lie beside a folder which looks superfluous."""
    for path in folders:
        folder = files.tree.folders[path]
        names = folder.names
        if NAMES.isdisjoint(names):
            continue
        for name in sources_among(names):
            yield folder, name
