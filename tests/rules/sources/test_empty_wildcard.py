"""The rule ``empty-wildcard``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.rules.sources.contexts import build
from tests.support.judging import catches, catches_not


def test_wildcard_whose_files_are_hidden():
    found = catches(
        "empty-wildcard",
        build("COPY package* /", ignore="*.json\n"),
        line=2,
        paths=["package.json"],
    )
    assert found.severity is Severity.WARNING


def test_wildcard_that_matches_nothing():
    assert catches("empty-wildcard", build("COPY *.toml /"), line=2).severity is Severity.INFO


@pytest.mark.parametrize(
    ("instruction", "ignore"),
    [
        ("COPY dist/*.js /", ""),
        ("COPY package.json yarn.loc[k] /x/", ""),
        ("COPY src/*.py /", "**/*.log\n"),
        ("COPY . /", ""),
        ("COPY --from=busybox *.toml /", ""),
    ],
)
def test_wildcards_that_match(instruction, ignore):
    catches_not("empty-wildcard", build(instruction, ignore=ignore))
