"""The rule ``near-miss``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.rules.ignore_file.contexts import with_ignore
from tests.support.judging import catches, catches_not

_TREE = {
    "debug.log": 400_000,
    "app/run.log": 5,
    "README.md": 7,
    "docs/images/a.png": 500_000,
    "web3/src/a.ts": 9,
    "web3/package.json": 3,
    "main.py": 1,
}
_TRACKED = ["README.md", "docs/images/a.png", "web3/src/a.ts", "web3/package.json", "main.py"]


@pytest.mark.parametrize(
    ("text", "edit", "size", "severity"),
    [
        (".log\n", "**/*.log", 400_005, Severity.WARNING),
        ("**/.log\n", "**/*.log", 400_005, Severity.WARNING),
        ("docs/Images\n", "docs/images", 500_000, Severity.WARNING),
        ("Docs/images/\n", "docs/images/", 500_000, Severity.WARNING),
        ("docs/images/A.PNG\n", "docs/images/a.png", 500_000, Severity.WARNING),
        ("readme.md\n", "README.md", 7, Severity.INFO),
    ],
)
def test_one_change_is_missing(text, edit, size, severity):
    found = catches("near-miss", with_ignore(_TREE, text), line=1, edits=[edit], tracked=_TRACKED)
    assert found.size == size
    assert found.severity is severity
    assert found.help == f"write {edit}"


def test_a_folder_was_renamed():
    found = catches(
        "near-miss",
        with_ignore(_TREE, "web/**/*.ts\n*.tmp\nweb/package.json\nweb/gone.js\n"),
        line=1,
        paths=["web3"],
        edits=[],
        tracked=_TRACKED,
    )
    assert found.severity is Severity.INFO
    assert "web/**/*.ts (line 1), web/package.json (line 3)" in found.message
    assert "web/gone.js" not in found.message
    assert found.help.startswith("write web3/**/*.ts, web3/package.json")


@pytest.mark.parametrize(
    ("text", "line", "old", "new"),
    [
        ("*.json\n!web/package.json\n", 2, "!web/package.json", "!web3/package.json"),
        ("web3_test/\n!web3_test/src/a.ts\n", 2, "!web3_test/src/a.ts", "!web3/src/a.ts"),
    ],
)
def test_an_exception_names_a_folder_that_was_renamed(text, line, old, new):
    found = catches("near-miss", with_ignore(_TREE, text), line=line, edits=[], tracked=_TRACKED)
    assert found.message.endswith(f"has what is named below it: {old} (line {line})")
    assert found.help.startswith(f"write {new} if")


@pytest.mark.parametrize(
    "text",
    [
        "!web/gone.js\n",
        "!web\n",
        "!.log\n",
        "!docs/Images\n",
        "!web3_testing/src/a.ts\n",
        "*.log\n",
        "**/*.log\n.log\n",
        ".env\n",
        ".git\n",
        ".cache\n",
        ".tmp\n",
        ".abc\n",
        "debug.log\n",
        "README.md\n",
        "README.md\nreadme.md\n",
        "READ.md\n",
        "docs/images\ndocs/Images\n",
        "docs/pictures\n",
        "!readme.md\n",
        "web\n",
        "web/gone.js\n",
        "web3/src\n",
        "*eb/package.json\n",
        "website/package.json\n",
        "docs2/gone\n",
    ],
)
def test_lines_that_are_no_near_miss(text):
    catches_not("near-miss", with_ignore(_TREE, text), tracked=_TRACKED)


def test_a_name_that_git_ignores_may_come_yet():
    tree = with_ignore(_TREE, "web/package.json\n")
    catches_not("near-miss", tree, tracked=_TRACKED, ignored=["web"])


def test_a_renamed_folder_is_known_with_git_alone():
    catches_not("near-miss", with_ignore(_TREE, "web/package.json\n"))


def test_what_is_read_is_not_hidden_by_its_right_name():
    tree = {**_TREE, "Dockerfile": "FROM a\nCOPY README.md /\n"}
    catches_not("near-miss", with_ignore(tree, "readme.md\n"), tracked=_TRACKED)


def test_with_both_names_there_the_line_is_about_one_of_them():
    tree = {**_TREE, "readme.md": 5}
    catches_not("near-miss", with_ignore(tree, "readme.md\n"), tracked=_TRACKED)
