"""Which changes nothing in a build is known to read, and the line that keeps such a path back."""

from __future__ import annotations

import pytest

from ctxopt.config.load import Config
from ctxopt.evidence.unread import UnreadPaths
from tests.support.judging import BROAD, facts_of

TREE = {
    "README.md": "x",
    ".dockerignore": ".git\n",
    "tests/a.py": "x",
    "src/a.c": "x",
    "docs/a.md": "x",
}


def said(folder, path, tree=None, dockerfile=BROAD, config=None):
    facts = facts_of(folder, {**TREE, **(tree or {})}, dockerfile, config=config)
    return UnreadPaths(facts).of(path)


@pytest.mark.parametrize(
    ("path", "kind", "pattern"),
    [
        ("README.md", "documentation", "README.md"),
        ("CHANGELOG.md", "documentation", "CHANGELOG.md"),
        ("docs/deep/a.md", "documentation", "docs"),
        (".github/workflows/ci.yml", "ci", "**/.github"),
        ("sub/.gitlab-ci.yml", "ci", "**/.gitlab-ci.yml"),
        ("tests/a.py", "tests", "**/tests"),
        ("lib/tests/gone.py", "tests", "**/tests"),
        ("Dockerfile", "container", "Dockerfile"),
        (".dockerignore", "container", ".dockerignore"),
        ("compose.yaml", "container", "**/compose.yaml"),
        ("docker/web.Dockerfile", "container", "**/*.Dockerfile"),
        (".vscode/settings.json", "editor", "**/.vscode"),
        (".idea/a/b.xml", "editor", "**/.idea"),
    ],
)
def test_what_no_build_reads(tmp_path, path, kind, pattern):
    found = said(tmp_path, path)
    assert found is not None
    assert (found.kind, found.pattern) == (kind, pattern)


@pytest.mark.parametrize(
    "path",
    [
        "main.py", "src/a.c", "src/README.md", "a.md", "package.json", "go.mod", "Makefile", "src/docs.c", "LICENSE",
        "src/test.c", "README", "contests/a.c", "githubs/a", "vscode/a", "data/a.csv", "src/Dockerfile.go", "assets/logo.png",
        "public/docs/a.html", ".env", ".editorconfig",
    ],
)  # fmt: skip
def test_what_may_be_a_source(tmp_path, path):
    assert said(tmp_path, path) is None


@pytest.mark.parametrize(
    ("path", "tree", "dockerfile"),
    [
        ("README.md", {"pyproject.toml": '[project]\nname = "a"\nreadme = "README.md"\n'}, "FROM a\nCOPY . .\nRUN pip install .\n"),
        ("README.md", {}, "FROM a\nCOPY README.md .\nCOPY . .\n"),
        ("docs/a.md", {}, "FROM a\nCOPY docs /d\nCOPY . .\n"),
        ("docs/a.md", {"mkdocs.yml": "site_name: a\n"}, "FROM a\nCOPY . .\nRUN mkdocs build\n"),
        ("docs/a.md", {}, "FROM a\nCOPY . .\nRUN cp -r docs /srv\n"),
        ("docs/a.md", {"src/a.ts": 'import a from "../docs/a.md"\n'}, BROAD),
        ("tests/a.py", {}, "FROM a\nCOPY . .\nRUN pytest\n"),
        ("tests/a.py", {}, "FROM a\nCOPY tests tests\n"),
        ("tests/a.go", {"go.mod": "module a\n", "tests/a.go": "package tests\n"}, BROAD),
        ("Dockerfile", {}, "FROM a\nCOPY Dockerfile .\nCOPY . .\n"),
        ("compose.yaml", {"compose.yaml": "x"}, "FROM a\nCOPY compose.yaml .\n"),
        (".github/a.yml", {".github/a.yml": "x"}, "FROM a\nCOPY .github/a.yml .\n"),
        (".github/a.yml", {".github/a.yml": "x"}, "FROM a\nRUN --mount=type=bind,source=.github,target=/g true\n"),
        (".vscode/a", {".vscode/a": "x"}, "FROM a\nADD .vscode /v\n"),
        # It was named when it was there.
        ("gone/docs/a.md", {}, "FROM a\nCOPY gone/docs /d\n"),
        ("CHANGELOG.md", {}, "FROM a\nCOPY CHANGELOG.md* /d/\nCOPY CHANGELOG.md /d/\n"),
    ],
)  # fmt: skip
def test_what_the_build_reads(tmp_path, path, tree, dockerfile):
    assert said(tmp_path, path, tree, dockerfile) is None


def test_what_people_keep_stays(tmp_path):
    assert said(tmp_path / "a", "README.md", config=Config(keep=("README.md",))) is None
    assert said(tmp_path / "b", "README.md", {".dockerignore": "# ctxopt: keep *.md\n"}) is None
    assert said(tmp_path / "c", "README.md", config=Config(keep=("docs",))) is not None


def test_a_pattern_hides_nothing_that_is_read(tmp_path):
    tree = {"a/.github/x.yml": "x", "b/.github/y.yml": "x"}
    dockerfile = "FROM a\nCOPY a/.github/x.yml /x\nCOPY . .\n"
    facts = facts_of(tmp_path, tree, dockerfile)
    paths = UnreadPaths(facts)
    assert paths.of("a/.github/x.yml") is None
    found = paths.of("b/.github/y.yml")
    assert found is not None
    assert found.pattern == "b/.github"


@pytest.mark.parametrize(
    ("path", "tree", "dockerfile", "pattern"),
    [
        ("a/tests/x", {"b/tests/x": "x"}, BROAD, "**/tests"),
        ("a/tests/x", {"b/tests/x.go": "package x\n", "go.mod": "module x\n"}, BROAD, "a/tests"),
        ("a/tests/x", {"b/tests/x": "x"}, "FROM a\nCOPY b/tests /t\nCOPY . .\n", "a/tests"),
        # One further down may be what is shown to people.
        ("docs/a.md", {"src/docs/a.md": "x"}, BROAD, "docs"),
        ("README.md", {}, BROAD, "README.md"),
        ("README.md", {"src/README.md": "x"}, BROAD, "README.md"),
    ],
)
def test_how_general_a_line_is(tmp_path, path, tree, dockerfile, pattern):
    found = said(tmp_path, path, tree, dockerfile)
    assert found is not None
    assert found.pattern == pattern


def test_a_folder_and_a_file_of_one_name_are_two_things(tmp_path):
    paths = UnreadPaths(facts_of(tmp_path, TREE))
    assert paths.of(".vscode") is None
    assert paths.of(".vscode/a") is not None
    assert paths.of(".vscode") is None
