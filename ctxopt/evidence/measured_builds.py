"""Declared builds measured together: each context folder is walked once, whatever builds and ignore files it has.

Reads Dockerfiles and walks; judges nothing. What cannot be measured is named with the reason.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, TypeAlias

from ctxopt.build.analysis import Analysis, OtherBuild, build_matcher, measure_view, read_build
from ctxopt.build.context import BuildContext, builder_named, find_context, named_ignore
from ctxopt.build.disk_files import DiskFiles
from ctxopt.build.found_files import DockerfileLocation
from ctxopt.build.in_force import find_ignore_file
from ctxopt.build.plan import (
    MeasuredFolders,
    NamedContext,
    make_plan,
    named_policy,
    named_transfers,
    resolve_content,
)
from ctxopt.build.request import BuildRequest
from ctxopt.build.shared_walk import Shared, measure_together
from ctxopt.builder import BuilderName
from ctxopt.errors import ContextError, CtxoptError, LocatedError
from ctxopt.languages.dockerfile import Build
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.projects.declared import DeclaredBuild, build_key, unique_names
from ctxopt.projects.location import is_remote, shown_path, without_login
from ctxopt.tree.view import View
from ctxopt.tree.workers import ALONE, Walker

_REMOTE: Final = "its context is remote"
_FROM_GIT: Final = "its context is git itself, where no ignore file of the working tree counts"
_UNKNOWN: Final = "its context is known only when it runs"


class MeasuredBuild(NamedTuple):
    """A declared build and what it sends."""

    name: str
    """What tells it from the others."""
    declared: DeclaredBuild
    analysis: Analysis


class UnmeasuredBuild(NamedTuple):
    """A declared build that was not measured."""

    name: str
    declared: DeclaredBuild
    reason: str
    is_wrong: bool = False
    """Whether it would fail, too: else it lies where nothing is measured."""


class SharedContext(NamedTuple):
    """The builds of one folder that one ignore file serves, at least one."""

    builds: tuple[MeasuredBuild, ...]
    witnesses: tuple[OtherBuild, ...] = ()
    """Builds that were not asked about, and that the ignore file serves as well."""

    @property
    def analysis(self) -> Analysis:
        """The first build's analysis, which knows of the others."""
        first, *others = self.builds
        return dataclasses.replace(first.analysis, others=(*_others(others), *self.witnesses))


class MeasuredBuilds(NamedTuple):
    """The builds by what they share, and those that were not measured."""

    contexts: tuple[SharedContext, ...]
    unmeasured: tuple[UnmeasuredBuild, ...]
    tied: frozenset[str] = frozenset()
    """Dockerfiles, by their real paths, beside which an ignore file would serve more than one folder, or not every build."""


BuilderOf = Callable[[str], BuilderName]
"""Says whose rules hold for a context root, an absolute path; raises ConfigError."""


def measure_builds(
    builds: Sequence[DeclaredBuild],
    root: str,
    builder_of: BuilderOf,
    *,
    walker: Walker = ALONE,
    witnesses: Iterable[DeclaredBuild] = (),
) -> MeasuredBuilds:
    """Measure the builds that a repository at ``root`` declares.

    What Docker refuses, what its configuration has wrong, and what lies elsewhere is among the unmeasured ones. The
    ``witnesses`` are not measured: of those that share an ignore file with one that is, it is known what they take.
    """
    measuring = _Measuring(root, builder_of, walker)
    for name, build in zip(unique_names(builds, root), builds, strict=True):
        measuring.add(name, build)
    for build in witnesses:
        measuring.add_witness(build)
    return measuring.measured()


def contexts_of(
    builds: Sequence[DeclaredBuild], root: str, builder_of: BuilderOf
) -> list[BuildContext]:
    """Return what the builds of a repository at ``root`` are given, as far as it is there; walks nothing."""
    measuring = _Measuring(root, builder_of, ALONE)
    for build in builds:
        measuring.add(build.name, build)
    return measuring.contexts


class _Placed(NamedTuple):
    """A build of which it is known what it is given, and what it asks for."""

    name: str
    declared: DeclaredBuild
    context: BuildContext
    request: BuildRequest
    build: Build | None


_Group: TypeAlias = list[_Placed]
"""The builds of one folder that one ignore file serves."""

_Key: TypeAlias = tuple[str, str | None]
"""The root of a context, and the ignore file in force there; absolute paths."""


def _key(placed: _Placed) -> _Key:
    return placed.context.root, placed.context.ignore.absolute


def _parts(group: _Group) -> list[_Group]:
    """Return the builds that have their patterns in common: the classic client forces each Dockerfile in."""
    if group[0].context.builder.loads_on_demand:
        return [group]
    return [[placed] for placed in group]


