"""Bring the facts of one analysed context together: catalogue, evidence, needs. Judges nothing."""

from __future__ import annotations

from ctxopt.analysis import Analysis
from ctxopt.catalog import load_catalog
from ctxopt.config import Config
from ctxopt.errors import GitError
from ctxopt.evidence import PathEvidence
from ctxopt.facts import Facts
from ctxopt.needs import gather_needs


def gather_facts(analysis: Analysis, config: Config) -> Facts:
    """Return what rules may see of ``analysis``; what git or a manifest cannot tell is left out."""
    catalog = load_catalog()
    return Facts(
        analysis, config, catalog, find_evidence(analysis), gather_needs(analysis, catalog)
    )


def find_evidence(analysis: Analysis) -> PathEvidence | None:
    """Return what git says, else what ignore files of git say; None where there is neither."""
    from ctxopt.git import find_repository

    root = analysis.tree.root
    try:
        repository = find_repository(root)
        if repository is not None and not repository.bare:
            return repository.evidence(root)
    except GitError:
        pass  # a repository of somebody else: its ignore files can still be read
    if not any(".gitignore" in folder.joined for folder in analysis.tree.folders.values()):
        return None
    from ctxopt.gitignore import read_gitignore

    return read_gitignore(root)
