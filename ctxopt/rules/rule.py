"""What makes a rule, and the edits that most rules propose; runs none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.rules.finding import Finding
from ctxopt.severity import Severity

RuleCheck = Callable[[Facts], Iterable[Finding]]

About = Literal["paths", "lines", "sources"]
"""What a rule looks at: what is sent, the lines of the ignore file, or what instructions name.

``lint``, which knows neither build nor ignore file in force, runs the rules about lines alone.
"""

BelowFloor = Literal["even-empty", "always", "if-copied", "if-ignored-and-copied", "never"]
"""When a line that saves less than the noise floor is worth writing all the same.

Where a broad COPY takes the file, each change of it costs the layer cache, however small it is;
what git does not ignore may be wanted, and then only the savings speak for the line. At what stops a build it stops
without a byte as well.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One check. ``id`` is kebab-case and names its module, its page and its suppressions."""

    id: str
    title: str
    """A short noun phrase for tables."""
    severity: Severity
    """How bad a finding usually is; a finding may say otherwise."""
    check: RuleCheck
    about: About = field(kw_only=True)
    below_floor: BelowFloor = field(default="never", kw_only=True)
    may_send_more: bool = field(default=False, kw_only=True)
    """Whether its lines cure a build that fails, which is worth more than what they let in."""

    @property
    def page(self) -> str:
        """Where the rule is explained, from the root of this repository."""
        return f"docs/rules.md#{self.id}"


def add_line(pattern: str, reason: str) -> Edit:
    """Return the edit that appends a pattern to the ignore file."""
    return Edit(EditKind.ADD, None, pattern, reason)


def replace_line(line: int, pattern: str, reason: str) -> Edit:
    """Return the edit that rewrites one line of the ignore file."""
    return Edit(EditKind.REPLACE, line, pattern, reason)
