"""The folder in which ``setup`` put a real Docker: where it is, and how a case's tree is laid out and read back.

Knows nothing of what is asked: the ``record`` modules do that.
"""

from __future__ import annotations

import gzip
import io
import os
import pathlib
import stat
import tarfile
from collections.abc import Mapping
from typing import Any, TypeAlias

Case: TypeAlias = dict[str, Any]
"""One line of a recording, before or after it was answered. README.md lists the keys."""

Listing: TypeAlias = dict[str, int | str]
"""Path to size; ``-> target`` for a link; a folder's path ends in a slash and its size is 0."""

ROOT = os.environ.get("ORACLE_ROOT", os.path.expanduser("~/.cache/docker-oracle/root"))
DAEMON = "unix:///var/oracle/docker.sock"
SNAPSHOTS = ROOT + "/var/oracle/data/vfs/dir"
"""Where the daemon's vfs driver keeps what arrived in the builder, one folder for each transfer."""


def make_tree(tree: Mapping[str, Any], folder: str) -> None:
    """Lay ``tree`` out in ``folder``: path to text, to a size in bytes, or to ``{"link": target}``.

    A path that ends in a slash is an empty folder. ``{"tar": {name: size}}`` is an archive of files, compressed where
    ``"by"`` is ``gz``.
    """
    for path, content in tree.items():
        target = pathlib.Path(folder, path)
        if path.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict) and "tar" in content:
            target.write_bytes(archive_of(content["tar"], content.get("by", "")))
        elif isinstance(content, dict):
            target.symlink_to(content["link"])
        elif isinstance(content, int):
            target.write_bytes(b"x" * content)
        else:
            # What Windows editors leave must arrive as it is, so line ends are not touched.
            target.write_text(content, encoding="utf-8", newline="")


def archive_of(files: Mapping[str, int], compression: str) -> bytes:
    """Return an archive that holds ``files``: names to sizes in bytes; ``compression`` is ``gz`` or empty."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, size in files.items():
            member = tarfile.TarInfo(name)
            member.size = size
            archive.addfile(member, io.BytesIO(b"x" * size))
    if compression == "gz":
        return gzip.compress(content.getvalue(), mtime=0)
    return content.getvalue()


def set_modes(modes: Mapping[str, str], folder: str) -> None:
    """Give paths in ``folder`` their octal permission bits; ``fifo`` makes one."""
    for path, mode in modes.items():
        full = os.path.join(folder, path)
        if mode == "fifo":
            os.mkfifo(full)
        else:
            os.chmod(full, int(mode, 8))


def read_tree(folder: str) -> Listing:
    """Return everything below ``folder``, sorted by path."""
    found: Listing = {}
    for here, folders, files in os.walk(folder):
        for name in folders + files:
            full = os.path.join(here, name)
            path = os.path.relpath(full, folder)
            status = os.lstat(full)
            if stat.S_ISLNK(status.st_mode):
                found[path] = "-> " + os.readlink(full)
            elif stat.S_ISDIR(status.st_mode):
                found[path + "/"] = 0
            else:
                found[path] = status.st_size
    return dict(sorted(found.items()))
