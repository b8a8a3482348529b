"""JSON with the lines of its values; on request with comments and trailing commas, as editors write it."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.values import Fields, Text

MAX_BYTES = 4 << 20
MAX_DEPTH = 100

_BLANK = re.compile(r"[ \t\r\n]*")
_COMMENTED = re.compile(r"(?:[ \t\r\n]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"')
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None}


class Items(list[Any]):
    """A list that knows its line."""

    line = 0


def read_json(text: str, path: str, *, with_comments: bool = False) -> Any:
    """Return the value of a JSON text: ``Fields``, ``Items``, ``Text``, ``Decimal``, booleans, None.

    Duplicate keys are refused unless there may be comments, where the last one counts. Raises ProjectError.
    """
    return _Reader(text.removeprefix("\ufeff"), path, with_comments).read()


class _Reader:
    def __init__(self, text: str, path: str, with_comments: bool) -> None:
        self.text = text
        self.path = path
        self.lenient = with_comments
        self.blank = _COMMENTED if with_comments else _BLANK
        self.place = 0
        # Where lines were counted last: each is counted once, however many values there are.
        self.counted = (0, 1)

    def read(self) -> Any:
        value = self.value(0)
        self.skip()
        if self.place < len(self.text):
            raise self.refuse("text behind the end")
        return value

    def line(self) -> int:
        place, line = self.counted
        line += self.text.count("\n", place, self.place)
        self.counted = (self.place, line)
        return line

    def refuse(self, reason: str, line: int | None = None) -> ProjectError:
        return ProjectError(f"not valid JSON: {reason}", path=self.path, line=line or self.line())

    def skip(self) -> str:
        """The next character that means something; empty at the end."""
        found = self.blank.match(self.text, self.place)
        if found:
            self.place = found.end()
        return self.text[self.place : self.place + 1]

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise self.refuse(f"nested more than {MAX_DEPTH} deep")
        char = self.skip()
        if char == "{":
            return self.fields(depth)
        if char == "[":
            return self.items(depth)
        if char == '"':
            return self.string()
        number = _NUMBER.match(self.text, self.place)
        if number:
            self.place = number.end()
            return Decimal(number[0])
        for word, meaning in _WORDS.items():
            if self.text.startswith(word, self.place):
                self.place += len(word)
                return meaning
        raise self.refuse(f"unexpected {char!r}" if char else "unexpected end")

    def string(self) -> Text:
        line = self.line()
        found = _STRING.match(self.text, self.place)
        if not found:
            raise self.refuse("broken string")
        self.place = found.end()
        text = json.loads(found[0])
        # Python keeps half of a pair that stands for one character, and no path or text holds it.
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise self.refuse("half of a surrogate pair", line)
        return Text(text, line)

    def fields(self, depth: int) -> Fields:
        made = Fields(line=self.line())
        self.place += 1
        while self.skip() != "}":
            if self.text[self.place : self.place + 1] != '"':
                raise self.refuse("a key in quotes is missing")
            key = self.string()
            if key in made and key != "//" and not self.lenient:
                first = made.lines[key]
                raise self.refuse(f"{str(key)!r} was already set at line {first}", key.line)
            if self.skip() != ":":
                raise self.refuse("a colon is missing")
            self.place += 1
            made.place(key, self.value(depth + 1), key.line)
            self.separate("}")
        self.place += 1
        return made

    def items(self, depth: int) -> Items:
        made = Items()
        made.line = self.line()
        self.place += 1
        while self.skip() != "]":
            made.append(self.value(depth + 1))
            self.separate("]")
        self.place += 1
        return made

    def separate(self, end: str) -> None:
        """Go over the comma between two values; behind the last one there may be none."""
        char = self.skip()
        if char == ",":
            self.place += 1
            if self.skip() == end and not self.lenient:
                raise self.refuse("a comma behind the last value")
        elif char != end:
            raise self.refuse("a comma is missing")
