"""What other Dockerfiles of a context name: one ignore file serves every build of the same folder.

Nobody knows with which folder as context each is built: its sources tell, from where they are found,
and what lies beside it where they find nothing. All of its stages count.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

from ctxopt.build.analysis import Analysis
from ctxopt.build.context import BuildContext
from ctxopt.build.plan import host_platform
from ctxopt.errors import DockerfileError
from ctxopt.evidence.catalog import Catalog, load_catalog
from ctxopt.evidence.manifests import MANIFESTS
from ctxopt.evidence.read_start import read_start
from ctxopt.git.evidence import GitEvidence
from ctxopt.languages.dockerfile import Build, Dockerfile, Source, parse, resolve
from ctxopt.languages.golang.paths import has_meta
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import DIR, FILE, ContextTree
from ctxopt.tree.view import View

_NAME: Final = re.compile(
    r"(?i)(?:(?:Docker|Container)file(?:[._-].*)?|.*\.(?:docker|container)file)\Z"
)
_NO_DOCKERFILE: Final = (
    ".dockerignore",
    ".md",
    ".go",
    ".py",
    ".j2",
    ".tmpl",
    ".sh",
    ".rs",
    ".js",
    ".ts",
)
_MOST: Final = 60
_MOST_BYTES: Final = 1 << 18
_MOST_LEVELS: Final = 6
_MOST_LISTED: Final = 200
"""Folders that are listed although nothing of them is sent."""
_NEAR: Final = 3
"""Levels below the root on which those are looked for."""
_FOREIGN: Final = frozenset(("dependencies", "cache", "version-control"))

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
                yield source, tuple(_join(base, path) for base in self.bases for path in inside)

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


def is_dockerfile_name(name: str) -> bool:
    """Tell whether people name Dockerfiles like that."""
    return bool(_NAME.match(name)) and not name.lower().endswith(_NO_DOCKERFILE)


def find_dockerfiles(
    tree: ContextTree, known: Iterable[str] = (), folders: Iterable[str] | None = None
) -> list[str]:
    """Return the Dockerfiles that the walk met, in ``folders`` if given, and those among ``known``.

    Sent or not: BuildKit loads them by themselves. Those near the root come first.
    """
    found = {path for path in known if is_dockerfile_name(path.rpartition("/")[2])}
    for path in tree.folders if folders is None else folders:
        folder = tree.folders[path]
        if "ockerfile" in folder.joined or "ontainerfile" in folder.joined:
            items = zip(folder.names, folder.kinds, strict=True)
            found |= {
                folder.child(name)
                for name, kind in items
                if kind == FILE and is_dockerfile_name(name)
            }
    return sorted(found, key=lambda path: (path.count("/"), path))


def find_hidden(tree: ContextTree, catalog: Catalog) -> list[str]:
    """Return the Dockerfiles in folders that the walk passed by, as far as these are near the root."""
    found: list[str] = []
    level, left = [""], _MOST_LISTED
    for depth in range(_MOST_LEVELS + 1):
        deeper: list[str] = []
        for path in level:
            folder = tree.folders.get(path)
            if folder is not None:
                items = zip(folder.names, folder.kinds, strict=True)
                names = [name for name, kind in items if kind == DIR] if depth < _NEAR else []
            elif left:
                left -= 1
                names, files = _list(os.path.join(tree.root, path))
                found += [_join(path, name) for name in files if is_dockerfile_name(name)]
            else:
                continue
            deeper += [_join(path, name) for name in names if not _is_foreign(catalog, name)]
        level = deeper
    return found


def _list(folder: str) -> tuple[list[str], list[str]]:
    """Return the names of the folders and of the plain files in a folder; none if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            both = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return [], []
    return [name for name, is_dir in both if is_dir], [name for name, is_dir in both if not is_dir]


def _is_foreign(catalog: Catalog, name: str) -> bool:
    """Whether what lies in a folder of that name is not the project's own."""
    return any(entry.kind in _FOREIGN for entry in catalog.match_name(name, True))


def find_other_dockerfiles(
    analysis: Analysis, everything: View, evidence: GitEvidence | None
) -> OtherDockerfiles:
    """Read the other Dockerfiles of the project, sent or not.

    ``everything`` is the whole tree with nothing excluded, ``evidence`` what git says.
    """
    catalog, paths = load_catalog(), ViewLookup(everything)
    found = []
    for path in find_dockerfiles(analysis.tree, evidence.tracked if evidence else ()):
        folders = path.split("/")[:-1]
        is_ignored = evidence is not None and evidence.is_ignored(path)
        is_foreign = any(_is_foreign(catalog, name) for name in folders)
        if path != analysis.context.dockerfile.inside and not is_ignored and not is_foreign:
            found.append(path)

    def exists(path: str) -> bool:
        return bool(paths.glob(path)) if has_meta(path) else paths.resolve(path) is not None

    return read_siblings(analysis.context, found, exists)


def read_siblings(context: BuildContext, paths: Iterable[str], exists: Exists) -> OtherDockerfiles:
    """Read the Dockerfiles ``paths``: those that the ignore file of ``context`` serves, and the rest.

    ``exists`` tells which paths are in the context. An ignore file of one Dockerfile serves no other.
    """
    served: list[OtherDockerfile] = []
    elsewhere: list[str] = []
    unread: list[tuple[str, str]] = []
    if context.ignore.path not in (None, ".dockerignore"):
        return OtherDockerfiles()
    near = [path for path in paths if path.count("/") <= _MOST_LEVELS]
    for path in near[:_MOST]:
        own = os.path.join(context.root, path + ".dockerignore")
        # A Dockerfile with an ignore file of its own says nothing about this one.
        if context.builder.reads_own_ignore_file and os.path.lexists(own):
            continue
        content = read_start(os.path.join(context.root, path), _MOST_BYTES)
        if content is None:
            continue
        try:
            build = _resolve(parse(content, path=path))
        except DockerfileError as error:
            unread.append((path, error.reason))
            continue
        bases = _bases(build, context.root, posixpath.dirname(path), exists)
        if "" in bases:
            served.append(OtherDockerfile(path, build, bases))
        else:
            elsewhere.append(path)
    return OtherDockerfiles(tuple(served), tuple(elsewhere), tuple(unread))


def _bases(build: Build, root: str, folder: str, exists: Exists) -> tuple[str, ...]:
    """Return the root, the Dockerfile's folder, or both: where more of the sources are found."""
    if not folder:
        return ("",)
    paths = [path for source in build.sources for path in local_paths(source)]
    named = [path for path in paths if path.strip("*?/")]
    above = sum(map(exists, named))
    beside = sum(exists(_join(folder, path)) for path in named)
    if above != beside:
        return ("",) if above > beside else (folder,)
    if paths and not above and _is_context(os.path.join(root, folder), named):
        return (folder,)
    return ("", folder)


def _is_context(folder: str, named: Iterable[str]) -> bool:
    """Whether a folder, sent or not, looks like one: it has a manifest, an ignore file or a source."""
    wanted = {*MANIFESTS, ".dockerignore", *(path.partition("/")[0] for path in named)}
    try:
        return not wanted.isdisjoint(os.listdir(folder))
    except OSError:
        return False


def _resolve(dockerfile: Dockerfile) -> Build:
    """Arguments without a default get one: only what a build is given says more."""
    given = {
        name: "x"
        for assign in dockerfile.arguments
        for name, value in assign.pairs
        if value is None
    }
    return resolve(dockerfile, build_args=given)


def _join(folder: str, path: str) -> str:
    return "/".join(filter(None, (folder, path)))
