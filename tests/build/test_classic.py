"""Which Dockerfile the classic client forces in where that is a link."""

from __future__ import annotations

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.classic import resolved_dockerfile
from ctxopt.build.context import find_context
from tests.support.trees import lay


@pytest.mark.parametrize(
    ("tree", "inside", "expected"),
    [
        ({"Dockerfile": {"link": "docker/Real"}, "docker/Real": "FROM a\n"}, "Dockerfile", "docker/Real"),
        ({"d": {"link": "docker"}, "docker/Real": "FROM a\n"}, "d/Real", "docker/Real"),
        ({"Dockerfile": "FROM a\n"}, "Dockerfile", "Dockerfile"),
        ({"docker/Real": "FROM a\n"}, "docker/Real", "docker/Real"),
        ({"Dockerfile": {"link": "../outside"}}, "Dockerfile", "Dockerfile"),
        ({}, "Dockerfile", "Dockerfile"),
        ({}, None, None),
    ],
)  # fmt: skip
def test_resolved_dockerfile(tmp_path, tree, inside, expected):
    assert resolved_dockerfile(lay(tmp_path, tree), inside) == expected


def test_what_the_link_leads_to_is_forced_in(tmp_path):
    ignored = {".dockerignore": "docker\nDockerfile\n", "docker/Real": "FROM a\n", "docker/x": 1}
    root = lay(tmp_path, {**ignored, "Dockerfile": {"link": "docker/Real"}})
    matcher = analyze(find_context(root, builder="classic")).matcher
    excluded = [
        path for path in ("docker/Real", "docker/x", "Dockerfile") if not _sent(matcher, path)
    ]
    assert excluded == ["docker/x", "Dockerfile"]


def _sent(matcher, path):
    return not matcher.decide(path).excluded
