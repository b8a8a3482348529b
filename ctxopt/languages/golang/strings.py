"""Go's text functions, as far as the Dockerfile language is defined by them; knows nothing of Dockerfiles.

Text is str; a byte that is not UTF-8 is one surrogate escape, as Go sees one invalid byte at a time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctxopt.languages.golang.paths import SPACE as SPACE

if TYPE_CHECKING:
    from collections.abc import Iterable


_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPES = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
    "\\": "\\\\", '"': '\\"',
}  # fmt: skip
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


def decode(data: bytes | str) -> str:
    """Return ``data`` as text in which every byte that is not UTF-8 is one surrogate escape."""
    if isinstance(data, bytes):
        return data.decode("utf-8", "surrogateescape")
    try:
        encoded = data.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        encoded = valid(data).encode()
    return encoded.decode("utf-8", "surrogateescape")


def valid(text: str) -> str:
    """Return ``text`` with U+FFFD for what is not Unicode, as Go writes an invalid rune."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def as_bytes(text: str) -> str:
    """Return ``text`` with one character (U+0000 to U+00FF) for each of its UTF-8 bytes."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def from_bytes(text: str) -> str:
    """Undo ``as_bytes``."""
    return text.encode("latin-1").decode("utf-8", "surrogateescape")


def quote(text: str) -> str:
    """Quote ``text`` as Go's ``%q`` does. Source: strconv.Quote."""
    return '"' + "".join(_quoted(char) for char in text) + '"'


def _quoted(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def clean_join(root: str, path: str) -> str:
    """Return ``path.Join(root, path)``: one lexically cleaned path, ``.`` and ``..`` resolved."""
    joined = "/".join(part for part in (root, path) if part)
    rooted = joined.startswith("/")
    kept: list[str] = []
    for part in joined.split("/"):
        if part in ("", "."):
            continue
        if part != "..":
            kept.append(part)
        elif kept and kept[-1] != "..":
            kept.pop()
        elif not rooted:
            kept.append(part)
    return ("/" if rooted else "") + "/".join(kept) or ("." if joined else "")


def parse_bool(text: str) -> bool | None:
    """Return what Go's strconv.ParseBool reads, None where it refuses."""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def parse_int(text: str, *, bits: int = 64) -> int | None:
    """Return what Go's strconv.Atoi reads, None where it refuses (``_`` and blanks are no digits)."""
    if not re.fullmatch(r"[+-]?[0-9]{1,20}", text):
        return None
    number = int(text)
    return number if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1) else None


def parse_uint(text: str, base: int) -> int | None:
    """Return what Go's strconv.ParseUint(text, base, 32) reads, None where it refuses."""
    digits = "[0-7]" if base == 8 else "[0-9]"
    if not re.fullmatch(digits + "{1,64}", text):
        return None
    number = int(text, base)
    return number if number < 2**32 else None


def did_you_mean(text: str, options: Iterable[str], *, case_sensitive: bool) -> str:
    """Return BuildKit's ``" (did you mean X?)"`` for the nearest option, or an empty string.

    Source: moby/buildkit util/suggest Search: less than three edits away, and not the word itself.
    """
    wanted = text if case_sensitive else text.lower()
    best, nearest = 3, ""
    for option in sorted(options):
        candidate = option if case_sensitive else option.lower()
        if candidate == wanted:
            return ""
        distance = _edits(wanted, candidate, best)
        if distance < best:
            best, nearest = distance, candidate
    if not nearest:
        return ""
    if not case_sensitive and text != text.lower() and text == text.upper():
        nearest = nearest.upper()
    return f" (did you mean {nearest}?)"


def _edits(left: str, right: str, limit: int) -> int:
    if abs(len(left) - len(right)) >= limit:
        return limit
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
