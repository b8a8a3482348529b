"""Which files ``docker buildx bake`` reads, and in which language each of them is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from ctxopt.errors import ProjectError
from ctxopt.projects.bake import expression as x
from ctxopt.projects.bake.hcl_json import read_hcl_json
from ctxopt.projects.bake.hcl_text import MAX_BYTES, read_hcl
from ctxopt.projects.compose.files import absolute
from ctxopt.projects.values import read_limited

# All that exist, in this order. BX bake/bake.go, defaultFilenames.
COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
HCL_NAMES = (
    "docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl",
)  # fmt: skip


class BakeRequest(NamedTuple):
    """What ``docker buildx bake`` is given: the folder stood in, its options, the variables set.

    Without ``targets`` the target or group ``default`` is built.
    """

    cwd: str
    files: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    variables: Mapping[str, str] = {}
    stdin: bytes = b""


class BakeFiles(NamedTuple):
    """The Compose files among those that were given, and the others, parsed."""

    compose: tuple[str, ...]
    bodies: tuple[x.HclBody, ...]


def find_files(request: BakeRequest, refused: list[ProjectError] | None = None) -> BakeFiles:
    """Return what Bake reads; raises ProjectError where it finds nothing, or cannot read one of them.

    With a list of ``refused`` a file that cannot be read goes there, and the others stay.
    """
    named = request.files
    if not named and request.variables.get("BUILDX_BAKE_FILE"):
        separator = request.variables.get("BUILDX_BAKE_PATH_SEPARATOR") or os.pathsep
        named = tuple(request.variables["BUILDX_BAKE_FILE"].split(separator))
    paths = [absolute(name, request.cwd) for name in named]
    if not paths:
        defaults = (os.path.join(request.cwd, name) for name in COMPOSE_NAMES + HCL_NAMES)
        paths = [path for path in defaults if os.path.exists(path)]
    compose: list[str] = []
    bodies: list[x.HclBody] = []
    for path in paths:
        # Bake tries HCL and JSON first and Compose last, but for a name that says YAML it asks Compose alone.
        if path.endswith((".yml", ".yaml")):
            compose.append(path)
            continue
        try:
            body = _parse(path, request.stdin)
        except ProjectError as problem:
            if refused is None:
                raise
            refused.append(problem)
            continue
        if body is None:
            compose.append(path)
        else:
            bodies.append(body)
    filled = [body for body in bodies if body.attributes or body.blocks]
    if refused and not compose and not filled:
        raise refused.pop(0)
    if not compose and not filled:
        raise ProjectError("couldn't find a bake definition", path=paths[0] if paths else None)
    return BakeFiles(tuple(compose), tuple(filled))


def _parse(path: str, stdin: bytes) -> x.HclBody | None:
    """A file by its name; None for one without a known ending that is a Compose file."""
    content = read_limited(path, MAX_BYTES, stdin)
    try:
        text = content.decode()
    except UnicodeDecodeError as problem:
        raise ProjectError("is not UTF-8", path=path) from problem
    if path.endswith(".json"):
        return read_hcl_json(text, path)
    if path.endswith(".hcl"):
        return read_hcl(text, path)
    if _is_compose(content, path):
        return None
    try:
        return read_hcl(text, path)
    except ProjectError as problem:
        try:
            return read_hcl_json(text, path)
        except ProjectError:
            raise problem from None


def _is_compose(content: bytes, path: str) -> bool:
    from ctxopt.projects.values import Fields
    from ctxopt.projects.yaml_text import read_documents

    try:
        documents = read_documents(content, path)
    except ProjectError:
        return False
    values = [document.value for document in documents]
    return bool(values) and isinstance(values[0], Fields) and "services" in values[0]
