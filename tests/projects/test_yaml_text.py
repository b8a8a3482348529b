"""YAML as Compose's parser reads it: scalars, keys, tags, and texts that grow without end."""

from __future__ import annotations

import pytest

from ctxopt.errors import ProjectError
from ctxopt.projects.values import Fields
from ctxopt.projects.yaml_text import number_text, read_documents

SCALARS = {
    "true": True, "False": False, "yes": "yes", "on": "on", "NO": "NO", "y": "y", "tRUE": "tRUE",
    "~": None, "null": None, "Null": None, "nULL": "nULL", "''": "", '"~"': "~", "'1'": "1",
    "1": 1, "010": 8, "0o10": 8, "0x1F": 31, "0b11": 3, "1_000": 1000, "+1": 1, "-0": 0, "08": 8.0, "0o8": "0o8",
    "0b2": "0b2", "1.50": 1.5, "1e3": 1000.0, ".5": 0.5, "5.": 5.0, "1_0.5": 10.5, "1.2.3": "1.2.3", "1:30": "1:30",
    "12:30:45": "12:30:45", "2024-01": "2024-01", "NaN": "NaN", "0x_": "0x_", "+": "+", ".": ".",
    "18446744073709551615": 18446744073709551615, "18446744073709551616": 18446744073709551616.0,
    "!!str 1": "1", "!!int 1": 1, "!custom x": "x",
}  # fmt: skip

NUMBERS = {
    0.0: "0", 1.0: "1", 1.5: "1.5", 1e5: "100000", 1e6: "1e+06", 123456.5: "123456.5", 12345678.0: "1.2345678e+07",
    1e21: "1e+21", 1e-4: "0.0001", 1e-7: "1e-07", -0.25: "-0.25", float("inf"): "+Inf",
}  # fmt: skip

REFUSED = {
    "a tab as indentation": ("a:\n\tb: 1\n", 2),
    "a key twice": ("a: 1\nb: 2\na: 3\n", 3),
    "a key twice, once in quotes": ('a: 1\n"a": 2\n', 2),
    "two merges": ("x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n", 4),
    "a merge of a text": ("x: &x t\ny: {<<: *x}\n", 1),
    "a merge of a list of texts": ("x: &x t\ny: {<<: [*x]}\n", 1),
    "a number as a key": ("a:\n  2: b\n", 2),
    "a boolean as a key": ("true: b\n", 1),
    "null as a key": ("a: b\n~: c\n", 2),
    "a date as a key": ("2024-01-02: b\n", 1),
    "a list as a key": ("? [a]\n: b\n", 1),
    "an alias of nothing": ("a: 1\nb: *x\n", 2),
    "an alias in itself": ("a: &a\n  b: *a\n", 2),
    "an alias deep in itself": ("a: &a [1, {b: [*a]}]\n", 1),
    "an alias of another document": ("a: &a 1\n---\nb: *a\n", 3),
    "unclosed": ("a: [1\nb: 2\n", 2),
    "a control character": ("a: \x01\n", None),
    "deep lists": ("a: " + "[" * 1000 + "]" * 1000, 1),
    "deep maps": ("".join(" " * depth + "a:\n" for depth in range(1000)), 101),
}  # fmt: skip


def read(text):
    return [document.value for document in read_documents(text.encode(), "f.yaml")]


@pytest.mark.parametrize("text", SCALARS)
def test_scalars(text):
    value = read(f"a: {text}")[0]["a"]
    assert value == SCALARS[text]
    assert type(value) is type(SCALARS[text]) or isinstance(value, str)


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_as_go_prints_them(number):
    assert number_text(number) == NUMBERS[number]


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_the_line(case):
    text, line = REFUSED[case]
    with pytest.raises(ProjectError) as refusal:
        read(text)
    assert refusal.value.path == "f.yaml"
    assert refusal.value.line == line


def test_aliases_that_multiply_are_refused():
    rows = ["x0: &x0 [a, a, a, a, a, a, a, a, a, a]"]
    rows += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(ProjectError, match="expands to more than 200,000 values"):
        read("\n".join(rows))


def test_own_keys_win_and_the_first_of_several_merges():
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {z: 3, <<: [*a, *b]}\n"
    assert read(text)[0]["c"] == {"x": 1, "y": 1, "z": 3}


def test_marks():
    (document,) = read_documents(b"a: {b: !reset null, c: !override {d: 1}}\n", "f.yaml")
    assert document.value == {"a": {"c": {"d": 1}}}
    assert document.marked == (("a", "b"), ("a", "c"))


def test_lines():
    value = read("# head\na:\n  b: x\n  c: [y]\n")[0]
    assert isinstance(value, Fields)
    assert value.line_of("a") == 2
    assert value["a"].line_of("c") == 4
    assert value["a"]["b"].line == 3


@pytest.mark.parametrize(("text", "count"), [("", 0), ("# nothing\n", 0), ("a: 1\n---\nb: 2\n", 2)])
def test_documents(text, count):
    assert len(read(text)) == count


def test_a_bom_and_windows_lines():
    assert read("\ufeffa: |\r\n  x\r\n  y\r\n")[0] == {"a": "x\ny\n"}
