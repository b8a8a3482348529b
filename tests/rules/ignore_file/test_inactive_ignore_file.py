"""The rule ``inactive-ignore-file``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.support.judging import catches, catches_not


def test_ignore_file_in_a_subfolder():
    found = catches(
        "inactive-ignore-file",
        {"docker/Dockerfile": "FROM scratch\n", "docker/.dockerignore": "x\n"},
        dockerfile="docker/Dockerfile",
        line=None,
    )
    assert found.location.file == "docker/.dockerignore"
    assert "docker/Dockerfile.dockerignore" in found.help
    assert found.severity is Severity.WARNING


def test_ignore_file_that_is_replaced():
    tree = {
        "Dockerfile": "FROM scratch\n",
        "Dockerfile.dockerignore": "x\n",
        ".dockerignore": "y\n",
    }
    assert catches("inactive-ignore-file", tree, line=None).severity is Severity.INFO


@pytest.mark.parametrize(
    ("tree", "dockerfile"),
    [
        ({"Dockerfile": "FROM scratch\n", ".dockerignore": "x\n"}, None),
        ({"d/Dockerfile": "FROM scratch\n", ".dockerignore": "x\n"}, "d/Dockerfile"),
        ({"d/Dockerfile": "FROM scratch\n", "d/Dockerfile.dockerignore": "x\n"}, "d/Dockerfile"),
        ({"Dockerfile": "FROM scratch\n", "sub/.dockerignore": "x\n"}, None),
    ],
)
def test_ignore_files_in_force(tree, dockerfile):
    catches_not("inactive-ignore-file", tree, dockerfile=dockerfile)
