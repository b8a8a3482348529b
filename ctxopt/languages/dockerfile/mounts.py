"""``RUN --mount=...`` values; knows nothing of stages.

Source: moby/buildkit frontend/dockerfile/instructions/commands_runmount.go parseMount, tonistiigi/go-csvvalue Fields
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ctxopt.errors import DockerfileError
from ctxopt.languages.golang.strings import did_you_mean, parse_bool, parse_uint, quote

if TYPE_CHECKING:
    from collections.abc import Callable


_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
_SHARING = ("shared", "private", "locked")
_KEYS = (
    "type", "from", "source", "target", "readonly", "id", "sharing", "required", "size", "mode", "uid", "gid",
    "src", "dst", "destination", "ro", "rw", "readwrite", "env",
)  # fmt: skip
_SAME = {"src": "source", "dst": "target", "destination": "target"}
_SIZE = r"(?ia)[0-9]+(\.[0-9]*)? ?([kmgtp]?i?b?)"


class Mount(NamedTuple):
    """One mount after expansion; ``from_`` is empty where the flag has none."""

    type: str
    from_: str
    source: str
    target: str


@dataclass(slots=True)
class _Fields:
    type: str = "bind"
    texts: dict[str, str] = field(default_factory=dict)


def fields_of(value: str) -> list[str]:
    """Split a mount's value at its commas; raises DockerfileError."""
    line = value
    if value.endswith("\n"):
        line = value.removesuffix("\n").removesuffix("\r")
    if not line:
        reason = "failed to parse csv mounts: EOF"
        raise DockerfileError(reason)
    if '"' not in line:
        return line.split(",")
    fields: list[str] = []
    at = 0
    while True:
        if line.startswith('"', at):
            text, at = _quoted_field(line, at + 1)
        else:
            text, at = _plain_field(line, at)
        fields.append(text)
        if at >= len(line):
            return fields
        at += 1


def _plain_field(line: str, at: int) -> tuple[str, int]:
    """Read to the comma or the end."""
    text = line[at:].partition(",")[0]
    if '"' in text:
        raise _csv_error(line, at + text.index('"'), 'bare " in non-quoted-field')
    return text, at + len(text)


def _quoted_field(line: str, at: int) -> tuple[str, int]:
    """Read from behind the opening quote to the comma or the end behind the closing one."""
    parts: list[str] = []
    while True:
        end = line.find('"', at)
        if end < 0:
            raise _csv_error(line, at, 'extraneous or missing " in quoted-field')
        parts.append(line[at:end])
        at = end + 1
        if line.startswith('"', at):
            parts.append('"')
            at += 1
        elif at >= len(line) or line[at] == ",":
            return "".join(parts), at
        else:
            raise _csv_error(line, end, 'extraneous or missing " in quoted-field')


def _csv_error(line: str, at: int, problem: str) -> DockerfileError:
    column = len(line[:at].encode("utf-8", "surrogateescape")) + 1
    reason = f"failed to parse csv mounts: parse error on line 1, column {column}: {problem}"
    return DockerfileError(reason)


def unexpanded_from(value: str) -> str:
    """Return a mount's ``from`` as written, empty if none; ``$`` in it, or broken CSV, raises DockerfileError."""
    from_ = ""
    for text in fields_of(value):
        key, equals, given = text.partition("=")
        if not equals or key.lower() != "from":
            continue
        # A last dollar names no variable.
        if "$" in given[:-1]:
            reason = "'from' doesn't support variable expansion, define alias stage instead"
            raise DockerfileError(reason)
        from_ = given
    return from_


def parse_mount(value: str, expand: Callable[[str], str]) -> Mount:
    """Read a mount's value, expanding every field; raises DockerfileError without a line."""
    fields = _Fields()
    for text in fields_of(value):
        key, equals, given = text.partition("=")
        key = key.lower()
        if equals:
            _take(fields, text, key, expand(given))
        else:
            _take_bare(fields, text, key)
    _verify(fields)
    texts = fields.texts
    return Mount(
        fields.type, texts.get("from", ""), texts.get("source", ""), texts.get("target", "")
    )


def _take_bare(fields: _Fields, text: str, key: str) -> None:
    if key in ("readonly", "ro", "readwrite", "rw"):
        return
    if key != "required":
        reason = f"invalid field '{text}' must be a key=value pair"
        raise DockerfileError(reason)
    _only_for(fields, key, ("secret", "ssh"))


def _take(fields: _Fields, text: str, key: str, value: str) -> None:
    # One branch a kind of value, in the order of upstream's switch: the first complaint is Docker's.
    if key == "type":
        if value.lower() not in _TYPES:
            reason = f"unsupported mount type {quote(value)}"
            raise DockerfileError(reason + did_you_mean(value, _TYPES, case_sensitive=True))
        fields.type = value.lower()
    elif key == "sharing":
        if value.lower() not in _SHARING:
            reason = f"unsupported sharing value {quote(value)}"
            raise DockerfileError(reason + did_you_mean(value, _SHARING, case_sensitive=True))
        fields.texts[key] = value.lower()
    elif key in ("readonly", "ro", "readwrite", "rw", "required"):
        if key == "required":
            _only_for(fields, key, ("secret", "ssh"))
        _valid(parse_bool(value) is not None, f"invalid value for {key}: {value}")
    elif key == "size":
        _only_for(fields, key, ("tmpfs",))
        _valid(re.fullmatch(_SIZE, value) is not None, f"invalid value for {key}: {value}")
    elif key in ("mode", "uid", "gid"):
        base = 10
        if key == "mode":
            base = 8
        number = parse_uint(value, base)
        _valid(number is not None, f"invalid value {value} for {key}")
        fields.texts[key] = value
    elif key in _KEYS:
        fields.texts[_SAME.get(key, key)] = value
    else:
        reason = f"unexpected key '{key}' in '{text}'"
        raise DockerfileError(reason + did_you_mean(key, _KEYS, case_sensitive=True))


def _only_for(fields: _Fields, key: str, types: tuple[str, ...]) -> None:
    _valid(fields.type in types, f"unexpected key '{key}' for mount type '{fields.type}'")


def _valid(condition: bool, reason: str) -> None:
    if not condition:
        raise DockerfileError(reason)


def _verify(fields: _Fields) -> None:
    texts = fields.texts
    if fields.type in ("bind", "tmpfs"):
        for key in ("mode", "uid", "gid"):
            _valid(key not in texts, f"{key} not allowed for {quote(fields.type)} type mounts")
    sharing = texts.get("sharing", "")
    if fields.type == "secret":
        source, target, identity = (texts.get(key, "") for key in ("source", "target", "id"))
        _valid(not texts.get("from"), "secret mount should not have a from")
        _valid(not sharing, "secret mount should not define sharing")
        named = bool(source or target or identity)
        _valid(named, "invalid secret mount. one of source, target required")
        _valid(not (source and identity), "both source and id can't be set")
    allowed = not sharing or fields.type == "cache"
    _valid(allowed, f"invalid cache sharing set for {fields.type} mount")
