"""Commands in a text, and programs that they call."""

from __future__ import annotations

import pytest

from ctxopt.evidence.shell_commands import calls, commands_in

COMMANDS = [
    ("a b && c || d; e | f", [["a", "b"], ["c"], ["d"], ["e"], ["f"]]),
    ("a \\\n  b\nc", [["a", "b"], ["c"]]),
    ("x=$(a 'b c')", [["x=$"], ["a", "b", "c"]]),
    ('["a", "b"]', [["a", "b"]]),
    ("apt-get update && apt-get install -y make \\\n git && make", [["apt-get", "update"], ["make"]]),
    ("sudo apk add make", [["sudo"]]),
    ("", []),
    (" \n ;; ", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), COMMANDS)
def test_commands(text, expected):
    assert list(commands_in(text)) == expected


CALLS = [
    ("make", "make all", True),
    ("make", "cd x && /usr/bin/make", True),
    ("make", "sh -c 'make all'", True),
    ("goreleaser", "go run x/goreleaser build", True),
    ("make", "cmake", False),
    ("make", "make-all", False),
    ("make", "apt-get install make", False),
    ("make", "dnf install -y \\\n gcc \\\n make", False),
    ("make", "brew install make", False),
    ("make", "", False),
    ("a.b", "aXb", False),
]


@pytest.mark.parametrize(("program", "text", "expected"), CALLS)
def test_calls(program, text, expected):
    assert calls(program, text) is expected
