"""The secrets that are staged as text: file, line and kind of each, never the value; nothing where there are none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ctxopt.report.console import printable
from ctxopt.report.wording import at_line

if TYPE_CHECKING:
    from ctxopt.guard.staged_secrets import StagedSecret


def render_secrets(secrets: Iterable[StagedSecret]) -> list[str]:
    """Return ``FILE:LINE: KEY: what it is`` for each."""
    return [_line(secret) for secret in secrets]


def _line(secret: StagedSecret) -> str:
    path, clue = secret
    what = clue.kind or "it holds secrets, as its name says"
    if clue.key:
        what = f"{printable(clue.key)}: {what}"
    return f"{at_line(printable(path), clue.line or None)}: {what}\n"
