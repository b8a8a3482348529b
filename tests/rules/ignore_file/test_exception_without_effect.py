"""The rule ``exception-without-effect``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.rules.ignore_file.contexts import DOCS, with_ignore
from tests.support.judging import catches, catches_not


def test_exception_for_a_folder_that_is_not_excluded():
    found = catches(
        "exception-without-effect",
        with_ignore(DOCS, "**/*.md\n!docs\n"),
        line=2,
        paths=["docs/a.md", "docs/b/c.md"],
        edits=["!docs/**"],
    )
    assert found.severity is Severity.WARNING
    assert found.size == 30


def test_exception_above_its_pattern():
    catches(
        "exception-without-effect",
        with_ignore(DOCS, "!README.md\n*.md\n"),
        line=1,
        paths=["README.md"],
        edits=[None, "!README.md"],
    )
    catches(
        "exception-without-effect",
        with_ignore(DOCS, "src\n!README.md\n*.md\n"),
        line=2,
        paths=["README.md"],
        edits=[None, "!README.md"],
    )


def test_exception_for_logs():
    tree = {"logs/x.log": 5, "logs/y.log": 6, "z.log": 1}
    catches(
        "exception-without-effect",
        with_ignore(tree, "**/*.log\n!logs\n"),
        line=2,
        paths=["logs/x.log", "logs/y.log"],
        edits=["!logs/**"],
    )


def test_exception_without_a_slash_below():
    tree = {"pkg/KEEP.md": 5, "pkg/b.md": 6}
    catches(
        "exception-without-effect",
        with_ignore(tree, "**/*.md\n!KEEP.md\n"),
        line=2,
        paths=["pkg/KEEP.md"],
        edits=["!**/KEEP.md"],
    )


def test_exception_that_would_bring_back_waste_has_no_edit():
    tree = {"packages/a/node_modules/x.js": 50, "packages/a/i.js": 1}
    found = catches(
        "exception-without-effect",
        with_ignore(tree, "**/node_modules\n!packages\n"),
        line=2,
        edits=[],
        with_excluded=True,
    )
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    "text",
    [
        "**/*.md\n!docs/**\n",
        "**/*.md\n!README.md\n",
        "*\n!docs\n",
        "*\n!docs\n!src\n",
        "*\n!**/*.md\n",
        "docs\n!docs/a.md\n",
        "dist\n!dist/keep\n",
        "**/*.md\n!no_such_folder\n",
        "*.md\n",
        "docs\n!src\n",
        "**/*.log\n!README.md\n",
        "",
        "# !docs\n**/*.md\n",
        "*\n!docs/*.md\n",
    ],
)
def test_exceptions_that_are_right(text):
    catches_not("exception-without-effect", with_ignore(DOCS, text))
