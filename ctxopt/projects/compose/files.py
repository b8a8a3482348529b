"""Which files make up a Compose project, by what is given, set and there."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ctxopt.errors import ProjectError
from ctxopt.projects.compose.environment import Environment, process_environment
from ctxopt.projects.values import STDIN

# Two orders: ``.yaml`` comes before ``.yml`` only for ``compose.*``. CG cli/options.go.
DEFAULT_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_NAMES = (
    "compose.override.yml", "compose.override.yaml",
    "docker-compose.override.yml", "docker-compose.override.yaml",
)  # fmt: skip


class ComposeRequest(NamedTuple):
    """What ``docker compose`` is given: the folder stood in, its options, the variables set."""

    cwd: str
    files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    project_directory: str | None = None
    project_name: str | None = None
    variables: Mapping[str, str] = {}
    stdin: bytes = b""
    # What the project is called where nothing names it; by default after its folder.
    fallback_name: str | None = None


class ProjectFiles(NamedTuple):
    """The files in the order of merging, the folder that paths start from, and the variables."""

    paths: tuple[str, ...]
    directory: str
    environment: Environment


def find_project(request: ComposeRequest) -> ProjectFiles:
    """Return the files of the project, absolute, as Compose would choose them; raises ProjectError."""
    cwd = request.cwd
    environment, reads_dotenv = process_environment(request.variables, request.env_files, cwd)
    given = [absolute(name, cwd) for name in request.files]
    directory = None
    if request.project_directory is not None:
        directory = os.path.normpath(os.path.join(cwd, request.project_directory))
    if given and directory is None:
        directory = os.path.dirname(given[0]) or cwd
    # The .env of the folder may name the files, and the files name the folder whose .env counts.
    if reads_dotenv:
        environment = environment.read_folder(directory or cwd)
    paths = given or _named(environment, cwd) or _default(directory or cwd)
    if not paths:
        raise ProjectError("no configuration file provided: not found")
    if directory is None:
        directory = os.path.dirname(paths[0])
        if reads_dotenv and directory != cwd:
            environment = environment.read_folder(directory)
    return ProjectFiles(tuple(paths), directory, environment)


def _named(environment: Environment, cwd: str) -> list[str]:
    """The files of ``COMPOSE_FILE``."""
    value = environment.get("COMPOSE_FILE")
    if not value:
        return []
    separator = environment.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    return [absolute(name, cwd) for name in value.split(separator)]


def absolute(name: str, cwd: str) -> str:
    """Return the path of a file that was named; ``-`` is standard input and stays."""
    return name if name == STDIN else os.path.normpath(os.path.join(cwd, name))


def _default(folder: str) -> list[str]:
    """The default file of the folder or of the nearest one above it, and its override."""
    while True:
        found = default_files(folder)
        if found or folder == os.path.dirname(folder):
            return found
        folder = os.path.dirname(folder)


def default_files(folder: str) -> list[str]:
    """Return the file that Compose takes in ``folder`` and its override; none where there is no file."""
    found = first_present(folder, DEFAULT_NAMES)
    if found is None:
        return []
    override = first_present(folder, OVERRIDE_NAMES)
    return [found, override] if override else [found]


def first_present(folder: str, names: Sequence[str]) -> str | None:
    """Return the path of the first of ``names`` that exists in ``folder``."""
    for name in names:
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    return None
