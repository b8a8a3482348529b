"""Findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ctxopt.report.places import RuleInfo, place_of, readable
from ctxopt.rules.finding import Finding
from ctxopt.severity import Severity
from ctxopt.units import format_size

_LEVELS: Final = {Severity.INFO: "notice", Severity.WARNING: "warning", Severity.ERROR: "error"}


def render_github(
    findings: Iterable[Finding],
    rules: Iterable[RuleInfo],
    *,
    base: str = "",
    fallback: str | None = None,
) -> str:
    """Return one command a line, in the order of ``findings``.

    ``base`` is the context root seen from the root of the repository; ``fallback`` is the file to
    show findings at that have no place.
    """
    titles = {rule.id: rule.title for rule in rules}
    return "".join(
        _command(finding, titles.get(finding.rule, finding.rule), base, fallback) + "\n"
        for finding in findings
    )


def _command(finding: Finding, title: str, base: str, fallback: str | None) -> str:
    place = place_of(finding, base=base, fallback=fallback)
    properties = {
        "file": place.file or "",
        "line": str(place.line or ""),
        "title": title,
    }
    if title != finding.rule:
        properties["title"] = f"{title} ({finding.rule})"
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    text = finding.message
    if finding.size:
        text += f" ({format_size(finding.size)})"
    if finding.help:
        text += f"\n{finding.help}"
    return f"::{_LEVELS[finding.severity]} {shown}::{_data(text)}"


def _data(text: str) -> str:
    """Source: actions/toolkit packages/core/src/command.ts escapeData."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return readable(text)


def _property(text: str) -> str:
    """Source: actions/toolkit packages/core/src/command.ts escapeProperty."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
