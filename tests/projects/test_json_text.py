"""JSON with lines, and with what editors allow in it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ctxopt.errors import ProjectError
from ctxopt.projects.json_text import read_json

VALUES = {
    '{"a": [1, 2.50, -3e2, true, null, "x\\n\\u00e9"]}': {
        "a": [1, Decimal("2.50"), -300, True, None, "x\né"]
    },
    " [ ] ": [],
    '"x"': "x",
    "{}": {},
    '\ufeff{"a": 1}': {"a": 1},
}
LENIENT = {
    '// c\n{"a": 1, /* x */ "b": [1, 2,],}': {"a": 1, "b": [1, 2]},
    '{"a": "// no comment", "a": "/* none */"}': {"a": "/* none */"},
    '{"a": 1} // end': {"a": 1},
}
REFUSED = {
    "": 1,
    "{": 1,
    '{"a"}': 1,
    '{"a": 1\n"b": 2}': 2,
    '{"a": 1,\n "a": 2}': 2,
    '{"a": 1,}': 1,
    "[1,\n2,\n]": 3,
    "{'a': 1}": 1,
    '{"a": 01}': 1,
    '{"a": "x\ny"}': 1,
    '{"a": "\\d"}': 1,
    '{"a": 1} x': 1,
    "// c\n{}": 1,
    "[" * 1000 + "]" * 1000: 1,
}


@pytest.mark.parametrize("text", VALUES)
def test_values(text):
    assert read_json(text, "f.json") == VALUES[text]


@pytest.mark.parametrize("text", LENIENT)
def test_comments_and_trailing_commas(text):
    assert read_json(text, "f.json", with_comments=True) == LENIENT[text]


@pytest.mark.parametrize("text", REFUSED)
def test_refused_with_the_line(text):
    with pytest.raises(ProjectError) as refusal:
        read_json(text, "f.json")
    assert refusal.value.line == REFUSED[text]


def test_lines():
    value = read_json('{\n "a": {\n  "b": "x"}}', "f.json")
    assert value["a"].line_of("b") == 3
    assert value["a"]["b"].line == 3


@pytest.mark.parametrize("half", ["\\ud800", "\\udc00", "a\\udfff", "\\ud83d\\ud83d\\ude00"])
def test_half_of_a_pair_is_no_text(half):
    with pytest.raises(ProjectError, match="half of a surrogate pair"):
        read_json(f'{{"a": "{half}"}}', "f")


def test_a_whole_pair_is_one_character():
    assert read_json('{"a": "\\ud83d\\ude00"}', "f") == {"a": "\U0001f600"}
