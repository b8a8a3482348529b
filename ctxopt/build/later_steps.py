"""Which steps of a build run again: those whose key, made of all that comes before them, was not there. Pure.

BuildKit keeps a step by the steps below it, by what it does, and by the checksum of what it takes. COPY --from and mounts of a
stage ask what lies there, not how it came there: where a step of that stage has run again, it may have made the same.
``--link`` counts as any COPY: only a builder that can merge layers keeps it apart from the steps before it.
Source: moby/buildkit solver/llbsolver/ops/file.go and exec.go CacheMap.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from typing import NamedTuple

from ctxopt.languages.dockerfile import Build, Origin, RunStep, Source, Workdir
from ctxopt.languages.golang.strings import clean_join
from ctxopt.paths import name


class LaterStep(NamedTuple):
    """One instruction that runs again."""

    keyword: str
    line: int
    stage: int
    is_certain: bool
    """False where that depends on what a step before it makes."""
    run: RunStep | None = None
    """None for what is no RUN step."""


class _Step(NamedTuple):
    """One instruction with what it takes from."""

    keyword: str
    line: int
    is_trigger: bool
    sources: tuple[Source, ...]
    does: Hashable
    """What it does, whatever it takes."""
    run: RunStep | None = None


class StepKey(NamedTuple):
    """The key of one step, by identity of what is below it; ``loose`` leaves out what lies in other stages."""

    step: _Step
    stage: int
    exact: int
    loose: int


Keys = Mapping[Source, Hashable]
"""What enters the key of an instruction that takes from the main context."""
Contents = Callable[[Source], Hashable | None]
"""What COPY --from takes of another stage; None where that is not known."""


def steps_after(build: Build, changed: Collection[Source]) -> tuple[LaterStep, ...]:
    """Return the steps that run again, those of ``changed`` first, where the checksums of ``changed`` are others."""
    before = step_keys(build, {})
    after = step_keys(build, dict.fromkeys(changed, "changed"))
    return steps_again(before, after)


def steps_again(before: Collection[StepKey], after: Collection[StepKey]) -> tuple[LaterStep, ...]:
    """Return the steps of ``after`` that nothing of ``before`` can stand for."""
    exact = {key.exact for key in before}
    loose = {key.loose for key in before}
    return tuple(
        LaterStep(
            keyword=key.step.keyword,
            line=key.step.line,
            stage=key.stage,
            is_certain=key.loose not in loose,
            run=key.step.run,
        )
        for key in after
        if key.exact not in exact
    )


def step_keys(build: Build, keys: Keys, contents: Contents | None = None) -> tuple[StepKey, ...]:
    """Return the keys of the steps that are reached, by stage and in their order.

    ``keys`` are those of ``KeySource``; without one an instruction takes always the same.
    """
    return tuple(_Chains(build, keys, contents).run())


class _Chains:
    """Goes up the stages; every step stands on the one before it."""

    def __init__(self, build: Build, keys: Keys, contents: Contents | None) -> None:
        self._build = build
        self._keys = keys
        self._contents = contents
        self._ends: dict[int, tuple[int, int]] = {}

    def run(self) -> Iterator[StepKey]:
        # A stage takes from earlier ones only.
        for stage in self._build.stages:
            if not stage.reachable:
                continue
            exact, loose = self._base(stage.base)
            for step in _steps_of(self._build, stage.index):
                own = tuple(self._keys.get(source) for source in step.sources)
                taken = tuple(self._from(source.from_) for source in step.sources)
                known = tuple(map(self._content, step.sources))
                if all(self._is_known(source, known) for source in step.sources):
                    taken = ()
                exact = hash((exact, step.does, own, known, taken))
                loose = hash((loose, step.does, own, known))
                yield StepKey(step, stage.index, exact, loose)
            self._ends[stage.index] = exact, loose

    def _base(self, base: Origin) -> tuple[int, int]:
        if base.stage is not None:
            return self._ends.get(base.stage, (0, 0))
        start = hash((base.kind, base.text))
        return start, start

    def _from(self, origin: Origin | None) -> Hashable:
        if origin is None:
            return None
        if origin.stage is not None:
            return self._ends.get(origin.stage)
        return origin.text

    def _content(self, source: Source) -> Hashable | None:
        if self._contents is None or source.from_ is None or source.from_.stage is None:
            return None
        return self._contents(source)

    def _is_known(self, source: Source, known: tuple[Hashable | None, ...]) -> bool:
        is_of_stage = source.from_ is not None and source.from_.stage is not None
        return is_of_stage and None not in known


def _steps_of(build: Build, stage: int) -> list[_Step]:
    """Return the steps of a stage in the order in which they run."""
    mounts: dict[int, list[Source]] = {}
    steps: list[_Step] = []
    for source in build.sources:
        if source.stage != stage:
            continue
        if source.mount is not None:
            mounts.setdefault(source.line, []).append(source)
            continue
        is_trigger = source.onbuild is not None
        # An inline file is part of what the step does.
        does = (_does(source), *_inline(build, source.line))
        steps.append(_Step(source.instruction, source.line, is_trigger, (source,), does))
    for run in build.runs:
        if run.stage == stage:
            sources = tuple(mounts.get(run.line, ()))
            mounted = tuple(map(_does, sources))
            does = (run.script, run.args, run.is_json, run.workdir, mounted)
            is_trigger = run.onbuild is not None
            step = _Step("RUN", run.line, is_trigger, sources, does)
            steps.append(step._replace(run=run))
    steps += map(_workdir, (item for item in build.workdirs if item.stage == stage))
    # Triggers of the base come first.
    steps.sort(key=lambda step: (not step.is_trigger, step.line))
    return steps


def _inline(build: Build, line: int) -> Iterator[str]:
    for instruction in build.dockerfile.instructions:
        if instruction.line == line:
            yield from (heredoc.content for heredoc in instruction.heredocs)


def _workdir(item: Workdir) -> _Step:
    return _Step("WORKDIR", item.line, item.onbuild is not None, (), item.path)


def _does(source: Source) -> Hashable:
    """Return what a COPY, ADD or mount does: of the way to what it takes, the last name alone."""
    dest = source.dest
    if not dest.startswith("/"):
        dest = clean_join(source.dest_root or "", dest)
    taken = tuple(name(path.path.rstrip("/")) or path.path for path in source.paths)
    if source.from_ is not None:
        taken = tuple(path.path for path in source.paths)
    return (
        source.instruction,
        source.mount,
        taken,
        dest,
        source.exclude,
        source.parents,
        source.heredocs,
        tuple(flag for flag in source.flags if not flag.startswith("--from")),
    )
