"""Go's path functions, as Docker's clients call them: cleaning and ``filepath.Match``.

Works on ``/``-separated text only; never looks at a disk.
"""

from __future__ import annotations

from collections.abc import Callable
from posixpath import normpath

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


_MAX_LINKS = 255
_ITEMS = frozenset("[?\\")
"""What makes a chunk of a pattern more than text."""


class BadPatternError(ValueError):
    """Go's ``ErrBadPattern``: "syntax error in pattern"."""

    def __init__(self) -> None:
        super().__init__("syntax error in pattern")


def trim_space(text: str) -> str:
    """Strip what Go's ``strings.TrimSpace`` strips; ``str.strip`` also takes U+001C to U+001F."""
    return text.strip(SPACE)


def clean(path: str) -> str:
    """Return the shortest equivalent path, as Go's ``filepath.Clean`` on Unix."""
    cleaned = normpath(path)
    # POSIX gives two slashes at the start a meaning of their own, and Python keeps them.
    if cleaned.startswith("//"):
        return cleaned[1:]
    return cleaned


def resolve_links(path: str, look: Callable[[str, bool], str | None]) -> str | None:
    """Follow links the way a builder does that sees nothing but one folder.

    ``look`` is asked about a cleaned path below that folder, and whether more of the way follows:
    it returns the target of a link, None for anything else, and raises LookupError where the way
    ends. Absolute targets start at the folder, and ``..`` stops there. Returns the path behind all
    links, ``""`` for the folder itself, None if it leads nowhere.
    Source: containerd continuity/fs RootPath.
    """
    pending = [part for part in path.split("/") if part]
    resolved: list[str] = []
    links = 0
    while pending:
        part = pending.pop(0)
        if part in ("", "."):
            continue
        if part == "..":
            del resolved[-1:]
            continue
        try:
            target = look("/".join((*resolved, part)), bool(pending))
        except LookupError:
            return None
        if target is None:
            resolved.append(part)
            continue
        # Links may lead in a circle; containerd counts them instead of remembering where it was.
        links += 1
        if links > _MAX_LINKS:
            return None
        if target.startswith("/"):
            resolved = []
        pending = target.split("/") + pending
    return "/".join(resolved)


def has_meta(component: str) -> bool:
    """Tell whether ``component`` holds an unescaped ``*``, ``?`` or ``[``.

    Source: tonistiigi/fsutil copy/copy.go splitWildcards and followlinks.go.
    """
    escaped = False
    for char in component:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char in "*?[":
            return True
    return False


def match(pattern: str, name: str) -> bool:
    """Report whether ``name`` matches the whole ``pattern``, as Go's ``filepath.Match``.

    Raises BadPatternError only where Go does: a chunk that follows one which cannot match is
    never checked, so some malformed patterns pass.
    Source: golang/go path/filepath/match.go Match.
    """
    while pattern:
        star, chunk, pattern = _scan_chunk(pattern)
        if star and not chunk:
            return "/" not in name
        rest = _match_after_star(star, chunk, name, is_last=not pattern)
        if rest is None:
            return False
        name = rest
    return not name


def _match_after_star(star: bool, chunk: str, name: str, *, is_last: bool) -> str | None:
    """Match a chunk at the start of ``name`` or, with ``star``, further on; what is left, or None."""
    # Most chunks are plain text, which need not be read character by character.
    if not _ITEMS.intersection(chunk):
        return _match_text(star, chunk, name, is_last=is_last)
    # The first place that fits is taken for good: no later chunk can make a later place better. The
    # last chunk has to reach the end of the name.
    rest = _match_chunk(chunk, name)
    if rest is not None and not (rest and is_last):
        return rest
    if not star:
        return None
    for index, char in enumerate(name):
        if char == "/":
            return None
        rest = _match_chunk(chunk, name[index + 1 :])
        if rest is not None and not (rest and is_last):
            return rest
    return None


def _match_text(star: bool, chunk: str, name: str, *, is_last: bool) -> str | None:
    """Do as ``_match_after_star`` for a chunk that is nothing but text."""
    at = 0
    if star and is_last:
        at = len(name) - len(chunk)
    elif star:
        at = name.find(chunk)
    if at < 0 or not name.startswith(chunk, at) or "/" in name[:at]:
        return None
    rest = name[at + len(chunk) :]
    if rest and is_last:
        return None
    return rest


def _scan_chunk(pattern: str) -> tuple[bool, str, str]:
    """Split off leading stars and the chunk up to the next star outside a class."""
    body = pattern.lstrip("*")
    star = len(body) != len(pattern)
    in_class = False
    index = 0
    while index < len(body):
        char = body[index]
        if char == "\\":
            # A backslash at the very end is left to the match, which refuses it.
            if index + 1 < len(body):
                index += 1
        elif char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        elif char == "*" and not in_class:
            break
        index += 1
    return star, body[:index], body[index:]


def _match_chunk(chunk: str, text: str) -> str | None:
    """Match a chunk without stars at the start of ``text``; what is left of it, or None."""
    failed = False
    # Also after a mismatch the chunk is read to its end: Go reports what is malformed in it.
    while chunk:
        hit, chunk = _match_one(chunk, text[:1])
        failed = failed or not hit
        text = text[1:]
    if failed:
        return None
    return text


def _match_one(chunk: str, char: str) -> tuple[bool, str]:
    """Match the first item of a chunk; whether it is ``char``, empty behind the end, and the rest."""
    item, rest = chunk[0], chunk[1:]
    if item == "[":
        hit, rest = _match_class(rest, char)
        return hit and char != "", rest
    if item == "?":
        return char not in ("", "/"), rest
    if item == "\\":
        if not rest:
            raise BadPatternError
        item, rest = rest[0], rest[1:]
    return item == char, rest


def _match_class(chunk: str, char: str) -> tuple[bool, str]:
    """Match one class whose ``[`` is gone; whether it holds ``char``, and the rest of the chunk."""
    negated = chunk.startswith("^")
    if negated:
        chunk = chunk[1:]
    hit = False
    first = True
    while True:
        # As the first character ``]`` closes nothing; it has to be escaped, or Go refuses it.
        if chunk.startswith("]") and not first:
            return hit != negated, chunk[1:]
        low, chunk = _class_char(chunk)
        high = low
        if chunk.startswith("-"):
            high, chunk = _class_char(chunk[1:])
        hit = hit or low <= char <= high
        first = False


def _class_char(chunk: str) -> tuple[str, str]:
    if not chunk or chunk[0] in "-]":
        raise BadPatternError
    if chunk[0] == "\\":
        chunk = chunk[1:]
        if not chunk:
            raise BadPatternError
    char, rest = chunk[0], chunk[1:]
    if "\udc80" <= char <= "\udcff" or not rest:
        raise BadPatternError
    return char, rest
