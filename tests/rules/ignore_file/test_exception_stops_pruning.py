"""The rule ``exception-stops-pruning``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.rules.ignore_file import exception_stops_pruning
from tests.rules.ignore_file.contexts import with_ignore
from tests.support.judging import catches, catches_not

HEAVY = {
    **{f"node_modules/p{i}/f{j}.js": 1 for i in range(40) for j in range(30)},
    "node_modules/p1/LICENSE": 2,
    "docs/keep.md": 1,
    "README.md": 1,
}


@pytest.fixture
def low_bar(monkeypatch):
    """Let a tree that is laid quickly count as one that is walked for long."""
    monkeypatch.setattr(exception_stops_pruning, "_ENOUGH", 1_000)


def test_what_takes_no_noticeable_time_is_no_finding():
    catches_not("exception-stops-pruning", with_ignore(HEAVY, "node_modules\n*.md\n!R*.md\n"))


@pytest.mark.usefixtures("low_bar")
def test_wildcard_exception_walks_everything():
    found = catches(
        "exception-stops-pruning",
        with_ignore(HEAVY, "node_modules\n*.md\n!R*.md\n"),
        line=3,
        edits=["!README.md"],
    )
    assert found.entries == 1241
    assert found.paths == ("node_modules",)


@pytest.mark.usefixtures("low_bar")
def test_wildcard_exception_with_too_many_hits():
    text = "node_modules\n**/*.md\n!**/*.md\n!node_modules/*/f1.js\n"
    catches("exception-stops-pruning", with_ignore(HEAVY, text), line=3, edits=[])


@pytest.mark.usefixtures("low_bar")
@pytest.mark.parametrize(
    "text",
    [
        "node_modules\n*.md\n!README.md\n",
        "node_modules\n!docs/**\n",
        "node_modules\n!docs/*\n",
        "node_modules\n*.md\n",
        "docs\n!R*.md\n",
        "!R*.md\n",
        "",
    ],
)
def test_pruning_stays(text):
    catches_not("exception-stops-pruning", with_ignore(HEAVY, text))
