"""Which builds take a path that only exists once it was made, and cannot make it again by themselves. Opens nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.evidence.reach import Reaches, uses_of
from ctxopt.evidence.run_steps import installs_nothing, makes_nothing

if TYPE_CHECKING:
    from ctxopt.evidence.entry_choice import Topic
    from ctxopt.evidence.git_history import BuildTakings


class _Taker(NamedTuple):
    reaches: Reaches
    path: str
    """The Dockerfile."""
    installs: bool
    makes: bool


class Remade:
    """Asked of packages and of output, a path at a time; ``builds`` are all that the ignore file serves."""

    def __init__(self, analysis: Analysis, builds: Sequence[BuildTakings]) -> None:
        self._builds = [
            _Taker(
                reaches=Reaches(analysis, list(uses_of(taken))),
                path=taken.build.dockerfile.path or "this build",
                installs=not installs_nothing(taken.build),
                makes=not makes_nothing(taken.build),
            )
            for taken in builds
        ]

    def why_never(self, topic: Topic, path: str) -> str | None:
        """Return why no build that takes ``path`` can do without it, in a clause; None where one may."""
        takers = self._takers(topic, path)
        if not takers or any(_makes(topic, taker) for taker in takers):
            return None
        return f"no step of this build {_verb(topic)} it"

    def why_doubtful(self, topic: Topic, path: str) -> str | None:
        """Return the first build that takes ``path`` and does not make it, in a clause; None without one."""
        for taker in self._takers(topic, path):
            if not _makes(topic, taker):
                return f"no step of {taker.path} {_verb(topic)} it"
        return None

    def _takers(self, topic: Topic, path: str) -> list[_Taker]:
        if topic == "dependencies":
            return [taker for taker in self._builds if taker.reaches.of(path).reach == "final"]
        if topic == "build-output":
            copied = ("builder", "final")
            return [taker for taker in self._builds if taker.reaches.of(path).reach in copied]
        return []


def _makes(topic: Topic, taker: _Taker) -> bool:
    if topic == "dependencies":
        return taker.installs
    return taker.makes


def _verb(topic: Topic) -> str:
    if topic == "dependencies":
        return "installs"
    return "makes"
