"""What stays of an ignore file below a list: lines that can still do something, and what speaks of them."""

from __future__ import annotations

import pytest

from ctxopt.fix.allow_list.entries import AllowedEntry
from ctxopt.fix.allow_list.leftovers import (
    HEAD,
    after_catch_all,
    is_catch_all,
    listed,
    part_leftovers,
)
from ctxopt.languages.ignore.text import parse_ignore_file


def file_of(text):
    return parse_ignore_file(text.encode(), ".dockerignore")


def entry(text):
    """A path, or a pattern where it has a star."""
    is_pattern = "*" in text
    return AllowedEntry(text, None if is_pattern else text, ("x",), (text,))


def kept(text, *entries, barred=(), files=()):
    left = part_leftovers(
        file_of(text), [*map(entry, entries)], [*map(entry, barred)], frozenset(files)
    )
    return list(left.kept), [line.text for line in left.removed]


@pytest.mark.parametrize(
    ("line", "entries", "stays"),
    [
        ("web/log", ["web"], True),
        ("log", ["web"], False),
        ("**/log", ["web"], True),
        ("*/log", ["web"], True),
        ("web", ["web"], True),
        # A folder above is excluded by the list itself.
        ("web", ["web/src"], False),
        ("w*", ["web"], True),
        ("x*", ["web"], False),
        ("*.md", ["*.md"], True),
        ("*.md", ["a*"], True),
        # Too hard to compare, so it stays.
        ("[ab]", ["web"], True),
        ("web/x/y", ["web/*"], True),
        ("doc/x", ["web/*"], False),
    ],
)
def test_a_line_that_can_meet_an_entry_stays(line, entries, stays):
    expected = ([line], []) if stays else ([], [line])
    assert kept(f"{line}\n", *entries) == expected


def test_nothing_lies_below_a_file():
    assert kept("web/a\n", "web") == (["web/a"], [])
    assert kept("web/a\n", "web", files=["web"]) == ([], ["web/a"])


def test_a_line_above_what_it_bars_stays():
    assert kept("web\n", "doc", barred=["web/src"]) == (["web"], [])


@pytest.mark.parametrize(
    ("text", "stay"),
    [
        ("web/log\n!web/log/a\n", ["web/log", "!web/log/a"]),
        ("!web/log/a\nweb/log\n", ["web/log"]),
        # It would let in more than the list does.
        ("web/log\n!doc\n", ["web/log"]),
        ("doc\n!web\n", []),
    ],
)
def test_an_exception_stays_where_it_undoes_a_line_that_stays(text, stay):
    assert kept(text, "web")[0] == stay


@pytest.mark.parametrize(
    ("text", "stay"),
    [
        ("# logs\nweb/log\n", ["# logs", "web/log"]),
        ("# logs\nlog\n", []),
        ("# logs\nlog\nweb/log\n", ["# logs", "web/log"]),
        ("# of nothing\n\nlog\n", ["# of nothing"]),
        ("# one\nlog\n# two\nweb/log\n", ["# two", "web/log"]),
        ("web/a\n\n\n\nweb/b\n", ["web/a", "", "web/b"]),
        ("# ctxopt: keep web\nlog\n", ["# ctxopt: keep web"]),
        ("\ufeff# logs\nweb/log\n", ["# logs", "web/log"]),
    ],
)
def test_comments_stay_with_the_lines_they_speak_of(text, stay):
    assert kept(text, "web")[0] == stay


OWN = f"{HEAD}\n*\n!web\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb\n", ["a", "b"]),
        ("a\n*\nb\n", ["b"]),
        ("a\n**\nb\n**/*\nc\n", ["c"]),
        (OWN + "\nweb/log\n", ["web/log"]),
        ("a\n" + OWN, []),
        # Without a blank line, what follows belongs to the list.
        (OWN + "web/log\n", []),
    ],
)
def test_what_stands_after_everything_is_excluded(text, lines):
    assert [line.text for line in after_catch_all(file_of(text))] == lines


def test_what_an_earlier_run_wrote():
    assert listed(file_of("a\n\n" + OWN + "\nb\n")) == {3, 4, 5}
    assert listed(file_of("\ufeff" + OWN)) == {1, 2, 3}
    assert listed(file_of("a\n*\n!b\n")) == frozenset()


@pytest.mark.parametrize(
    ("pattern", "is_one"),
    [("*", True), ("**", True), ("**/*", True), ("**/**", True), ("**/**/**", True), ("*/*", False), ("a", False), ("!*", False)],
)  # fmt: skip
def test_what_excludes_everything(pattern, is_one):
    assert is_catch_all(pattern) is is_one
