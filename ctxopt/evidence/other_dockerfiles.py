"""What other Dockerfiles of a context name: one ignore file serves every build of the same folder.

Nothing says with which folder as context each is built: its sources tell, from where they are found,
and what lies beside it where they find nothing. All of its stages count.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

from ctxopt.build.analysis import Analysis
from ctxopt.build.context import BuildContext
from ctxopt.build.plan import host_platform
from ctxopt.errors import DockerfileError
from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.checkouts import nearest_checkout
from ctxopt.evidence.dockerfile_search import is_foreign, own_dockerfiles
from ctxopt.evidence.image_start import TEST_FOLDERS
from ctxopt.evidence.manifests import MANIFESTS
from ctxopt.evidence.read_start import read_start
from ctxopt.git.evidence import GitEvidence
from ctxopt.languages.dockerfile import Build, Dockerfile, Source, parse, resolve
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.paths import join, parent, upwards
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.view import View

_MOST: Final = 60
_MOST_BYTES: Final = 1 << 18
_MOST_LEVELS: Final = 6

_ASIDE: Final = TEST_FOLDERS | {
    "testing",
    "testdata",
    "specs",
    "fixtures",
    "vendor",
    "third_party",
    "thirdparty",
}
"""Folders of tests and of others: a Dockerfile in there may be input, or be built elsewhere."""

Exists: TypeAlias = Callable[[str], bool]


class OtherDockerfile(NamedTuple):
    """Another Dockerfile that may be built with the same ignore file."""

    path: str
    build: Build
    bases: tuple[str, ...]
    """The folders that may be its context, as seen from the root; ``""`` is the root."""

    def sources(self) -> Iterator[tuple[Source, tuple[str, ...]]]:
        """Yield what asks for something of the context, with the paths that may be meant."""
        for source in self.build.sources:
            inside = local_paths(source)
            if inside:
                yield source, tuple(join(base, path) for base in self.bases for path in inside)

    def as_given(self) -> Build:
        """Return the build without values that were made up, where it can do without."""
        try:
            return resolve(self.build.dockerfile, platform=host_platform())
        except DockerfileError:
            return self.build


class OtherDockerfiles(NamedTuple):
    """The other Dockerfiles, by what they have to do with the ignore file."""

    served: tuple[OtherDockerfile, ...] = ()
    elsewhere: tuple[str, ...] = ()
    """Those whose context is taken to be their own folder."""
    unread: tuple[tuple[str, str], ...] = ()
    """Those that Docker would refuse, with its reason."""


def local_paths(source: Source) -> list[str]:
    """Return what a source names in the main context; ``""`` is all of it."""
    return [path.path.strip("/") for path in source.local]


def find_other_dockerfiles(
    analysis: Analysis, everything: View, evidence: GitEvidence | None
) -> OtherDockerfiles:
    """Read the other Dockerfiles of the project, sent or not.

    ``everything`` is the whole tree with nothing excluded, ``evidence`` what git says.
    """
    paths = ViewLookup(everything)
    own = analysis.context.dockerfile.inside
    found = [path for path in own_dockerfiles(analysis.tree, evidence) if path != own]

    def exists(path: str) -> bool:
        if has_meta(path):
            return bool(paths.glob(path))
        return paths.resolve(path) is not None

    return read_siblings(analysis.context, found, exists, analysis.matcher)


def read_siblings(
    context: BuildContext, paths: Iterable[str], exists: Exists, matcher: Matcher
) -> OtherDockerfiles:
    """Read the Dockerfiles ``paths``: those that the ignore file of ``context`` serves, and the rest.

    ``exists`` tells which paths are in the context, ``matcher`` which folders are left out of it. An ignore file of
    one Dockerfile serves no other.
    """
    served: list[OtherDockerfile] = []
    elsewhere: list[str] = []
    unread: list[tuple[str, str]] = []
    if context.ignore.path not in (None, *context.builder.ignore_endings):
        return OtherDockerfiles()
    near = [path for path in paths if path.count("/") <= _MOST_LEVELS]
    for path in near[:_MOST]:
        own = os.path.join(context.root, path + ".dockerignore")
        # A Dockerfile with an ignore file of its own says nothing about this one.
        if context.builder.reads_own_ignore_file and os.path.lexists(own):
            continue
        # A worktree is this repository again, and is built from its own root.
        checkout = nearest_checkout(context.root, parent(path))
        if checkout == "worktree":
            continue
        content = read_start(os.path.join(context.root, path), _MOST_BYTES)
        if content is None:
            continue
        try:
            build = _resolve(parse(content, path=path))
        except DockerfileError as error:
            unread.append((path, error.reason))
            continue
        bases = _bases(build, context.root, parent(path), exists)
        if "" not in bases and _speaks_of(parent(path), build, content):
            bases = ("", *bases)
        is_served = "" in bases
        # What lies aside may be built from anywhere: only sources that are all here speak for this root.
        if is_served and (checkout or _is_aside(parent(path), matcher)):
            is_served = all(map(exists, _named(build)))
        # What is a repository of its own is built by itself, unless its sources are here alone.
        if checkout and bases != ("",):
            is_served = False
        if is_served:
            served.append(OtherDockerfile(path, build, bases))
        else:
            elsewhere.append(path)
    return OtherDockerfiles(tuple(served), tuple(elsewhere), tuple(unread))


def _bases(build: Build, root: str, folder: str, exists: Exists) -> tuple[str, ...]:
    """Return the root, the Dockerfile's folder, or both: where more of the sources are found."""
    if not folder:
        return ("",)
    takes_any = any(map(local_paths, build.sources))
    named = _named(build)
    above = sum(map(exists, named))
    beside = sum(exists(join(folder, path)) for path in named)
    if above > beside:
        return ("",)
    if beside > above:
        return (folder,)
    if not takes_any or above:
        return ("", folder)
    # Nothing is found in either: what else lies in the folder has to tell, as in COPY . .
    if _is_context(os.path.join(root, folder), named):
        return (folder,)
    # A module keeps its Dockerfile further down, as in src/main/docker, and makes what that names when it is built.
    modules = [module for module in upwards(parent(folder)) if module]
    for module in modules:
        if named and _is_context(os.path.join(root, module), named):
            return (module,)
    return ("", folder)


