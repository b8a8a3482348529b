"""The grammar of ``.env`` files, as compose-go's ``dotenv`` reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ctxopt.errors import ProjectError
from ctxopt.projects.compose.interpolation import Lookup, TemplateError, substitute
from ctxopt.projects.values import read_limited

MAX_BYTES = 1 << 20

_NAME = re.compile(r"[A-Za-z0-9_.\-\[\]]+")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "c": "\\c"}


def read_dotenv(path: str, outer: Lookup, earlier: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the file ``path``.

    Where a value names a variable, ``outer`` answers before the file's own lines, and ``earlier``, what
    other files said, after them. A name alone takes its value from ``outer``. Raises ProjectError where it
    cannot be read or parsed.
    """
    content = read_limited(path, MAX_BYTES)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        raise ProjectError("is not UTF-8", path=path) from problem
    return _Reader(text, path, outer, earlier).read()


class _Reader:
    def __init__(self, text: str, path: str, outer: Lookup, earlier: Mapping[str, str]) -> None:
        self.text = text
        self.path = path
        self.outer = outer
        self.earlier = earlier
        self.place = 0
        self.size = 0
        self.found: dict[str, str] = {}

    def read(self) -> dict[str, str]:
        while self.skip_to_statement():
            self.statement()
        return self.found

    def lookup(self, name: str) -> str | None:
        value = self.outer(name)
        if value is None:
            value = self.found.get(name, self.earlier.get(name))
        return value

    def skip_to_statement(self) -> bool:
        while self.place < len(self.text):
            if self.text[self.place] == "#":
                self.place = self.line_end()
            elif self.text[self.place].isspace():
                self.place += 1
            else:
                return True
        return False

    def line_end(self) -> int:
        end = self.text.find("\n", self.place)
        return len(self.text) if end < 0 else end

    def statement(self) -> None:
        export = re.compile(r"export[ \t]+").match(self.text, self.place)
        if export:
            self.place = export.end()
        name = _NAME.match(self.text, self.place)
        if not name and self.text[self.place] == "=":
            # A value without a name is read and belongs to none.
            self.place += 1
            self.value()
            return
        if not name:
            raise self.refuse(f"unexpected character {self.text[self.place]!r} in variable name")
        self.place = name.end()
        separator = re.compile(r"[ \t]*([=:])[ \t]*").match(self.text, self.place)
        if separator:
            self.place = separator.end()
            self.found[name[0]] = self.value()
            self.size += len(self.found[name[0]])
            if self.size > MAX_BYTES:
                raise self.refuse("the values grow without end")
            return
        rest = self.text[self.place : self.line_end()].strip()
        if rest and not rest.startswith("#"):
            raise self.refuse(f"unexpected character {rest[0]!r} in variable name")
        self.place = self.line_end()
        value = self.outer(name[0])
        if value is not None:
            self.found[name[0]] = value

    def value(self) -> str:
        quote = self.text[self.place : self.place + 1]
        if quote in ("'", '"') and quote:
            return self.quoted(quote)
        line = self.text[self.place : self.line_end()]
        self.place = self.line_end()
        comment = re.search(r"(^|\s)#", line)
        if comment:
            line = line[: comment.start()]
        return self.expanded(line.strip())

    def quoted(self, quote: str) -> str:
        end = self.place + 1
        while end < len(self.text) and self.text[end] != quote:
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            raise self.refuse(
                f"unterminated quoted value {self.text[self.place : self.line_end()]}"
            )
        inside = self.text[self.place + 1 : end]
        self.place = end + 1
        if quote == "'":
            return inside.replace("\\'", "'")
        # A dollar that is escaped stays one: ``$$`` is what the substitution takes for it.
        inside = re.sub(r"\\(.)", _unescape, inside, flags=re.DOTALL)
        return self.expanded(inside)

    def expanded(self, text: str) -> str:
        try:
            return substitute(text, self.lookup)
        except TemplateError as problem:
            raise self.refuse(str(problem)) from problem

    def refuse(self, reason: str) -> ProjectError:
        line = self.text.count("\n", 0, self.place) + 1
        return ProjectError(reason, path=self.path, line=line)


def _unescape(found: re.Match[str]) -> str:
    char = found[1]
    if char == "$":
        return "$$"
    if char in ('"', "\\"):
        return char
    return _ESCAPES.get(char, "\\" + char)
