"""The rule ``inactive-ignore-file``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.evidence.needs import Needs
from ctxopt.rules.ignore_file.inactive_ignore_file import check
from ctxopt.severity import Severity
from tests.support.judging import catches, catches_not, gathered
from tests.support.repositories import git, init
from tests.support.trees import lay


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


@pytest.mark.parametrize(
    ("tree", "dockerfile", "name"),
    [
        ({".Dockerignore": "x\n"}, None, ".dockerignore"),
        ({"dockerignore.txt": "x\n"}, "d/Dockerfile", ".dockerignore"),
        ({"Dockerfile.dockerignore": "x\n"}, "d/Dockerfile", "d/Dockerfile.dockerignore"),
        ({"d/.dockerignore": "x\n"}, "d/Dockerfile", "d/Dockerfile.dockerignore"),
        ({"d/Dockerfile.dockerignore.txt": "x\n"}, "d/Dockerfile", "d/Dockerfile.dockerignore"),
    ],
)
def test_the_name_under_which_it_would_count(tree, dockerfile, name):
    files = {"Dockerfile": "FROM a\nCOPY . .\n", "d/Dockerfile": "FROM a\nCOPY . .\n", **tree}
    found = catches("inactive-ignore-file", files, dockerfile=dockerfile, line=None)
    assert found.help == f"no ignore file is in force: rename it to {name}"


def test_ignore_file_that_is_replaced():
    tree = {
        "Dockerfile": "FROM scratch\n",
        "Dockerfile.dockerignore": "x\n",
        "Dockerfile.b": "FROM scratch\n",
        "Dockerfile.b.dockerignore": "x\n",
        ".dockerignore": "y\n",
    }
    assert catches("inactive-ignore-file", tree, line=None).severity is Severity.INFO


@pytest.mark.parametrize(
    ("tree", "dockerfile"),
    [
        # The one at the root is for the others.
        (
            {
                "Dockerfile": "FROM a\n",
                "Dockerfile.dev": "FROM a\n",
                "Dockerfile.dev.dockerignore": "x\n",
                ".dockerignore": "y\n",
            },
            "Dockerfile.dev",
        ),
        (
            {
                "Dockerfile": "FROM a\n",
                "d/dev.Dockerfile": "FROM a\n",
                "d/dev.Dockerfile.dockerignore": "x\n",
                ".dockerignore": "y\n",
            },
            "d/dev.Dockerfile",
        ),
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


STEP = "jobs:\n  b:\n    steps:\n      - uses: docker/build-push-action@v6\n"
FROM_GIT: dict[str, Any] = {
    "Dockerfile": "FROM a\nCOPY . .\n",
    ".dockerignore": "docs\n",
    "docs/a.jpg": 1_500_000,
    "docs/b.jpg": 100_000,
    "main.py": 10,
    ".github/workflows/image.yml": STEP,
}


def of_repository(folder, tree, untracked=(), **options):
    root = lay(folder, tree)
    init(root)
    git(root, "add", "-A", ".", *(f":!{path}" for path in untracked))
    return [
        item for item in check(gathered(root, **options)) if item.location.file != ".dockerignore"
    ]


@pytest.mark.parametrize(
    ("more", "severity", "size", "paths"),
    [
        ({}, Severity.WARNING, 1_600_000, ("docs",)),
        ({"docs/a.jpg": 50_000}, Severity.INFO, 150_000, ("docs",)),
        ({".dockerignore": "docs\n.github\n*.md\n", "a.md": 9}, Severity.WARNING, 1_600_000 + len(STEP) + 9,
         (".github", "a.md", "docs")),
        ({".dockerignore": "**\n!main.py\n", "main.py": 10}, Severity.WARNING, None, None),
        ({".dockerignore": "docs\n!docs/b.jpg\n"}, Severity.WARNING, 1_500_000, ("docs",)),
    ],
)  # fmt: skip
def test_a_workflow_that_builds_from_git(tmp_path, clean, more, severity, size, paths):
    (found,) = of_repository(tmp_path, {**FROM_GIT, **more})
    assert (found.location.file, found.location.line) == (".github/workflows/image.yml", 4)
    assert found.severity is severity
    assert size is None or (found.size, found.paths) == (size, paths)
    assert "context: ." in found.help


@pytest.mark.parametrize(
    ("more", "untracked"),
    [
        ({".github/workflows/image.yml": STEP + "        with:\n          context: .\n"}, []),
        (
            {
                ".github/workflows/image.yml": STEP
                + "        with:\n          file: web/Dockerfile\n"
            },
            [],
        ),
        ({".github/workflows/image.yml": STEP.replace("docker/build", "other/build")}, []),
        ({".dockerignore": ""}, []),
        ({".dockerignore": "nothing\n"}, []),
        ({"Dockerfile": "FROM a\nCOPY main.py /\n"}, []),
        ({"Dockerfile": "FROM a\nRUN true\n"}, []),
        ({"docs/a.jpg": 10, "docs/b.jpg": 10}, []),
        # What git does not have is not there.
        ({}, ["docs"]),
        ({".dockerignore": "node_modules\n", "node_modules/x": 2_000_000}, ["node_modules"]),
    ],
)
def test_other_workflows(tmp_path, clean, more, untracked):
    assert of_repository(tmp_path, {**FROM_GIT, **more}, untracked) == []


def test_other_builders(tmp_path, clean):
    assert of_repository(tmp_path, FROM_GIT, builder="classic") == []


COPIED = {
    "Dockerfile": "FROM a\nCOPY app app\n",
    "app/a.csproj": "x",
    "app/.dockerignore": "bin\nobj\n",
}
LOCAL = {"app/bin/a.dll": 9, "app/obj/b.json": 9}


@pytest.mark.parametrize(
    ("tree", "edits"),
    [
        ({}, ["app/bin", "app/obj"]),
        ({"app/.dockerignore": "bin/\n*.md\n"}, ["app/bin"]),
        ({".dockerignore": "app/bin\n"}, ["app/obj"]),
    ],
)
def test_a_file_in_a_folder_that_is_copied(tree, edits):
    files = {**COPIED, **LOCAL, **tree}
    found = catches("inactive-ignore-file", files, line=None, edits=edits, tracked=["app/a.csproj"])
    assert (found.severity, found.location.file) == (Severity.WARNING, "app/.dockerignore")
    assert "for this build its lines belong into the one at the root" in found.help


@pytest.mark.parametrize(
    "tree",
    [
        # It is a context of its own.
        {"app/Dockerfile": "FROM a\n"},
        {"app/dev.Dockerfile": "FROM a\n"},
        # Its lines hide nothing of one developer.
        {"app/.dockerignore": "a.csproj\n"},
        {"app/.dockerignore": "*.md\n"},
        {"app/.dockerignore": "bin\n!bin/a.dll\n"},
        {".dockerignore": "**/bin\n**/obj\n"},
        # Nothing of the folder is copied as a whole.
        {"Dockerfile": "FROM a\nCOPY app/a.csproj app/\n"},
        {"Dockerfile": "FROM a\nRUN true\n"},
    ],
)
def test_a_file_in_a_folder_that_says_nothing_of_this_build(tree):
    files = {**COPIED, **LOCAL, **tree}
    catches_not("inactive-ignore-file", files, tracked=["app/a.csproj"])
