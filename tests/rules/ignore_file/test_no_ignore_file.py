"""The rule ``no-ignore-file``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.paths.contexts import MB
from tests.support.judging import BROAD, findings

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({"main.py": 2 * MB}, BROAD, None, []),
    ({"a/x": 2 * MB}, None, None, []),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"main.py": 2 * MB}, "FROM a\nCOPY go.mod /\n", None),
    ({"a/x": 2 * MB}, "FROM a\nRUN true\n", None),
    ({"a/x": 2 * MB, ".dockerignore": ""}, BROAD, None),
    ({"a/x": 1000}, BROAD, None),
    ({"a/x": 2 * MB}, "FROM a\nCOPY a /a\n", None),
    # The file that is there, and does not count, is the one thing to tell.
    ({"a/x": 2 * MB, ".Dockerignore": "x\n"}, BROAD, None),
    ({"a/x": 2 * MB, "dockerignore.txt": "x\n"}, BROAD, None),
    ({"a/x": 2 * MB, ".containerignore": "x\n"}, BROAD, None),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("no-ignore-file", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found] == [paths]
    assert all(finding.rule == "no-ignore-file" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("no-ignore-file", tmp_path, tree, dockerfile, ignored=ignored) == []
