"""The files that are sent, as those ask who look for what a build reads: is it there, is it input, what is in it.

Opens regular files of the context, a bounded part of each; everything else is a lookup in the measured tree.
"""

from __future__ import annotations

import codecs
import os
from typing import Final

from ctxopt.build.analysis import Analysis
from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.read_start import read_start
from ctxopt.languages.golang.paths import has_meta
from ctxopt.paths import upwards
from ctxopt.tree.lookup import ViewLookup

_MOST_BYTES: Final = 1 << 18
"""What is read of one file. Lock files and bundles are larger, and say what they say in the beginning."""
_GENERATED: Final = frozenset({"dependencies", "build-output", "cache", "test-report"})
_PACKED: Final = (".whl", ".tar.gz", ".tgz", ".jar", ".war", ".deb", ".rpm", ".gem", ".nupkg")


class SentFiles:
    """What is permitted of one context, beside the catalogue.

    ``texts`` are the starts of files of the same folder that were read before; those read here are added.
    """

    def __init__(
        self, analysis: Analysis, catalog: Catalog, texts: dict[str, str] | None = None
    ) -> None:
        self.catalog: Final = catalog
        self.tree: Final = analysis.tree
        self.lookup: Final = ViewLookup(analysis.permitted)
        self.texts: Final = {} if texts is None else texts
        self._existing: Final[dict[str, list[str]]] = {}
        self._inputs: Final[dict[str, bool]] = {}

    def has(self, path: str) -> bool:
        """Tell whether ``path``, which has no wildcard, is sent."""
        return self.lookup.find(path) is not None

    def existing(self, path: str) -> list[str]:
        """Return what there is of a path or glob; nothing for ``**``, which would name half a tree."""
        # Scripts name the same few paths again and again, and a glob looks at many names.
        found = self._existing.get(path)
        if found is None:
            found = self._look_for(path)
            self._existing[path] = found
        return found

    def _look_for(self, path: str) -> list[str]:
        if has_meta(path):
            if "**" in path:
                return []
            return self.lookup.glob(path) or []
        if self.has(path):
            return [path]
        return []

    def existing_inside(self, path: str) -> list[str]:
        """Return what there is of what a file names; nothing for the root and for a wildcard that means all of it."""
        inside = path.strip("/")
        if not inside or set(inside) == {"*"}:
            return []
        return self.existing(inside)

    def is_input(self, path: str) -> bool:
        """Tell whether a step that names ``path`` reads it, and does not make it itself."""
        known = self._inputs.get(path)
        if known is None:
            known = self._is_no_output(path)
            self._inputs[path] = known
        return known

    def _is_no_output(self, path: str) -> bool:
        for here in upwards(path):
            if not here:
                break
            is_dir = here != path or here in self.tree.folders
            kinds = {entry.kind for entry in self.catalog.match_path(here, is_dir)}
            if kinds & _GENERATED:
                # A wheel in dist/ that a step installs was put there for it.
                return path.endswith(_PACKED)
        return True

    def text(self, path: str) -> str:
        """Return the start of a regular file; nothing where there is none any more."""
        found = self.texts.get(path)
        if found is None:
            content = read_start(os.path.join(self.tree.root, path), _MOST_BYTES)
            # Thousands may be read, and Python's own codec for the mark is slow.
            content = (content or b"").removeprefix(codecs.BOM_UTF8)
            found = content.decode("utf-8", "surrogateescape")
            self.texts[path] = found
        return found
