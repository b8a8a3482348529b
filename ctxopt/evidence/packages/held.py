"""Where the stages of a build hold what they took of the context, also by way of other stages. Pure.

A rough reading: a folder is followed to where it was copied, whatever was left out of it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ctxopt.evidence.git_history import BuildTakings
from ctxopt.languages.dockerfile import RunStep, Source
from ctxopt.paths import join, relative


class Held(NamedTuple):
    """A part of the context in a stage."""

    stage: int
    line: int
    dest: str
    """Where it lies in the stage, absolute and without a slash at its end."""
    root: str
    """What of the context lies there; empty for all of it."""
    is_for_step: bool
    """Whether it is there for the step in ``line`` alone."""

    def inside(self, place: str) -> str | None:
        """Return what of the context lies at an absolute path; None where this is not about it."""
        below = relative(place, self.dest)
        return None if below is None else join(self.root, below.lstrip("/"))


class Holdings:
    """What each stage of a build holds."""

    def __init__(self, taken: BuildTakings) -> None:
        self._build: Final = taken.build
        self.held: list[Held] = []
        known = [taking.source for taking in taken.takings]
        takings = [(taking.source, taking.roots) for taking in taken.takings]
        # Stages that the target does not reach are built as well, by other targets.
        takings += [
            (source, tuple(path.path.strip("/") for path in source.local))
            for source in self._build.sources
            if not source.reachable and source not in known
        ]
        # A stage copies only from those before it.
        for stage in self._build.stages:
            for source, roots in takings:
                if source.stage == stage.index:
                    self.held += _taken(source, roots)
            for source in self._build.sources:
                if source.stage == stage.index and source.from_ is not None:
                    self.held += self._handed_on(source)

    def at(self, run: RunStep) -> list[Held]:
        """Return what is there for a step."""
        return [
            held
            for held in self.of(run.stage)
            if (held.stage != run.stage or held.line <= run.line)
            and (not held.is_for_step or (held.stage, held.line) == (run.stage, run.line))
        ]

    def of(self, stage: int) -> Iterator[Held]:
        """Yield what a stage holds, with what it is built on."""
        lineage = set(self._build.lineage(stage))
        return (held for held in self.held if held.stage in lineage)

    def last_stages(self) -> Iterator[int]:
        """Yield the stages of which no other one takes anything: each is an image that may be built."""
        used = {stage.base.stage for stage in self._build.stages}
        used |= {source.from_.stage for source in self._build.sources if source.from_ is not None}
        return (stage.index for stage in self._build.stages if stage.index not in used)

    def named(self) -> Iterator[str]:
        """Yield what instructions take out of stages, as paths of the context."""
        for source in self._build.sources:
            for held in self._from(source):
                yield from filter(None, map(held.inside, _places(source)))

    def _handed_on(self, source: Source) -> Iterator[Held]:
        for held in list(self._from(source)):
            for path in _places(source):
                below = relative(held.dest, path)
                if below is not None:
                    dest = posixpath.normpath(_dest(source) + "/" + below)
                    yield _made(source, dest, held.root)
                inside = held.inside(path)
                if inside is not None and below is None:
                    yield _made(source, _dest(source), inside)

    def _from(self, source: Source) -> list[Held]:
        if source.from_ is None or source.from_.stage is None:
            return []
        return [held for held in self.of(source.from_.stage) if not held.is_for_step]


def _taken(source: Source, roots: Iterable[str]) -> Iterator[Held]:
    dest = _dest(source)
    for root in roots:
        place = dest
        if source.parents:
            place = posixpath.normpath(f"{dest}/{root}")
        yield _made(source, place, root)


def _made(source: Source, dest: str, root: str) -> Held:
    return Held(source.stage, source.line, dest.rstrip("/"), root, source.mount is not None)


def _dest(source: Source) -> str:
    return posixpath.normpath(posixpath.join("/", source.workdir, source.dest))


def _places(source: Source) -> Iterator[str]:
    return (posixpath.normpath("/" + item.path.lstrip("/")) for item in source.paths if item.path)
