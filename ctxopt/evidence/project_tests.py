"""Whether the project runs tests in the image that is built: what its Compose files and workflows say.

Opens those files, sent or not: they speak of the image and need not be in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final

from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.read_start import read_start
from ctxopt.paths import join

_WORKFLOWS: Final = ".github/workflows"
_COMPOSE_FILE: Final = r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml\Z"
_MOST_FILES: Final = 50
_MOST_BYTES: Final = 1 << 18
_CONTINUATION: Final = r"\\\n\s*"
_RUNS: Final = r"\b(?:docker|docker-compose|podman)\b[^\n&|;]*\s(?:run|exec)\s(?P<rest>[^\n&|;]*)"
_MOUNTS: Final = r"(?:^|\s)(?:-v|--volume|--mount)\b"
_ASKS_ENTRY_POINT: Final = r"\s(?:run-)?tests?\s*[\"']?\s*\Z"
"""``docker compose run server tests``: the entry point knows what to do."""
_FIRST_SERVICE: Final = (
    r"(?m)^services:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*(?P<indent>[ \t]+)[\w.-]+:"
)
_BUILDS: Final = r"(?m)^[ \t]+build:"
_MOUNTS_SOURCES: Final = (
    r"(?m)^[ \t]*-\s*[\"']?\.{1,2}/?:|^[ \t]*source:\s*[\"']?\.{1,2}/?[\"']?\s*$"
)
_COMMAND: Final = (
    r"(?ms)^(?P<indent>[ \t]+)(?:command|entrypoint):(?P<words>.*?)(?=^(?P=indent)[^\s-]|\Z)"
)
_LIST: Final = r"(?m)[\[\]\"',]|^[ \t]*-\s"


def find_project_tests(root: str, catalog: Catalog) -> str | None:
    """Return the file in the context ``root`` that runs tests in the built image; None where none does."""
    for path in _files(root, _WORKFLOWS, (".yml", ".yaml")):
        if any(_is_test(rest, catalog) for rest in _image_commands(_text(root, path))):
            return path
    for path in _files(root, "", (".yml", ".yaml")):
        if re.match(_COMPOSE_FILE, path) and _has_test_service(_text(root, path), catalog):
            return path
    return None


def _files(root: str, folder: str, endings: tuple[str, ...]) -> list[str]:
    try:
        names = sorted(os.listdir(os.path.join(root, folder)))
    except OSError:
        return []
    found = [join(folder, name) for name in names if name.endswith(endings)]
    return found[:_MOST_FILES]


def _text(root: str, path: str) -> str:
    content = read_start(os.path.join(root, path), _MOST_BYTES) or b""
    return content.decode("utf-8-sig", "surrogateescape")


def _image_commands(text: str) -> Iterator[str]:
    """What a workflow gives to images that hold what they need: nothing is mounted over it."""
    for match in re.finditer(_RUNS, re.sub(_CONTINUATION, " ", text)):
        if not re.search(_MOUNTS, match["rest"]):
            yield match["rest"]


def _is_test(command: str, catalog: Catalog) -> bool:
    return bool(catalog.test_command(command) or re.search(_ASKS_ENTRY_POINT, command))


def _has_test_service(text: str, catalog: Catalog) -> bool:
    """Whether a Compose file has a service that is built, runs tests, and gets no sources mounted."""
    first = re.search(_FIRST_SERVICE, text)
    if first is None:
        return False
    for service in re.split(rf"(?m)^{first['indent']}(?=[\w.-]+:)", text[first.start("indent") :]):
        if not re.search(_BUILDS, service) or re.search(_MOUNTS_SOURCES, service):
            continue
        for command in re.finditer(_COMMAND, service):
            if catalog.test_command(" ".join(re.sub(_LIST, " ", command["words"]).split())):
                return True
    return False
