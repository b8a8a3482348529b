"""Parser directives, ``# name=value`` at the top of a Dockerfile; knows nothing of instructions."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from ctxopt.errors import DockerfileError
from ctxopt.languages.golang.strings import SPACE, parse_bool, quote

_BLANKS = "\t\n\f\r "
_NAME = r"([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*="
_NAMES = frozenset({"syntax", "escape", "check"})


class Directive(NamedTuple):
    """``# name=value`` with the name in lower case."""

    name: str
    value: str
    line: int


class DirectiveReader:
    """Reads directives line by line until the first line that is none."""

    def __init__(self, comment: str = "#") -> None:
        self.comment = comment
        self.seen: dict[str, Directive] = {}
        self.done = False

    def read(self, line: str, number: int) -> Directive | None:
        """Return the directive on ``line``, None where there is none; a repeated one raises DockerfileError.

        Source: moby/buildkit frontend/dockerfile/parser/directives.go ParseLine
        """
        if self.done:
            return None
        name, value = _name_and_value(line, self.comment)
        if name not in _NAMES or not value:
            self.done = True
            return None
        if name in self.seen:
            reason = f"only one {name} parser directive can be used"
            raise DockerfileError(reason, line=number)
        directive = Directive(name, value, number)
        self.seen[name] = directive
        return directive


def find_syntax(text: str) -> Directive | None:
    """Return what names an external frontend: ``# syntax=``, ``// syntax=`` or a JSON object's ``syntax``.

    Source: moby/buildkit frontend/dockerfile/parser/directives.go DetectSyntax
    """
    text, first = _after_shebang(text)
    lines = text.split("\n", len(_NAMES) + 1)[: len(_NAMES) + 1]
    for comment in ("#", "//"):
        found = _directives(lines, comment, first).get("syntax")
        if found is not None:
            return found
    if not text.lstrip("\t\n\r ").startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("syntax"), str):
        return None
    return Directive("syntax", value["syntax"], first)


def verify_check(text: str) -> None:
    """Raise DockerfileError where ``# check=`` holds something BuildKit does not know.

    Source: moby/buildkit frontend/dockerfile/linter/linter.go ParseLintOptions
    """
    text, first = _after_shebang(text)
    lines = text.split("\n", len(_NAMES) + 1)[: len(_NAMES) + 1]
    check = _directives(lines, "#", first).get("check")
    if check is None or not check.value.strip(SPACE):
        return
    for option in check.value.strip(SPACE).split(";", 2):
        name, equals, value = option.partition("=")
        name = name.strip(SPACE)
        reason = ""
        if not equals:
            reason = f"invalid check option {quote(option)}"
        elif name == "error":
            value = value.strip(SPACE)
            if parse_bool(value) is None:
                reason = f"failed to parse check option {quote(option)}: strconv.ParseBool: parsing {quote(value)}: invalid syntax"
        elif name not in ("skip", "experimental"):
            reason = f"invalid check option {quote(name)}"
        if reason:
            reason = f"failed to parse check options: {reason}"
            raise DockerfileError(reason, line=check.line)


def _name_and_value(line: str, comment: str) -> tuple[str, str]:
    if not line.startswith(comment):
        return "", ""
    text = line[len(comment) :].lstrip(SPACE)
    match = re.match(_NAME, text)
    if match is None:
        return "", ""
    value = text[match.end() :]
    # Where there are only blanks, BuildKit's pattern takes the last of them for the value.
    return match[1].lower(), value.strip(_BLANKS) or value[-1:]


def _after_shebang(text: str) -> tuple[str, int]:
    text = text.removeprefix("\ufeff")
    if not text.startswith("#!"):
        return text, 1
    return text.partition("\n")[2], 2


def _directives(lines: list[str], comment: str, first: int) -> dict[str, Directive]:
    reader = DirectiveReader(comment)
    try:
        for number, line in enumerate(lines, first):
            reader.read(line.removesuffix("\r"), number)
    except DockerfileError:
        # The parser proper reads them again, and says so with the line.
        pass
    return reader.seen
