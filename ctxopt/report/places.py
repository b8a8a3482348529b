"""What formats for code hosts share: the rule as they see it, where a finding is, text they take."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import Protocol

from ctxopt.report.wording import at_line
from ctxopt.rules.finding import Finding, Location
from ctxopt.severity import Severity

_KEPT = "\n\t"


class RuleInfo(Protocol):
    """What a report says of a rule."""

    @property
    def id(self) -> str:
        """Kebab-case."""

    @property
    def title(self) -> str:
        """A few words, no full stop."""

    @property
    def page(self) -> str:
        """Where the rule is explained, from the root of this repository."""

    @property
    def severity(self) -> Severity:
        """How bad its findings usually are."""


def place_of(finding: Finding, *, base: str, fallback: str | None) -> Location:
    """Return the place to show: the finding's own, else its first path, else ``fallback``.

    ``base`` is the context root seen from the root of the repository, which code hosts start at.
    """
    location = finding.location
    file = location.file or next(iter(finding.paths), None) or fallback
    if file is None:
        return Location()
    return Location(from_repository(file, base), location.line)


def placed_in(finding: Finding, folder: str) -> Finding:
    """Return a finding of the context ``folder`` with places as seen from where that folder is; empty for there."""
    if not folder:
        return finding
    place = finding.location
    if place.file is not None:
        place = Location(posixpath.join(folder, place.file), place.line)
    paths = tuple(posixpath.join(folder, path) for path in finding.paths)
    return replace(finding, location=place, paths=paths)


def where(finding: Finding) -> str:
    """Return ``file:line`` of a finding, else its first path; nothing for what is in no place."""
    place = finding.location
    if place.file is not None:
        return at_line(place.file, place.line)
    return next(iter(finding.paths), "")


def from_repository(path: str, base: str) -> str:
    """Return ``path``, which is relative to ``base``, as the repository knows it."""
    return posixpath.normpath(posixpath.join(base, path))


def readable(text: str) -> str:
    r"""Return ``text`` as valid Unicode, with ``\xff`` for stray bytes and control characters."""
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable() or char in _KEPT:
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    if code <= 0xFF:
        return f"\\x{code:02x}"
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"
