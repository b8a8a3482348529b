"""Why a path is kept or excluded, and the line that would bring it back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.builder import BUILDKIT, CLASSIC, PODMAN
from ctxopt.languages.ignore.dialect import DOCKER, dialect_of
from ctxopt.languages.ignore.escape import escape_pattern, escape_piece
from ctxopt.languages.ignore.explain import explain
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.text import parse_ignore_file
from tests.support.examples import examples


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


NAMES = st.text("ab*?[]\\!#^{}|().+$ .-é\t\x0b\xa0\ufeff\udcff\r\n", min_size=1, max_size=5).filter(
    lambda name: name not in (".", "..")
)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


def excludes(line, path):
    """Whether ``line`` as the first line of a file excludes ``path``."""
    file = parse_ignore_file((line + "\n").encode("utf-8", "surrogateescape"), "x")
    return read_matcher(file.patterns()).decide(path).excluded


@settings(max_examples=examples(600))
@given(PATHS, PATHS)
def test_an_escaped_path_matches_itself_and_nothing_else(path, other):
    line = escape_pattern(path)
    assert excludes(line, path)
    has_break = "\n" in path or "\r" in path
    is_inside = other == path or other.startswith(path + "/")
    assert has_break or is_inside or not excludes(line, other)


@settings(max_examples=examples(600))
@given(NAMES, NAMES)
def test_an_escaped_piece_is_itself_between_wildcards(piece, other):
    line = f"**/x*{escape_piece(piece)}x"
    assert excludes(line, f"a/x{piece}x")
    has_break = "\n" in piece or "\r" in piece
    assert has_break or f"x{other}x".endswith(piece + "x") or not excludes(line, f"a/x{other}x")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("dump\t", "dump[\t]"),
        (" a ", "[ ]a[ ]"),
        ("\ufeffa", "[\ufeff]a"),
        ("#a", "\\#a"),
        ("!a", "\\!a"),
        ("a#!", "a#!"),
        ("a{b}|^", "a{b}|^"),
        ("*{b}|^", "\\*\\{b\\}\\|\\^"),
        ("a\nb", "a?b"),
        ("[id].py", "\\[id\\].py"),
        ("src/a b.py", "src/a b.py"),
    ],
)
def test_escaped_paths(path, line):
    assert escape_pattern(path) == line


def excludes_under(dialect, line, path):
    file = parse_ignore_file((line + "\n").encode("utf-8", "surrogateescape"), "x", dialect)
    return read_matcher(file.patterns(), None, dialect).decide(path).excluded


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a+b", "a\\+b"),
        ("c++", "c\\+\\+"),
        ("app/(site)/x", "app/\\(site\\)/x"),
        ("a|b{2}^", "a\\|b\\{2\\}\\^"),
        ("!a(b", "\\!a\\(b"),
        ("[id]+", "\\[id\\]\\+"),
        # No operator to either: the line stays as it is.
        ("a.b$", "a.b$"),
        ("a b-c_d", "a b-c_d"),
        ("node_modules", "node_modules"),
        ("[id].py", "\\[id\\].py"),
    ],
)
def test_what_suits_podman_means_the_same_to_docker(path, line):
    podman = dialect_of(PODMAN)
    assert escape_pattern(path, podman) == line
    for dialect in (DOCKER, podman):
        assert excludes_under(dialect, line, path)
        assert not excludes_under(dialect, line, path + "x")
        assert not excludes_under(dialect, line, "x" + path)


@settings(max_examples=examples(200))
@given(st.lists(NAMES, min_size=1, max_size=3).map("/".join))
def test_the_exception_brings_it_back(path):
    matcher = read_matcher([(1, "*")])
    line = explain(matcher, path).exception
    if line is not None:
        assert not matcher.with_pattern(line).decide(path).excluded


@pytest.mark.parametrize(
    ("path", "builder", "line"),
    [
        ("d1/f", BUILDKIT, "!d1/f"),
        ("d1/f", CLASSIC, "!d1/f"),
        ("d[1]/f", BUILDKIT, "!d\\[1\\]/f"),
        # The classic client compares the text of the exception, in which the brackets are escaped.
        ("d[1]/f", CLASSIC, None),
        ("d[1]", CLASSIC, "!d\\[1\\]"),
    ],
)
def test_an_exception_is_advice_for_the_builder_that_is_asked_about(path, builder, line):
    assert explain(matcher_of("d*"), path, builder=builder).exception == line
