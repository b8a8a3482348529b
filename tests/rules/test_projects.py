"""What is found in realistic projects: everything heavy and generated, and nothing that their builds read."""

from __future__ import annotations

import os
from functools import cache

import pytest

from ctxopt.build.analysis import Analysis
from ctxopt.evidence.catalog import CatalogEntry, load_catalog
from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.severity import Severity
from tests.support.projects import (
    FOLDER,
    NAMES,
    Project,
    analyze_project,
    find_all,
    lay_project,
    load_project,
    render_golden,
)
from tests.support.repositories import clean_environment
from tests.support.trees import above

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


@pytest.fixture(scope="module")
def judged(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        clean_environment(patch, tmp_path_factory.mktemp("home"))
        return find_all(analysis)


@pytest.fixture(scope="module")
def findings(judged: tuple[Facts, tuple[Finding, ...]]) -> tuple[Finding, ...]:
    return judged[1]


def covers(finding: Finding, path: str) -> bool:
    return any(path == item or path.startswith(item + "/") for item in finding.paths)


def is_note(finding: Finding) -> bool:
    """Whether a finding says that its paths have to stay, and proposes nothing."""
    says = "the build needs it" in finding.message or "the build may read it" in finding.message
    return says and not finding.edits and finding.severity is Severity.INFO


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


def test_what_is_heavy_or_secret_is_found(project: Project, findings: tuple[Finding, ...]):
    missed = [
        path
        for path in project.expect["found"]
        if not any(covers(finding, path) for finding in findings)
    ]
    assert missed == []


def test_what_a_build_needs_is_left_alone(
    project: Project, findings: tuple[Finding, ...], analysis: Analysis
):
    wrong = [
        (finding.rule, path)
        for path in (*project.expect["kept"], *project.expect["reads"])
        for finding in findings
        if not is_note(finding) and covers(finding, path)
    ]
    assert wrong == []


def test_rules_speak_up_at_their_place(
    project: Project, findings: tuple[Finding, ...], analysis: Analysis
):
    root = analysis.context.root
    said = {
        (
            finding.rule,
            finding.location.file
            and os.path.relpath(os.path.join(root, finding.location.file), root),
            finding.location.line,
        )
        for finding in findings
    }
    for text in project.expect.get("rules", ()):
        rule, _, place = text.partition(" ")
        file, _, line = place.partition(":")
        assert (rule, file or None, int(line) if line else None) in said, said


def test_findings_equal_the_golden_file(
    project: Project,
    findings: tuple[Finding, ...],
    analysis: Analysis,
    pytestconfig: pytest.Config,
):
    golden = FOLDER / f"{project.name}.findings.json"
    text = render_golden(findings, analysis.context.root)
    if pytestconfig.getoption("--update-golden"):
        golden.write_text(text, "utf-8")
    assert golden.read_text("utf-8") == text


def test_golden_files_are_not_being_rewritten(pytestconfig: pytest.Config):
    assert not pytestconfig.getoption("--update-golden"), "now run again without --update-golden"
