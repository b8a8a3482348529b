"""Functions about text, regular expressions among them, which are Go's."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from typing import Any

from ctxopt.projects.bake.conversion import MAX_TEXT, EvaluationError, to_text

# Seconds: Go's regular expressions never backtrack, Python's may without end.
_PATIENCE = 1.0


def _compile(pattern: str) -> Any:
    import regex

    # Go's ``\\z`` is Python's ``\\Z``; nothing else of its syntax reads differently.
    try:
        return regex.compile(pattern.replace("\\z", "\\Z"))
    except regex.error as problem:
        raise EvaluationError(f"not a regular expression: {problem}") from problem


def _search(pattern: str, text: str, start: int = 0) -> Any:
    try:
        return _compile(pattern).search(text, start, timeout=_PATIENCE)
    except TimeoutError as problem:
        raise EvaluationError("the expression takes too long") from problem


def _captured(found: Any) -> Any:
    if found.groupdict():
        return found.groupdict()
    if found.groups():
        return list(found.groups())
    return found[0]


def regex_one(pattern: str, text: str) -> Any:
    """Return the first match: its named groups, its groups, or all of it."""
    found = _search(pattern, text)
    if found is None:
        raise EvaluationError("pattern did not match any part of the given string")
    return _captured(found)


def regex_all(pattern: str, text: str) -> list[Any]:
    """Return every match."""
    try:
        return [_captured(found) for found in _compile(pattern).finditer(text, timeout=_PATIENCE)]
    except TimeoutError as problem:
        raise EvaluationError("the expression takes too long") from problem


def regex_replace(text: str, pattern: str, replacement: str) -> str:
    """Return ``text`` with every match replaced; ``$1`` and ``${name}`` are groups."""

    size = 0

    def expand(found: Any) -> str:
        def group(name: re.Match[str]) -> str:
            key = name[1].strip("{}")
            try:
                return str(found[int(key) if key.isdigit() else key] or "")
            except (IndexError, KeyError):
                return ""

        nonlocal size
        made = re.sub(r"\$(\w+|\{\w+\})", group, replacement).replace("$$", "$")
        size += len(made)
        if size > MAX_TEXT:
            raise EvaluationError("the text grows without end")
        return made

    try:
        return str(_compile(pattern).sub(expand, text, timeout=_PATIENCE))
    except TimeoutError as problem:
        raise EvaluationError("the expression takes too long") from problem


def substring(text: str, start: Decimal, length: Decimal) -> str:
    """Return a part of ``text``; a negative start counts from the end, a negative length is all the rest."""
    letters = clusters(text)
    first = int(start)
    if first < 0:
        first = max(0, first + len(letters))
    rest = letters[first:]
    if length >= 0:
        rest = rest[: int(length)]
    return "".join(rest)


def clusters(text: str) -> list[str]:
    """Return what people take for the letters of ``text``: an accent belongs to the letter before it."""
    if text.isascii():
        return list(text)
    import regex

    return list(regex.findall(r"\X", text))


def upper(text: str) -> str:
    """Return ``text`` in upper case, letter by letter: what would become two letters stays."""
    return "".join(one.upper() if len(one.upper()) == 1 else one for one in text)


def lower(text: str) -> str:
    """Return ``text`` in lower case, letter by letter."""
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in text)


def join(separator: str, *lists: list[Any]) -> str:
    """Return the texts of all lists with the separator between them."""
    texts = [to_text(item) for items in lists for item in items]
    if len(separator) * len(texts) > MAX_TEXT:
        raise EvaluationError("the text grows without end")
    return separator.join(texts)


def replace(text: str, old: str, new: str) -> str:
    """Return ``text`` with ``new`` wherever ``old`` is."""
    if text.count(old) * len(new) > MAX_TEXT:
        raise EvaluationError("the text grows without end")
    return text.replace(old, new)


def title(text: str) -> str:
    """Return ``text`` with the first letter of every word in upper case."""
    return re.sub(r"(^|[^\w])(\w)", lambda found: found[1] + upper(found[2]), text)


def indent(spaces: Decimal, text: str) -> str:
    """Return ``text`` with every line but the first indented."""
    if not 0 <= spaces < 1_000:
        raise EvaluationError("the indentation is too wide")
    return replace(text, "\n", "\n" + " " * int(spaces))


def sanitize(text: str) -> str:
    """Return ``text`` with everything that no target's name may have as an underscore."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", text)


