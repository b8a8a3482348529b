"""What people said must stay: ``keep`` of the configuration, ``# ctxopt: keep PATTERN`` in the ignore file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ctxopt.config.keys import read_kept
from ctxopt.errors import ConfigError
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.languages.ignore.text import BOM, IgnoreFile, clean_pattern
from ctxopt.paths import folders_above
from ctxopt.tree.view import View

_COMMENT = r"#\s*ctxopt:(?!\s*ignore\[)\s*(?P<text>.*?)\s*\Z"
_KEEP = r"keep\s+(.+)"


class KeepPattern(NamedTuple):
    """One pattern of paths to keep."""

    pattern: str
    """Cleaned as Docker cleans it."""
    matcher: Matcher
    origin: str
    """Where it was said."""


class KeepList:
    """Patterns that win over every finding, each with the place where it was said."""

    def __init__(self, wishes: Iterable[KeepPattern] = ()) -> None:
        self.wishes = tuple(wishes)

    def __bool__(self) -> bool:
        """Whether anything was said at all."""
        return bool(self.wishes)

    def why(self, path: str) -> str | None:
        """Return who keeps ``path``, in one clause; None where nothing does."""
        for wish in self.wishes:
            if wish.matcher.decide(path).excluded:
                return f"{wish.origin} keeps it"
        return None

    def paths(self, view: View) -> set[str]:
        """Return what is kept of what ``view`` sends, and the folders that lead there."""
        if not self:
            return (
                set()
            )  # asking for every path that is sent takes as long as all the rest of a scan
        found = {entry.path for entry in view.entries() if self.why(entry.path)}
        return found | folders_above(found)


def read_keep_list(keep: Iterable[str], file: IgnoreFile | None) -> KeepList:
    """Join the configuration's patterns with the comments of ``file``.

    Raises ConfigError for a comment whose pattern cannot be one; the configuration was checked.
    """
    wishes = [_wish(text, "the configuration") for text in keep]
    return KeepList([*wishes, *_comments(file)])


def _comments(file: IgnoreFile | None) -> Iterator[KeepPattern]:
    if file is None:
        return
    for line in file.lines:
        if not line.is_comment:
            continue
        # Docker takes a BOM away before it reads the first line.
        match = re.match(_COMMENT, line.text.removeprefix(BOM))
        if match is None:
            continue
        try:
            text = _read_comment(match["text"])
        except ConfigError as error:
            raise ConfigError(
                f"{file.path}:{line.number}: {error.message}", hint=error.hint
            ) from error
        yield _wish(text, f"line {line.number} of {file.path}")


def _read_comment(text: str) -> str:
    match = re.fullmatch(_KEEP, text)
    if match is None:
        raise ConfigError(
            f"ctxopt does not know what {text!r} asks for",
            hint="write # ctxopt: keep PATTERN, or # ctxopt: ignore[RULE] reason",
        )
    return read_kept(match[1])


def _wish(text: str, origin: str) -> KeepPattern:
    pattern = clean_pattern(text) or ""
    return KeepPattern(pattern, read_matcher([(None, pattern)]), origin)


__all__ = ["KeepList", "KeepPattern", "read_keep_list"]
