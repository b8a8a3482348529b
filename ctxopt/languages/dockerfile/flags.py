"""The ``--name=value`` flags of an instruction against those it knows; knows nothing of what they mean."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from ctxopt.errors import DockerfileError
from ctxopt.languages.golang.strings import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping


class FlagKind(Enum):
    """What a flag takes."""

    SWITCH = "switch"
    TEXT = "text"
    LIST = "list"


class Flags(NamedTuple):
    """The flags given: texts and switches by name, and repeated ones in order."""

    texts: Mapping[str, str]
    switches: Mapping[str, bool]
    lists: Mapping[str, tuple[str, ...]]

    def text(self, name: str) -> str:
        """Return the flag's value, empty where it was not given."""
        return self.texts.get(name, "")


def parse_flags(given: tuple[str, ...], known: Mapping[str, FlagKind]) -> Flags:
    """Sort ``given`` flags; an unknown, repeated or malformed one raises DockerfileError without a line.

    Source: moby/buildkit frontend/dockerfile/instructions/bflag.go Parse
    """
    texts: dict[str, str] = {}
    switches: dict[str, bool] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for flag in given:
        if flag == "--":
            break
        if not flag.startswith("--"):
            reason = f"arg should start with -- : {flag}"
            raise DockerfileError(reason)
        shown, equals, value = flag.partition("=")
        name = shown[2:]
        kind = known.get(name)
        if kind is None:
            reason = f"unknown flag: {shown}" + did_you_mean(name, known, case_sensitive=True)
            raise DockerfileError(reason)
        if name in texts or name in switches:
            reason = f"duplicate flag specified: {shown}"
            raise DockerfileError(reason)
        if kind is FlagKind.SWITCH:
            switches[name] = _switch(shown, equals, value)
            continue
        if not equals:
            reason = f"missing a value on flag: {shown}"
            raise DockerfileError(reason)
        if kind is FlagKind.TEXT:
            texts[name] = value
        else:
            lists[name] = (*lists.get(name, ()), value)
    return Flags(texts, switches, lists)


def _switch(shown: str, equals: str, value: str) -> bool:
    if equals and not value:
        reason = f"missing a value on flag: {shown}"
        raise DockerfileError(reason)
    lowered = value.lower()
    if lowered in ("true", ""):
        return True
    if lowered == "false":
        return False
    reason = f"expecting boolean value for flag {shown}, not: {value}"
    raise DockerfileError(reason)
