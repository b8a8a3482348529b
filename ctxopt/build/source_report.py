"""Who pulls what in: the uses and checks of all sources of a build, with what each takes.

Facts with locations, exact because they look at the measured files; rules judge them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxopt.build.share_out import ResolvedSource, Share, Shares, share_out
from ctxopt.build.source_resolver import resolve_sources
from ctxopt.build.sources import Load, SourceCheck, SourceReach, SourceReport, SourceUse
from ctxopt.languages.dockerfile import Build, Source


def report_sources(build: Build, loads: Sequence[Load]) -> SourceReport:
    """Resolve every reachable source of ``build`` against the contexts it loads."""
    uses: list[SourceUse] = []
    checks: list[SourceCheck] = []
    untaken = Share()
    for load in loads:
        found = resolve_sources(build, load)
        checks += found.checks
        shares = Shares()
        if load.transfer.loaded:
            shares = share_out(load.transfer.view, found.sources)
        reaches = [source_reach(build, item.source) for item in found.sources]
        uses += _uses(build, load, found.sources, reaches, shares)
        if load.name is None:
            untaken = shares.untaken()
    uses.sort(key=lambda use: (use.source.line, use.source.stage))
    checks.sort(key=lambda check: (check.source.line, check.kind, check.text))
    return SourceReport(
        uses=tuple(uses),
        checks=tuple(checks),
        never_copied_files=untaken.files,
        never_copied_bytes=untaken.bytes,
    )


def _uses(
    build: Build,
    load: Load,
    sources: Sequence[ResolvedSource],
    reaches: Sequence[SourceReach],
    shares: Shares,
) -> Iterator[SourceUse]:
    for place, (source, roots, _) in enumerate(sources):
        taken, only = shares.taken_by([place]), shares.taken_only_by(place)
        stage = build.stages[source.stage]
        yield SourceUse(
            source=source,
            context=load.name,
            stage=stage.name or str(stage.index),
            reach=reaches[place],
            roots=roots,
            files=taken.files,
            bytes=taken.bytes,
            only_files=only.files,
            only_bytes=only.bytes,
        )


def source_reach(build: Build, source: Source) -> SourceReach:
    """Return where what a source takes ends up."""
    if source.mount is not None:
        return "mount"
    if source.stage in build.lineage(build.target):
        return "final"
    return "builder"


def unmeasured_use(
    build: Build, source: Source, roots: tuple[str, ...], context: str | None = None
) -> SourceUse:
    """Return what is known of a source before anything is counted: all sizes are zero."""
    stage = build.stages[source.stage]
    return SourceUse(
        source=source,
        context=context,
        stage=stage.name or str(stage.index),
        reach=source_reach(build, source),
        roots=roots,
        files=0,
        bytes=0,
        only_files=0,
        only_bytes=0,
    )
