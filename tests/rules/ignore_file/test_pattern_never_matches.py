"""The rule ``pattern-never-matches``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from tests.rules.ignore_file.contexts import DOCS, with_ignore
from tests.support.judging import catches, catches_not


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("..\n", None),
        ("../x\n", None),
        ("/\n", None),
        (".\n", None),
        ("./\n", None),
        ("a/../../x\n", None),
        ("a^b*\n", r"a\^b*"),
        ("*x^\n", r"*x\^"),
    ],
)
def test_never_matches(text, edit):
    catches("pattern-never-matches", with_ignore(DOCS, text), line=1, edits=[edit])


@pytest.mark.parametrize(
    "text",
    [
        "a^b\n",
        "^a*\n",
        "a\\^b*\n",
        "[^a]b\n",
        "**/^a*\n",
        "*^a\n",
        "a|b^c*\n",
        "...\n",
        "..x\n",
        ".git\n",
        "a/..b\n",
        "no_such\n",
        "*\n",
        "**\n",
        "a/../b\n",
        "",
    ],
)
def test_may_match(text):
    catches_not("pattern-never-matches", with_ignore(DOCS, text))
