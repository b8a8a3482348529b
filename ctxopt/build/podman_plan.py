"""What one build of a Containerfile takes of its contexts under Podman; the counterpart of ``plan.make_plan``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from ctxopt.build.image import Image
from ctxopt.build.podman_copy import PodmanCopy, Taken, everything_in, union_of
from ctxopt.build.share_out import ResolvedSource, share_out
from ctxopt.build.source_report import unmeasured_use
from ctxopt.build.sources import Load, SourceReport, SourceUse
from ctxopt.build.transfer import TransferView
from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile import Build, Dockerfile, Source
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import ContextTree
from ctxopt.tree.policy import Policy
from ctxopt.tree.view import View

EVERYTHING: Final = Policy(Matcher(()), lambda _: False, takes_sockets=False)
"""What a walk goes by that skips no folder, whatever the rules say."""


class PodmanLoads(NamedTuple):
    """What a build takes of its contexts, the main one first."""

    loads: tuple[Load, ...]
    sources: SourceReport
    image: Image


class PodmanContext(NamedTuple):
    """One context: its name, None for the main one, and what its own rules permit."""

    name: str | None
    root: str
    matcher: Matcher
    view: View
    whole: Callable[[], ContextTree]
    """Reads the context by ``EVERYTHING``."""


def podman_target(dockerfile: Dockerfile, target: str | None) -> str | int | None:
    """Return the stage that ``--target`` means: a name, in which the case matters, or a number.

    Raises DockerfileError for one that there is not.
    """
    if not target:
        return None
    starts = [block.start for block in dockerfile.blocks]
    names = [start.instruction.args[-1] if start.name else None for start in starts]
    if target in names:
        return names.index(target)
    if target.isdigit() and int(target[:8]) < len(names):
        return int(target)
    raise DockerfileError(
        f'the target "{target}" was not found in the provided Dockerfile',
        path=dockerfile.path,
        hint="to Podman the case of a stage's name matters",
    )


def as_podman_builds(build: Build) -> Build:
    """Return the build without what only BuildKit does: the triggers of a stage of the same file do not run.

    Raises DockerfileError for a stage that is built on a named folder.
    """
    for stage in build.stages:
        if stage.reachable and stage.base.kind == "context":
            raise DockerfileError(
                f"short-name {stage.base.text!r} did not resolve to an alias",
                path=build.dockerfile.path,
                line=stage.line,
                hint="a folder given with --build-context is nothing that Podman can build FROM",
            )
    return replace(
        build,
        sources=tuple(item for item in build.sources if item.onbuild is None),
        runs=tuple(item for item in build.runs if item.onbuild is None),
        workdirs=tuple(item for item in build.workdirs if item.onbuild is None),
    )


def take_all(build: Build, contexts: Sequence[PodmanContext]) -> PodmanLoads:
    """Return what the reachable instructions take of each context; raises IgnoreFileError as Podman fails."""
    loads: list[Load] = []
    taken: list[Taken] = []
    uses: list[SourceUse] = []
    for context in contexts:
        parts = _take(build, context)
        taken += parts
        transfer = _taken(context, parts)
        loads.append(Load(context.name, context.root, context.matcher, context.view, transfer))
        uses += _uses(build, context, transfer.view, parts)
    uses.sort(key=lambda use: (use.source.line, use.source.stage))
    checks = sorted(
        (check for part in taken for check in part.checks),
        key=lambda check: (check.source.line, check.kind, check.text),
    )
    # Nothing is sent, so nothing is sent in vain.
    report = SourceReport(tuple(uses), tuple(checks), 0, 0)
    image = Image(build, loads, report.uses, taken)
    return PodmanLoads(tuple(loads), report, image)


def take(build: Build, context: PodmanContext) -> TransferView:
    """Return what the reachable instructions take of one context; raises IgnoreFileError as Podman fails."""
    return _taken(context, _take(build, context))


def _taken(context: PodmanContext, parts: Sequence[Taken]) -> TransferView:
    roots = {root for part in parts for root in part.roots}
    includes = None if "" in roots else tuple(sorted(roots))
    view = union_of(context.view.tree, parts)
    return TransferView(view, bool(parts), tuple(sorted(roots)), includes)


def _take(build: Build, context: PodmanContext) -> list[Taken]:
    copy = PodmanCopy(context.view.tree, context.matcher, context.whole)
    return [
        copy.take(source)
        for source in build.sources
        if source.mount is None and _takes_from(source, context.name)
    ]


def _takes_from(source: Source, name: str | None) -> bool:
    if not source.reachable:
        return False
    if source.from_ is None:
        return name is None and any(path.kind == "local" for path in source.paths)
    return source.from_.kind == "context" and source.from_.text == name


class _NotTaken(NamedTuple):
    """What lies below the roots of one source and it does not take, though another one does."""

    lookup: ViewLookup

    def hides(self, path: str) -> bool:
        """Tell whether ``path`` is not taken."""
        return self.lookup.find(path) is None

    def hides_all(self, folder: str) -> bool:
        """Tell whether nothing below ``folder`` is taken."""
        return folder not in self.lookup.view.tree.folders

    def concerns(self, folder: str) -> bool:
        """Tell whether something below ``folder`` may not be taken: nothing tells that at once."""
        del folder
        return True


def _uses(
    build: Build, context: PodmanContext, view: View, parts: Sequence[Taken]
) -> list[SourceUse]:
    resolved = []
    is_mixed = any(part.source.exclude for part in parts)
    for part in parts:
        holes: tuple[_NotTaken, ...] = ()
        if is_mixed or any(found.path != found.real for all_ in part.matches for found in all_):
            holes = (_NotTaken(ViewLookup(part.view)),)
        source = part.source._replace(exclude=())
        resolved.append(ResolvedSource(source, part.roots, holes))
    shares = share_out(view, resolved)
    uses = []
    for place, part in enumerate(parts):
        use = unmeasured_use(build, part.source, part.roots, context.name)
        total, only = part.view.total, shares.taken_only_by(place)
        uses.append(
            use._replace(
                files=total.files, bytes=total.bytes, only_files=only.files, only_bytes=only.bytes
            )
        )
    return uses + _mounts(build, context)


def _mounts(build: Build, context: PodmanContext) -> list[SourceUse]:
    """Return what steps see of the folder: bind mounts know no rules."""
    mounts = [
        source
        for source in build.sources
        if source.mount == "bind" and _takes_from(source, context.name)
    ]
    if not mounts:
        return []
    there = everything_in(context.view.tree)
    uses = []
    for source in mounts:
        roots = tuple(
            root
            for path in source.paths
            if (root := there.resolve(path.path.strip("/"))) is not None
        )
        totals = [there.view.totals[root] for root in roots if root in there.view.totals]
        files, size = sum(t.files for t in totals), sum(t.bytes for t in totals)
        uses.append(
            unmeasured_use(build, source, roots, context.name)._replace(files=files, bytes=size)
        )
    return uses
