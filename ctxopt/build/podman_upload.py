"""What ``podman --remote`` uploads: a tar of the whole context, whatever the Containerfile copies.

So does every client that talks to Podman's socket. It looks for the ignore file in another order than a local build, and
its reading leaves slashes at the start of a line. Sources: containers/podman pkg/bindings/images/build.go nTar,
pkg/util/utils.go ParseDockerignore, up to 5.8.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from ctxopt.build.classic import view_tar_bytes
from ctxopt.build.disk_files import DiskFiles
from ctxopt.build.found_files import NOTHING_NAMED, NamedFiles
from ctxopt.build.in_force import find_dockerfile
from ctxopt.build.podman_files import AT_ROOT, BESIDE, named_ignore_file
from ctxopt.builder import CLASSIC, PODMAN
from ctxopt.errors import ContextError, IgnoreFileError
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.tree import wire
from ctxopt.tree.model import DIR, FILE, SYMLINK, ContextTree, Flag
from ctxopt.tree.policy import Policy
from ctxopt.tree.view import View
from ctxopt.tree.workers import ALONE, Walker, walk

_KINDS = (FILE, DIR, SYMLINK)
_ALWAYS = ("Dockerfile", "Containerfile", ".dockerignore", ".containerignore")


class Upload(NamedTuple):
    """The uploaded tar; ``tar_bytes`` is its length before it is compressed."""

    view: View
    outside: str | None
    """The absolute path of a Containerfile that lies outside, under which the tar has it."""
    tar_bytes: int


def measure_upload(root: str, named: NamedFiles = NOTHING_NAMED, walker: Walker = ALONE) -> Upload:
    """Return what the client would send of the context at ``root``, which is absolute and without links.

    Raises IgnoreFileError or ContextError where it refuses.
    """
    files = DiskFiles(root)
    dockerfile = find_dockerfile(files, named.dockerfile, PODMAN)
    if not dockerfile.found:
        raise ContextError("no Containerfile or Dockerfile found in the context directory")
    matcher = _client_matcher(files, dockerfile.inside, named)
    # The client skips no folder whole.
    tree = walk(root, Policy(matcher, lambda _: False, takes_sockets=False), walker)
    view = View(tree, CLASSIC, flags=_without_others(tree))
    size = view_tar_bytes(view)
    outside = None
    if dockerfile.inside is None:
        outside = dockerfile.absolute
        size += wire.tar_entry(outside, content=os.path.getsize(outside))
    return Upload(view, outside, size)


def _without_others(tree: ContextTree) -> dict[str, bytes | None]:
    """Return the flags of folders that hold pipes or devices, which are no part of the tar."""
    flags: dict[str, bytes | None] = {}
    for path, folder in tree.folders.items():
        if all(kind in _KINDS for kind in folder.kinds):
            continue
        old = folder.flags or bytes(len(folder.kinds))
        pairs = zip(old, folder.kinds, strict=True)
        flags[path] = bytes(flag if kind in _KINDS else Flag.EXCLUDED for flag, kind in pairs)
    return flags


def _client_matcher(files: DiskFiles, own: str | None, named: NamedFiles) -> Matcher:
    path, lines = _lines(files, own, named)
    patterns: list[tuple[int | None, str]] = list(lines)
    names = list(_ALWAYS)
    if own is not None:
        names.append(own)
    names += _beside(own)
    patterns += [(None, "!" + name) for name in names]
    return read_matcher(patterns, path, dialect_of(PODMAN))


def _beside(own: str | None) -> list[str]:
    """Return what ignore files of a Containerfile's own are called; none for one outside."""
    if own is None:
        return []
    return [own + ending for ending in BESIDE]


def _lines(
    files: DiskFiles, own: str | None, named: NamedFiles
) -> tuple[str | None, Iterator[tuple[int, str]]]:
    """Return the lines that count for the client, and where they stand."""
    choice = named_ignore_file(files, named)
    if choice is not None and choice.file is not None:
        return choice.path, choice.file.patterns()
    names = [*AT_ROOT, *_beside(own)]
    for name in names:
        found = files.resolve(files.root, name)
        if found is None:
            continue
        try:
            return name, _read_lines(files.read(found))
        except OSError as error:
            if name == ".containerignore":
                continue
            raise IgnoreFileError(f"reading {name}: {error.strerror}", path=name) from error
    return None, iter(())


def _read_lines(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines as this client reads them: with the slashes that a local build drops."""
    for number, raw in enumerate(content.split(b"\n"), 1):
        text = os.fsdecode(raw)
        if text and not text.startswith("#"):
            yield number, text