def _speaks_of(folder: str, build: Build, content: bytes) -> bool:
    """Whether a Dockerfile that takes all of its context names its own folder: the root, then, is the context.

    A name without a slash may be anything; ``apps/web`` is said by who stands above it.
    """
    if "/" not in folder or not any("" in local_paths(source) for source in build.sources):
        return False
    pattern = rf"(?<![\w.-]){re.escape(folder)}(?![\w.-])"
    return re.search(pattern.encode("utf-8", "surrogateescape"), content) is not None


def _named(build: Build) -> list[str]:
    """The paths that the sources of a build name, without those that mean everything."""
    paths = [path for source in build.sources for path in local_paths(source)]
    return [path for path in paths if path.strip("*?/")]


def _is_aside(folder: str, matcher: Matcher) -> bool:
    """Whether a folder is left out of the context, or among tests or what is of others."""
    if not folder:
        return False
    names = folder.split("/")
    if not _ASIDE.isdisjoint(names) or any(is_foreign(load_catalog(), name) for name in names):
        return True
    return matcher.decide(folder).excluded


def _is_context(folder: str, named: Iterable[str]) -> bool:
    """Whether a folder, sent or not, looks like one: it has a manifest, an ignore file or a source."""
    wanted = {*MANIFESTS, ".dockerignore", *(path.partition("/")[0] for path in named)}
    try:
        return not wanted.isdisjoint(os.listdir(folder))
    except OSError:
        return False


def _resolve(dockerfile: Dockerfile) -> Build:
    """Resolve with a value for every argument that has no default.

    Docker would stop at ``FROM $BASE`` without one; only who builds it knows better.
    """
    given = {
        name: "x"
        for assign in dockerfile.arguments
        for name, value in assign.pairs
        if value is None
    }
    return resolve(dockerfile, build_args=given)
