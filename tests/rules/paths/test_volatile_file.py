"""The rule ``volatile-file``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.judging import BROAD, NARROW, STAGED, findings

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({"compose.yaml": "a"}, BROAD, None, ["Dockerfile", "compose.yaml"]),
    ({"README.md": "a", "x.log": "a"}, STAGED, None, ["Dockerfile", "README.md", "x.log"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"log/.keep": "", ".dockerignore": "log/*\nDockerfile\n.dockerignore"}, BROAD, None),
    ({"README.md": "x"}, NARROW, None),
    ({"docs/README.md": "x", ".dockerignore": "Dockerfile\n.dockerignore"}, BROAD, None),
    ({"README.md": "x"}, None, None),
    ({"compose.yaml": "x"}, "FROM a\nCOPY compose.yaml /\n", None),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("volatile-file", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found if finding.edits] == [paths]
    assert all(finding.rule == "volatile-file" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("volatile-file", tmp_path, tree, dockerfile, ignored=ignored) == []
