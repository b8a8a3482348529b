"""Write a finished report to a file: whole or not at all."""

from __future__ import annotations

import os
import tempfile

from ctxopt.errors import WriteError

_READ_BY_BUILDS = frozenset(
    f"{name}.{ending}"
    for name in ("compose", "docker-compose", "docker-bake", "docker-bake.override")
    for ending in ("yaml", "yml", "json", "hcl")
) | {"Dockerfile", "dockerfile", "Containerfile"}


def write_report(path: str, text: str) -> None:
    """Replace the file at ``path`` by ``text`` at once; a device or pipe is written to directly.

    Raises WriteError, and leaves an existing file as it was.
    """
    content = text.encode("utf-8", "surrogateescape")
    try:
        if os.path.islink(path):
            os.stat(os.path.dirname(os.path.realpath(path, strict=not _dangles(path))))
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:
                file.write(content)
            return
        _replace(os.path.realpath(path), content)
    except OSError as error:
        raise WriteError(f"cannot write {path!r}: {error.strerror}") from error


def refuse_names(path: str) -> None:
    """Raise WriteError for a name under which a report would be read by a build as its own."""
    last = os.path.basename(path)
    if last in _READ_BY_BUILDS or last.endswith((".dockerignore", ".containerignore")):
        raise WriteError(
            f"{path}: a build would read the report as its own", hint="give it another name"
        )


def check_report(path: str, other: str) -> None:
    """Raise WriteError where a report at ``path`` would replace the file ``other``, has no folder, or is one."""
    target = os.path.realpath(path)
    if os.path.isdir(target):
        raise WriteError(f"cannot write {path!r}: it is a folder", hint="name a file in it")
    if target == os.path.realpath(other):
        raise WriteError(
            f"{path} is what the report is about", hint="write the report to another file"
        )
    if not os.path.isdir(os.path.dirname(target)):
        raise WriteError(f"cannot write {path!r}: its folder does not exist")


def _dangles(link: str) -> bool:
    """Whether a link leads to a file that is yet to be made, and not in a circle."""
    try:
        os.stat(link)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _mode_for(path: str) -> int:
    """The permissions of the file that is replaced, or those of a new one."""
    try:
        return os.stat(path).st_mode & 0o7777
    except OSError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


def _replace(path: str, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".ctxopt-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(temporary, _mode_for(path))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
