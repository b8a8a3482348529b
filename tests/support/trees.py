"""Trees of files, laid on disk."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import chdir
from typing import Any, Final

from scripts.recorder.oracle import archive_of

SOCKET: Final = {"socket": True}
_MOST_HELD = 20_000_000


def lay(folder: object, tree: Mapping[str, Any], modes: Mapping[str, str] | None = None) -> str:
    """Lay a tree: path -> bytes by number, text, {"link": target}, {"hardlink": path}, SOCKET, {"hole": bytes} or {"tar": {name: bytes}}; ``folder/`` is an empty one.

    Return its root.
    """
    root = str(folder)
    for path, content in tree.items():
        target = os.path.join(root, path)
        if path.endswith("/"):
            os.makedirs(target, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if isinstance(content, dict) and "tar" in content:
            with open(target, "wb") as file:
                file.write(archive_of(content["tar"], content.get("by", "")))
            continue
        if isinstance(content, dict) and "link" in content:
            os.symlink(content["link"], target)
            continue
        if isinstance(content, dict) and "hardlink" in content:
            os.link(os.path.join(root, content["hardlink"]), target)
            continue
        if content == SOCKET:
            _bind(target)
            continue
        with open(target, "wb") as file:
            if isinstance(content, dict):
                file.truncate(content["hole"])
            elif isinstance(content, int):
                lengthen(file.fileno(), content)
            else:
                file.write(content.encode("utf-8", "surrogateescape"))
    for path, mode in (modes or {}).items():
        target = os.path.join(root, path)
        if mode == "fifo":
            os.mkfifo(target)
        else:
            os.chmod(target, int(mode, 8))
    return root


def _bind(path: str) -> None:
    # The name of a socket may be no longer than some hundred bytes, so it is bound from where it is.
    with socket.socket(socket.AF_UNIX) as bound, chdir(os.path.dirname(path)):
        bound.bind(os.path.basename(path))


def lengthen(handle: int, size: int) -> None:
    """Make a file as long as that, without holes where it is no matter of gigabytes."""
    if 0 < size <= _MOST_HELD:
        os.posix_fallocate(handle, 0, size)
    else:
        os.truncate(handle, size)


def above(path: str) -> list[str]:
    """Return a path and the folders it is in, from the top down."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
