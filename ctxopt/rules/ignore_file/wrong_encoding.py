"""An ignore file in UTF-16 or UTF-32, as PowerShell's ``>`` writes it: Docker reads UTF-8, and no line says what it should."""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.text import foreign_encoding
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import place
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for such a file."""
    file = facts.ignore_file
    encoding = foreign_encoding(file) if file is not None else None
    if encoding is None:
        return
    yield Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"the file is written in {encoding}; Docker reads UTF-8, and no line means what it says",
        location=place(facts, 1),
        subject=encoding,
        help=f"save it as UTF-8: iconv -f {encoding} -t UTF-8",
    )


RULE = Rule("wrong-encoding", "Encoding of the file", Severity.ERROR, check, about="lines")
