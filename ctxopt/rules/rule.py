"""What makes a rule, and the edits that most rules propose; runs none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.rules.finding import Finding
from ctxopt.severity import Severity

RuleCheck = Callable[[Facts], Iterable[Finding]]


class Rule(NamedTuple):
    """One check. ``id`` is kebab-case and names its module, its page and its suppressions."""

    id: str
    title: str
    """A short noun phrase for tables."""
    severity: Severity
    """How bad a finding usually is; a finding may say otherwise."""
    check: RuleCheck

    @property
    def help_uri(self) -> str:
        """Where the rule is explained."""
        return f"docs/rules.md#{self.id}"

    @property
    def default_severity(self) -> Severity:
        """The severity under the name that reporters use."""
        return self.severity


def add_line(pattern: str, reason: str) -> Edit:
    """Return the edit that appends a pattern to the ignore file."""
    return Edit(EditKind.ADD, None, pattern, reason)


def replace_line(line: int, pattern: str, reason: str) -> Edit:
    """Return the edit that rewrites one line of the ignore file."""
    return Edit(EditKind.REPLACE, line, pattern, reason)
