"""What Go embeds and Python imports of the folders beside a source."""

from __future__ import annotations

import pytest

from ctxopt.evidence.source_imports import NAMES, named_beside, sources_among

FOLDERS = {"build", "dist", "tests"}

NAMED = [
    ("a.py", "import tests", ["tests"]),
    ("a.py", "from tests.all import b\n", ["tests"]),
    ("a.py", "def f():\n    import tests, build\n", ["tests"]),
    ("a.py", "import tests\nfrom build import x\nimport tests\n", ["build", "tests"]),
    ("a.go", "//go:embed build/*\nvar x embed.FS\n", ["build/*"]),
    ("a.go", "//go:embed a.txt all:dist\n", ["dist"]),
    ("a.go", '//go:embed "build/index.html" `dist`\n', ["build/index.html", "dist"]),
]

NOT_NAMED = [
    ("a.py", ""),
    ("a.py", "import testsuite"),
    ("a.py", "# import tests"),
    ("a.py", "x = 'import tests'"),
    ("a.py", "from .tests import x"),
    ("a.py", "import os.build"),
    ("a.py", "import data"),
    ("a.py", "//go:embed build/*"),
    ("a.go", "import tests"),
    ("a.go", "// go:embed build/*"),
    ("a.go", "  //go:embed build/*"),
    ("a.go", "//go:embed"),
    ("a.go", "//go:embed web/build"),
    ("a.go", "//go:embed builds/x"),
    ("a.go", "//go:generate build"),
]


@pytest.mark.parametrize(("name", "text", "expected"), NAMED)
def test_named(name, text, expected):
    assert list(named_beside(name, text, FOLDERS)) == expected


@pytest.mark.parametrize(("name", "text"), NOT_NAMED)
def test_not_named(name, text):
    assert list(named_beside(name, text, FOLDERS)) == []


def test_the_sources_to_read_are_those_of_no_test():
    names = ["a.go", "a_test.go", "b.py", "test_b.py", "conftest.py", "x.js", "go", "py", "tests"]
    assert sources_among(names) == ["a.go", "b.py"]


def test_the_folders_that_look_superfluous():
    assert {"build", "dist", "tests"} <= NAMES
    assert "src" not in NAMES
