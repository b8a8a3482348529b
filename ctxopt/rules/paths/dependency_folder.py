"""Installed packages are sent: node_modules, virtual environments, vendored trees of a package manager.

They are the heaviest thing in most contexts, built for the machine of whoever builds, and the
Dockerfile installs them again. A folder that git tracks was put there on purpose, and one that
the build names is read: neither gets a warning. Nor does one that no step installs: then the image
needs what is sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import report
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each kind of dependency folder."""
    found = facts.candidates.about("dependencies")
    yield from report(facts, RULE.id, found, "installed packages, which the build installs itself")


RULE = Rule("dependency-folder", "Installed dependencies", Severity.WARNING, check, about="paths")
