"""Which entry of a Secret of Kubernetes is one: such manifests hold host names, ports and user names as well. Pure."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from textwrap import dedent
from typing import Final, NamedTuple

from ctxopt.evidence.secret_values import is_placeholder, is_secret_key, looks_real

_KIND: Final = r"(?m)^kind:\s*[\"']?Secret[\"']?\s*$"
_SECTION: Final = r"(?m)^(data|stringData):[ \t]*\n((?:[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)+)"
_BLOCK_VALUE: Final = r"[|>][+-]?\d?[ \t]*\n((?:\1[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)+)"
_ENTRY: Final = (
    r"(?m)^([ \t]+)[\"']?([\w.-]+)[\"']?:[ \t]*(?:" + _BLOCK_VALUE + r"|[\"']?([^\s\"']+))"
)
_FROM_ELSEWHERE: Final = r"\{\{|<|\$|ENC\["
_ADDRESS: Final = (
    r"(?i)\A(?:[a-z][\w+.-]*://)?[\w.+-]*@?(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:/[^\s?]*)?\Z"
)
"""A host, with or without port and path, or a mailbox: it says where something is."""


class SecretValue(NamedTuple):
    """One value that is put into a cluster."""

    line: int
    """Counted from 1."""
    key: str
    value: bytes
    """What the cluster gets: decoded, where the manifest has it in base64."""


def find_entries(text: str) -> Iterator[SecretValue]:
    """Yield the entries of the Secrets in a manifest; none of one that is filled in elsewhere."""
    for start, end, is_encoded in _sections(text):
        for match in re.finditer(_ENTRY, text[start:end]):
            block = match[3]
            if re.match(_FROM_ELSEWHERE, match[4] or block.lstrip()):
                continue
            line = text.count("\n", 0, start + match.start()) + 1
            yield SecretValue(line, match[2], _content(match[4] or dedent(block), is_encoded))


def without_entries(text: str) -> str:
    """Blank out the entries of Secrets, which are judged by what they are for a cluster; lines keep their numbers."""
    for start, end, _ in reversed(list(_sections(text))):
        text = text[:start] + "\n" * text.count("\n", start, end) + text[end:]
    return text


def _sections(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield where the values of each Secret begin and end, and whether they are in base64."""
    start = 0
    for end in [*(mark.start() for mark in re.finditer("(?m)^---", text)), len(text)]:
        document = text[start:end]
        if re.search(_KIND, document):
            for section in re.finditer(_SECTION, document):
                yield start + section.start(2), start + section.end(2), section[1] == "data"
        start = end


def _content(value: str, is_encoded: bool) -> bytes:
    if is_encoded:
        try:
            return binascii.a2b_base64("".join(value.split()), strict_mode=True)
        except binascii.Error:
            pass  # the one who wrote it forgot to encode it, and it is as secret as it stands
    return value.encode()


def is_document(entry: SecretValue) -> bool:
    """Tell whether an entry is a file of its own, which says by itself what it holds."""
    return b"\n" in entry.value.strip() or entry.value.lstrip().startswith((b"{", b"-----"))


def is_secret(entry: SecretValue) -> bool:
    """Tell whether an entry that is one value is a secret: by its key, or as nothing else looks like it."""
    try:
        value = entry.value.decode().strip()
    except UnicodeDecodeError:
        return True  # bytes that are no text: a key
    if not value or is_placeholder(value, entry.key):
        return False
    if is_secret_key(entry.key):
        return True
    return looks_real(value) and not re.match(_ADDRESS, value)
