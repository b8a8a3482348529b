"""The secrets that are staged as text: file, line and kind of each, never the value; and what was not looked into."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from ctxopt.report.console import printable
from ctxopt.report.wording import at_line
from ctxopt.units import and_more

if TYPE_CHECKING:
    from ctxopt.evidence.new_files import Skipped, SkipReason
    from ctxopt.guard.staged_secrets import StagedSecret

_SHOWN: Final = 3
_REASONS: Final[dict[SkipReason, str]] = {
    "large": "over 16 kB",
    "kind": "not of a kind that is looked into",
    "many": "too many",
}


def render_secrets(secrets: Iterable[StagedSecret]) -> list[str]:
    """Return ``FILE:LINE: KEY: what it is`` for each."""
    return [_line(secret) for secret in secrets]


def render_skipped(skipped: Iterable[Skipped]) -> str:
    """Return what was not looked into and why, by reason, ``a.bin, b.bin and 2 more (too many)``; empty for nothing."""
    by_reason: dict[SkipReason, list[str]] = {}
    for path, reason in skipped:
        by_reason.setdefault(reason, []).append(printable(path))
    return "; ".join(
        f"{', '.join(paths[:_SHOWN])}{and_more(len(paths) - _SHOWN)} ({_REASONS[reason]})"
        for reason, paths in by_reason.items()
    )


def _line(secret: StagedSecret) -> str:
    path, clue = secret
    what = clue.kind or "it holds secrets, as its name says"
    if clue.key:
        what = f"{printable(clue.key)}: {what}"
    return f"{at_line(printable(path), clue.line or None)}: {what}\n"
