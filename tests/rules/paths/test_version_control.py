"""The rule ``version-control``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.severity import Severity
from tests.rules.paths.contexts import MB
from tests.support.judging import BROAD, findings

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({".git/objects/x": 3 * MB}, BROAD, None, [".git"]),
    ({".git/HEAD": 20}, BROAD, None, [".git"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"a.git": MB}, BROAD, None),
    ({".github/x": MB}, BROAD, None),
    ({".gitignore": "x"}, BROAD, None),
    ({"x/git/objects": MB}, BROAD, None),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("version-control", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found if finding.edits] == [paths]
    assert all(finding.rule == "version-control" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("version-control", tmp_path, tree, dockerfile, ignored=ignored) == []


def test_a_history_that_the_version_comes_from_is_explained(tmp_path):
    tree = {
        ".git/objects/x": 2 * MB,
        "pyproject.toml": '[build-system]\nrequires = ["setuptools-scm"]\n',
    }
    (found,) = findings("version-control", tmp_path, tree)
    assert found.severity is Severity.INFO
    assert found.edits == ()
    assert "setuptools-scm" in found.message
    assert "--dirty" in found.help


SCM = '[build-system]\nrequires = ["setuptools-scm"]\n'
INSTALLED = "FROM python\nCOPY . /src\nRUN pip install /src\n"


@pytest.mark.parametrize(
    ("dockerfile", "ignore"),
    [
        (INSTALLED, "tests\n"),
        ("FROM python\nCOPY . .\nRUN pip install --no-cache-dir -e .[all]\n", "*.md\n"),
        ("FROM python\nCOPY .git .git\nCOPY pyproject.toml .\nRUN uv sync\n", ""),
    ],
)
def test_a_version_that_says_that_files_were_changed(tmp_path, dockerfile, ignore):
    tree = {"pyproject.toml": SCM, "tests/a.py": 1, "README.md": 1}
    (found,) = findings(
        "version-control", tmp_path, {**tree, ".dockerignore": ignore}, dockerfile, ignored=""
    )
    assert found.severity is Severity.WARNING
    assert "which no instruction takes, so the version is that of changed files" in found.message


@pytest.mark.parametrize(
    ("dockerfile", "ignore", "project"),
    [
        (INSTALLED, "", SCM),
        (INSTALLED, "*.log\n", SCM),
        (INSTALLED, "tests\n", '[build-system]\nrequires = ["setuptools"]\n'),
        (
            "FROM python\nENV SETUPTOOLS_SCM_PRETEND_VERSION=1\nCOPY . .\nRUN pip install .\n",
            "tests\n",
            SCM,
        ),
        ("FROM python\nCOPY . .\nRUN pip install -r /req/requirements.txt\n", "tests\n", SCM),
        ("FROM python\nCOPY . .\nRUN pip install -r requirements.txt\n", "tests\n", SCM),
        ("FROM python\nCOPY . .\nRUN pip install requests\n", "tests\n", SCM),
        ("FROM python\nCOPY . .\nCMD python -m x\n", "tests\n", SCM),
    ],
)
def test_a_version_that_does_not(tmp_path, dockerfile, ignore, project):
    tree = {"pyproject.toml": project, "tests/a.py": 1, "README.md": 1, ".dockerignore": ignore}
    found = findings("version-control", tmp_path, tree, dockerfile, ignored="")
    assert not any("changed files" in item.message for item in found)


MESON = {"meson.build": "v = run_command('git', 'describe')\n", "a.c": 1}
BUILT = "FROM a\nCOPY . .\nRUN meson setup b\n"


@pytest.mark.parametrize(
    "tree",
    [
        {**MESON, ".dockerignore": ".git\n"},
        {**MESON, ".dockerignore": "*\n!meson.build\n!a.c\n"},
        {"CMakeLists.txt": "execute_process(COMMAND git describe)\n", ".dockerignore": "**/.git\n"},
    ],
)
def test_a_history_that_is_kept_back_from_what_asks_for_it(tmp_path, tree):
    (found,) = findings("version-control", tmp_path, tree, BUILT, ignored="")
    assert found.severity is Severity.INFO
    assert "it finds no history there" in found.message


@pytest.mark.parametrize(
    ("tree", "dockerfile", "ignored"),
    [
        ({"meson.build": "project('x')\n", ".dockerignore": ".git\n"}, BUILT, ""),
        ({**MESON, ".dockerignore": ".git\nmeson.build\n"}, BUILT, ""),
        ({**MESON, ".dockerignore": ".git\n"}, BUILT, None),
        ({**MESON, ".dockerignore": ".git\n"}, "FROM a\nCOPY a.c .\n", ""),
        ({**MESON, ".dockerignore": ".git\n"}, "FROM a\nENV X_PRETEND_VERSION=1\nCOPY . .\n", ""),
        (
            {
                "package.json": '{"devDependencies": {"semantic-release": "1"}}',
                ".dockerignore": ".git\n",
            },
            BUILT,
            "",
        ),
    ],
)
def test_a_history_that_nothing_misses(tmp_path, tree, dockerfile, ignored):
    assert findings("version-control", tmp_path, tree, dockerfile, ignored=ignored) == []
