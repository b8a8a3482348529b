"""The findings of ``lint`` as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxopt.report.console import printable, visible
from ctxopt.report.wording import at_line
from ctxopt.severity import Severity

if TYPE_CHECKING:
    from ctxopt.rules.lint import Linted


def render_lint(linted: Linted, *, verbose: bool) -> list[str]:
    """``FILE:LINE: message; cure [rule]`` for each finding, notes only for the ``verbose``."""
    lines = []
    for finding in linted.findings:
        if finding.severity is Severity.INFO and not verbose:
            continue
        place = at_line(printable(linted.path), finding.location.line)
        sentence = visible(finding.message)
        if finding.help:
            sentence += f"; {visible(finding.help)}"
        lines.append(f"{place}: {sentence} [{finding.rule}]\n")
    return lines
