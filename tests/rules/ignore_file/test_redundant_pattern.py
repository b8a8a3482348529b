"""The rule ``redundant-pattern``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.rules.ignore_file import redundant_pattern
from ctxopt.rules.trial import try_edits
from ctxopt.severity import Severity
from tests.rules.ignore_file.contexts import DOCS, with_ignore
from tests.support.judging import catches, catches_not, facts_of


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
        ("*\n!docs\n!docs/*.md\n", 3),
        ("*\n!/docs/\n!/docs/b/\n", 3),
        ("# all\n**\n!docs/b/c.md\n!docs\n!docs/b\n", 5),
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
        "*\n!docs/b\n!docs\n",
        "*\n!docs/b\n!docs/a.md\n",
        "*\n!doc\n!docs/a.md\n",
        "*\n!docs\n**/*.md\n!docs/*.md\n",
        "*\n!docs\n**/b\n!docs/b\n",
        "src\n!docs\n!docs/a.md\n",
    ],
)
def test_not_redundant(text):
    catches_not("redundant-pattern", with_ignore(DOCS, text))


@pytest.mark.parametrize(
    ("lines", "found", "most"),
    [
        (["docs"] * 3000, 2999, 1),
        ([f"gen/{number}.txt" for number in range(5000)], 0, 0),
        (["docs", *(f"docs/{number}" for number in range(500))], 500, 1),
        # Each may go, but not both: the halves are tried, too.
        (["**/*", "*"], 2, 3),
        (["docs", "docs", "**/*", "*"], 4, 7),
    ],
)
def test_written_by_a_program(monkeypatch, tmp_path, lines, found, most):
    """However long a file is, few replays tell which lines may go."""
    facts = facts_of(tmp_path, with_ignore(DOCS, "\n".join(lines)))
    tried = []

    def counted(*arguments):
        tried.append(arguments)
        return try_edits(*arguments)

    monkeypatch.setattr(redundant_pattern, "try_edits", counted)
    assert len(list(redundant_pattern.check(facts))) == found
    assert len(tried) <= most
