"""Bring the facts of one analysed context together: catalogue, evidence, needs. Judges nothing."""

from __future__ import annotations

import os
from itertools import chain

from ctxopt.analysis import Analysis
from ctxopt.catalog import load_catalog
from ctxopt.config import Config
from ctxopt.errors import GitError
from ctxopt.evidence import PathEvidence
from ctxopt.facts import Facts
from ctxopt.needs import gather_needs
from ctxopt.siblings import find_hidden


def gather_facts(analysis: Analysis, config: Config, evidence: PathEvidence | None = None) -> Facts:
    """Return what rules may see of ``analysis``; what git or a manifest cannot tell is left out.

    ``evidence`` is what ``ask_git`` answered, for callers that asked while they walked.
    """
    catalog = load_catalog()
    if evidence is None:
        evidence = ask_git(analysis.tree.root) or _read_ignore_files(analysis)
    known = chain(_hidden(analysis, evidence), evidence.tracked if evidence else ())
    return Facts(analysis, config, catalog, evidence, gather_needs(analysis, catalog, known))


def _hidden(analysis: Analysis, evidence: PathEvidence | None) -> list[str]:
    """Return the Dockerfiles that nobody sends and git does not ignore."""
    if not analysis.matcher.patterns:
        return []
    found = find_hidden(analysis.tree, load_catalog())
    return [path for path in found if evidence is None or not evidence.is_ignored(path)]


def ask_git(root: str) -> PathEvidence | None:
    """Return what git says of the folder ``root``; None without a repository that it would read."""
    from ctxopt.git import find_repository

    try:
        repository = find_repository(root)
        if repository is None or repository.bare:
            return None
        return repository.evidence(root)
    except (GitError, ValueError):
        return None  # somebody else's repository, or no git at all: ignore files can be read


def _read_ignore_files(analysis: Analysis) -> PathEvidence | None:
    """What ``.gitignore`` files say; None where the walk met none."""
    if not any(".gitignore" in folder.joined for folder in analysis.tree.folders.values()):
        return None
    from ctxopt.gitignore import read_gitignore

    return read_gitignore(analysis.tree.root)


def repository_base(root: str) -> str:
    """Return the context root as seen from the top of its repository; empty outside of one."""
    from ctxopt.git import find_repository

    try:
        repository = find_repository(root)
    except (GitError, ValueError):
        return ""
    if repository is None or repository.top is None:
        return ""
    base = os.path.relpath(root, repository.top)
    return "" if base == "." else base
