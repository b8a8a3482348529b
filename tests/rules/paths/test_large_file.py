"""The rule ``large-file``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.paths.contexts import MB
from tests.support.judging import BROAD, STAGED, findings

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({"blob": 6 * MB}, BROAD, None, ["blob"]),
    ({"a.parquet": 6 * MB}, BROAD, "*.parquet", ["a.parquet"]),
    ({"dump.rdb": 6 * MB}, STAGED, None, ["dump.rdb"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"a/testdata/x.json": 9 * MB}, "FROM a\nCOPY . .\nRUN go test ./...\n", ""),
    ({"data/a.csv": 9 * MB}, "FROM a AS b\nCOPY . .\nFROM a\nCOPY data /data\n", ""),
    ({"a.csv": MB}, BROAD, ""),
    ({"a.onnx": MB}, BROAD, ""),
    ({"data/a.csv": 9 * MB}, "FROM a\nCOPY data /data\n", ""),
    ({"data/a.csv": 9 * MB}, "FROM a\nCOPY data/a.csv /\n", None),
    ({"node_modules/a.bin": 9 * MB}, BROAD, None),
    ({"a": {"link": "b"}}, BROAD, None),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("large-file", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found] == [paths]
    assert all(finding.rule == "large-file" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("large-file", tmp_path, tree, dockerfile, ignored=ignored) == []
