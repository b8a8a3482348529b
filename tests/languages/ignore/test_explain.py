"""Why a path is kept or excluded, and the line that would bring it back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.languages.ignore.escape import escape_pattern
from ctxopt.languages.ignore.explain import explain
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.text import clean_pattern, parse_ignore_file


def matcher_of(*lines):
    return read_matcher(parse_ignore_file("\n".join(lines).encode(), "f").patterns(), "f")


@pytest.mark.parametrize(
    ("lines", "path", "excluded", "pattern", "decided_at", "pruned_at"),
    [
        (["foo"], "bar", False, None, "bar", None),
        (["foo"], "foo", True, "foo", "foo", None),
        (["foo"], "foo/a/b", True, "foo", "foo", "foo"),
        (["foo", "!foo/a"], "foo/a", False, "!foo/a", "foo/a", None),
        (["foo", "!foo/a"], "foo/b/c", True, "foo", "foo", "foo/b"),
        (["*", "!**/*.py"], "a/b.py", False, "!**/*.py", "a/b.py", None),
        (["**/*.log", "!logs"], "logs/x.log", True, "**/*.log", "logs/x.log", None),
    ],
)
def test_answers(lines, path, excluded, pattern, decided_at, pruned_at):
    found = explain(matcher_of(*lines), path)
    assert (found.excluded, found.decided_at, found.pruned_at) == (excluded, decided_at, pruned_at)
    assert (None if found.pattern is None else str(found.pattern)) == pattern
    assert (found.exception is None) or excluded


NAMES = st.text("ab*?[]\\!#^{}| .-é\udcff\n", min_size=1, max_size=5).filter(
    lambda name: name not in (".", "..")
)


@settings(max_examples=300, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=3).map("/".join))
def test_an_escaped_path_matches_itself(path):
    line = escape_pattern(path)
    pattern = clean_pattern(line)
    assert pattern is not None
    assert read_matcher([(1, pattern)]).decide(path).excluded


@settings(max_examples=200, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=3).map("/".join))
def test_the_exception_brings_it_back(path):
    matcher = read_matcher([(1, "*")])
    line = explain(matcher, path).exception
    if line is not None:
        assert not matcher.with_pattern(line).decide(path).excluded
