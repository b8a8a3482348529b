"""The rule ``pattern-matches-nothing``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from tests.rules.ignore_file.contexts import DOCS, with_ignore
from tests.support.judging import catches, catches_not


def test_matches_nothing():
    found = catches(
        "pattern-matches-nothing",
        with_ignore(DOCS, "docs\nsrc/old/module\nsrc/past/gone.py\n"),
        line=2,
        tracked=["src/x.md", "docs/a.md"],
        edits=[None, None],
    )
    assert "src/past/gone.py (line 3)" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "src/node_modules/x\n",
        "src/dist/x\n",
        "src/generated\n",
        "src\nsrc/old/module\n",
        "**/*.pyc\n",
        "src/x.md\n",
        "generated\n",
        ".idea\n",
        "src/.cache\n",
        "src/*.gen\n",
        "src/made/x\n",
    ],
)
def test_matches_something_or_may(text):
    catches_not(
        "pattern-matches-nothing",
        with_ignore(DOCS, text),
        tracked=["src/x.md"],
        ignored=["src/made"],
    )


def test_matches_nothing_needs_git():
    catches_not("pattern-matches-nothing", with_ignore(DOCS, "src/old/module\n"))
