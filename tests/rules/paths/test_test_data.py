"""The rule ``test-data``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.paths.contexts import MB, TEST
from tests.support.judging import BROAD, NARROW, facts_of, findings

pytestmark = pytest.mark.usefixtures("clean")

CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({"tests/data.bin": MB}, BROAD, "", ["tests"]),
    ({"htmlcov/index.html": MB}, TEST, None, ["htmlcov"]),
    ({"test/a_test.go": MB, "test/testdata/x.go": 10}, BROAD, "", ["test"]),
    ({"shop/tests/fixtures/a.json": MB, "shop/models.py": 9}, BROAD, "", ["shop/tests"]),
    ({"web/fixtures/a.json": MB}, BROAD, "", ["web/fixtures"]),
    ({"go.mod": "module a", "testdata/x.go": MB}, BROAD, "", ["testdata"]),
    ({"go.mod": "module a", "scan/test_data/a.heif": MB}, BROAD, "", ["scan/test_data"]),
    ({"a/test-data/b.csv": MB}, BROAD, "", ["a/test-data"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"tests/a.py": MB}, None, ""),
    ({"test/a.go": MB, "test/a_test.go": MB}, BROAD, ""),
    ({"e2e/pkg/helpers/a.go": MB}, BROAD, ""),
    ({"tests/a.py": MB, "b.Dockerfile": TEST}, BROAD, ""),
    ({"tests/a.py": MB}, TEST, ""),
    ({"tests/a.py": 100}, BROAD, ""),
    ({"tests/a.py": MB}, NARROW, ""),
    ({"src/latest/a.py": MB}, BROAD, ""),
    ({"src/my_test_data/a.py": MB}, BROAD, ""),
    ({"src/test_database/a.sql": MB}, BROAD, ""),
    ({"test_data/a.go": MB, "test_data/a_test.go": MB}, BROAD, ""),
    ({"test_data/a.json": MB}, TEST, ""),
    ({"shop/fixtures/a.json": MB, "shop/models.py": 9}, BROAD, ""),
    ({"spec/a_spec.rb": MB}, "FROM a AS b\nCOPY . .\nFROM b AS ci\nFROM b\nRUN make\n", ""),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("test-data", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found if finding.edits] == [paths]
    assert all(finding.rule == "test-data" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("test-data", tmp_path, tree, dockerfile, ignored=ignored) == []


def test_a_heavy_path_in_tests_is_told_instead_of_the_tests(tmp_path):
    facts = facts_of(
        tmp_path, {"tests/a.py": MB, "tests/node_modules/x": 9 * MB}, ignored="node_modules"
    )
    told = {(item.topic, item.path) for item in facts.candidates.found if item.bytes >= MB}
    assert ("dependencies", "tests/node_modules") in told
    assert not any(path == "tests" for _, path in told)


@pytest.mark.parametrize(
    ("tree", "dockerfile", "severity"),
    [
        ({"tests/a.bin": 10 * MB, "main.bin": 90 * MB}, BROAD, "WARNING"),
        ({"tests/a.bin": MB, "main.bin": 2 * MB}, BROAD, "WARNING"),
        ({"go.mod": "", "pkg/testdata/a.json": 380 * MB}, BROAD, "WARNING"),
        # Neither heavy nor much of the whole.
        ({"tests/a.bin": 9 * MB, "main.bin": 90 * MB}, BROAD, "INFO"),
        ({"tests/a.bin": MB, "main.bin": 4 * MB}, BROAD, "INFO"),
        # Much of the whole, which is nothing much.
        ({"tests/a.bin": 900_000}, BROAD, "INFO"),
        # The build compares files with the history beside them.
        ({"tests/a.bin": 20 * MB, "pyproject.toml": "[tool.setuptools_scm]\n", ".dockerignore": ""},
         "FROM a\nCOPY . .\nRUN pip install .\n", "INFO"),
        # It stays, so there is nothing to be done.
        ({"tests/a.bin": 20 * MB}, "FROM a\nCOPY . .\nRUN ls tests/a.bin\n", "INFO"),
        ({"tests/a.bin": 20 * MB}, "FROM a\nCOPY main.py .\nCOPY tests/a.bin /t/\n", "INFO"),
    ],
)  # fmt: skip
def test_much_test_data_is_a_warning(tmp_path, tree, dockerfile, severity):
    found = findings("test-data", tmp_path, tree, dockerfile, ignored="")
    assert {finding.severity.name for finding in found} <= {severity}
    assert found or severity == "INFO"
