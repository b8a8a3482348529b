"""The lines of the ignore file and the sources of the build, as rules speak of them."""

from __future__ import annotations

import pytest

from ctxopt.languages.ignore.edits import EditKind, apply_edits
from ctxopt.languages.ignore.text import parse_ignore_file
from ctxopt.rules.finding import Location
from ctxopt.rules.written import (
    MOST_SHOWN,
    checks_of,
    dockerfile_line,
    is_main,
    line_after,
    place,
    several_lines,
    shown,
    source_message,
    written_patterns,
)
from tests.support.judging import known_facts

IGNORE = "\ufeff# note\n\n  a/ \n!b\n"


def test_patterns_know_their_lines():
    with known_facts({"a/x": 1, ".dockerignore": IGNORE}) as facts:
        found = list(written_patterns(facts))
        assert place(facts, 3) == Location(".dockerignore", 3)
        assert [line_after(facts, line) for line in (1, 4)] == [2, None]
    assert [(item.index, item.line.number, item.written) for item in found] == [
        (0, 3, "a/"),
        (1, 4, "!b"),
    ]
    assert [item.pattern.text for item in found] == ["a", "b"]


def test_without_an_ignore_file_there_are_no_lines():
    with known_facts({"a": 1}) as facts:
        assert list(written_patterns(facts)) == []
        assert place(facts, None) == Location(".dockerignore")
        assert line_after(facts, 1) is None


@pytest.mark.parametrize(("line", "after", "text"), [(1, 2, "x\ny\nb\n"), (2, None, "a\nx\ny\n")])
def test_several_lines_stand_in_the_place_of_one(line: int, after: int | None, text: str):
    edits = several_lines(line, ["x", "y"], "why", after)
    assert [edit.kind for edit in edits] == [EditKind.REPLACE, EditKind.ADD]
    edited = apply_edits(parse_ignore_file(b"a\nb\n", "f"), edits)
    assert "".join(item.text + item.ending for item in edited.lines) == text


def test_a_long_list_is_cut():
    assert shown(["a", "b"]) == ("a", "b")
    assert len(shown(map(str, range(MOST_SHOWN + 1)))) == MOST_SHOWN
    assert shown(["a", "b"], most=1) == ("a",)


DOCKERFILE = """\
FROM x AS one
COPY gone /
COPY --from=other lost /
FROM one
COPY gone /
"""


def test_checks_are_told_once_and_with_their_place():
    with known_facts({"a": 1, "Dockerfile": DOCKERFILE, ".dockerignore": "b\n"}) as facts:
        found = [check for check in checks_of(facts, "missing") if is_main(check)]
        assert [(check.source.line, check.text) for check in found] == [(2, "/gone"), (5, "/gone")]
        assert dockerfile_line(facts, found[0].source).line == 2
        assert "gone" in source_message(facts, found[0])
        assert list(checks_of(facts, "ignored")) == []


def test_without_a_dockerfile_there_are_no_checks():
    with known_facts({"a": 1}) as facts:
        assert list(checks_of(facts, "missing", "ignored")) == []
