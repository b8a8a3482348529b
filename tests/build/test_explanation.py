"""Which paths ``explain`` answers about, and which it takes for a slip."""

from __future__ import annotations

import pytest

from ctxopt.build.context import find_context
from ctxopt.build.explanation import answer_paths, path_inside
from ctxopt.build.request import BuildRequest
from ctxopt.errors import ContextError
from ctxopt.report.explain_text import render_answers
from tests.support.trees import lay

TREE = {"Dockerfile": "FROM a\nCOPY . .\n", "src/a": 1}


def answered(folder, tree, path):
    context = find_context(lay(folder / "app", tree))
    (answer,) = answer_paths(context, [path_inside(context, path)], BuildRequest())
    return answer.explanation.path


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({}, "src/a"),
        ({}, "src/nope"),
        ({}, "app/nope"),
        ({"app/b": 1}, "app/b"),
        ({"app/b": 1}, "app/src"),
        ({"app/b": 1, "__pycache__/c": 1}, "app/__pycache__"),
        ({}, "./src//a"),
    ],
)
def test_what_is_answered(tmp_path, more, path):
    assert answered(tmp_path, {**TREE, **more}, path) == path.replace("./", "").replace("//", "/")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("app/src", "does not exist"),
        ("app/src/a", "does not exist"),
        ("../src", "outside the context"),
        (".", "the context root itself"),
        ("/etc/passwd", "outside the context"),
    ],
)
def test_what_is_a_slip(tmp_path, path, said):
    with pytest.raises(ContextError, match=said):
        answered(tmp_path, TREE, path)


@pytest.mark.parametrize(
    ("ignored", "path", "said"),
    [
        ("*", "Dockerfile", ["Docker reads it all the same"]),
        (".dockerignore", ".dockerignore", ["Docker reads it all the same"]),
        ("gone", "gone", ["does not exist yet; what a step makes"]),
        ("", "Dockerfile", []),
        ("", "gone", ["does not exist yet)"]),
        ("src", "src/a", []),
        ("src", "src/Dockerfile", []),
        ("*.x", "Dockerfile.x", []),
    ],
)
def test_what_is_said_of_files_for_docker_and_of_what_is_not_there(tmp_path, ignored, path, said):
    tree = {**TREE, ".dockerignore": ignored, "src/Dockerfile": 1, "Dockerfile.x": 1}
    context = find_context(lay(tmp_path / "app", tree))
    told = render_answers(context, answer_paths(context, [path], BuildRequest()), 200)
    remarks = [line for line in told.splitlines() if "all the same" in line or "exist" in line]
    assert len(remarks) == len(said)
    assert all(expected in line for expected, line in zip(said, remarks, strict=True))
