"""Podman's builds beyond the recordings: what is refused, what a mount sees, what each instruction takes."""

from __future__ import annotations

import os
from typing import Any, cast

import pytest

from ctxopt import measure
from ctxopt.build.analysis import Analysis, analyze
from ctxopt.build.context import find_context
from ctxopt.build.podman_upload import measure_upload
from ctxopt.build.request import BuildRequest
from ctxopt.errors import ContextError, CtxoptError, DockerfileError, IgnoreFileError
from tests.support.trees import lay

TREE = {"a.txt": 1, "sub/c.txt": 3, "sub/d.log": 4, "deep/in/e.txt": 5}


def analysis_of(folder: object, containerfile: str, ignore: str = "", **named: Any) -> Analysis:
    root = lay(folder, {"Containerfile": containerfile, ".containerignore": ignore, **TREE})
    return analyze(find_context(root, builder="podman"), BuildRequest(**named))


def taken(analysis: Analysis) -> list[tuple[int, int, int]]:
    assert analysis.plan is not None
    return [(use.source.line, use.files, use.bytes) for use in analysis.plan.sources.uses]


@pytest.mark.parametrize(
    ("lines", "ignore", "expected"),
    [
        ("COPY sub /\n", "", [(2, 2, 7)]),
        ("COPY sub /\nCOPY sub/c.txt /x\n", "", [(2, 2, 7), (3, 1, 3)]),
        ("COPY --exclude=d.log sub /\n", "", [(2, 2, 7)]),
        ("COPY --exclude=sub/d.log sub /\n", "", [(2, 1, 3)]),
        ("COPY --exclude=!a.txt a.txt sub /\n", "a.txt\n", [(2, 3, 8)]),
        ("COPY **/*.txt /x/\n", "", [(2, 3, 9)]),
        ("COPY sub /\n", "sub/*\n", [(2, 0, 0)]),
        ("RUN --mount=type=bind,source=sub,target=/m true\n", "**/*.log\n", [(2, 2, 7)]),
    ],
)
def test_what_each_instruction_takes(tmp_path, lines, ignore, expected):
    analysis = analysis_of(tmp_path, "FROM scratch\n" + lines, ignore)
    assert taken(analysis) == expected
    assert analysis.plan is not None
    assert not any(check.fails for check in analysis.plan.sources.checks)


@pytest.mark.parametrize(
    ("lines", "ignore", "kinds"),
    [
        ("COPY a.txt /\n", "a.txt\n", ["ignored"]),
        ("COPY a.txt sub /x/\n", "a.txt\n", ["ignored"]),
        ("COPY gone /\n", "", ["missing"]),
        ("COPY *.gone /\n", "", ["empty-wildcard"]),
        ("COPY sub /\n", "*\n!**/c.txt\n", ["ignored"]),
        ("COPY Containerfile /\n", "Containerfile\n", ["ignored"]),
    ],
)
def test_what_stops_a_build(tmp_path, lines, ignore, kinds):
    plan = analysis_of(tmp_path, "FROM scratch\n" + lines, ignore).plan
    assert plan is not None
    assert [check.kind for check in plan.sources.checks] == kinds
    assert all(check.fails for check in plan.sources.checks)


@pytest.mark.parametrize("target", ["ONE", "9", "three"])
def test_targets_that_there_are_not(tmp_path, target):
    with pytest.raises(DockerfileError, match="not found"):
        analysis_of(tmp_path, "FROM scratch AS one\nFROM scratch AS two\n", target=target)


@pytest.mark.parametrize("target", ["one", "two", "0", "1"])
def test_targets_that_there_are(tmp_path, target):
    plan = analysis_of(tmp_path, "FROM scratch AS one\nFROM scratch AS two\n", target=target).plan
    assert plan is not None
    assert plan.build.target == {"one": 0, "two": 1, "0": 0, "1": 1}[target]


@pytest.mark.parametrize("view", ["permitted", "transferred", "excluded"])
@pytest.mark.parametrize("builder", ["buildkit", "classic", "podman"])
def test_measure_refuses_what_it_does_not_know(tmp_path, builder, view):
    root = lay(tmp_path, {"Dockerfile": "FROM scratch AS one\nCOPY a /\n", "a": 1})
    with pytest.raises(DockerfileError, match="zz"):
        measure(root, target="zz", builder=builder, view=view)
    with pytest.raises(ContextError, match="there is no builder 'buildah'"):
        measure(root, builder=cast("Any", "buildah"), view=view)
    assert measure(root, target="one", builder=builder, view=view).target == "one"


