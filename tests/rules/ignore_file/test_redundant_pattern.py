"""The rule ``redundant-pattern``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.rules.ignore_file.contexts import DOCS, with_ignore
from tests.support.judging import catches, catches_not


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("docs\n# x\ndocs\n", 3),
        ("docs\ndocs/\n", 2),
        ("docs\n./docs\n", 2),
        ("**/docs\ndocs\n", 2),
        ("docs\n**/docs\n", 1),
        ("docs\ndocs/a.md\n", 2),
        ("**/b\ndocs/b/c.md\n", 2),
        ("src\n!src\n", 1),
        ("*\n!src\n!src\n", 3),
        ("*\ndocs\n!src\n", 2),
    ],
)
def test_redundant(text, line):
    found = catches("redundant-pattern", with_ignore(DOCS, text), line=line, edits=[None])
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    "text",
    [
        "docs\nsrc\n",
        "docs\n**/*.md\n",
        "docs/a.md\ndocs/b\n",
        "docs\n!docs/a.md\n",
        "docs\n!docs/a.md\ndocs/b\n",
        "**/*.md\n!docs/**\n**/*.md\n",
        "**/*.md\n!docs\n!docs/a.md\n",
        "doc\ndocs\n",
        "docs\ndocs2\n",
        "dist\nbuild\n",
        "*\n!docs\n!src\n",
        "*.md\n**/x.md\n",
        "docs/*\n!docs/b\n!docs/a.md\n",
        "docs\n!docs/b\ndocs/b/c.md\n",
        "a/b\nb\n",
        "a\n**/b\n",
        "**/b\nab\n",
        "",
        "# docs\ndocs\n",
        "a|b\na\n",
    ],
)
def test_not_redundant(text):
    catches_not("redundant-pattern", with_ignore(DOCS, text))
