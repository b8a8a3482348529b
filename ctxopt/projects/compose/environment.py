"""The variables a Compose project sees: the process first, then the files that it reads them from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ctxopt.errors import ProjectError
from ctxopt.projects.compose.dotenv import read_dotenv

_TRUE = ("1", "t", "T", "TRUE", "true", "True", "y", "Y", "yes", "on")


class Environment:
    """Layers of variables; the first that has a name decides, an empty value counts as set."""

    def __init__(self, layers: Sequence[Mapping[str, str]]) -> None:
        """Take the layers, the strongest first."""
        self.layers = list(layers)

    def get(self, name: str) -> str | None:
        """Return the value of ``name``; None where it is not set."""
        for layer in self.layers:
            if name in layer:
                return layer[name]
        return None

    def below(self, layer: Mapping[str, str]) -> Environment:
        """Return these variables with a weaker layer, which only adds names."""
        return Environment([*self.layers, layer])

    def read(self, path: str) -> Environment:
        """Return these variables with those of the file ``path`` below them; raises ProjectError."""
        return self.below(read_dotenv(path, self.get, {}))

    def read_all(self, paths: Sequence[str]) -> Environment:
        """Return these variables with those of several files, of which a later one wins."""
        found: dict[str, str] = {}
        for path in paths:
            found.update(read_dotenv(path, self.get, found))
        return self.below(found)

    def read_folder(self, folder: str) -> Environment:
        """Return these variables with those of the ``.env`` in ``folder``, if it is a file."""
        path = os.path.join(folder, ".env")
        if not os.path.isfile(path):
            return self
        return self.read(path)


def process_environment(variables: Mapping[str, str], env_files: Sequence[str], cwd: str) -> tuple[Environment, bool]:  # fmt: skip
    """Return the variables of the process with those of ``--env-file``, and whether ``.env`` still counts.

    Without the option ``COMPOSE_ENV_FILES`` names the files. Raises ProjectError for a missing one.
    """
    environment = Environment([variables])
    named = list(env_files)
    if not named and variables.get("COMPOSE_ENV_FILES"):
        named = variables["COMPOSE_ENV_FILES"].split(",")
    paths = [os.path.join(cwd, name) for name in named]
    for path in paths:
        if not os.path.exists(path):
            raise ProjectError("couldn't find env file", path=path)
    if paths:
        return environment.read_all(paths), False
    return environment, variables.get("COMPOSE_DISABLE_ENV_FILE") not in _TRUE
