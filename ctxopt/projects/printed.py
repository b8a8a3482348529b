"""Which tool a file without a telling name is for: what ``docker compose config`` or ``bake --print`` wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ctxopt.errors import ProjectError
from ctxopt.projects.values import STDIN, read_limited

_MAX_BYTES = 4 << 20
_JSON_BAKE = re.compile(rb'\s*\{\s*"(group|target|variable|function)"\s*:')
_HCL_BLOCK = re.compile(rb'(?m)^[ \t]*(target|group|variable|function)\s+"?[\w-]+"?\s*\{')


def is_bake(paths: Sequence[str], stdin: bytes) -> bool:
    """Tell whether files are Bake's rather than Compose's, by their names, else by how they begin."""
    for path in paths:
        if path.endswith((".hcl", ".json")):
            return path.endswith(".hcl") or _begins_as_bake(path, stdin)
        if not path.endswith((".yml", ".yaml")) and _begins_as_bake(path, stdin):
            return True
    return False


def _begins_as_bake(path: str, stdin: bytes) -> bool:
    try:
        content = read_limited(path, _MAX_BYTES, stdin)
    except ProjectError:
        return path != STDIN
    return bool(_JSON_BAKE.match(content) or _HCL_BLOCK.search(content))
