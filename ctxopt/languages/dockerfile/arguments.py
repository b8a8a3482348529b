"""One logical line into instruction, flags and arguments; knows nothing of what an instruction means."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from ctxopt.errors import DockerfileError
from ctxopt.languages.golang.strings import SPACE, as_bytes, from_bytes, quote, valid

if TYPE_CHECKING:
    from collections.abc import Callable


BLANKS = r"[\t\v\f\r ]+"
_LATIN1_SPACE = "\t\n\v\f\r \x85\xa0"
_SPACES = f"[{SPACE}]+"

Arguments = tuple[tuple[str, ...], bool]
"""The words, and whether they came as a JSON array."""


def split_line(line: str, escape: str) -> tuple[str, tuple[str, ...], str]:
    """Return instruction, flags and the rest. Source: moby/buildkit parser/split_command.go splitCommand"""
    parts = re.split(BLANKS, line.strip(SPACE), maxsplit=1)
    if len(parts) == 1:
        return parts[0], (), ""
    flags, rest = _take_flags(parts[1], escape)
    return parts[0], flags, rest.strip(SPACE)


def _take_flags(text: str, escape: str) -> tuple[tuple[str, ...], str]:
    stripped = text.lstrip("\t\n\v\f\r ")
    if not stripped.startswith("--") and not stripped[:1] > "\x7f":
        return (), stripped
    # BuildKit reads flags byte by byte and writes each byte as a character of its own.
    data = as_bytes(text)
    flags: list[str] = []
    at = 0
    while True:
        while at < len(data) and data[at] in _LATIN1_SPACE:
            at += 1
        if not data.startswith("--", at):
            return tuple(flags), from_bytes(data[at:])
        word, at, kept = _flag(data, at, escape)
        if word == "--":
            return tuple(flags), from_bytes(data[at:])
        if kept:
            flags.append(word)


def _flag(data: str, at: int, escape: str) -> tuple[str, int, bool]:
    out: list[str] = []
    mark = ""
    quoted = False
    while at < len(data):
        char = data[at]
        if mark and char == mark:
            mark = ""
        elif not mark and char in _LATIN1_SPACE:
            break
        elif not mark and char in "'\"":
            mark, quoted = char, True
        elif char == escape:
            at += 1
            out.append(data[at : at + 1])
        else:
            out.append(char)
        at += 1
    word = "".join(out)
    return word, min(at, len(data)), quoted or bool(word)


def _string_array(rest: str) -> tuple[str, ...] | None:
    """Return a JSON array's strings, None where ``rest`` is no JSON array; other elements raise DockerfileError."""
    rest = rest.lstrip(SPACE)
    if not rest.startswith("["):
        return None
    try:
        values = json.loads(valid(rest), parse_int=float, parse_constant=_refuse)
    except ValueError:
        return None
    except RecursionError:
        # An array in arrays, so certainly not one of strings.
        values = [None]
    if not all(isinstance(value, str) for value in values):
        reason = "when using JSON array syntax, arrays must be comprised of strings only"
        raise DockerfileError(reason)
    return tuple(map(valid, values))


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _whole_or_json(rest: str, _escape: str) -> Arguments:
    if not rest:
        return (), False
    array = _string_array(rest)
    if array is None:
        return (rest,), False
    return array, True


def _words_or_json(rest: str, escape: str) -> Arguments:
    array = _string_array(rest)
    if array is None:
        return _words(rest, escape)
    return array, True


def _words(rest: str, _escape: str) -> Arguments:
    if not rest:
        return (), False
    return tuple(re.split(BLANKS, rest)), False


def _whole(rest: str, _escape: str) -> Arguments:
    if not rest:
        return (), False
    return (rest,), False


def _health(rest: str, escape: str) -> Arguments:
    if not rest:
        return (), False
    kind, *command = re.split(r"[\t\n\v\f\r ]+", rest, maxsplit=1)
    words, is_json = _whole_or_json("".join(command), escape)
    return (kind, *words), is_json


def _names(rest: str, escape: str) -> Arguments:
    return tuple(_quoted_words(rest, escape)), False


def _pairs(instruction: str) -> Callable[[str, str], Arguments]:
    def parse(rest: str, escape: str) -> Arguments:
        words = _quoted_words(rest, escape)
        if not words:
            return (), False
        # The old form, ``ENV NAME the rest of the line``: one variable, and nothing is quoted.
        if "=" not in words[0]:
            parts = re.split(BLANKS, rest, maxsplit=1)
            if len(parts) < 2:
                reason = f"{instruction} must have two arguments"
                raise DockerfileError(reason)
            return (parts[0], parts[1]), False
        out: list[str] = []
        for word in words:
            name, equals, value = word.partition("=")
            if not equals:
                reason = (
                    f"Syntax error - can't find = in {quote(word)}. Must be of the form: name=value"
                )
                raise DockerfileError(reason)
            out += (name, value)
        return tuple(out), False

    return parse


def _quoted_words(rest: str, escape: str) -> list[str]:
    """Split on blanks outside quotes, which stay. Source: parser/line_parsers.go parseWords"""
    rest = valid(rest)
    # Character by character is slow, and most lines have nothing to quote.
    if not any(special in rest for special in ("'", '"', escape)):
        return [word for word in re.split(_SPACES, rest) if word]
    words: list[str] = []
    at = 0
    while True:
        while at < len(rest) and rest[at] in SPACE:
            at += 1
        if at >= len(rest):
            return words
        word, at, quoted = _quoted_word(rest, at, escape)
        if quoted or word:
            words.append(word)


def _quoted_word(rest: str, at: int, escape: str) -> tuple[str, int, bool]:
    # Each branch is a phase of parseWords, which is one loop upstream as well.
    out: list[str] = []
    mark = ""
    quoted = False
    while at < len(rest):
        char = rest[at]
        if not mark and char in SPACE:
            break
        if char == mark:
            mark = ""
        elif not mark and char in "'\"":
            mark, quoted = char, True
        elif char == escape and mark != "'":
            if at + 1 == len(rest):
                at += 1
                break
            out.append(char)
            at += 1
            char = rest[at]
        out.append(char)
        at += 1
    return "".join(out), at, quoted


PARSERS: dict[str, Callable[[str, str], Arguments]] = {
    "ADD": _words_or_json,
    "ARG": _names,
    "CMD": _whole_or_json,
    "COPY": _words_or_json,
    "ENTRYPOINT": _whole_or_json,
    "ENV": _pairs("ENV"),
    "EXPOSE": _words,
    "FROM": _words,
    "HEALTHCHECK": _health,
    "LABEL": _pairs("LABEL"),
    "MAINTAINER": _whole,
    "ONBUILD": _whole,
    "RUN": _whole_or_json,
    "SHELL": _whole_or_json,
    "STOPSIGNAL": _whole,
    "USER": _whole,
    "VOLUME": _words_or_json,
    "WORKDIR": _whole,
}
"""How each instruction's arguments are read; raises DockerfileError. Source: parser/parser.go dispatch"""
