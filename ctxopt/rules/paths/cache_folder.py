"""Caches and logs of tools are sent: __pycache__, .mypy_cache, .gradle, .turbo, logs.

Tools make them again, they differ from machine to machine, and they change without any change of
the sources, so that a broad COPY loses its layer cache for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import report
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each kind of cache or log."""
    yield from report(
        facts, RULE.id, facts.candidates.about("cache"), "a cache, which its tool makes again"
    )
    yield from report(facts, RULE.id, facts.candidates.about("log"), "logs of runs on this machine")


RULE = Rule(
    "cache-folder",
    "Caches and logs",
    Severity.WARNING,
    check,
    about="paths",
    below_floor="if-ignored-and-copied",
)
