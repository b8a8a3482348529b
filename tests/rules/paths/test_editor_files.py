"""The rule ``editor-files``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.paths.contexts import MB
from tests.support.judging import BROAD, NARROW, findings

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({".DS_Store": 10, "a/.DS_Store": 10}, BROAD, None, [".DS_Store", "a/.DS_Store"]),
    ({".idea/workspace.xml": MB}, BROAD, None, [".idea"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({".DS_Store": 10}, NARROW, None),
    ({".editorconfig": "x"}, BROAD, ""),
    ({"src/idea/x": MB}, BROAD, None),
    ({"tags": "x"}, BROAD, ""),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("editor-files", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found if finding.edits] == [paths]
    assert all(finding.rule == "editor-files" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("editor-files", tmp_path, tree, dockerfile, ignored=ignored) == []
