"""What one build of a Dockerfile loads of its contexts, and which instruction takes what."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ctxopt.build.context import BuildContext, named_ignore, read_dockerfile
from ctxopt.build.found_files import IgnoreChoice
from ctxopt.build.image import Image
from ctxopt.build.request import BuildRequest
from ctxopt.build.source_report import report_sources
from ctxopt.build.sources import Load, SourceReport
from ctxopt.build.transfer import TransferView, named_root, transferred
from ctxopt.builder import BUILDKIT, PODMAN, Builder
from ctxopt.errors import ContextError, DockerfileError, IgnoreFileError
from ctxopt.languages.dockerfile import Build, Dockerfile, parse, resolve
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.tree.model import ContextTree
from ctxopt.tree.policy import Policy
from ctxopt.tree.view import View
from ctxopt.tree.workers import ALONE, Walker, walk

if TYPE_CHECKING:
    from ctxopt.build.podman_plan import PodmanContext

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm/v7", "i686": "386"}


class Plan(NamedTuple):
    """A Dockerfile resolved and measured against its contexts."""

    dockerfile: Dockerfile
    build: Build
    loads: tuple[Load, ...]
    """The main context first; named ones once for every time BuildKit loads them."""
    remote: tuple[str, ...]
    """Named contexts that are not folders: nothing is said about them."""
    sources: SourceReport
    image: Image
    """What of the main context ends in the image."""
    podman_contexts: tuple[PodmanContext, ...] = ()
    """What Podman's instructions take from, the main context first; empty for BuildKit."""

    @property
    def main(self) -> Load:
        """The load of the main context."""
        return self.loads[0]

    @property
    def named(self) -> tuple[Load, ...]:
        """The loads of named contexts."""
        return self.loads[1:]


def resolve_build(context: BuildContext, request: BuildRequest) -> Build:
    """Read and resolve the Dockerfile of ``context``.

    Raises DockerfileError for what Docker refuses, ContextError if there is no Dockerfile.
    """
    return resolve_content(
        read_dockerfile(context), context.dockerfile.path, request, context.builder
    )


def resolve_content(
    content: bytes, path: str, request: BuildRequest, builder: Builder = BUILDKIT
) -> Build:
    """Resolve the Dockerfile that holds ``content``; raises DockerfileError for what Docker refuses."""
    dockerfile = parse(content, path=path)
    target: str | int | None = request.target
    if builder is PODMAN:
        from ctxopt.build.podman_plan import podman_target

        target = podman_target(dockerfile, request.target)
    arguments: dict[str, str] = {}
    for name, given in request.build_args.items():
        # Without a value it is the environment's, and one that is not set there is not given.
        value = os.environ.get(name) if given is None else given
        if value is not None:
            arguments[name] = value
    build = resolve(
        dockerfile,
        target=target,
        build_args=arguments,
        named_contexts=tuple(request.build_contexts),
        platform=host_platform(),
    )
    if builder is PODMAN:
        from ctxopt.build.podman_plan import as_podman_builds

        return as_podman_builds(build)
    return build


def host_platform() -> str:
    """Return the platform that Docker builds for on this machine where no platform is asked for."""
    name = "x86_64"
    # Windows has no uname.
    if hasattr(os, "uname"):
        name = os.uname().machine.lower()
    return "linux/" + _ARCHITECTURES.get(name, name)


def paths_of(build: Build) -> tuple[str, ...] | None:
    """Return what the build asks of its main context; None where it asks for nothing."""
    return next((load.paths for load in build.transfers if load.context is None), None)


def make_plan(
    context: BuildContext,
    permitted: View,
    matcher: Matcher,
    build: Build,
    request: BuildRequest,
    *,
    walker: Walker = ALONE,
    measured: MeasuredFolders | None = None,
) -> Plan:
    """Measure what ``build`` loads: the main context is measured already, named ones here.

    ``measured`` keeps the named ones for callers with several builds. Raises DockerfileError for sources that
    Docker's client refuses, ContextError for a named context that is no folder.
    """
    if measured is None:
        measured = {}
    named_contexts = _named_contexts(build, request, walker, context.builder, measured)
    if context.builder is PODMAN:
        return _podman_plan(
            context=context,
            permitted=permitted,
            matcher=matcher,
            build=build,
            named_contexts=named_contexts,
            walker=walker,
        )
    try:
        main = transferred(permitted, paths_of(build))
    except DockerfileError as error:
        raise _located(error, build) from error
    loads = [Load(None, context.root, matcher, permitted, main)]
    remote: dict[str, None] = {}
    for name, paths, named in named_contexts:
        if named is None:
            remote[name] = None
            continue
        transfer = transferred(named.view, paths)
        loads.append(Load(name, named.root, named.matcher, named.view, transfer))
    report = report_sources(build, loads)
    return Plan(
        dockerfile=build.dockerfile,
        build=build,
        loads=tuple(loads),
        remote=tuple(remote),
        sources=report,
        image=Image(build, loads, report.uses),
    )


