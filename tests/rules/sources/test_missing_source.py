"""The rule ``missing-source``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.rules.sources.contexts import TREE, build
from tests.support.judging import catches, catches_not


@pytest.mark.parametrize(
    "instruction",
    ["COPY gone /", "ADD gone.tar /", "RUN --mount=type=bind,source=gone,target=/x true"],
)
def test_missing_source(instruction):
    found = catches("missing-source", build("# c", instruction), line=3)
    assert found.location.file == "Dockerfile"
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    "instruction",
    [
        "COPY src /",
        "COPY . /",
        "COPY package*.json /",
        "COPY package-lock.jso[n] /",
        "COPY --from=busybox /gone /",
        "ADD https://example.com/gone /",
        "RUN --mount=type=cache,target=/gone true",
    ],
)
def test_sources_that_are_there(instruction):
    catches_not("missing-source", build(instruction))


def test_a_dockerfile_for_another_folder():
    text = "FROM scratch\nCOPY nginx.conf /\nCOPY run.sh /\n"
    tree = {"web/Dockerfile": text, "web/nginx.conf": 1, "web/run.sh": 1}
    found = catches("missing-source", tree, dockerfile="web/Dockerfile", line=2)
    assert found.severity is Severity.WARNING
    assert "they are in web" in found.help


def test_sources_that_are_made_before_the_build():
    tree = {"Dockerfile": "FROM scratch\nCOPY dist/app /\nCOPY src /\n", "src/a": 1}
    assert catches("missing-source", tree, line=2).severity is Severity.INFO


def test_a_stage_that_is_not_built_misses_nothing():
    text = "FROM scratch AS other\nCOPY gone /\nFROM scratch\nCOPY src /\n"
    catches_not("missing-source", {**TREE, "Dockerfile": text})
