"""Findings as a code quality report, which GitLab shows in a merge request.

Source: docs.gitlab.com/ci/testing/code_quality, "Code Quality report format".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Final

from ctxopt.report.places import place_of, readable
from ctxopt.rules.finding import Finding
from ctxopt.severity import Severity

_LEVELS: Final = {Severity.INFO: "info", Severity.WARNING: "major", Severity.ERROR: "critical"}


def render_gitlab(findings: Iterable[Finding], *, base: str = "", fallback: str) -> str:
    """Return the report, in the order of ``findings``.

    ``base`` is the context root seen from the root of the repository; ``fallback`` is the file for
    findings that have no place, without which GitLab takes none.
    """
    seen: Counter[str] = Counter()
    report = []
    for finding in findings:
        place = place_of(finding, base=base, fallback=fallback)
        name = finding.fingerprint
        seen[name] += 1
        if seen[name] > 1:
            # GitLab keeps one of several with the same fingerprint.
            name = f"{name}:{seen[name]}"
        report.append(
            {
                "description": readable(finding.message),
                "check_name": finding.rule,
                "fingerprint": name,
                "severity": _LEVELS[finding.severity],
                "location": {
                    "path": readable(place.file or fallback),
                    "lines": {"begin": place.line or 1},
                },
            }
        )
    return json.dumps(report, indent=2) + "\n"
