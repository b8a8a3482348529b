"""Collect what the rules may see of one analysed context: catalogue, evidence, needs."""

from __future__ import annotations

import os

from ctxopt.analysis import Analysis
from ctxopt.catalog import load_catalog
from ctxopt.config import Config
from ctxopt.evidence import PathEvidence
from ctxopt.facts import Facts
from ctxopt.git import find_repository
from ctxopt.needs import Needs


def gather_facts(analysis: Analysis, config: Config) -> Facts:
    """Return the facts; what cannot be read counts as not known."""
    return Facts(analysis, config, load_catalog(), gather_evidence(analysis), Needs())


def gather_evidence(analysis: Analysis) -> PathEvidence | None:
    """Ask git about the context, if it is in a repository."""
    repository = find_repository(analysis.context.root)
    return repository.evidence(analysis.context.root) if repository else None


def repository_base(root: str) -> str:
    """Return the context root as seen from the top of its repository; empty outside of one."""
    repository = find_repository(root)
    if repository is None or repository.top is None:
        return ""
    base = os.path.relpath(root, repository.top)
    return "" if base == "." else base
