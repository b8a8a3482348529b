"""What the classic builder's client does differently: forced files, its check, its tar.

Source: docker/cli cli/command/image/build.go runBuild and cli/command/image/build.
"""

from __future__ import annotations

import os

from ctxopt import paths
from ctxopt.build.context import BuildContext
from ctxopt.build.found_files import DockerfileLocation
from ctxopt.builder import CLASSIC
from ctxopt.errors import IgnoreFileError
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.tree import wire
from ctxopt.tree.model import DIR, FILE, SYMLINK, Flag, Folder, Oddity
from ctxopt.tree.policy import Policy
from ctxopt.tree.view import View
from ctxopt.tree.workers import walk

_RANDOM_NAME = ".dockerfile." + "0" * 20
"""What the client calls a Dockerfile from outside the context, with random digits."""


_PLAIN = Oddity()


def forced_patterns(
    patterns: list[tuple[int | None, str]], dockerfile: str | None, path: str | None
) -> Matcher:
    """Return the matcher with the exceptions that force the ignore file and the Dockerfile in.

    Source: docker/cli cli/command/image/build/context.go TrimBuildFilesFromExcludes.
    """
    for name in (".dockerignore", dockerfile):
        if name is None:
            continue
        try:
            excluded = read_matcher(patterns, path).matches_single_parent(name)
        # The client goes on, and its check of the context reports it.
        except IgnoreFileError:
            continue
        if excluded:
            patterns = [*patterns, (None, "!" + name)]
    return read_matcher(patterns, path)


def resolved_dockerfile(root: str, inside: str | None) -> str | None:
    """Return the path in the context ``root`` to which a Dockerfile that is a link leads, and ``inside`` where that is outside.

    Source: docker/cli cli/command/image/build/context.go getDockerfileRelPath.
    """
    if inside is None:
        return None
    found = os.path.relpath(os.path.realpath(os.path.join(root, inside)), os.path.realpath(root))
    if found == ".." or found.startswith("../"):
        return inside
    return found


def check_patterns(root: str, matcher: Matcher) -> None:
    """Raise the IgnoreFileError that the client meets in its own check before the walk.

    Only patterns that cannot be compiled can fail, so the check costs nothing without them.
    Source: docker/cli cli/command/image/build/context.go ValidateContextDirectory.
    """
    if not matcher.has_broken:
        return
    for folder, folders, files in os.walk(root):
        folders.sort(key=os.fsencode)
        files.sort(key=os.fsencode)
        inside = os.path.relpath(folder, root)
        prefix = ""
        if inside != ".":
            prefix = inside + "/"
        for name in files:
            matcher.matches_or_parent(prefix + name)
        folders[:] = [name for name in folders if not matcher.matches_or_parent(prefix + name)]


def walk_until_failure(root: str, matcher: Matcher) -> View:
    """Return what the client uploads when its walk fails on a pattern after its check did not.

    The tar just ends there, and the build goes on with what it holds.
    Source: moby/go-archive archive.go (*Tarballer).Do.
    """
    lenient = matcher.lenient()
    tree = walk(root, Policy(lenient, lenient.classic_prunes, takes_sockets=False))
    view = View(tree, CLASSIC)
    flags = {
        path: bytearray(folder.flags or bytes(len(folder.kinds)))
        for path, folder in tree.folders.items()
    }
    failed = False
    for folder, index, path, _ in view.walk_all():
        # The tar ends at the first path that fails, and holds nothing of what follows.
        failed = failed or _fails(matcher, path)
        if failed:
            flags[folder.path][index] |= Flag.EXCLUDED
    cut_off = {path: bytes(values) for path, values in flags.items()}
    return View(tree, CLASSIC, flags=cut_off)


def _fails(matcher: Matcher, path: str) -> bool:
    try:
        matcher.decide(path)
    except IgnoreFileError:
        return True
    return False


def tar_bytes(view: View, context: BuildContext) -> int:
    """Return the length of the uploaded tar in bytes: the figure after ``Sending build context``."""
    total = view_tar_bytes(view)
    if context.dockerfile.found and context.dockerfile.inside is None:
        total += _outside_dockerfile(view, context)
    return total


def view_tar_bytes(view: View) -> int:
    """Return the length in bytes of a tar that holds what ``view`` sends."""
    total = wire.TAR_END
    for folder, index, path in view.sent():
        total += _tar_entry(view, folder, index, path)
    return total


def _tar_entry(view: View, folder: Folder, index: int, path: str) -> int:
    kind = folder.kinds[index]
    name = paths.name(path)
    odd = _PLAIN
    if folder.odd is not None:
        odd = folder.odd.get(name, _PLAIN)
    content, link = 0, ""
    if path in view.hard_links:
        # The client writes the content of a file once, and a link to it for every other name.
        link = view.hard_links[path][0]
    elif kind == SYMLINK and folder.links:
        link = folder.links[name]
    elif kind == FILE:
        content = folder.sizes[index]
    elif kind == DIR:
        path += "/"
    return wire.tar_entry(
        path, content=content, link=link, mtime=odd.mtime, capability=odd.capability
    )


def _length(dockerfile: DockerfileLocation) -> int:
    if dockerfile.content is not None:
        return len(dockerfile.content)
    return os.path.getsize(dockerfile.absolute)


def _outside_dockerfile(view: View, context: BuildContext) -> int:
    """What rewriting the tar adds for a Dockerfile from outside or standard input: it loses its end blocks.

    Without an ignore file the client writes two entries in random order; this is the common one.
    Source: docker/cli cli/command/image/build/context.go AddDockerfileToBuildContext.
    """
    dockerfile = _length(context.dockerfile)
    line = len(f"\n{_RANDOM_NAME}\n")
    old = next((entry for entry in view.entries() if entry.path == ".dockerignore"), None)
    if old is None:
        first = wire.tar_entry(_RANDOM_NAME, content=dockerfile)
        return first + wire.tar_entry(".dockerignore") + len(".dockerignore") + line - wire.TAR_END
    grown = wire.tar_entry(old.path, content=old.size + line) - wire.tar_entry(
        old.path, content=old.size
    )
    return grown + wire.tar_entry(_RANDOM_NAME) + dockerfile - wire.TAR_END
