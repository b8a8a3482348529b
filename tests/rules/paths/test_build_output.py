"""The rule ``build-output``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.severity import Severity
from tests.rules.paths.contexts import MB
from tests.support.judging import BROAD, STAGED, findings

pytestmark = pytest.mark.usefixtures("clean")

NODE = {"package.json": "{}"}
NAMES_DIST = "FROM a\nCOPY dist /www\n"
CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({"Cargo.toml": "", "target/debug/x": MB}, BROAD, None, ["target"]),
    ({"build/x.o": MB}, BROAD, "build", ["build"]),
    ({**NODE, "dist/x": MB}, STAGED, None, ["dist"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"build/x.sh": MB}, BROAD, None),
    ({"CMakeLists.txt": "", "build/x.sh": MB}, BROAD, ""),
    ({"target/x": MB}, BROAD, None),
    ({**NODE, "dist/index.html": 9 * MB}, NAMES_DIST, None),
    ({"src/build.rs": MB}, BROAD, None),
    ({"Cargo.toml": "", "target": MB}, BROAD, None),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("build-output", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found if finding.edits] == [paths]
    assert all(finding.rule == "build-output" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("build-output", tmp_path, tree, dockerfile, ignored=ignored) == []


def test_what_is_needed_and_heavy_is_a_note(tmp_path):
    tree = {"Cargo.toml": "", "target/app": MB, "target/debug/x": 9 * MB}
    dockerfile = STAGED + "COPY target/app /app\n"
    (found,) = findings("build-output", tmp_path, tree, dockerfile)
    assert (found.severity, found.edits) == (Severity.INFO, ())
    assert "line 6" in found.message
