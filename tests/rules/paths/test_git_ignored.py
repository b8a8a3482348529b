"""The rule ``git-ignored``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from ctxopt.severity import Severity
from tests.rules.paths.contexts import MB
from tests.support.judging import BROAD, NARROW, STAGED, findings

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({"local/x": MB}, BROAD, "/local", ["local"]),
    ({"notes": 6 * MB}, STAGED, "notes", ["notes"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"data/a.csv": MB, ".dockerignore": "data/*\n!data/a.csv"}, BROAD, "data/a.csv"),
    ({"local/x": MB}, BROAD, "other"),
    ({"local/x": 10}, BROAD, "local"),
    ({"node_modules/x": MB}, BROAD, "node_modules"),
    ({"local/x": MB, ".dockerignore": "local"}, BROAD, "local"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("git-ignored", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found if finding.edits] == [paths]
    assert all(finding.rule == "git-ignored" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("git-ignored", tmp_path, tree, dockerfile, ignored=ignored) == []


def test_evidence_of_an_ignored_context_is_no_evidence(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("build\n")
    root = tmp_path / "build"
    assert findings("git-ignored", root, {"local/x": MB, "src/y": MB}) == []


LATER = {"package.json": "{}", "main.js": "x", ".dockerignore": ".git\n"}


@pytest.mark.parametrize(
    ("tree", "dockerfile", "message"),
    [
        ({".gitignore": ".env\n"}, BROAD, "git ignores .env, .dockerignore does not: COPY in line 2 takes them once they are there"),
        ({".gitignore": "dist\n/.env*\nnode_modules/\n"}, STAGED, "git ignores .env* and node_modules, .dockerignore does not: COPY in line 2 takes them once they are there"),
        ({".gitignore": "id_rsa\n**/.netrc\n", ".dockerignore": "id_rsa\n"}, BROAD, "git ignores .netrc, .dockerignore does not: COPY in line 2 takes them once they are there"),
        ({".gitignore": ".env\n", ".dockerignore": "*.env.local\n"}, BROAD, "git ignores .env, .dockerignore does not: COPY in line 2 takes them once they are there"),
    ],
)  # fmt: skip
def test_what_is_not_there_yet_is_a_note(tmp_path, tree, dockerfile, message):
    (found,) = findings("git-ignored", tmp_path, LATER | tree, dockerfile, ignored="")
    assert found.message == message
    assert (found.severity, found.edits, found.size) == (Severity.INFO, (), 0)


@pytest.mark.parametrize(
    ("tree", "dockerfile"),
    [
        # The ignore file knows it, or brings it in on purpose; or there is none, which another rule tells.
        ({".gitignore": ".env\n", ".dockerignore": ".env\n"}, BROAD),
        ({".gitignore": ".env*\n", ".dockerignore": "**/.e*\n"}, BROAD),
        ({".gitignore": ".env\nnode_modules\n", ".dockerignore": "*\n!main.js\n"}, BROAD),
        ({".gitignore": "node_modules\n", ".dockerignore": "**/node_modules\n"}, BROAD),
        # No instruction takes everything, or there is none.
        ({".gitignore": ".env\n"}, NARROW),
        ({".gitignore": ".env\n"}, "FROM a\nRUN --mount=type=bind,target=/x make\n"),
        ({".gitignore": ".env\n"}, None),
        # Neither a secret nor a dependency, as far as the name and the manifests say.
        ({".gitignore": "dist\n*.log\n.DS_Store\n.idea\ncoverage\n"}, BROAD),
        ({".gitignore": "*.pem\n*.key\nsecrets.yml\nlocal\n"}, BROAD),
        ({".gitignore": "vendor\n.venv\nPods\n.terraform\n"}, BROAD),
        ({".gitignore": "# .env\n!.env\nweb/.env\n"}, BROAD),
        ({}, BROAD),
        # It is there: then the rule for its kind tells it.
        ({".gitignore": ".env\n", ".env": "A=1\n"}, BROAD),
        ({".gitignore": ".env\n", "web/.env": "A=1\n"}, BROAD),
        ({".gitignore": "node_modules\n", "node_modules/a": MB}, BROAD),
    ],
)
def test_what_may_never_be_there_is_not_told(tmp_path, tree, dockerfile):
    assert findings("git-ignored", tmp_path, LATER | tree, dockerfile, ignored="") == []


def test_without_an_ignore_file_another_rule_tells(tmp_path):
    tree = {"package.json": "{}", ".gitignore": ".env\n"}
    assert findings("git-ignored", tmp_path, tree, ignored="") == []
