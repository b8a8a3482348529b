"""The rule ``control-character``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.rules.ignore_file.contexts import DOCS, with_ignore
from tests.support.judging import catches, catches_not


@pytest.mark.parametrize(
    ("text", "line", "edits"),
    [
        ("my\tnotes\n", 1, ["my?notes"]),
        ("docs\na\x7fb\n", 2, ["a?b"]),
        ("!a\x01\x02b\n", 1, ["!a??b"]),
        # The comment is the mistake, and another rule cures it.
        ("docs\t# noise\n", 1, []),
        ("docs\rsrc\n", 1, ["docs?src"]),
    ],
)
def test_stops(text, line, edits):
    found = catches("control-character", with_ignore(DOCS, text), line=line, edits=edits)
    assert found.severity is Severity.ERROR
    assert 'header key "exclude-patterns"' in found.message


@pytest.mark.parametrize(
    "text",
    [
        "docs\n",
        "my notes\n",
        "docs\t\n",
        "\tdocs\n",
        "docs\r\nsrc\r\n",
        "# a\tcomment\n",
        "",
        # Escaped whole, for the sake of another pattern.
        "my\tnotes\ndonn\u00e9es\n",
        "my\tnotes\ncaf\udce9\n",
        "\ufeffdocs\n",
    ],
)
def test_does_not(text):
    catches_not("control-character", with_ignore(DOCS, text))


@pytest.mark.parametrize(
    "dockerfile", ["FROM a\n", "FROM a\nRUN make\n", "FROM b\nCOPY --from=a /x /y\n"]
)
def test_a_build_that_loads_nothing_sends_no_pattern(dockerfile):
    catches_not("control-character", with_ignore(DOCS, "my\tnotes\n", Dockerfile=dockerfile))


def test_the_classic_client_applies_patterns_itself():
    catches_not("control-character", with_ignore(DOCS, "my\tnotes\n"), builder="classic")
