"""What real Docker did, kept under fixtures/recordings, and the trees it did it to."""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"


@cache
def load(name: str) -> list[dict[str, Any]]:
    """Read one file of recorded cases."""
    path = FIXTURES / "recordings" / name
    content = path.read_bytes()
    text = gzip.decompress(content) if name.endswith(".gz") else content
    return [json.loads(line) for line in text.splitlines()]


def make_tree(root: str, tree: dict[str, Any], modes: dict[str, str] | None = None) -> None:
    """Lay a tree: path -> bytes of ``x``, text or {"link": target}; ``folder/`` is an empty one."""
    for path, content in tree.items():
        target = os.path.join(root, path)
        if path.endswith("/"):
            os.makedirs(target, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if isinstance(content, dict):
            os.symlink(content["link"], target)
        else:
            text = "x" * content if isinstance(content, int) else content
            with open(target, "wb") as file:
                file.write(text.encode("utf-8", "surrogateescape"))
    for path, mode in (modes or {}).items():
        target = os.path.join(root, path)
        if mode == "fifo":
            os.mkfifo(target)
        else:
            os.chmod(target, int(mode, 8))


def listed(entries: Any) -> dict[str, int | str]:
    """Write entries as the recordings do: folders end in ``/``, a link is ``-> target``."""
    found: dict[str, int | str] = {}
    for entry in entries:
        if entry.type == "dir":
            found[entry.path + "/"] = 0
        elif entry.type == "symlink":
            found[entry.path] = "-> " + entry.link
        else:
            found[entry.path] = entry.size
    return found


def lay(case: dict[str, Any], folder: Any) -> tuple[str, str | None]:
    """Lay a recorded build below ``folder``: its context root and its Dockerfile, if it names one."""
    make_tree(str(folder), case["tree"], case.get("modes"))
    root = os.path.join(str(folder), case.get("context", "")).rstrip("/")
    dockerfile = case.get("dockerfile")
    return root, dockerfile and os.path.normpath(os.path.join(root, dockerfile))
