"""The result of ``check`` as code hosts read it: annotations, code quality, SARIF; decides nothing."""

from __future__ import annotations

import os

from ctxopt.guard.check import Checked
from ctxopt.guard.cures import cures
from ctxopt.report.check_findings import LIMIT_RULES, limit_findings, new_findings
from ctxopt.report.check_wording import signed
from ctxopt.report.github import render_github
from ctxopt.report.gitlab import render_gitlab
from ctxopt.report.sarif import render_sarif
from ctxopt.rules.finding import Finding, Location
from ctxopt.severity import Severity
from ctxopt.units import format_size


def render_annotations(checked: Checked, *, top: int, place: str, base: str = "") -> str:
    """Return workflow commands: limits at ``place``, findings and growers where they are.

    ``place`` is the file that sets the limits, ``base`` the root as the repository knows it.
    """
    findings = limit_findings(checked, place) + new_findings(checked)
    for context in checked.contexts:
        growth = context.growths.get(context.lead)
        if growth is None or growth.bytes <= 0:
            continue
        stopping = cures(context, top)
        for change in growth.growers[:top]:
            cure = stopping.get(change.path)
            how = ""
            if cure:
                how = f"to keep it out: {cure}"
            findings.append(
                Finding(
                    rule="growth",
                    severity=Severity.INFO,
                    message=f"{change.path}: {format_size(change.before)} ->"
                    f" {format_size(change.after)}, {signed(change.growth)} in the build context",
                    location=Location(os.path.join(context.folder, change.path)),
                    help=how,
                )
            )
    return render_github(findings, [], base=base, fallback=place)


def render_quality(checked: Checked, *, place: str, base: str = "") -> str:
    """Return the code quality report of GitLab: broken limits and new findings."""
    findings = limit_findings(checked, place) + new_findings(checked)
    return render_gitlab(findings, base=base, fallback=place)


def render_log(checked: Checked, *, place: str, base: str = "") -> str:
    """Return a SARIF log: broken limits and new findings."""
    from ctxopt import __version__
    from ctxopt.rules.registry import RULES

    return render_sarif(
        limit_findings(checked, place) + new_findings(checked),
        (*LIMIT_RULES, *RULES),
        version=__version__,
        base=base,
        fallback=place,
    )
