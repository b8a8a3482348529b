"""The rule ``invalid-pattern``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.languages.ignore.text import parse_ignore_file
from ctxopt.rules.ignore_file.invalid_pattern import invalid_patterns
from tests.support.judging import catches, catches_not


def test_invalid_patterns_of_a_file():
    file = parse_ignore_file(b"ok\n[a\n!\na*[\n[z-a]\nfoo\\\n# [a\n", ".dockerignore")
    found = [(item.line, item.fails_at_once) for item in invalid_patterns(file)]
    assert found == [(2, True), (3, True), (4, False), (5, False), (6, True)]


def test_invalid_pattern_that_was_never_tried():
    catches("invalid-pattern", {".dockerignore": "a\n!a*[\n", "b": 1}, line=2, edits=["!a*\\["])


def test_folders_of_windows():
    tree = {".dockerignore": "a\n!*\\Makefile\n", "b/Makefile": 1}
    found = catches("invalid-pattern", tree, line=2, edits=["!*/Makefile"])
    assert found.help == "write !*/Makefile"


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("!obj\\empty\\", "a backslash is no separator of folders: write !obj/empty/"),
        ("obj\\", "a backslash is no separator of folders: write obj/"),
        ("[a", "correct the brackets or the escape"),
        ("a[\\]", "correct the brackets or the escape"),
        ("[z-", "correct the brackets or the escape"),
        ("!", "correct the brackets or the escape"),
    ],
)
def test_advice_for_what_is_refused(text, advice):
    file = parse_ignore_file(f"{text}\n".encode(), ".dockerignore")
    assert [item.help for item in invalid_patterns(file)] == [advice]


@pytest.mark.parametrize("text", ["a\\[b\n", "a\\ b\n", "a\\#\n", "b/Makefile\n"])
def test_other_backslashes(text):
    catches_not("invalid-pattern", {".dockerignore": text, "b/Makefile": 1})


@pytest.mark.parametrize("text", ["a[b]\n", "[^a]\n", "\\[a\n", "# [a\n", "a|b*\n", ""])
def test_valid_patterns(text):
    catches_not("invalid-pattern", {".dockerignore": text, "b": 1})
