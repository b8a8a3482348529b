"""Variables: the global ones, and those of a stage; knows nothing of what uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile.words import Expansion, expand

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctxopt.languages.dockerfile.instructions import Assign
    from ctxopt.languages.dockerfile.reference import Platform


DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MAX_LINKS = 32


class Env:
    """Variables on top of another stage's, each with the unknown ones that its value may depend on.

    A long chain of stages is copied flat now and then.
    """

    __slots__ = ("_links", "_parent", "_values")

    def __init__(self, parent: Env | None = None) -> None:
        self._values: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._parent = parent
        self._links = 0
        if parent is not None:
            self._links = parent._links + 1
        # Every look-up walks the chain; copying at every stage would take the square of their number.
        if self._links > _MAX_LINKS:
            self._values = self._flat()
            self._parent, self._links = None, 0

    def get(self, name: str) -> str | None:
        """Return the variable's value, None where it has none."""
        return self._find(name)[0]

    def unknown(self, name: str) -> tuple[str, ...]:
        """Return the names of a base image's variables that the value may depend on."""
        return self._find(name)[1]

    def set(self, name: str, value: str, unknown: tuple[str, ...] = ()) -> None:
        """Set the variable here; the other stage keeps its own."""
        self._values[name] = (value, unknown)

    def _find(self, name: str) -> tuple[str | None, tuple[str, ...]]:
        env: Env | None = self
        while env is not None:
            found = env._values.get(name)
            if found is not None:
                return found
            env = env._parent
        return None, ()

    def _flat(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        chain: list[Env] = []
        env: Env | None = self
        while env is not None:
            chain.append(env)
            env = env._parent
        values: dict[str, tuple[str, tuple[str, ...]]] = {}
        for link in reversed(chain):
            values |= link._values
        return values


def global_variables(
    arguments: Iterable[Assign],
    build_args: Mapping[str, str],
    escape: str,
    *,
    target: str,
    platform: Platform,
    build_platform: Platform,
) -> dict[str, str]:
    """Return the variables that FROM sees and ARG in a stage can take; raises DockerfileError with the line.

    Source: moby/buildkit frontend/dockerfile/dockerfile2llb/platform.go defaultArgs, convert.go buildMetaArgs
    """
    values = {
        "BUILDPLATFORM": str(build_platform),
        "BUILDOS": build_platform.os,
        "BUILDOSVERSION": "",
        "BUILDARCH": build_platform.architecture,
        "BUILDVARIANT": build_platform.variant,
        "TARGETPLATFORM": str(platform),
        "TARGETOS": platform.os,
        "TARGETOSVERSION": "",
        "TARGETARCH": platform.architecture,
        "TARGETVARIANT": platform.variant,
        "TARGETSTAGE": target or "default",
    }
    values.update({name: build_args[name] for name in values if name in build_args})
    for argument in arguments:
        for name, default in argument.pairs:
            if name in build_args:
                values[name] = build_args[name]
            elif default is not None:
                expansion = expand_at(default, values, escape, argument.instruction.line)
                values[name] = expansion.text
    return values


def expand_at(word: str, values: Mapping[str, str], escape: str, line: int) -> Expansion:
    """Expand ``word``; raises DockerfileError with ``line``."""
    try:
        return expand(word, values.get, escape=escape)
    except DockerfileError as error:
        raise DockerfileError(error.reason, line=line) from None
