"""Which files may declare builds, by their names alone."""

from __future__ import annotations

import os

import pytest

from ctxopt.projects.search import FoundFiles, find_project_files, is_apart
from tests.support.trees import lay

KINDS = {
    "compose.yaml": "compose", "docker-compose.yml": "compose", "compose.override.yaml": "compose",
    "docker-compose.prod.yml": "compose", "docker-compose-dev.yaml": "compose", "dev.compose.yml": "compose",
    ".ci/compose.ci.yaml": "compose", "docker-bake.hcl": "bake", "docker-bake.override.json": "bake",
    "bake.hcl": "bake", "ci/app-bake.json": "bake", "Dockerfile": "dockerfiles", "web/Dockerfile.dev": "dockerfiles",
    "web/app.Dockerfile": "dockerfiles", "Containerfile": "dockerfiles",
    ".devcontainer/devcontainer.json": "devcontainers", ".devcontainer/go/devcontainer.json": "devcontainers",
    ".devcontainer.json": "devcontainers", ".github/workflows/ci.yml": "workflows",
    "sub/.github/workflows/x.yaml": "workflows",
}  # fmt: skip
NOTHING = [
    "Compose.yaml", "compose.yaml.j2", "composer.json", "decompose.yml", "compose.md", "bakery.hcl", "bake.yml",
    "main.tf.hcl", "docker-bake.txt", "Dockerfile.dockerignore", "Dockerfile.md", "devcontainer.json", ".github/ci.yml",
    ".github/workflows/sub/x.yml", "workflows/ci.yml", ".git/compose.yaml", "node_modules/x/Dockerfile",
    "venv/Dockerfile", "clone/.git/HEAD", "clone/Dockerfile", "worktree/Dockerfile",
]  # fmt: skip


def found(root):
    files = find_project_files(str(root))
    return {
        os.path.relpath(path, root): kind
        for kind, paths in zip(FoundFiles._fields, files, strict=True)
        for path in paths
    }


def test_names(tmp_path):
    lay(tmp_path, dict.fromkeys([*KINDS, *NOTHING], ""))
    lay(tmp_path, {"worktree/.git": "gitdir: /elsewhere\n"})
    assert found(tmp_path) == KINDS


@pytest.mark.parametrize(
    ("text", "is_bake"),
    [
        ('target "a" {\n}\n', True),
        ('group "default" {\n}\ntarget "a" {\n}\n', True),
        ('resource "a" "b" {\n}\n', False),
        ("target = 1\n", False),
        ("", False),
    ],
)
def test_hcl_of_other_names_by_what_it_says(text, is_bake, tmp_path):
    lay(tmp_path, {"build.hcl": text})
    assert (found(tmp_path) == {"build.hcl": "bake"}) is is_bake


def test_a_link_to_a_folder_is_not_followed(tmp_path):
    lay(tmp_path, {"a/Dockerfile": "", "b": {"link": "a"}, "a/up": {"link": ".."}})
    assert found(tmp_path) == {"a/Dockerfile": "dockerfiles"}


@pytest.mark.parametrize(
    "path",
    [
        "vendor/x/Dockerfile",
        "examples/a/compose.yaml",
        "a/third_party/b/c",
        "testdata/x",
        "Samples/x",
        "testfiles-negative/a/Dockerfile",
    ],
)
def test_apart(path):
    assert is_apart(f"/r/{path}", "/r")


@pytest.mark.parametrize(
    "path",
    [
        "Dockerfile",
        "vendor",
        "example.Dockerfile",
        "tests/compose.yaml",
        "vendors/x",
        "e2e/compose.yaml",
        "my-examples/x",
    ],
)
def test_not_apart(path):
    assert not is_apart(f"/r/{path}", "/r")
    assert not is_apart(f"/examples/{path}", "/examples")
