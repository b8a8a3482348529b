"""Realistic projects of many stacks, and what the catalogue calls to mind in them."""

from __future__ import annotations

from functools import cache

import pytest

from ctxopt.analysis import Analysis
from ctxopt.catalog import CatalogEntry, load_catalog
from tests.projects import (
    NAMES,
    Project,
    analyze_project,
    lay_project,
    load_project,
)
from tests.repositories import clean_environment

STACKS = {
    "node", "python", "go", "rust", "java", "dotnet", "php", "ruby",
    "cpp", "elixir", "swift", "ml", "frontend", "monorepo", "terraform",
}  # fmt: skip


@pytest.fixture(scope="module", params=NAMES)
def project(request: pytest.FixtureRequest) -> Project:
    return load_project(request.param)


@pytest.fixture(scope="module")
def analysis(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    with pytest.MonkeyPatch.context() as patch:
        clean_environment(patch, tmp_path_factory.mktemp("home"))
        root = lay_project(project, str(tmp_path_factory.mktemp(project.name)))
        return analyze_project(project, root)


def above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def test_every_stack_has_its_project():
    assert set(NAMES) >= STACKS


def test_a_project_agrees_with_itself(project: Project, analysis: Analysis):
    assert set(project.expect["reads"]) <= project.files
    folders = {item for path in project.files for item in above(path)}
    assert {*project.expect["found"], *project.expect["kept"]} <= folders
    permitted = {entry.path for entry in analysis.permitted.entries()}
    assert set(project.expect["reads"]) <= permitted
    assert set(project.expect["found"]) <= permitted


@cache
def hiding(path: str) -> tuple[CatalogEntry, ...]:
    """Every entry that matches a file, or a folder above it."""
    catalog = load_catalog()
    return tuple(
        entry for item in above(path) for entry in catalog.match_path(item, is_dir=item != path)
    )


def test_no_entry_alone_hides_what_a_build_reads(project: Project):
    """An entry that is sure of itself, and names no case in which its path must stay, hits nothing of use."""
    for path in project.expect["reads"]:
        sure = [
            entry.pattern
            for entry in hiding(path)
            if entry.confidence == "high" and not entry.keep_when
        ]
        assert not sure, path
