"""The rule ``comment-trap``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from tests.rules.ignore_file.contexts import DOCS, with_ignore
from tests.support.judging import catches, catches_not


@pytest.mark.parametrize(
    ("text", "line", "edits"),
    [
        ("x\ndocs # not needed\n", 2, ["# not needed", "docs"]),
        ("docs\t# tab\n", 1, ["# tab", "docs"]),
        ("docs #\n", 1, ["docs"]),
        ("docs // old\n", 1, ["# old", "docs"]),
        ("\n  # indented\n", 2, ["# indented"]),
        ("// docs of git\nsrc\n", 1, ["# docs of git"]),
        ("//no such\n", 1, ["# no such"]),
    ],
)
def test_comment_traps(text, line, edits):
    catches("comment-trap", with_ignore(DOCS, text), line=line, edits=edits)


def test_inline_comment_counts_what_it_costs():
    found = catches("comment-trap", with_ignore(DOCS, "docs # old\n"), line=1)
    assert (found.paths, found.size) == (("docs",), 31)


@pytest.mark.parametrize(
    "text",
    [
        "# docs\n",
        "#docs\n",
        "\ufeff# docs\n",
        "docs\n",
        "a#b\n",
        "docs#old\n",
        "**/*#\n",
        "#*#\n",
        "\\#x\n",
        "a//b\n",
        "//docs\n",
        "docs//\n",
        "!docs\n",
        "",
    ],
)
def test_no_comment_traps(text):
    catches_not("comment-trap", with_ignore(DOCS, text))


def test_a_file_that_is_really_called_so():
    catches_not("comment-trap", {".dockerignore": "a # b\n", "a # b": 1})
