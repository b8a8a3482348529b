"""A pattern with the exceptions that spare what it must not hide; judges nothing."""

from __future__ import annotations

from collections.abc import Callable

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.rules.written import line_of
from ctxopt.tree.model import DIR

_MOST = 4
"""Exceptions from which on the paths themselves are the shorter list."""


def with_exceptions(
    facts: Facts, pattern: str, hides: Callable[[str], bool]
) -> tuple[str, ...] | None:
    """Return ``pattern`` and, for each file that is sent and that it must not hide, an exception behind it.

    ``hides`` tells what it is written for. The exceptions name paths: one with a wildcard would keep Docker's client
    from skipping folders. None where there would be too many, or a folder would have to be spared.
    """
    (hits,) = facts.hits(read_matcher([(None, pattern)]).patterns)
    if hits.count != len(hits.shown):
        return None
    spared = [hit for hit in hits.kept() if not hides(hit.path)]
    if len(spared) > _MOST or any(hit.kind == DIR or "\n" in hit.path for hit in spared):
        return None
    return (pattern, *(f"!{line_of(facts, hit.path)}" for hit in spared))