def test_no_size_is_printed(tmp_path):
    root = lay(tmp_path, {"Dockerfile": "FROM scratch\nCOPY a /\n", "a": 7, "b": 5})
    for view in ("permitted", "transferred"):
        assert measure(root, builder="podman", view=view).context_bytes is None
    assert measure(root, builder="podman", view="transferred").bytes == 7


def test_an_ignore_file_that_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(
        lay(tmp_path, {"Dockerfile": "FROM scratch\n", "rules": "a\n", "none": "#\n"})
    )
    assert find_context(builder="podman", ignorefile="rules").ignore.path == "rules"
    assert find_context(builder="podman", ignorefile="none").ignore.path is None
    assert find_context(builder="podman", ignorefile=os.devnull).ignore.path is None
    for builder in ("buildkit", "classic"):
        with pytest.raises(ContextError, match="Podman's"):
            find_context(builder=builder, ignorefile="rules")
    with pytest.raises(ContextError, match="gone"):
        find_context(builder="podman", ignorefile="gone")


# (tree, -f from the folder above, what is in force, what is not)
CHOICES = [
    ({}, None, None, []),
    ({".dockerignore": "a"}, None, ".dockerignore", []),
    ({".dockerignore": "a", ".containerignore": "b"}, None, ".containerignore", [".dockerignore"]),
    ({"Containerfile": "", ".dockerignore": "a", "Containerfile.dockerignore": "b"}, None,
     "Containerfile.dockerignore", [".dockerignore"]),
    ({"Containerfile": "", "Containerfile.dockerignore": "b", "Containerfile.containerignore": "c"}, None,
     "Containerfile.dockerignore", ["Containerfile.containerignore"]),
    ({"Containerfile": "", ".dockerignore": "a", "Containerfile.containerignore": "c"}, "app/Containerfile",
     ".dockerignore", ["Containerfile.containerignore"]),
    ({"Dockerfile": "", "Containerfile": "", "Dockerfile.dockerignore": "b"}, None, None, []),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "given", "in_force", "not_in_force"), CHOICES)
def test_which_ignore_file(tmp_path, monkeypatch, tree, given, in_force, not_in_force):
    lay(tmp_path / "app", {"x": 1, **tree})
    monkeypatch.chdir(tmp_path)
    context = find_context("app", dockerfile=given, builder="podman")
    assert context.ignore.path == in_force
    assert [item.path for item in context.inactive] == not_in_force


def test_a_folder_in_place_of_the_ignore_file_is_refused(tmp_path):
    root = lay(tmp_path, {"Containerfile": "FROM scratch\n", ".containerignore/x": 1})
    with pytest.raises(IgnoreFileError, match="Is a directory"):
        find_context(root, builder="podman")


def test_the_remote_client_finds_another_file_and_keeps_slashes(tmp_path):
    root = lay(
        tmp_path,
        {
            "Containerfile": "FROM scratch\n",
            ".dockerignore": "/sub\na.txt\n",
            "Containerfile.dockerignore": "deep\n",
            **TREE,
        },
    )
    sent = {entry.path for entry in measure_upload(os.path.realpath(root)).view.entries()}
    assert {"sub/c.txt", "deep/in/e.txt"} <= sent
    assert "a.txt" not in sent


def test_no_upload_without_a_containerfile(tmp_path):
    with pytest.raises(CtxoptError):
        measure_upload(os.path.realpath(lay(tmp_path, {"a": 1})))


def test_a_folder_of_which_nothing_is_taken_hangs_from_the_root(tmp_path):
    rules = "*\n!sub/in/c\n"
    root = lay(tmp_path, {"Containerfile": "FROM a\nCOPY sub/in /x\n", "sub/in/.env": 1})
    lay(root, {".containerignore": rules})
    analysis = analyze(find_context(root, builder="podman"), BuildRequest())
    assert analysis.plan is not None
    assert [check.fails for check in analysis.plan.sources.checks] == [True]
    assert taken(analysis) == [(2, 0, 0)]
