"""The rule ``git-ignored``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests.rules.paths.contexts import MB
from tests.support.judging import BROAD, STAGED, findings

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
