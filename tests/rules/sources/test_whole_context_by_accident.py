"""The rule ``whole-context-by-accident``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.rules.sources import whole_context_by_accident
from ctxopt.severity import Severity
from tests.rules.sources.contexts import build
from tests.support.judging import catches, catches_not


def test_whole_context_by_an_empty_variable():
    found = catches("whole-context-by-accident", build("ARG DIR", "COPY $DIR/ /app"), line=3)
    assert "$DIR is empty" in found.message
    assert found.help == "pass --build-arg DIR=..., or name the source"
    assert found.severity is Severity.WARNING


def test_whole_context_is_an_error_when_heavy(monkeypatch):
    monkeypatch.setattr(whole_context_by_accident, "_HEAVY", 20)
    found = catches("whole-context-by-accident", build("ARG DIR", "COPY $DIR/ /app"), line=3)
    assert found.severity is Severity.ERROR


def test_whole_context_by_a_mount():
    catches(
        "whole-context-by-accident",
        build("COPY src /", "RUN --mount=type=tmpfs,target=/tmp true"),
        line=3,
    )


def test_whole_context_by_a_link():
    tree = build("COPY */a.py /", link={"link": "src"})
    catches("whole-context-by-accident", tree, line=2, paths=["*"])


@pytest.mark.parametrize(
    ("instructions", "more"),
    [
        (["COPY . /app"], {}),
        (["ARG DIR=src", "COPY $DIR/ /app"], {}),
        (["ARG DIR", "COPY src$DIR /app"], {}),
        (["COPY */a.py /"], {}),
        (["COPY src/*.py /"], {"link": {"link": "src"}}),
        (["RUN --mount=type=cache,target=/tmp true"], {}),
        (["RUN --mount=type=tmpfs,target=/tmp true", "COPY . /app"], {}),
        (["ARG DIR", "COPY . /a", "COPY $DIR/ /b"], {}),
    ],
)
def test_no_accident(instructions, more):
    catches_not("whole-context-by-accident", build(*instructions, **more))
