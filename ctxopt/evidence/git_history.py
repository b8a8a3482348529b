"""Which files of a build ask git for the history, and whether the build gets both of them together.

Pure: takes texts and what instructions take; whether ``.git`` is worth its bytes is for others to say.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ctxopt.languages.dockerfile import Build, RunStep, Source
from ctxopt.paths import is_at_or_below, name

_SCRIPTS: Final = (".sh", ".bash", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".go", ".ps1")
_RUNNERS: Final = {
    "makefile": "make", "gnumakefile": "make", ".mk": "make", "justfile": "just",
    "taskfile.yml": "task", "taskfile.yaml": "task",
}  # fmt: skip
"""Files that one program reads, by their name or its end: no step that runs it, no reading."""
_ASKS_GIT: Final = re.compile(
    r"""["'`]git["'`]|"""
    r"\bgit\s+(?:-C\s+\S+\s+)?(?:describe|rev-parse|rev-list|log|show|status|tag|ls-files|diff|archive|name-rev)\b"
)
_CALLS_DOCKER: Final = re.compile(
    r"\bdocker\s+(?:buildx|build|compose|image|push|run|tag)\b|\bdocker-compose\b|\bpodman\s+build\b"
)
_CAN_DO_WITHOUT: Final = re.compile(
    r"failOnNoGitDirectory>\s*false|failOnNoGitDirectory\s*=\s*false"
)


class Taking(NamedTuple):
    """A source with the paths that it takes, each with all below it; ``""`` is everything."""

    source: Source
    roots: tuple[str, ...]

    def takes(self, path: str) -> bool:
        """Tell whether ``path`` comes along."""
        return any(is_at_or_below(path, root) for root in self.roots)


class BuildTakings(NamedTuple):
    """A build with what its sources take."""

    build: Build
    takings: Sequence[Taking]

    def arriving(self, run: RunStep) -> list[Taking]:
        """Return what the stage of a step, and those it is built on, take before or at the step."""
        # A stage below starts with all that its base has; a mount is there for its own step only.
        lineage = set(self.build.lineage(run.stage))
        return [
            taking
            for taking in self.takings
            if taking.source.stage in lineage
            and (taking.source.stage != run.stage or taking.source.line <= run.line)
            and (taking.source.mount is None or taking.source.line == run.line)
        ]

    def joins(self, path: str, histories: Iterable[str]) -> bool:
        """Tell whether some stage holds ``path`` and one of the folders ``histories``."""
        stages = self._stages_with(path)
        return bool(stages) and any(stages & self._stages_with(other) for other in histories)

    def runs(self, path: str, callers: Iterable[str]) -> bool:
        """Tell whether a step may read the file ``path``, itself or through the texts ``callers``.

        What has no runner of its own is read, for all that is known.
        """
        file = name(path).lower()
        ending = posixpath.splitext(file)[1]
        runner = _RUNNERS.get(file) or _RUNNERS.get(ending)
        scripts = "\n".join(self.build.scripts())
        if runner is not None:
            return bool(re.search(rf"\b{runner}\b", scripts))
        # A shell script runs where something names it; a module of a program may be imported anywhere.
        if ending not in (".sh", ".bash"):
            return True
        return any(file in text.lower() for text in (scripts, *callers))

    def _stages_with(self, path: str) -> set[int]:
        found = {taking.source.stage for taking in self.takings if taking.takes(path)}
        return {
            stage.index
            for stage in self.build.stages
            if not found.isdisjoint(self.build.lineage(stage.index))
        }


def asks_git(path: str, text: str) -> bool:
    """Tell whether the script at ``path`` runs git on the repository it is in."""
    # Prose and data mention git as well, and run nothing.
    if not path.lower().endswith(_SCRIPTS) and not text.startswith("#!"):
        return False
    return bool(_ASKS_GIT.search(text)) and not is_outside(text)


def is_outside(text: str) -> bool:
    """Tell whether a file is for the machine that builds images, or can do without the history."""
    return bool(_CALLS_DOCKER.search(text) or _CAN_DO_WITHOUT.search(text))
