"""What a shell offers for names that are typed: rules and commits. Loaded where a shell completes, and at no other time."""

from __future__ import annotations

from ctxopt.errors import CtxoptError


def rule_names(incomplete: str) -> list[tuple[str, str]]:
    """Return the rules whose id begins so, with their titles."""
    from ctxopt.rules.registry import RULES

    return [(rule.id, rule.title) for rule in RULES if rule.id.startswith(incomplete)]


def git_refs(folder: str, incomplete: str) -> list[str]:
    """Return the branches and tags of the repository at ``folder`` that complete a commit, or the later one of two.

    None where there is no repository that git reads: a shell has no place for an error.
    """
    from ctxopt.git.repository import find_repository

    try:
        repository = find_repository(folder)
        names = repository.references() if repository is not None else []
    except (CtxoptError, OSError, ValueError):
        return []
    # ``A..B`` and ``A...B``: what stands before the last dots is typed already.
    first, dots, last = incomplete.rpartition("..")
    return [first + dots + name for name in ("HEAD", *names) if name.startswith(last)]
