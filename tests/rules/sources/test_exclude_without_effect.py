"""The rule ``exclude-without-effect``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.support.judging import catches, catches_not

_TREE = {"app/a.log": 5, "app/b": 1, "app/deep/c.log": 7, "app/deep/d": 1, "a": 2, "b": 3}


def _with(instruction, **more):
    return {**_TREE, "Dockerfile": f"FROM scratch\n{instruction}\n", **more}


@pytest.mark.parametrize(
    ("instruction", "paths", "said"),
    [
        ("COPY --exclude=*.log app /x", ["app/deep/c.log"], "write --exclude=**/*.log"),
        ("COPY --exclude=c.log app /x", ["app/deep/c.log"], "write --exclude=**/c.log"),
        ("ADD --exclude=deep . /x", ["app/deep"], "write --exclude=**/deep"),
        ("COPY --exclude=a * /x/", ["a"], "what a source names is copied"),
    ],
)
def test_less_is_left_out_than_it_seems(instruction, paths, said):
    found = catches("exclude-without-effect", _with(instruction), line=2, paths=paths)
    assert found.severity is Severity.INFO
    assert found.help.startswith(said)


@pytest.mark.parametrize(
    "instruction",
    [
        "COPY app /x",
        "COPY --exclude=**/*.log app /x",
        "COPY --exclude=*.log --exclude=**/*.log app /x",
        "COPY --exclude=*.log --exclude=deep app /x",
        "COPY --exclude=deep/c.log app /x",
        "COPY --exclude=deep app /x",
        "COPY --exclude=*.tmp app /x",
        "COPY --exclude=b app /x",
        "COPY --exclude=* --exclude=!deep app /x",
    ],
)
def test_what_is_left_out_as_it_says(instruction):
    catches_not("exclude-without-effect", _with(instruction))


def test_what_the_ignore_file_hides_anyway():
    tree = _with("COPY --exclude=*.log app /x", **{".dockerignore": "**/*.log\n"})
    catches_not("exclude-without-effect", tree)
