"""The rule ``root-only-pattern``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.severity import Severity
from tests.rules.ignore_file.contexts import with_ignore
from tests.rules.paths.contexts import MB
from tests.support.judging import (
    BROAD,
    catches,
    catches_not,
    findings,
)

pytestmark = pytest.mark.usefixtures("clean")

MONOREPO = {
    "node_modules/a.js": 1000,
    "packages/web/node_modules/b.js": 3000,
    "packages/api/node_modules/c.js": 500,
    "packages/api/index.js": 10,
    "a.pyc": 5,
    "lib/b.pyc": 7,
    "lib/deep/c.pyc": 9,
}
CATCHES: list[tuple[Any, ...]] = [
    # tree, Dockerfile, what git ignores (None: no repository), paths
    ({"a/build/x": MB, "a/b/build/y.c": 9, ".dockerignore": "build"}, BROAD, "/a/build", ["a/build"]),
    ({"old.log.1": 9, "var/x.log.1": MB, ".dockerignore": "*.log*"}, BROAD, "*.log.1", ["var/x.log.1"]),
    ({"a.html": 9, "out/b.html": MB, ".dockerignore": "*.html"}, BROAD, None, ["out/b.html"]),
]  # fmt: skip
CATCHES_NOT: list[tuple[Any, ...]] = [
    ({"tests/a": MB, "x/tests/b": 100, ".dockerignore": "tests/"}, BROAD, ""),
    # Git tracks what the line spares below the root: whoever wrote it has seen that arrive.
    ({"build.js": 9, "assets/js/app.min.js": MB, ".dockerignore": "*.js"}, BROAD, ""),
    ({"a.jpg": 9, "data/images/bus.jpg": MB, ".dockerignore": "*.jpg"}, BROAD, ""),
    ({"cache/x": 9, "src/cache/lru.php": MB, ".dockerignore": "cache/"}, BROAD, "/cache"),
    ({"build.sh": 9, "module/build.gradle": MB, ".dockerignore": "build*"}, BROAD, ""),
]  # fmt: skip


def test_root_only_folder_in_a_monorepo():
    found = catches(
        "root-only-pattern",
        with_ignore(MONOREPO, "# deps\nnode_modules\n"),
        line=2,
        paths=["packages/web/node_modules", "packages/api/node_modules"],
        edits=["**/node_modules"],
    )
    assert (found.size, found.entries) == (3500, 4)
    assert found.severity is Severity.WARNING
    assert found.paths[0] == "packages/web/node_modules"


@pytest.mark.parametrize(
    ("dockerfile", "severity"),
    [
        (BROAD, Severity.WARNING),
        ("FROM a\nCOPY packages/web /web\n", Severity.WARNING),
        (None, Severity.WARNING),
        # Nothing of it is sent: it would be by another build.
        ("FROM a\nCOPY lib /lib\n", Severity.INFO),
        ("FROM a\nRUN true\n", Severity.INFO),
        ("FROM a AS b\nCOPY . .\nFROM a\nCOPY lib /lib\n", Severity.INFO),
        ("FROM a\nCOPY packages/api/index.js /\n", Severity.INFO),
    ],
)
def test_what_this_build_does_not_fetch_is_a_note(tmp_path, dockerfile, severity):
    tree = with_ignore(MONOREPO, "node_modules\n")
    (found,) = findings("root-only-pattern", tmp_path, tree, dockerfile)
    assert found.severity is severity


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("*.pyc\n", "**/*.pyc"),
        ("*.py[co]\n", "**/*.py[co]"),
        ("node_modules/\n", "**/node_modules/"),
    ],
)
def test_root_only_forms(text, edit):
    catches("root-only-pattern", with_ignore(MONOREPO, text), line=1, edits=[edit])


def test_root_only_by_git():
    tree = {"tmpdata/x": 1, "src/tmpdata/y": 10, "src/a.py": 1}
    catches(
        "root-only-pattern",
        with_ignore(tree, "tmpdata\n"),
        line=1,
        paths=["src/tmpdata"],
        tracked=["src/a.py"],
        ignored=["tmpdata", "src/tmpdata"],
    )


@pytest.mark.parametrize(
    "text",
    [
        "**/node_modules\n",
        "/node_modules\n",
        "./node_modules\n",
        "packages/web/node_modules\n",
        "node_modules\n**/node_modules\n",
        "packages\nnode_modules\n",
        "!node_modules\n",
        "*\n",
        "**\n",
        "no_such_name\n",
        "index.js\n",
        "packages/*/node_modules\nnode_modules\n",
    ],
)
def test_root_only_is_silent(text):
    catches_not("root-only-pattern", with_ignore(MONOREPO, text))


def test_root_only_spares_sources_of_the_same_name():
    tree = {"build/x": 1, "src/build/plan.py": 10, "src/a.py": 1}
    catches_not("root-only-pattern", with_ignore(tree, "build\n"), tracked=["src/build/plan.py"])


def test_root_only_never_hides_what_is_copied():
    tree = {
        "Dockerfile": "FROM scratch\nCOPY vendor/x/node_modules /n\nCOPY . /\n",
        "node_modules/a": 5,
        "vendor/x/node_modules/b": 5,
    }
    catches_not("root-only-pattern", with_ignore(tree, "node_modules\n"))


@pytest.mark.parametrize(("tree", "dockerfile", "ignored", "paths"), CATCHES)
def test_catches(tmp_path, tree, dockerfile, ignored, paths):
    found = findings("root-only-pattern", tmp_path, tree, dockerfile, ignored=ignored)
    assert [list(finding.paths) for finding in found] == [paths]
    assert all(finding.rule == "root-only-pattern" for finding in found)


@pytest.mark.parametrize(("tree", "dockerfile", "ignored"), CATCHES_NOT)
def test_catches_not(tmp_path, tree, dockerfile, ignored):
    assert findings("root-only-pattern", tmp_path, tree, dockerfile, ignored=ignored) == []


def test_says_where_git_tracks_a_part_of_what_it_would_hide(tmp_path):
    tree = {"build": 9, "a/build/x": MB, "src/build/plan.c": MB, ".dockerignore": "build"}
    (found,) = findings("root-only-pattern", tmp_path, tree, BROAD, ignored="/a/build")
    assert found.edits == ()
    assert found.paths == ("a/build",)
    assert found.severity is Severity.INFO
    assert found.help == "**/build would hide src/build, which git tracks"


def test_says_who_reads_what_it_would_hide(tmp_path):
    tree = {
        "a.pyc": 9,
        "lib/__pycache__/x.pyc": MB,
        "app/y.pyc": 100,
        ".dockerignore": "*.pyc",
    }
    dockerfile = BROAD + "COPY app/y.pyc /opt/\n"
    (found,) = findings(
        "root-only-pattern", tmp_path, tree, dockerfile, ignored="*.pyc\n!/app/y.pyc"
    )
    assert found.edits == ()
    assert found.help == "**/*.pyc would hide app/y.pyc: named by COPY in line 4"


@pytest.mark.parametrize("path", ["node_modules/a.js", "x/y/node_modules/a.js"])
def test_one_level_only(path):
    tree = {path: 100, "a/node_modules/b.js": 100}
    found = catches("root-only-pattern", with_ignore(tree, "*/node_modules\n"), line=1)
    assert [edit.text for edit in found.edits] == ["**/node_modules"]
    assert "only one level below the root" in found.message


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("*/node_modules\n", {"a/node_modules/x": 9}),
        ("*/node_modules\nnode_modules\n", {"node_modules/x": 9}),
        ("*/notes\n", {"notes/x": MB, "a/b/notes/x": MB}),
        ("*/src/node_modules\n", {"node_modules/x": 9}),
        ("*/*\n", {"node_modules/x": 9}),
    ],
)
def test_one_level_is_silent(text, tree):
    catches_not("root-only-pattern", with_ignore(tree, text))


def test_lines_about_the_same_bytes_are_one_finding():
    tree = {"app/__pycache__/a.pyc": 300, "app/a.py": 1}
    found = catches("root-only-pattern", with_ignore(tree, "__pycache__/\n*.pyc\n"), line=1)
    assert [edit.text for edit in found.edits] == ["**/__pycache__/"]
    assert "*.pyc (line 2)" in found.message
    assert found.size == 300


_PYTHON = {"app/a.py": 1, "main.py": 1, ".gitignore": "__pycache__/\n*.pyc\nnode_modules\n"}


@pytest.mark.parametrize(
    ("text", "tree", "said"),
    [
        ("__pycache__/\n", _PYTHON, "write **/__pycache__/; nothing of the kind is there yet"),
        (
            "__pycache__\n*.pyc\n",
            _PYTHON,
            "write **/__pycache__, **/*.pyc; nothing of the kind is there yet",
        ),
        (
            "node_modules\n",
            {**_PYTHON, "pkg/a/package.json": "{}"},
            "write **/node_modules; nothing of the kind is there yet",
        ),
    ],
)
def test_names_that_are_made_below_are_noted_before_they_are_there(text, tree, said):
    found = catches("root-only-pattern", with_ignore(tree, text), line=1, edits=[])
    assert found.severity is Severity.INFO
    assert found.help == said


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("**/__pycache__\n", _PYTHON),
        ("/__pycache__\n", _PYTHON),
        ("__pycache__\n**/__pycache__\n", _PYTHON),
        ("__pycache__\napp\n", _PYTHON),
        ("__pycache__\n", {**_PYTHON, ".gitignore": "/__pycache__\n"}),
        ("__pycache__\n", {"main.py": 1, ".gitignore": "__pycache__\n"}),
        ("node_modules\n", _PYTHON),
        (
            "__pycache__\n",
            {**_PYTHON, "Dockerfile": "FROM a\nCOPY main.py /\n"},
        ),
    ],
)
def test_names_that_will_not_be_sent_are_not_noted(text, tree):
    catches_not("root-only-pattern", with_ignore(tree, text))
