"""How sure it is that no build misses what a line hides: ``proven`` or ``likely``, and why. Pure.

Asks git and the build, never the names of the paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ctxopt.evidence.facts import Facts
from ctxopt.evidence.run_steps import makes_something
from ctxopt.fix.unit import Confidence, Unit
from ctxopt.git.evidence import GitEvidence
from ctxopt.paths import name, overlaps
from ctxopt.rules.registry import rule_named

GIT_IGNORES: Final = "git ignores it: a clean checkout does not have it"
UNLESS_MADE: Final = "git ignores it: right unless something makes it for the build beforehand"


def confidence_of(
    facts: Facts, unit: Unit, lost: Sequence[str], files: Sequence[str]
) -> tuple[Confidence, str]:
    """Return how sure it is that nothing misses ``lost``, with ``files`` in it, and the reason."""
    if not lost:
        return "proven", "it changes nothing that is sent"
    evidence = _usable(facts.evidence)
    is_taken = any(_is_taken(facts, path) for path in lost)
    if evidence is not None and _git_ignores(evidence, lost, files):
        if is_taken and not _is_made_again(facts, unit):
            return "likely", UNLESS_MADE
        return "proven", GIT_IGNORES
    if facts.plan is not None and not is_taken:
        return "proven", "no instruction takes it"
    return "likely", _seen(evidence, lost, files)


def _usable(evidence: GitEvidence | None) -> GitEvidence | None:
    """Return what git says where it can tell a clean checkout; None where it cannot.

    Without an index, or with nothing in it, everything would look generated; and in a repository
    that ignores the whole context, so would the sources.
    """
    if evidence is None or not evidence.knows_tracked or not evidence.tracked:
        return None
    return None if "" in evidence.ignored else evidence


def _git_ignores(evidence: GitEvidence, lost: Sequence[str], files: Sequence[str]) -> bool:
    """Whether git ignores all that is lost, as whole folders or file by file."""
    # A folder that git ignores may still hold files that were added by force.
    if all(evidence.is_ignored(path) and not evidence.has_tracked_below(path) for path in lost):
        return True
    return bool(files) and all(map(evidence.is_ignored, files))


def _seen(evidence: GitEvidence | None, lost: Sequence[str], files: Sequence[str]) -> str:
    """Say what speaks for a line that nothing proves."""
    seen = "nothing seen in the build reads it"
    # Git does not track its own folder, so what it says of files means nothing there.
    if any(name(path) == ".git" for path in lost):
        return seen
    if evidence is None:
        return f"{seen}; no repository tells what is generated"
    number = sum(map(evidence.is_tracked, files))
    if number:
        return f"{seen}; git tracks {number} of its files"
    return f"{seen}; untracked, yet not ignored by git"


def _is_made_again(facts: Facts, unit: Unit) -> bool:
    """Whether the build can do without what git ignores; else a step before it may have to make it."""
    remade = rule_named(unit.rule).remade
    if remade == "by-the-build":
        return facts.plan is not None and makes_something(facts.plan.build)
    return remade == "by-its-tool"


def _is_taken(facts: Facts, path: str) -> bool:
    """Whether this build takes anything of ``path``, or another one with the same ignore file."""
    if facts.uses_of(path) or facts.named_by(path):
        return True
    return any(overlaps(root, path) for root in facts.needs.elsewhere)


__all__ = ["GIT_IGNORES", "UNLESS_MADE", "confidence_of"]
