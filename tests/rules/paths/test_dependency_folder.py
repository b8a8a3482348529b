"""The rule ``dependency-folder``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.config.load import Config
from ctxopt.severity import Severity
from tests.rules.paths.contexts import MB
from tests.support.judging import BROAD, NARROW, STAGED, facts_of, findings

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({"node_modules/a.js": MB}, BROAD, None, ["node_modules"]),
    ({"a/node_modules/x": MB, "b/node_modules/x": 2 * MB}, BROAD, "node_modules", ["b/node_modules", "a/node_modules"]),
    ({"composer.json": "{}", "vendor/x": MB}, BROAD, None, ["vendor"]),
    ({".venv/lib/x": MB}, NARROW, None, [".venv"]),
    ({"node_modules/x": MB}, "FROM a\nCOPY . .\nRUN npm ci\n", "node_modules", ["node_modules"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"composer.json": "{}", "vendor/x": MB}, "FROM a\nCOPY . .\nRUN chmod +x a\n", "vendor"),
    ({"node_modules/x": MB}, "FROM a\nCOPY . .\nRUN echo pipe > x\n", "node_modules"),
    ({"node_modules/a.js": 10}, BROAD, None),
    ({"node_modules": MB}, BROAD, None),
    ({"src/modules/a.js": MB}, BROAD, None),
    ({"go.mod": "", "vendor/x": MB}, BROAD, ""),
    ({"vendor/x": MB}, BROAD, None),
    ({"env/settings.py": MB}, BROAD, ""),
    ({".dockerignore": "**/node_modules", "node_modules/x": MB}, BROAD, None),
    ({"packages/x": MB}, BROAD, ""),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("dependency-folder", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found if finding.edits] == [paths]
    assert all(finding.rule == "dependency-folder" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("dependency-folder", tmp_path, tree, dockerfile, ignored=ignored) == []


@pytest.mark.parametrize(
    ("dockerfile", "severity", "reach", "words"),
    [
        (BROAD, Severity.WARNING, "final", "the final image by COPY in line 2"),
        (STAGED, Severity.WARNING, "builder", "stage build by COPY in line 2"),
        (NARROW, Severity.INFO, "permitted", "nothing in this build"),
        (None, Severity.WARNING, "permitted", "every build"),
        ("FROM a\nRUN --mount=target=/x true\n", Severity.WARNING, "sent", "bind mount in line 2"),
        ("FROM a\nCOPY --exclude=**/node_modules . .\n", Severity.WARNING, "sent", "no instruction"),
    ],
)  # fmt: skip
def test_severity_follows_consequence(tmp_path, dockerfile, severity, reach, words):
    (found,) = findings("dependency-folder", tmp_path, {"node_modules/x": 2 * MB}, dockerfile)
    assert (found.severity, found.reach) == (severity, reach)
    assert words in found.message


def test_the_classic_builder_sends_everything(tmp_path):
    (found,) = findings(
        "dependency-folder", tmp_path, {"node_modules/x": 2 * MB}, builder="classic"
    )
    assert (found.severity, found.reach) == (Severity.WARNING, "sent")


def test_what_is_kept_by_the_configuration_is_no_candidate(tmp_path):
    tree = {"a/node_modules/x": MB, "b/node_modules/y/z": MB}
    config = Config(keep=("b/node_modules/y/z",))
    (found,) = findings("dependency-folder", tmp_path / "1", tree, config=config)
    assert [edit.text for edit in found.edits] == ["a/node_modules"]
    config = Config(keep=("**/node_modules",))
    assert findings("dependency-folder", tmp_path / "2", tree, config=config) == []


PLACES: list[tuple[Any, ...]] = [
    # Dockerfile -> paths, reach and bytes of each finding: what is not sent is not among what is copied.
    ("FROM a\nCOPY server /s\nRUN npm ci\n", [(["server/.venv"], "final", MB), ([".venv"], "permitted", 5 * MB)]),
    ("FROM a\nCOPY . /s\nRUN npm ci\n", [([".venv", "server/.venv"], "final", 6 * MB)]),
    ("FROM a\nCOPY server/.venv/lib/x /s\nCOPY . /s\nRUN npm ci\n", [([".venv"], "final", 5 * MB)]),
    # What a step installs again is no longer what was copied.
    ("FROM a AS x\nCOPY server /s\nRUN uv sync\nFROM a\nCOPY --from=x /s /s\n",
     [(["server/.venv"], "builder", MB), ([".venv"], "permitted", 5 * MB)]),
    ("FROM a AS x\nCOPY server /s\nRUN npm ci\nFROM a\nCOPY --from=x /s /s\n",
     [(["server/.venv"], "final", MB), ([".venv"], "permitted", 5 * MB)]),
    ("FROM a AS x\nRUN npm ci\nCOPY server /s\nFROM a\nCOPY --from=x /s /s\n",
     [(["server/.venv"], "final", MB), ([".venv"], "permitted", 5 * MB)]),
]  # fmt: skip


@pytest.mark.parametrize(("dockerfile", "expected"), PLACES)
def test_places_are_told_by_how_far_they_get(tmp_path, dockerfile, expected):
    tree = {".venv/lib/x": 5 * MB, "server/.venv/lib/x": MB, "server/a.py": 1}
    found = findings("dependency-folder", tmp_path, tree, dockerfile)
    told = [(list(item.paths), item.reach, item.size) for item in found if item.edits]
    assert told == expected


def test_only_what_is_taken_counts(tmp_path):
    """An instruction that names a file below is no reason to count all that lies beside it."""
    tree = {".venv/lib/x": 5 * MB, ".venv/y": MB, "a.py": 1}
    dockerfile = "FROM a\nCOPY .venv/y /y\nRUN npm ci\n"
    facts = facts_of(tmp_path, tree, dockerfile)
    (candidate,) = facts.candidates.about("dependencies")
    assert (candidate.bytes, candidate.part) == (6 * MB, (MB, 1))
