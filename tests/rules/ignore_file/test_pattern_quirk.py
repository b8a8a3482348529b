"""The rule ``pattern-quirk``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from tests.rules.ignore_file.contexts import with_ignore
from tests.support.judging import catches, catches_not

SOURCES = {"a.js": 1, "b.ts": 2, "c.css": 3, "foobar": 4, "x.log": 5, "src/a.js": 6, "f1": 7}


@pytest.mark.parametrize(
    ("text", "edits", "paths"),
    [
        ("*.{js,ts}\n", ["*.js", "*.ts"], ["a.js", "b.ts"]),
        ("{a,b}.js\nx\n", ["a.js", "b.js"], ["a.js"]),
        ("{a,b}.{js,ts}\n", ["a.js", "a.ts", "b.js", "b.ts"], ["a.js", "b.ts"]),
        ("*.(js|ts)\n", ["*.js", "*.ts"], ["a.js", "b.ts"]),
        ("foo|*.log\n", ["foo", "*.log"], ["foobar"]),
        ("a.js|b.ts\n", ["a.js", "b.ts"], ["a.js", "b.ts"]),
        ("[!a].ts\n", ["[^a].ts"], ["b.ts"]),
        ("src\\a.js\n", ["src/a.js"], ["src/a.js"]),
        ("f\\d\n", ["f[0-9]"], []),
        ("^foo*\n", ["foo*"], []),
        ("\\*\\*/a.js\n", ["**/a.js"], ["a.js", "src/a.js"]),
        ("\\*\\*/f\\_x\n", ["**/f_x"], []),
        ("\\*.ts\n", ["*.ts"], ["b.ts"]),
        ("src/\\*\\*\n", ["src/**"], ["src/a.js"]),
        ("*\n!*.{js,ts}\n", None, None),
    ],
)
def test_quirks(text, edits, paths):
    line = 2 if "!" in text and "[" not in text else 1
    catches("pattern-quirk", with_ignore(SOURCES, text), line=line, edits=edits, paths=paths)


def test_a_bang_behind_a_slash():
    found = catches("pattern-quirk", with_ignore(SOURCES, "*\n/!src\n"), line=2, edits=[])
    assert "exception" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "*.js\n",
        "[^a].ts\n",
        "[a-c].ts\n",
        "a?b\n",
        "\\!x\n",
        "\\#x\n",
        "a\\*b\n",
        "\\*\n",
        "\\*b\n",
        "src/\\*.js\n",
        "*\\*\n",
        "a\\|b\n",
        "\\{a,b\\}\n",
        "{a}\n",
        "!src\n",
        "*\n!src\n",
        "foo(1).txt\n",
        "a+b\n",
        "$x\n",
        "src/**\n",
        "**/*.py[cod]\n",
        "a-b_c.d\n",
        "docs # {a,b}\n",
        "a^b*\n",
        "**/.#*\n",
        "",
    ],
)
def test_no_quirks(text):
    catches_not("pattern-quirk", with_ignore(SOURCES, text))


@pytest.mark.parametrize("name", ["{a,b}.js", "a|b"])
def test_names_that_are_meant(name):
    catches_not("pattern-quirk", {".dockerignore": name + "\n", name: 5})
