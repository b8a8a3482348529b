"""What a rule found, as data: where, how bad, how many bytes, and the lines that would cure it.

No colours, no sizes as text, no files: reporters render, ``write`` writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from ctxopt.evidence.reach import Reach
from ctxopt.languages.ignore.edits import Edit
from ctxopt.severity import Severity

SECRETS: Final = "secret-file"
"""The rule about keys and passwords, whose findings no other takes the place of."""
MISSING: Final = "missing-source"
HIDDEN_NEED: Final = "hidden-need"
SOURCES: Final = frozenset({MISSING, "ignored-source"})
"""The rules whose errors say that an instruction finds nothing, and the build fails."""


@dataclass(frozen=True, slots=True)
class Location:
    """A file as people name it and a 1-based line; no file means the context as a whole."""

    file: str | None = None
    line: int | None = None

    def __post_init__(self) -> None:
        if self.line is not None and (self.file is None or self.line < 1):
            raise ValueError(f"line {self.line} of {self.file}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result of a rule."""

    rule: str
    """The rule's id."""
    severity: Severity
    message: str
    """One plain sentence without markup and without sizes."""
    location: Location = Location()
    subject: str = ""
    """What tells this finding from others of its rule and file where that is no path: a pattern."""
    paths: tuple[str, ...] = ()
    """Evidence, relative to the context root, ``/``-separated, the telling one first."""
    size: int = 0
    """Bytes at stake."""
    entries: int = 0
    """Entries at stake."""
    edits: tuple[Edit, ...] = ()
    reach: Reach | None = None
    """How far the bytes travel; None where that is unknown or no question."""
    help: str = ""
    """The next step for the reader, in words."""
    rebuilds: int | None = None
    """In how many of the last commits its edits would have kept a step in the cache; None where that is not known."""

    possible: tuple[str, ...] = ()
    """Lines that may be right, and that ``fix`` writes on request alone."""

    @property
    def sort_key(self) -> tuple[bool, int, bool, int, str, int, str, str, str]:
        """Secrets that travel first, then the worst, then the largest, then by place."""
        first_path = next(iter(self.paths), "")
        is_secret = self.rule == SECRETS
        return (
            # A key weighs some bytes and may cost more than gigabytes do. One that no instruction takes is a note.
            not is_secret or self.severity is Severity.INFO,
            -self.severity,
            not is_secret,
            -self.size,
            self.location.file or "",
            self.location.line or 0,
            self.rule,
            first_path,
            self.subject,
        )

    @property
    def fingerprint(self) -> str:
        """Return a hexadecimal name that stays while sizes, wording and line numbers change.

        It is made of the rule, the file and the subject, or without a subject the paths.
        """
        # Loading OpenSSL takes longer than measuring a small context.
        from hashlib import sha256

        # With a subject the paths may come and go, and it is still the same finding.
        what = [self.subject]
        if not self.subject:
            what += sorted(set(self.paths))
        parts = ["1", self.rule, self.location.file or "", *what]
        return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class Suppression(NamedTuple):
    """A finding that the user has silenced: in the ignore file or a baseline."""

    finding: Finding
    origin: Literal["ignore-file", "baseline"]
    reason: str = ""
