"""Bring the facts of one analysed context together: catalogue, evidence, needs. Judges nothing."""

from __future__ import annotations

from itertools import chain

from ctxopt.build.analysis import Analysis
from ctxopt.config.load import Config
from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.needs import gather_needs
from ctxopt.evidence.other_dockerfiles import find_hidden
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.folder import ask_git


def gather_facts(analysis: Analysis, config: Config, evidence: GitEvidence | None = None) -> Facts:
    """Return what rules may see of ``analysis``; what git or a manifest cannot tell is left out.

    ``evidence`` is what ``ask_git`` answered, for callers that asked while they walked.
    """
    catalog = load_catalog()
    if evidence is None:
        evidence = ask_git(analysis.tree.root) or _read_ignore_files(analysis)
    known = chain(_hidden(analysis, evidence), evidence.tracked if evidence else ())
    return Facts(analysis, config, catalog, evidence, gather_needs(analysis, catalog, known))


def _hidden(analysis: Analysis, evidence: GitEvidence | None) -> list[str]:
    """Return the Dockerfiles that nobody sends and git does not ignore."""
    if not analysis.matcher.patterns:
        return []
    found = find_hidden(analysis.tree, load_catalog())
    return [path for path in found if evidence is None or not evidence.is_ignored(path)]


def _read_ignore_files(analysis: Analysis) -> GitEvidence | None:
    """What ``.gitignore`` files say; None where the walk met none."""
    if not any(".gitignore" in folder.joined for folder in analysis.tree.folders.values()):
        return None
    from ctxopt.git.gitignore import read_gitignore

    return read_gitignore(analysis.tree.root)