class _Measuring:
    def __init__(self, root: str, builder_of: BuilderOf, walker: Walker) -> None:
        self._root = root
        self._builder_of = builder_of
        self._walker = walker
        self._named: MeasuredFolders = {}
        self._groups: dict[_Key, _Group] = {}
        self._witnesses: dict[_Key, list[OtherBuild]] = {}
        self._unmeasured: list[UnmeasuredBuild] = []
        self._keys: set[object] = set()
        self._uses: dict[str, set[str]] = {}
        """The folders that each Dockerfile is built with."""

    @property
    def contexts(self) -> list[BuildContext]:
        """What the builds are given."""
        return [placed.context for group in self._groups.values() for placed in group]

    def add(self, name: str, declared: DeclaredBuild) -> None:
        """Find what the build is given; nothing is walked yet."""
        self._note_use(declared)
        self._keys.add(build_key(declared))
        reason = out_of_reach(declared)
        if reason is not None:
            self._unmeasured.append(UnmeasuredBuild(name, declared, reason))
            return
        try:
            placed = self._place(name, declared, declared.context or self._root)
        except CtxoptError as error:
            self._unmeasured.append(_failing(name, declared, error, self._root))
            return
        self._groups.setdefault(_key(placed), []).append(placed)

    def add_witness(self, declared: DeclaredBuild) -> None:
        """Find what a build takes of a context that others were added for."""
        self._note_use(declared)
        folder = declared.context
        # What is declared twice takes the same twice.
        known = build_key(declared) in self._keys
        roots = {root for root, _ in self._groups}
        if (
            folder is None
            or known
            or out_of_reach(declared)
            or os.path.realpath(folder) not in roots
        ):
            return
        self._keys.add(build_key(declared))
        # What is wrong with a build that was not asked about is told where it is.
        with suppress(CtxoptError):
            placed = self._place(declared.name, declared, folder)
            if placed.build is not None and _key(placed) in self._groups:
                self._witnesses.setdefault(_key(placed), []).append(
                    _as_other(placed.context, placed.build)
                )

    def _note_use(self, declared: DeclaredBuild) -> None:
        folder = declared.context
        if folder is None or declared.dockerfile_inline is not None or out_of_reach(declared):
            return
        dockerfile = os.path.realpath(declared.dockerfile or os.path.join(folder, "Dockerfile"))
        uses = self._uses.setdefault(dockerfile, set())
        uses.add(os.path.realpath(folder))
        # With features it builds a Dockerfile of another name, for which the root's ignore file counts.
        if declared.kind == "devcontainer":
            uses.add("")

    def measured(self) -> MeasuredBuilds:
        """Walk each folder, and return what its builds send."""
        found: dict[_Key, list[MeasuredBuild]] = {key: [] for key in self._groups}
        for key, group, shared, view in self._walk():
            found[key] += self._plan_all(group, shared.matcher, view)
        contexts = tuple(
            SharedContext(tuple(builds), tuple(self._witnesses.get(key, ())))
            for key, builds in found.items()
            if builds
        )
        tied = frozenset(path for path, folders in self._uses.items() if len(folders) > 1)
        return MeasuredBuilds(contexts, tuple(self._unmeasured), tied)

    def _place(self, name: str, declared: DeclaredBuild, folder: str) -> _Placed:
        shown = shown_path(folder, self._root)
        if not os.path.isdir(folder):
            raise ContextError(f"there is no folder {shown}")
        request = request_of(declared)
        builder = self._builder_of(os.path.realpath(folder))
        if declared.dockerfile_inline is not None:
            label = f"{declared.declared_in} (inline Dockerfile of {declared.name})"
            context = _without_dockerfile(folder, builder, label)
            build = None
            if context.builder.loads_on_demand:
                content = declared.dockerfile_inline.encode("utf-8", "surrogateescape")
                build = resolve_content(content, label, request, context.builder)
            return _Placed(name, declared, context, request, build)
        dockerfile = declared.dockerfile or os.path.join(folder, "Dockerfile")
        try:
            context = find_context(folder, dockerfile=dockerfile, builder=builder)
        except ContextError as error:
            if os.path.lexists(dockerfile):
                raise
            missing = shown_path(dockerfile, self._root)
            raise ContextError(f"there is no Dockerfile {missing}") from error
        return _Placed(name, declared, context, request, read_build(context, request))

    def _walk(self) -> Iterator[tuple[_Key, _Group, Shared, View]]:
        """Yield the builds that have their patterns in common, with what those permit."""
        together: list[tuple[_Key, _Group, Shared]] = []
        parts = [(key, part) for key, group in self._groups.items() for part in _parts(group)]
        for key, part in parts:
            context = part[0].context
            try:
                shared = Shared(context, build_matcher(context))
                if shared.is_sound:
                    together.append((key, part, shared))
                    continue
                view = measure_view(context, shared.matcher, walker=self._walker)
            except CtxoptError as error:
                self._refuse(part, error)
                continue
            yield key, part, shared, view
        named = self._shared_named()
        several = [*(shared for *_, shared in together), *named.values()]
        views = iter(measure_together(several, self._walker))
        measured = [(*part, next(views)) for part in together]
        for key, shared in named.items():
            self._named[key] = NamedContext(shared.context.root, next(views), shared.matcher)
        yield from measured

    def _shared_named(self) -> dict[tuple[str, str], Shared]:
        """Return the named contexts that builds load, by root and builder.

        What is wrong with one is told where its build is planned.
        """
        found: dict[tuple[str, str], Shared] = {}
        for placed in (placed for group in self._groups.values() for placed in group):
            if placed.build is None:
                continue
            builder = placed.context.builder
            for _, _, root in named_transfers(placed.build, placed.request):
                if root is None or (root, builder.name) in found or not os.path.isdir(root):
                    continue
                try:
                    ignore = named_ignore(root, builder)
                    matcher = named_policy(ignore, builder).matcher
                except CtxoptError:
                    continue
                shared = Shared(placed.context._replace(root=root, ignore=ignore), matcher)
                if shared.is_sound:
                    found[root, builder.name] = shared
        return found

    def _plan_all(self, group: _Group, matcher: Matcher, view: View) -> Iterator[MeasuredBuild]:
        for placed in group:
            try:
                yield self._planned(placed, matcher, view)
            except CtxoptError as error:
                self._refuse([placed], error)

    def _planned(self, placed: _Placed, matcher: Matcher, view: View) -> MeasuredBuild:
        plan = None
        if placed.build is not None:
            plan = make_plan(
                placed.context,
                view,
                matcher,
                placed.build,
                placed.request,
                walker=self._walker,
                measured=self._named,
            )
        analysis = Analysis(
            context=placed.context,
            matcher=matcher,
            tree=view.tree,
            permitted=view,
            with_excluded=False,
            plan=plan,
            target=placed.request.target,
        )
        return MeasuredBuild(placed.name, placed.declared, analysis)

    def _refuse(self, group: _Group, error: CtxoptError) -> None:
        for placed in group:
            self._unmeasured.append(_failing(placed.name, placed.declared, error, self._root))


