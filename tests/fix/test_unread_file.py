"""An ignore file of which BuildKit reads nothing is not written into, and said how to mend; others are written."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.errors import WriteError
from tests.support.fixes import fix_of
from tests.support.other_user import as_other_user
from tests.support.program import ctxopt
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

TREE: dict[str, Any] = {"c/Dockerfile": "FROM a\nCOPY . /x\n", "c/node_modules/x": 3_000_000}
MEND = "put a copy in its place: cp --remove-destination"


@pytest.mark.parametrize(
    ("more", "mode", "why", "hint"),
    [
        ({"c/.dockerignore": "x\n"}, "000", "cannot be read", "let the user who builds read it"),
        ({"c/.dockerignore/x": "x\n"}, None, "it is a folder", "put a file in its place"),
        ({"c/.dockerignore": {"link": "../i"}, "i": "x\n"}, None, "outside the context", f"{MEND} ../i .dockerignore"),
        ({"c/.dockerignore": {"link": "../gone"}}, None, "outside the context", "put a file in its place"),
    ],
)  # fmt: skip
def test_it_is_not_edited(open_path, more, mode, why, hint):
    modes = {"c/.dockerignore": mode} if mode else None
    root = lay(open_path, {**TREE, **more}, modes)
    with as_other_user(), pytest.raises(WriteError, match=why) as caught:
        fix_of(f"{root}/c")
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("more", "mode"),
    [
        ({}, None),
        ({"c/.dockerignore": ""}, None),
        ({"c/.dockerignore": "x\n"}, "444"),
        ({"c/.dockerignore": {"link": "other.dockerignore"}, "c/other.dockerignore": "x\n"}, None),
        ({"c/.dockerignore": "x\n", "c/Dockerfile.dockerignore": "y\n"}, None),
        ({"c/Dockerfile.dockerignore": "y\n", "c/.dockerignore": {"link": "../gone"}}, None),
        ({"c/sub/.dockerignore": {"link": "../../gone"}}, None),
        ({"c/.gitignore": "x\n"}, None),
    ],
)
def test_others_are(open_path, more, mode):
    modes = {"c/.dockerignore": mode} if mode else None
    root = lay(open_path, {**TREE, **more}, modes)
    with as_other_user():
        fix = fix_of(f"{root}/c")
    assert [text for line in fix.lines for text in line.texts] == ["**/node_modules"]


@pytest.mark.parametrize(
    ("line", "repaired"),
    [
        ("\\*\\*/node_modules\n\\*\\*/.env\n", "**/node_modules\n**/.env\n"),
        ("\\*.log\n", "*.log\n"),
        ("*.{log,tmp}\n", "*.log\n*.tmp\n"),
        # Plain lines, and names that hold a star.
        ("**/.env\n", "**/.env\n"),
        ("*.log\n", "*.log\n"),
        ("a\\*b\n", "a\\*b\n"),
    ],
)
def test_lines_that_say_something_else_are_repaired_whatever_they_save(tmp_path, line, repaired):
    root = lay(tmp_path, {"Dockerfile": "FROM a\nCOPY . /x\n", "a": "1", ".dockerignore": line})
    content = fix_of(root, preventive=False).new_content
    assert (content or line.encode()) == repaired.encode()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"c/.dockerignore": {"link": "../i"}, "i": "x\n"}, 1),
        ({"c/.dockerignore": {"link": "j"}, "c/j": "x\n"}, 0),
        ({"c/.dockerignore": "x\n"}, 0),
    ],
)
def test_lint_says_that_a_link_is_not_followed(tmp_path, more, code):
    root = lay(tmp_path, {**TREE, **more})
    done = ctxopt("lint", "c/.dockerignore", cwd=root)
    assert ("which BuildKit reads as empty" in done.stdout) is bool(code)
    assert done.returncode == code
