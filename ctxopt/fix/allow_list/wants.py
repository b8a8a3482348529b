"""What the builds that share an ignore file take of their context, and why: sources as paths and patterns.

Pure. All stages count, whichever the target. A source that takes everything, or what is unknown, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from ctxopt.build.plan import host_platform
from ctxopt.build.request import BuildRequest
from ctxopt.errors import AllowListError, DockerfileError, IgnoreFileError
from ctxopt.evidence.keep import KeepList
from ctxopt.languages.dockerfile import Build, Source, SourcePath, resolve
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.matcher import read_matcher

WantKind = Literal["path", "glob", "pattern"]

_PLATFORMS: Final = ("linux/amd64", "linux/arm64")
_OWN_FRONTENDS: Final = ("docker/dockerfile", "docker.io/docker/dockerfile")
_WITHOUT: Final = "or run ctxopt fix without --allow-list"


class Want(NamedTuple):
    """Something of the context that must get in, with all below it.

    ``path``: a literal path. ``glob``: a source with wildcards as COPY reads it. ``pattern``: one as
    ignore files read it.
    """

    kind: WantKind
    text: str
    reason: str
    """``COPY in line 4``, with the Dockerfile where it is another one."""


def read_wants(
    build: Build, *, others: bool = False, case: str = "", cure: str | None = None
) -> list[Want]:
    """Return what the sources of ``build`` want of the main context.

    ``others`` says that it is not the Dockerfile in force, ``case`` what else was assumed. Raises
    AllowListError with the instruction for which there can be no list, and ``cure`` as the next step.
    """
    place = build.dockerfile.path or "Dockerfile"
    _refuse_unknowns(build, place, cure)
    found = []
    for source, path in _local_sources(build):
        refused = _problem(source, path)
        if refused is not None:
            hint = f"name the files and folders it needs, {_WITHOUT}"
            # A value for this build would be none for another Dockerfile.
            if not others:
                hint = refused.cure or hint
            raise AllowListError(refused.reason, path=place, line=source.line, hint=cure or hint)
        kind = _kind(source, path)
        inside = path.path.strip("/")
        if kind != "path" and not _is_readable(inside):
            raise AllowListError(
                f"{inside} is no pattern that Docker can read",
                path=place,
                line=source.line,
                hint=cure or "correct the source",
            )
        why = f"{source.instruction} in line {source.line}"
        if others:
            why += f" of {place}"
        found.append(Want(kind, inside, why + case))
    return found


def _kind(source: Source, path: SourcePath) -> WantKind:
    # The source of a mount is a path, whatever stands in it.
    if source.mount is not None or not has_meta(path.path.strip("/")):
        return "path"
    # COPY --parents reads wildcards as ignore files do, with ** across folders.
    return "pattern" if source.parents else "glob"


def _local_sources(build: Build) -> Iterator[tuple[Source, SourcePath]]:
    """Yield the sources that read files of the main context, of all stages."""
    return ((source, path) for source in build.sources for path in source.local)


def is_broad(inside: str) -> bool:
    """Tell whether a source, without the slash before it, takes whatever there is."""
    return not inside.strip("*?/") and "*" in inside


def keep_wants(kept: KeepList) -> list[Want]:
    """Return what people said must stay; raises AllowListError where that is everything."""
    found = []
    for wish in kept.wishes:
        pattern = wish.pattern.strip("/")
        if is_broad(pattern):
            raise AllowListError(
                f"{wish.origin} keeps everything: {wish.pattern}",
                hint=f"keep the paths that matter, {_WITHOUT}",
            )
        is_pattern = has_meta(pattern) or "\\" in pattern
        kind: WantKind = "pattern" if is_pattern else "path"
        found.append(Want(kind, pattern, f"{wish.origin} keeps it"))
    return found


def depends_on_arguments(build: Build) -> Source | None:
    """Return the first source that another value of a variable would change; None if there is none."""
    return next((source for source, path in _local_sources(build) if "$" in path.raw), None)


def _refuse_unknowns(build: Build, place: str, cure: str | None) -> None:
    for unknown in build.unknowns:
        name = unknown.text.partition("@")[0]
        if unknown.kind == "frontend" and name.partition(":")[0] not in _OWN_FRONTENDS:
            raise AllowListError(
                f"the frontend {unknown.text} reads this file, so what it takes is unknown",
                path=place,
                line=unknown.line,
                hint=cure or "run ctxopt fix without --allow-list",
            )
        if unknown.kind == "unread":
            raise AllowListError(
                f"a stage cannot be read, so what it takes is unknown: {unknown.text}",
                path=place,
                line=unknown.line,
                hint=cure or f"correct it, {_WITHOUT}",
            )
        if unknown.kind == "base-onbuild" and "onbuild" in name:
            raise AllowListError(
                f"the triggers of {unknown.text} may copy anything",
                path=place,
                line=unknown.line,
                hint=cure or "run ctxopt fix without --allow-list",
            )


def _is_readable(pattern: str) -> bool:
    try:
        return not read_matcher([(None, pattern)]).has_broken
    except IgnoreFileError:
        return False


class _Refused(NamedTuple):
    """Why no list can be written for a source."""

    reason: str
    cure: str | None = None
    """The next step where it is a special one."""


def _problem(source: Source, path: SourcePath) -> _Refused | None:
    what = "the mount" if source.mount else source.instruction
    if path.widens == "empty-variable" and path.empty:
        name = path.empty[0]
        return _Refused(
            f"{what} takes the whole context, as {name} is empty",
            f"give it a value: --build-arg {name}=VALUE",
        )
    for name in path.unset:
        # ${NAME:-x} and ${NAME+x} are whole without a value.
        if not re.search(rf"\$\{{{re.escape(name)}:?[-+]", path.raw):
            return _Refused(
                f"{what} depends on {name}, which has no value",
                f"give it one: --build-arg {name}=VALUE",
            )
    inside = path.path.strip("/")
    if not inside or is_broad(inside):
        shown = "the whole context"
        if inside:
            shown = f"{inside}, all there is"
        return _Refused(f"{what} takes {shown}, so an exception for it would let everything in")
    return None


def read_variants(build: Build, request: BuildRequest, target: str | None) -> Iterator[Want]:
    """Yield what the same Dockerfile takes on other platforms and without what this build was given."""
    given = {name: value for name, value in request.build_args.items() if value is not None}
    host = host_platform()
    names = tuple(request.build_contexts)
    cases = [(given, platform, names, f" on {platform}") for platform in _PLATFORMS]
    if given or names:
        cases.append(({}, host, (), " without arguments"))
    if depends_on_arguments(build) is None and not names:
        return
    known = {want.text for want in read_wants(build)}
    for arguments, platform, contexts, case in cases:
        try:
            other = resolve(
                build.dockerfile, target=target, build_args=arguments,
                named_contexts=contexts, platform=platform,
            )  # fmt: skip
            wants = read_wants(other, case=case)
        except (DockerfileError, AllowListError):
            # A case that cannot be built is none that is built.
            continue
        yield from (want for want in wants if want.text not in known)


__all__ = [
    "Want",
    "depends_on_arguments",
    "is_broad",
    "keep_wants",
    "read_variants",
    "read_wants",
]
