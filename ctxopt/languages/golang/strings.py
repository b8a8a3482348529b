"""Go's text functions, as far as the Dockerfile language is defined by them; knows nothing of Dockerfiles.

Text is str; a byte that is not UTF-8 is one surrogate escape, as Go sees one invalid byte at a time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctxopt.languages.golang.paths import SPACE as SPACE
from ctxopt.languages.golang.paths import clean
from ctxopt.paths import join

if TYPE_CHECKING:
    from collections.abc import Iterable


_SURROGATES = "[\ud800-\udfff]"
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
    # Nearly every text is ASCII, and knowing that costs nothing.
    if text.isascii():
        return text
    return re.sub(_SURROGATES, "\ufffd", text)


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
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"


def clean_join(root: str, path: str) -> str:
    """Return ``path.Join(root, path)``: one lexically cleaned path, ``.`` and ``..`` resolved."""
    joined = join(root, path)
    # Only of nothing does Go's Join make nothing; Clean would make it a dot.
    if not joined:
        return ""
    return clean(joined)


def parse_bool(text: str) -> bool | None:
    """Return what Go's strconv.ParseBool reads, None where it refuses."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    return None


def parse_int(text: str, *, bits: int = 64) -> int | None:
    """Return what Go's strconv.Atoi reads, None where it refuses (``_`` and blanks are no digits)."""
    # Python would take more than Go; and twenty digits are more than 64 bits hold.
    if not re.fullmatch(r"[+-]?[0-9]{1,20}", text):
        return None
    number = int(text)
    limit = 2 ** (bits - 1)
    if not -limit <= number < limit:
        return None
    return number


def parse_uint(text: str, base: int) -> int | None:
    """Return what Go's strconv.ParseUint(text, base, 32) reads, None where it refuses."""
    digits = "[0-9]"
    if base == 8:
        digits = "[0-7]"
    if not re.fullmatch(digits + "{1,64}", text):
        return None
    number = int(text, base)
    if number >= 2**32:
        return None
    return number


def did_you_mean(text: str, options: Iterable[str], *, case_sensitive: bool) -> str:
    """Return BuildKit's ``" (did you mean X?)"`` for the nearest option, or an empty string.

    Source: moby/buildkit util/suggest Search: less than three edits away, and not the word itself.
    """
    wanted = text
    candidates = sorted(options)
    if not case_sensitive:
        wanted = text.lower()
        candidates = [option.lower() for option in candidates]
    best, nearest = 3, ""
    for candidate in candidates:
        if candidate == wanted:
            return ""
        distance = _edits(wanted, candidate, best)
        if distance < best:
            best, nearest = distance, candidate
    if not nearest:
        return ""
    # Instructions are shown as they were written: in capitals, as most people do, or not.
    if not case_sensitive and text != text.lower() and text == text.upper():
        nearest = nearest.upper()
    return f" (did you mean {nearest}?)"


def _edits(left: str, right: str, limit: int) -> int:
    """Return the Levenshtein distance of two words, or ``limit`` where it is certainly not below."""
    if abs(len(left) - len(right)) >= limit:
        return limit
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            replaced = previous
            if a != b:
                replaced += 1
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, replaced)
    return row[-1]