def _failing(name: str, declared: DeclaredBuild, error: CtxoptError, root: str) -> UnmeasuredBuild:
    """Say why a build fails, with the place as seen from the repository."""
    if not isinstance(error, LocatedError) or error.path is None:
        reason = f"{declared.place(root)}: {error.message}"
        return UnmeasuredBuild(name, declared, reason, is_wrong=True)
    place = shown_path(os.path.join(declared.context or root, error.path), root)
    if error.line is not None:
        place += f":{error.line}"
    return UnmeasuredBuild(name, declared, f"{place}: {error.reason}", is_wrong=True)


def out_of_reach(declared: DeclaredBuild) -> str | None:
    """Return why a build cannot be measured here, whatever is in the repository; None where it can."""
    if declared.from_git:
        return _FROM_GIT
    if declared.context is None:
        return declared.note or _UNKNOWN
    if is_remote(declared.context):
        return f"{_REMOTE}: {without_login(declared.context)}"
    if declared.dockerfile is None:
        return None if declared.dockerfile_inline is not None else declared.note or _UNKNOWN
    if is_remote(declared.dockerfile):
        return f"its Dockerfile is remote: {without_login(declared.dockerfile)}"
    return None


def request_of(declared: DeclaredBuild) -> BuildRequest:
    """Return how the build is called."""
    return BuildRequest(declared.target, dict(declared.args), _named_contexts(declared))


def _named_contexts(declared: DeclaredBuild) -> dict[str, str]:
    """Return the named contexts as ``--build-context`` takes them; another build is no folder."""
    found = {}
    for name, place in declared.contexts.items():
        if place.startswith("service:"):
            place = place.replace("service:", "target:", 1)
        found[name] = place
    return found


def _without_dockerfile(folder: str, builder: BuilderName, label: str) -> BuildContext:
    """Return the context of a build whose Dockerfile is in no file: only the root's ignore file counts."""
    root = os.path.realpath(folder)
    files = DiskFiles(root)
    client = builder_named(builder)
    location = DockerfileLocation(label, os.path.join(root, "Dockerfile"), None, found=False)
    choice = find_ignore_file(files, location, client)
    return BuildContext(root=root, given=folder, builder=client, dockerfile=location, ignore=choice)


def _others(builds: Iterable[MeasuredBuild]) -> Iterator[OtherBuild]:
    for *_, analysis in builds:
        if analysis.plan is not None:
            yield _as_other(analysis.context, analysis.plan.build)


def _as_other(context: BuildContext, build: Build) -> OtherBuild:
    return OtherBuild(context.dockerfile.inside or context.dockerfile.path, build)
