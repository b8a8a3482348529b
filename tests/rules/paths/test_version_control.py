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
