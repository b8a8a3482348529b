"""What either builder would send under a file that is not the one in force."""

from __future__ import annotations

import pytest

from ctxopt.builder import BUILDKIT, CLASSIC
from ctxopt.fix.allow_list.sent import sent_under
from ctxopt.languages.ignore.text import parse_ignore_file
from tests.support.judging import known_facts

TREE = {"web/a": 1, "web/b": 1, "doc/c": 1, "Dockerfile": "FROM a\n"}


def sent(text, builder, tree=None):
    with known_facts(TREE | (tree or {}), with_excluded=True) as facts:
        file = parse_ignore_file(text.encode(), ".dockerignore")
        return sent_under(facts.analysis, file, builder)


@pytest.mark.parametrize(
    ("text", "builder", "files", "folders", "ways"),
    [
        ("", BUILDKIT, {"Dockerfile", "web/a", "web/b", "doc/c"}, {"web", "doc"}, set()),
        ("web\nDockerfile\n", BUILDKIT, {"doc/c"}, {"doc"}, set()),
        # An excluded folder arrives as the way to what is brought back, with BuildKit alone.
        ("*\n!web/a\n", BUILDKIT, {"web/a"}, {"web"}, {"web"}),
        ("*\n!web\n", BUILDKIT, {"web/a", "web/b"}, {"web"}, set()),
        # The classic client forces the Dockerfile in.
        ("*\n!web/a\n", CLASSIC, {"web/a", "Dockerfile"}, set(), set()),
    ],
)
def test_what_is_sent(text, builder, files, folders, ways):
    found = sent(text, builder)
    assert found is not None
    assert found.files == files
    assert found.paths == files | folders
    assert found.paths - found.own == ways
    assert found.empty == frozenset()


@pytest.mark.parametrize("builder", [BUILDKIT, CLASSIC])
def test_a_file_that_docker_refuses(builder):
    assert sent("[\n", builder) is None
