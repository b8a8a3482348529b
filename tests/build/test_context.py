"""Which Dockerfile and which ignore file are in force, for both builders."""

from __future__ import annotations

import os

import pytest

from ctxopt.build.context import find_context
from ctxopt.errors import ContextError, IgnoreFileError
from tests.support.trees import lay

D = "FROM scratch\n"
# (tree, -f, builder, the ignore file in force, its patterns or None, those not in force)
CHOICES = [
    ({"Dockerfile": D}, None, "buildkit", None, None, []),
    ({"Dockerfile": D}, None, "classic", None, None, []),
    ({}, None, "buildkit", None, None, []),
    ({"Dockerfile": D, ".dockerignore": "a"}, None, "buildkit", ".dockerignore", ["a"], []),
    ({"Dockerfile": D, ".dockerignore": "a"}, None, "classic", ".dockerignore", ["a"], []),
    ({"Dockerfile": D, ".dockerignore": "a", "Dockerfile.dockerignore": "b"}, None, "buildkit",
     "Dockerfile.dockerignore", ["b"], [".dockerignore"]),
    ({"Dockerfile": D, ".dockerignore": "a", "Dockerfile.dockerignore": "b"}, None, "classic",
     ".dockerignore", ["a"], ["Dockerfile.dockerignore"]),
    ({"Dockerfile": D, ".dockerignore": "a", "Dockerfile.dockerignore": ""}, None, "buildkit",
     "Dockerfile.dockerignore", [], [".dockerignore"]),
    ({"dockerfile": D, "dockerfile.dockerignore": "b"}, None, "buildkit", "dockerfile.dockerignore", ["b"], []),
    ({"dockerfile": D, "Dockerfile.dockerignore": "b"}, None, "buildkit", None, None, []),
    ({"sub/D": D, "sub/D.dockerignore": "b", ".dockerignore": "a"}, "sub/D", "buildkit", "sub/D.dockerignore", ["b"],
     [".dockerignore"]),
    ({"sub/D": D, "D.dockerignore": "b", ".dockerignore": "a"}, "sub/D", "buildkit", ".dockerignore", ["a"],
     ["D.dockerignore"]),
    ({"sub/D": D, "sub/.dockerignore": "b", ".dockerignore": "a"}, "sub/D", "buildkit", ".dockerignore", ["a"],
     ["sub/.dockerignore"]),
    ({"Dockerfile": D, ".dockerignore/x": "a"}, None, "buildkit", ".dockerignore", None, []),
    ({"Dockerfile": D, ".dockerignore": {"link": "in"}, "in": "a"}, None, "buildkit", ".dockerignore", ["a"], []),
    ({"Dockerfile": D, ".dockerignore": {"link": "/in"}, "in": "a"}, None, "buildkit", ".dockerignore", ["a"], []),
    ({"Dockerfile": D, ".dockerignore": {"link": "../out"}}, None, "buildkit", ".dockerignore", None, []),
    ({"Dockerfile": D, ".dockerignore": {"link": "gone"}}, None, "buildkit", ".dockerignore", None, []),
    ({"Dockerfile": D, ".dockerignore": {"link": ".dockerignore"}}, None, "buildkit", ".dockerignore", None, []),
    ({"Dockerfile": D, ".dockerignore": {"link": "gone"}}, None, "classic", None, None, []),
    ({"Dockerfile": D, ".dockerignore": ""}, None, "classic", ".dockerignore", [], []),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "file", "builder", "path", "patterns", "inactive"), CHOICES)
def test_choices(tmp_path, monkeypatch, tree, file, builder, path, patterns, inactive):
    root = tmp_path / "ctx"
    root.mkdir()
    (tmp_path / "out").write_text("z")
    lay(root, tree)
    monkeypatch.chdir(root)
    context = find_context(".", dockerfile=file, builder=builder)
    chosen = context.ignore.file
    assert context.ignore.path == path
    assert (None if chosen is None else [text for _, text in chosen.patterns()]) == patterns
    assert [item.path for item in context.inactive] == inactive
    assert context.root == os.path.realpath(root)


@pytest.mark.parametrize(
    ("root", "file", "message"),
    [
        ("missing", None, "No such file"),
        ("a", None, "is not a folder"),
        ("a/b", None, "Not a directory"),
        ("nul\0", None, "null"),
        ("loop", None, "symbolic links"),
        (".", "missing", "no such file"),
        (".", "sub", "is a folder"),
        (".", "a/b", "no such file"),
    ],
)
def test_refusals(tmp_path, monkeypatch, root, file, message):
    lay(tmp_path, {"a": 1, "sub/": "", "loop": {"link": "loop"}})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ContextError, match=message):
        find_context(root, dockerfile=file)


def test_the_classic_builder_refuses_a_folder(tmp_path):
    lay(tmp_path, {"Dockerfile": D, ".dockerignore/x": "a"})
    with pytest.raises(IgnoreFileError, match=r"error reading \.dockerignore: Is a directory"):
        find_context(str(tmp_path), builder="classic")


def test_a_dockerfile_outside(tmp_path):
    lay(tmp_path, {"D": D, "D.dockerignore": "b", "ctx/.dockerignore": "a"})
    context = find_context(str(tmp_path / "ctx"), dockerfile=str(tmp_path / "D"))
    assert context.dockerfile.inside is None
    assert context.ignore.absolute == str(tmp_path / "D.dockerignore")
