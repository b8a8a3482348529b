"""Bake's language, beside what is recorded: expressions with their values, and those that have none."""

from __future__ import annotations

import pytest

from ctxopt.errors import ProjectError
from ctxopt.projects.bake.hcl_text import read_hcl
from ctxopt.projects.bake.scope import BakeScope

VALUES = {
    '"a${1 + 2}b"': "a3b", "(1 + 2) * 3 - -1": 10, "10 / 4": 2.5, "7 % 4": 3, "!false || false": True,
    'true ? "a" : 1': "a", "false ? 1 : 2": 2, "true ? false ? 1 : 2 : 3": 2, "1 == 1 && 2 != 3": True,
    '"1" == 1': False, "[1, 2] == [1, 2]": True, "{ a = 1 }.a": 1, '{ a = [1, 2] }["a"][1]': 2, "[1, 2, 3].1": 2,
    "[for x in [1, 2, 3] : x * 2 if x > 1]": [4, 6], '{ for x in ["a"] : x => upper(x) }': {"a": "A"},
    "[{ a = 1 }, { a = 2 }][*].a": [1, 2], '"%{ for x in [1, 2] }<${x}>%{ endfor }"': "<1><2>",
    '"%{ if false }a%{ else }b%{ endif }"': "b", '"$${a} %%{b}"': "${a} %{b}", '"\\u00e9\\n"': "é\n",
    "try(nope, 1)": 1, "can(nope)": False, "can(1)": True, 'join("-", ["a"], ["b"])': "a-b",
    'length(setunion(["a"], ["a", "b"]))': 2, 'regex_replace("abc", "b(.)", "$1!")': "ac!",
    'formatdate("EEE DD MMM YYYY", "2024-05-06T07:08:09Z")': "Mon 06 May 2024", 'coalesce("", "x")': "",
    'contains(["a"], "a")': True, "max(1, 3, 2)": 3, 'element(["a", "b"], 3)': "b", "null": None, '"a  ${~ "b" ~}  c"': "abc", '"a ${~ 1} ${2 ~} c"': "a1 2c",
    'slice(["a", "b", "c"], 1, 2)': ["b"], 'zipmap(["a"], [1])': {"a": 1}, 'lookup({}, "a", "d")': "d",
    'format("%5.1f|%-4s|%%", 2.25, "a")': "  2.2|a   |%", '"${[1][0]}"': 1, 'merge({ a = 1 }, null)': {"a": 1},
}  # fmt: skip

NONE = {
    "an unknown name": "nope", "an unknown function": "nope()", "too few arguments": "upper()",
    "null in a text": '"a${null}"', "a list in a text": '"a${[1]}"', "a number that is none": '1 + "a"',
    "a division by zero": "1 / 0", "a place that is not there": "[1][1]", "a key that is not there": "{}.a",
    "an attribute of a text": '"a".b', "both sides unlike": 'true ? "a" : ["b"]', "a condition of null": "null ? 1 : 2",
    "a condition of a text": '"yes" ? 1 : 2', "a key twice": '{ for x in [1, 2] : "a" => x }', "null as a key": "{ (null) = 1 }",
    "a loop over a number": "[for x in 1 : x]", "an expression that never ends": 'regex("(a+)+b$", "' + "a" * 40 + '")',
    "a pattern that is none": 'regex("(", "a")', "a range without end": "range(1000000)", "null for a text": "upper(null)",
    "itself": "value", "a width without end": 'format("%99999d", 1)',
    "a text without end": 'replace(replace("aaaaaaaaaa", "a", "' + "b" * 2000 + '"), "b", "' + "c" * 2000 + '")',
    "steps without end": "[for a in range(9999) : [for b in range(9999) : b]]",
}  # fmt: skip

BROKEN = {
    "x = ": 1, "x = 1 y = 2": 1, "x = 1\nx = 2": 2, "x = true\n? 1 : 2": 2, "x = 'a'": 1, 'x = "a\\d"': 1,
    'target "a" {\n  context: "b"\n}': 2, 'target "a" {\n': 2, 'x = <<EOT\n${\nEOT\n': 2,
    "x = <<EOT\n%{ if true }\nEOT\n": 2, "x = <<EOT\n%{ endif }\nEOT\n": 2, "x = " + "[" * 1000 + "]" * 1000: 1,
    "x = " + "1 + " * 5000 + "1": None, "x =\n1": 1, "x = 1 +\n2": 1,
}  # fmt: skip


def test_brackets_in_texts_and_comments_are_none():
    text = "# " + "(" * 100 + '\nx = "' + "[" * 100 + '" // ' + "{" * 100 + "\n"
    assert read_hcl(text, "f.hcl").lines == {"x": 2}


def value(text):
    scope = BakeScope([read_hcl(f"value = {text}\n", "f.hcl")], {})
    scope.check_all()
    return scope.variable("value")


@pytest.mark.parametrize("text", VALUES)
def test_values(text):
    assert value(text) == VALUES[text]


@pytest.mark.parametrize("case", NONE)
def test_without_a_value(case):
    with pytest.raises(ProjectError) as refusal:
        value(NONE[case])
    assert (refusal.value.path, refusal.value.line) == ("f.hcl", 1)


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_broken_with_the_line(text):
    with pytest.raises(ProjectError) as refusal:
        read_hcl(text, "f.hcl")
    assert refusal.value.line == BROKEN[text]


def test_line_breaks_where_they_are_free():
    text = 'x = [\n1,\n2\n]\ny = (1\n+ 2)\nz = join(",",\n["a"])\nw = {\na = 1\nb = 2, c = 3\n}\n'
    scope = BakeScope([read_hcl(text, "f.hcl")], {})
    scope.check_all()
    assert scope.variable("y") == 3
    assert scope.variable("w") == {"a": 1, "b": 2, "c": 3}
