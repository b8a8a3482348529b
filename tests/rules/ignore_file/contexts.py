"""Contexts that tests of several rules judge."""

from __future__ import annotations

from typing import Any

DOCS = {"docs/a.md": 10, "docs/b/c.md": 20, "docs/d.txt": 1, "README.md": 3, "src/x.md": 4}


def with_ignore(tree: dict[str, Any], text: str, **more: Any) -> dict[str, Any]:
    """Return a tree with an ignore file in it."""
    return {**tree, ".dockerignore": text, **more}
