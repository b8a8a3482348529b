"""Which Dockerfile the classic client forces in where that is a link, and to which ignore file it can add none."""

from __future__ import annotations

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.classic import resolved_dockerfile
from ctxopt.build.context import find_context
from ctxopt.build.stops import Stop, find_stops
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


LINK = {".dockerignore": {"link": "ignore"}, "ignore": "x\n"}
SECOND_NAME = {".a": "x\n", ".dockerignore": {"hardlink": ".a"}}
FIRST_NAME = {".dockerignore": "x\n", "z": {"hardlink": ".dockerignore"}}
INSIDE, OUTSIDE = {"Dockerfile": "FROM a\n"}, {"../Dockerfile": "FROM a\n"}


@pytest.mark.parametrize(
    ("builder", "tree", "dockerfile", "stops"),
    [
        # Docker's client 28.5.2 answered those of the classic builder.
        ("classic", LINK | OUTSIDE, "../Dockerfile", True),
        ("classic", {".dockerignore": {"link": "gone"}, **OUTSIDE}, "../Dockerfile", True),
        ("classic", {".dockerignore": {"link": "../Dockerfile"}, **OUTSIDE}, "../Dockerfile", True),
        ("classic", SECOND_NAME | OUTSIDE, "../Dockerfile", True),
        ("classic", FIRST_NAME | OUTSIDE, "../Dockerfile", False),
        ("classic", LINK | INSIDE, "Dockerfile", False),
        ("classic", SECOND_NAME | INSIDE, "Dockerfile", False),
        ("classic", LINK, None, False),
        ("classic", {".dockerignore": "x\n", **OUTSIDE}, "../Dockerfile", False),
        ("classic", {"a/.dockerignore": {"link": "b"}, "a/b": 1, **OUTSIDE}, "../Dockerfile", False),
        ("classic", OUTSIDE, "../Dockerfile", False),
        ("buildkit", LINK | OUTSIDE, "../Dockerfile", False),
        ("buildkit", SECOND_NAME | OUTSIDE, "../Dockerfile", False),
        ("podman", LINK | OUTSIDE, "../Dockerfile", False),
    ],
)  # fmt: skip
def test_nothing_can_be_added_to_an_ignore_file_that_is_a_link(
    tmp_path, builder, tree, dockerfile, stops
):
    root = lay(tmp_path / "c", tree)
    path = dockerfile and f"{root}/{dockerfile}"
    analysis = analyze(find_context(root, dockerfile=path, builder=builder))
    expected = [Stop("ignore-link", "archive/tar: write too long", ".dockerignore")]
    if not stops:
        expected = []
    assert list(find_stops(analysis)) == expected
