"""The findings of ``lint`` as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.rules.lint import Linted


def _lines(linted: Linted, *, verbose: bool) -> list[str]:
    """``FILE:LINE: message; cure [rule]`` for each finding, notes only for the ``verbose``."""
    from ctxopt.severity import Severity

    lines = []
    for finding in linted.findings:
        if finding.severity is Severity.INFO and not verbose:
            continue
        line = f":{finding.location.line}" if finding.location.line else ""
        cure = f"; {console.visible(finding.help)}" if finding.help else ""
        place = console.printable(linted.path) + line
        lines.append(f"{place}: {console.visible(finding.message)}{cure} [{finding.rule}]\n")
    return lines
