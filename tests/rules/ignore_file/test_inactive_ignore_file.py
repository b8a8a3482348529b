"""The rule ``inactive-ignore-file``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from ctxopt.evidence.needs import Needs
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


SITE = {"node_modules/x/index.js": 500_000, "index.js": 1, "Dockerfile": "FROM a\nCOPY . .\n"}


@pytest.mark.parametrize(
    ("tree", "dockerfile", "file", "lines"),
    [
        ({".Dockerignore": "node_modules\n"}, None, ".Dockerignore", ["node_modules"]),
        ({"dockerignore.txt": "node_modules\n.git\n"}, None, "dockerignore.txt", ["node_modules"]),
        ({".dockerginore": "# a\nnode_modules\n"}, None, ".dockerginore", ["node_modules"]),
        ({".containerignore": "node_modules\n"}, None, ".containerignore", ["node_modules"]),
        # With exceptions the lines belong together.
        ({"dockerignore": "*\n!index.js\n"}, None, "dockerignore", []),
        ({"dockerignore": "nothing\n"}, None, "dockerignore", []),
        (
            {"web/Dockerfile": "FROM a\nCOPY . .\n", "web/.dockerignore": "node_modules\n", "web/node_modules/a": 9},
            "web/Dockerfile", "web/.dockerignore", ["web/node_modules"],
        ),
        (
            {"web/Dockerfile": "FROM a\nCOPY . .\n", "web/.dockerignore": "node_modules\n"},
            "web/Dockerfile", "web/.dockerignore", ["node_modules"],
        ),
        (
            {"docker/Dockerfile.prod": "FROM a\nCOPY . .\n", "docker/prod.dockerignore": "node_modules\n"},
            "docker/Dockerfile.prod", "docker/prod.dockerignore", ["node_modules"],
        ),
    ],
)  # fmt: skip
def test_lines_that_do_not_count_are_offered_where_they_would(tree, dockerfile, file, lines):
    found = catches(
        "inactive-ignore-file", {**SITE, **tree}, dockerfile=dockerfile, line=None, edits=lines
    )
    assert found.location.file == file
    assert found.severity is Severity.WARNING


APPS = {
    "api/Dockerfile": "FROM a\nCOPY . .\n",
    "api/.dockerignore": "packages/ui\nout\n",
    "packages/ui/index.js": 9,
    "out/a": 9,
}


@pytest.mark.parametrize(
    ("tracked", "served", "lines"),
    [
        # What others that share the file in force may need is no line for all.
        (["packages/ui/index.js"], ("web/Dockerfile",), ["out"]),
        (["packages/ui/index.js", "out/a"], ("web/Dockerfile",), []),
        (["packages/ui/index.js"], (), ["packages/ui", "out"]),
        (None, ("web/Dockerfile",), ["packages/ui", "out"]),
    ],
)
def test_lines_beside_one_of_several_dockerfiles(tracked, served, lines):
    catches(
        "inactive-ignore-file",
        APPS,
        dockerfile="api/Dockerfile",
        line=None,
        edits=lines,
        tracked=tracked,
        needs=Needs(served=served),
    )


def test_podmans_file_beside_dockers_is_no_mistake():
    tree = {**SITE, ".dockerignore": "x\n", ".containerignore": "node_modules\n"}
    found = catches("inactive-ignore-file", tree, line=None, edits=[])
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    "tree",
    [
        {".dockerignore": "x\n", ".gitignore": "y\n"},
        {".dockerignore.example": "node_modules\n"},
        {"docs/dockerignore.txt": "node_modules\n"},
        {"web/Dockerfile": "FROM a\n", "web/Dockerfile.dockerignore": "node_modules\n"},
        {"Dockerfile.dev": "FROM a\n", "Dockerfile.dev.dockerignore": "node_modules\n"},
        {"pkg/dockerignore/dockerignore.go": "package x\n"},
    ],
)
def test_other_files(tree):
    catches_not("inactive-ignore-file", {**SITE, **tree})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"link": "../outside"}, "it is a link to something outside the context"),
        ({"link": "sub"}, "it is a folder"),
    ],
)
def test_the_file_in_force_counts_as_empty(content, why):
    tree = {"Dockerfile": "FROM a\n", ".dockerignore": content, "sub/x": 1}
    found = catches("inactive-ignore-file", tree, line=None)
    assert found.severity is Severity.WARNING
    assert found.message.startswith(f"no line of this ignore file is in force: {why}")


@pytest.mark.parametrize("own", ["", "# nothing\n"])
def test_an_empty_file_takes_the_place_of_one_with_lines(own):
    tree = {"Dockerfile": "FROM a\n", "Dockerfile.dockerignore": own, ".dockerignore": "y\n"}
    found = catches("inactive-ignore-file", tree, line=None)
    assert found.severity is Severity.WARNING
    assert "and that has no pattern" in found.message
