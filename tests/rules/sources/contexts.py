"""The context that the Dockerfiles of these tests build."""

from __future__ import annotations

from typing import Any

TREE = {"src/a.py": 10, "src/b.log": 20, "docs/x.md": 5, "package.json": 3, "dist/out.js": 7}


def build(*instructions: str, ignore: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the context with a Dockerfile of these instructions, and an ignore file if there is one."""
    tree = {**TREE, "Dockerfile": "\n".join(("FROM scratch", *instructions)) + "\n", **more}
    return tree if ignore is None else {**tree, ".dockerignore": ignore}