def _podman_plan(
    *,
    context: BuildContext,
    permitted: View,
    matcher: Matcher,
    build: Build,
    named_contexts: Iterable[_LoadOfNamed],
    walker: Walker,
) -> Plan:
    from ctxopt.build.podman_plan import EVERYTHING, PodmanContext, take_all

    def read(root: str) -> Callable[[], ContextTree]:
        # Once, however many ignore files are tried on what it says.
        return cache(lambda: walk(root, EVERYTHING, walker))

    contexts = [PodmanContext(None, context.root, matcher, permitted, read(context.root))]
    found = {name: named for name, _, named in named_contexts}
    for name, named in found.items():
        if named is not None:
            parts = (named.root, named.matcher, named.view, read(named.root))
            contexts.append(PodmanContext(name, *parts))
    loads = take_all(build, contexts)
    return Plan(
        dockerfile=build.dockerfile,
        build=build,
        loads=loads.loads,
        remote=tuple(name for name, named in found.items() if named is None),
        sources=loads.sources,
        image=loads.image,
        podman_contexts=tuple(contexts),
    )


def taken_of(plan: Plan, permitted: View, matcher: Matcher) -> TransferView:
    """Return what the build of ``plan`` takes of its main context where ``matcher`` lets ``permitted`` through.

    Raises DockerfileError and IgnoreFileError as ``make_plan``.
    """
    if not plan.podman_contexts:
        return transferred(permitted, paths_of(plan.build))
    from ctxopt.build.podman_plan import take

    return take(plan.build, _main_of(plan, permitted, matcher))


def replanned(plan: Plan, permitted: View, matcher: Matcher) -> Plan:
    """Return the plan of the same build with another main context, as ``taken_of``; its image is left as it is."""
    if plan.podman_contexts:
        from ctxopt.build.podman_plan import take_all

        main = _main_of(plan, permitted, matcher)
        taken = take_all(plan.build, [main, *plan.podman_contexts[1:]])
        return plan._replace(loads=taken.loads, sources=taken.sources)
    transfer = taken_of(plan, permitted, matcher)
    loads = (
        plan.main._replace(matcher=matcher, permitted=permitted, transfer=transfer),
        *plan.named,
    )
    return plan._replace(loads=loads, sources=report_sources(plan.build, loads))


def _main_of(plan: Plan, permitted: View, matcher: Matcher) -> PodmanContext:
    return plan.podman_contexts[0]._replace(view=permitted, matcher=matcher)


def _located(error: DockerfileError, build: Build) -> DockerfileError:
    """Add the line of the source that Docker's client cannot read as a pattern."""
    for source in build.sources:
        if not source.reachable:
            continue
        for path in source.paths:
            try:
                read_matcher([(None, path.path.strip("/"))])
            except IgnoreFileError:
                place = build.dockerfile.path
                return DockerfileError(error.reason, path=place, line=source.line, hint=error.hint)
    return error


class NamedContext(NamedTuple):
    """A named context that was measured."""

    root: str
    view: View
    matcher: Matcher


MeasuredFolders: TypeAlias = dict[tuple[str, str], NamedContext]
"""Named contexts by their root, an absolute path, and the name of the builder that reads it."""

_LoadOfNamed: TypeAlias = tuple[str, tuple[str, ...], NamedContext | None]


class NamedTransfer(NamedTuple):
    """What a build asks of a named context; ``root`` is its folder, None for a remote one."""

    name: str
    paths: tuple[str, ...]
    root: str | None


def named_transfers(build: Build, request: BuildRequest) -> Iterator[NamedTransfer]:
    """Yield the transfers of named contexts, once for every time BuildKit loads one."""
    for load in build.transfers:
        if load.context is not None:
            root = named_root(request.build_contexts[load.context])
            yield NamedTransfer(load.context, load.paths, root)


def _named_contexts(
    build: Build,
    request: BuildRequest,
    walker: Walker,
    builder: Builder,
    measured: MeasuredFolders,
) -> Iterator[_LoadOfNamed]:
    """Yield each load of a named context: the name, the paths, and what was measured; None for a remote one.

    Each folder is walked once, and kept in ``measured``. Raises ContextError where there is none.
    """
    for name, paths, root in named_transfers(build, request):
        if root is None:
            yield name, paths, None
            continue
        key = (root, builder.name)
        if key not in measured:
            measured[key] = _measure_named(name, root, walker, builder)
        yield name, paths, measured[key]


def _measure_named(name: str, root: str, walker: Walker, builder: Builder) -> NamedContext:
    """Measure a named context under its own root ignore file.

    Raises ContextError where ``root`` is no folder.

    Source: moby/buildkit frontend/dockerui/namedcontext.go (*NamedContext).load.
    """
    if not os.path.isdir(root):
        raise ContextError(
            f"build context {name!r}: no such folder: {root}",
            hint="--build-context is given as NAME=PATH",
        )
    policy = named_policy(named_ignore(root, builder), builder)
    return NamedContext(root, View(walk(root, policy, walker), builder), policy.matcher)


def named_policy(ignore: IgnoreChoice, builder: Builder) -> Policy:
    """Return what a walk of a named context goes by; raises IgnoreFileError for a pattern that is refused."""
    patterns: Iterable[tuple[int | None, str]] = ()
    if ignore.file is not None:
        patterns = ignore.file.patterns()
    matcher = read_matcher(patterns, ignore.path, dialect_of(builder))
    return Policy(matcher, matcher.pruner(builder), takes_sockets=builder.sends_sockets)