def format_text(template: str, *values: Any) -> str:
    """Return ``template`` with its verbs filled in, as Go's ``fmt`` does for the common ones."""
    queue = list(values)

    def verb(found: re.Match[str]) -> str:
        flags, letter = found[1], found[2]
        if letter == "%":
            return "%"
        if not queue:
            raise EvaluationError("not enough arguments for the format")
        return _formatted(flags, letter, queue.pop(0))

    result = re.sub(r"%([-+ #0]*\d*(?:\.\d+)?)([a-zA-Z%])", verb, template)
    if queue:
        raise EvaluationError("too many arguments for the format")
    return result


def _formatted(flags: str, letter: str, value: Any) -> str:
    if any(len(digits) > 3 for digits in re.findall(r"\d+", flags)):
        raise EvaluationError("the format is too wide")
    from ctxopt.projects.bake.conversion import to_number
    from ctxopt.projects.bake.functions.formats import json_encode

    # Go's verbs, which Python has too, but for those that know HCL's values.
    if letter in "dxXob":
        number = int(to_number(value))
        if letter == "b":
            return format(number, "b")
        return ("%" + flags + letter) % number
    if letter in "feEgG":
        return ("%" + flags + letter) % to_number(value)
    if letter == "t":
        return to_text(value)
    if letter == "q":
        return json_encode(to_text(value))
    if letter == "s":
        return ("%" + flags + "s") % to_text(value)
    if letter == "v":
        shown = to_text(value) if isinstance(value, str | bool | Decimal) else json_encode(value)
        return ("%" + flags + "s") % shown
    raise EvaluationError(f"the format verb %{letter} is not supported")


def format_list(template: str, *values: Any) -> list[str]:
    """Return one text for each item of the lists among ``values``; single values repeat."""
    lengths = {len(value) for value in values if isinstance(value, list)}
    if len(lengths) > 1:
        raise EvaluationError("the lists have different lengths")
    found = []
    for place in range(lengths.pop() if lengths else 1):
        row = [value[place] if isinstance(value, list) else value for value in values]
        found.append(format_text(template, *row))
    return found


def split(separator: str, text: str) -> list[str]:
    """Return the parts of ``text``."""
    return text.split(separator) if separator else list(text)


FUNCTIONS = {
    "upper": ("s", upper),
    "lower": ("s", lower),
    "title": ("s", title),
    "trim": ("ss", lambda text, chars: text.strip(chars)),
    "trimspace": ("s", str.strip),
    "trimprefix": ("ss", str.removeprefix),
    "trimsuffix": ("ss", str.removesuffix),
    "replace": ("sss", replace),
    "regex": ("ss", regex_one),
    "regexall": ("ss", regex_all),
    "regex_replace": ("sss", regex_replace),
    "split": ("ss", split),
    "join": ("sl*", join),
    "format": ("sx*", format_text),
    "formatlist": ("sx*", format_list),
    "substr": ("snn", substring),
    "strlen": ("s", lambda text: len(clusters(text))),
    "strrev": ("s", lambda text: "".join(reversed(clusters(text)))),
    "reverse": ("s", lambda text: "".join(reversed(clusters(text)))),
    "indent": ("ns", indent),
    "chomp": ("s", lambda text: text.rstrip("\r\n")),
    "basename": ("s", lambda path: os.path.basename(path.rstrip("/")) or "."),
    "dirname": ("s", lambda path: os.path.dirname(path) or "."),
    "sanitize": ("s", sanitize),
    "startswith": ("ss", str.startswith),
    "endswith": ("ss", str.endswith),
    "strcontains": ("ss", lambda text, part: part in text),
}
