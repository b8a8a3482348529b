"""What people call Dockerfiles."""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = r"(?i)(?:(?:Docker|Container)file(?:[._-].*)?|.*\.(?:docker|container)file)\Z"
_NO_DOCKERFILE: Final = (
    ".dockerignore",
    ".md",
    ".go",
    ".py",
    ".j2",
    ".jinja",
    ".jinja2",
    ".tmpl",
    ".tpl",
    ".template",
    ".erb",
    ".map",
    ".sh",
    ".rs",
    ".js",
    ".ts",
    ".ex",
    ".exs",
    ".dart",
    ".rb",
    ".kt",
    ".cs",
    ".json",
    ".yml",
    ".yaml",
)


def is_dockerfile_name(name: str) -> bool:
    """Tell whether people name Dockerfiles like that."""
    return bool(re.match(_NAME, name)) and not name.lower().endswith(_NO_DOCKERFILE)
