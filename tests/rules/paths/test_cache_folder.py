"""The rule ``cache-folder``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.paths.contexts import MB
from tests.support.judging import BROAD, findings

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({"a/__pycache__/x.pyc": MB}, BROAD, None, ["a/__pycache__"]),
    ({"app.log": MB}, BROAD, None, ["app.log"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"cache/x": MB}, BROAD, None),
    ({"__pycache__/a.pyc": 100}, BROAD, None),
    ({"src/logs/log.py": MB}, BROAD, ""),
    ({"changelog": MB}, BROAD, None),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("cache-folder", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found if finding.edits] == [paths]
    assert all(finding.rule == "cache-folder" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("cache-folder", tmp_path, tree, dockerfile, ignored=ignored) == []
