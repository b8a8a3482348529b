"""The rule ``partly-ignored-source``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.rules.sources.contexts import build
from tests.support.judging import catches, catches_not


def test_partly_ignored_source():
    found = catches(
        "partly-ignored-source",
        build("COPY src /", ignore="**/a.py\n"),
        line=2,
        paths=["src/a.py"],
        tracked=["src/a.py"],
    )
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    ("instruction", "ignore", "tracked"),
    [
        ("COPY src /", "**/*.log\n", ["src/a.py"]),
        ("COPY src /", "**/a.py\n", None),
        ("COPY . /", "**/a.py\n", ["src/a.py"]),
        ("COPY src /", "src/a.py\n", ["src/a.py"]),
        ("COPY docs /", "**/a.py\n", ["src/a.py"]),
    ],
)
def test_not_worth_telling(instruction, ignore, tracked):
    catches_not("partly-ignored-source", build(instruction, ignore=ignore), tracked=tracked)


@pytest.mark.parametrize(
    ("path", "ignore"),
    [
        ("src/tests/a.py", "**/tests\n"),
        ("src/ui/a.spec.ts", "**/*.spec.ts\n"),
        ("src/test_a.py", "**/test_*\n"),
        ("src/__snapshots__/a", "**/__snapshots__\n"),
    ],
)
def test_tests_are_what_is_left_out(path, ignore):
    tree = build("COPY src /", ignore=ignore) | {path: "x"}
    catches_not("partly-ignored-source", tree, tracked=[path])


@pytest.mark.parametrize("path", ["src/latest/a.py", "src/contest.py", "src/attest_b.py"])
def test_a_name_that_only_sounds_like_a_test_is_told(path):
    tree = build("COPY src /", ignore=f"**/{path[4:]}\n") | {path: "x"}
    catches("partly-ignored-source", tree, line=2, paths=[path], tracked=[path])
