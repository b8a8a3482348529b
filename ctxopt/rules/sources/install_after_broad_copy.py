"""A step that installs packages after a COPY of all sources, although its manifests could be copied first.

Every change of any source, a README among them, makes Docker install all packages again. Copy the manifests, install, and
then copy the rest:

    COPY package*.json ./
    RUN npm ci
    COPY . .

Left alone is an install that needs more than manifests: packages of a workspace or by path, scripts that run at its end, the project itself;
one that an earlier step has done; and one whose step keeps what it fetches in a mount.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxopt.evidence.facts import Facts
from ctxopt.paths import name
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import shown
from ctxopt.severity import Severity
from ctxopt.units import count

if TYPE_CHECKING:
    from ctxopt.evidence.late_installs import LateInstall


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such command."""
    taken = facts.own_build
    if taken is None or not any(run.reachable for run in taken.build.runs):
        return
    folders = facts.view.tree.folders
    if not any(root in folders for use in facts.main_uses for root in use.roots):
        return
    # Most builds that take no folder need none of this.
    from ctxopt.evidence.development import is_for_development
    from ctxopt.evidence.late_installs import find_late_installs
    from ctxopt.evidence.sent_files import SentFiles

    if is_for_development(facts.analysis.context.dockerfile.inside or ""):
        return
    files = SentFiles(facts.analysis, facts.catalog, facts.needs.texts)
    for found in find_late_installs(taken, files):
        yield _finding_for(facts, found)


def _finding_for(facts: Facts, found: LateInstall) -> Finding:
    from ctxopt.evidence.installers import ADVICE

    source = found.source
    tool = found.command.installer.tool
    taken = f"{source.instruction} {' '.join(source.raw)} in line {source.line}"
    verb = "comes"
    if len(found.manifests) > 1:
        verb = "come"
    names = ", ".join(name(path) for path in found.manifests)
    advice = ADVICE.get(tool, "")
    if found.lines:
        written = ", ".join(f"`{line}`" for line in found.lines)
        advice = f"write above line {source.line}: {written}"
    if found.lines and found.has_more_first:
        advice += ", after what sets up the tool"
    return Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"{found.command.words} fetches its packages again on every change of any source:"
        f" {names} {verb} with {taken}",
        location=Location(facts.analysis.context.dockerfile.path, found.run.line),
        subject=f"{tool} {found.manifests[0]}",
        paths=shown(found.manifests),
        help=f"{advice}; {_cost(facts, found)}",
    )


def _cost(facts: Facts, found: LateInstall) -> str:
    """Say how often the last commits made the packages be installed again, and how often they were the same."""
    past = facts.rebuilds
    if past is not None:
        runs = past.running(found.source, facts.matcher)
        needed = frozenset().union(*(past.changing(path) for path in found.manifests))
        spared = len(runs - needed)
        if spared:
            commits = count(past.commits, "commit")
            return f"{spared:,} of the last {commits} would have kept them in the cache"
    return "ctxopt rebuilds counts what it costs"


RULE = Rule(
    "install-after-broad-copy",
    "Packages installed after a broad COPY",
    Severity.INFO,
    check,
    about="sources",
)
