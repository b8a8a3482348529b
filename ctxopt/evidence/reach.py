"""How far the bytes of a path travel in a build, and which instruction takes them there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from ctxopt.build.analysis import Analysis
from ctxopt.build.sources import SourceUse
from ctxopt.errors import IgnoreFileError
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.paths import upwards

_RANK: Final = {"mount": 0, "builder": 1, "final": 2}


class Reaches:
    """How far each path travels, by lookups on the folders above it."""

    def __init__(self, analysis: Analysis, uses: Sequence[SourceUse]) -> None:
        self._plan = analysis.plan
        self._sends_all = not analysis.context.builder.loads_on_demand
        self._takes: dict[str, list[SourceUse]] = defaultdict(list)
        self._passes: dict[str, list[SourceUse]] = defaultdict(list)
        for use in uses:
            for root in use.roots:
                self._takes[root].append(use)
                while root:
                    root = root.rpartition("/")[0]
                    self._passes[root].append(use)

    def of(self, path: str) -> tuple[Reach, SourceUse | None, str, str]:
        """The reach of ``path``, the instruction to blame, and the most and least taken with it."""
        if self._plan is None:
            return ("sent" if self._sends_all else "permitted"), None, "", ""
        found = [
            (use, root)
            for root in upwards(path)
            for use in self._takes.get(root, ())
            if not self._leaves_out(use, path, root)
        ]
        found += [(use, path) for use in self._passes.get(path, ())]
        if not found:
            return ("sent" if self._plan.main.transfer.is_whole else "permitted"), None, "", ""
        use, _ = max(
            found, key=lambda item: (_RANK[item[0].reach], -len(item[1]), -item[0].source.line)
        )
        roots = sorted((root for _, root in found), key=len)
        return ("sent" if use.reach == "mount" else use.reach), use, roots[0], roots[-1]

    def _leaves_out(self, use: SourceUse, path: str, root: str) -> bool:
        """Whether ``--exclude`` keeps the instruction from taking ``path``."""
        if not use.source.exclude or path == root:
            return False
        try:
            matcher = read_matcher((None, pattern) for pattern in use.source.exclude)
            return matcher.decide(path[len(root) + 1 :] if root else path).excluded
        except IgnoreFileError:
            return False


Reach: TypeAlias = Literal["permitted", "sent", "builder", "final"]
"""How far bytes travel: past the ignore file, to the builder's cache, into a stage, into the image."""
