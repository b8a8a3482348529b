"""What becomes of each file, by Dockerfile and builder."""

from __future__ import annotations

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.fates import Fates
from ctxopt.build.request import BuildRequest
from ctxopt.build.survey import survey
from tests.support.trees import lay

TREE = {"a/x": 1, "a/y": 2, "b/x": 3, "c": 4, "kept/deep/z": 5, ".dockerignore": "kept\n"}
STAGES = "FROM i AS one\nCOPY {} /in\nFROM j\n"

CASES = {
    "one stage takes all": ("FROM a\nCOPY . .\n", {"a/x": "final", "c": "final", "kept/deep/z": "kept"}),
    "a part": ("FROM a\nCOPY a /a\n", {"a/x": "final", "b/x": "unasked", "kept/deep/z": "kept"}),
    "two files": ("FROM a\nCOPY a/x c /\n", {"a/x": "final", "a/y": "unasked", "c": "final"}),
    "a stage that nothing is taken from": (STAGES.format("a") + "COPY b /b\n", {"a/x": "unasked", "b/x": "final"}),
    "a stage that some is taken from": (
        STAGES.format(".") + "COPY --from=one /in/a /a\n", {"a/x": "final", "b/x": "stage", "c": "stage"},
    ),
    "what --exclude leaves out": (
        "# syntax=docker/dockerfile:1.7-labs\nFROM a\nCOPY --exclude=a/x . /\nCOPY . /one\n", {"a/x": "final"},
    ),
    "sent and left out": (
        "# syntax=docker/dockerfile:1.7-labs\nFROM a\nCOPY --exclude=a . /\n", {"a/x": "unused", "b/x": "final"},
    ),
    "a mount": ("FROM a\nRUN --mount=type=bind,source=a,target=/m make\n", {"a/x": "stage", "b/x": "unasked"}),
    "nothing": ("FROM a\nRUN make\n", {"a/x": "unasked", "kept/deep/z": "kept"}),
}  # fmt: skip


def fates(root: str, builder="buildkit") -> dict[str, str]:
    found = survey(find_context(root, builder=builder), BuildRequest())
    told = Fates(found.analysis)
    fates: dict[str, str] = {}
    stack = [("", told.root())]
    while stack:
        path, course = stack.pop()
        folder = found.whole.tree.folders[path]
        for name, fate in zip(folder.names, told.of_files(course, folder), strict=True):
            fates[folder.child(name)] = fate
        stack += [(below, told.enter(course, below)) for below in folder.subfolders()]
    return fates


@pytest.mark.parametrize("name", CASES)
def test_fates(tmp_path, name: str) -> None:
    dockerfile, expected = CASES[name]
    found = fates(lay(tmp_path, {**TREE, "Dockerfile": dockerfile}))
    assert {path: found[path] for path in expected} == expected


def test_classic_sends_all_and_nothing_more_is_known(tmp_path) -> None:
    root = lay(tmp_path, {**TREE, "Dockerfile": "FROM a\nCOPY a .\n"})
    found = fates(root, "classic")
    assert (found["a/x"], found["b/x"], found["kept/deep/z"]) == ("sent", "sent", "kept")


def test_without_a_dockerfile_all_could_be_sent(tmp_path) -> None:
    found = fates(lay(tmp_path, TREE))
    assert (found["a/x"], found["kept/deep/z"]) == ("unasked", "kept")


LET_IN = {
    "all is taken": ("FROM a\nCOPY . .\n", "final"),
    "a folder above": ("FROM a\nCOPY kept /k\nCOPY a /a\n", "final"),
    "a stage that is not built": (
        "FROM a AS one\nCOPY kept/deep/z /z\nFROM b\nCOPY a /a\n",
        "unasked",
    ),
    "another folder": ("FROM a\nCOPY a /a\n", "unasked"),
    "nothing": ("FROM a\nRUN make\n", "unasked"),
}


@pytest.mark.parametrize("name", LET_IN)
def test_what_would_become_of_a_file_that_is_kept_back(tmp_path, name: str) -> None:
    dockerfile, expected = LET_IN[name]
    # A plan knows what an instruction takes once it is let in.
    root = lay(tmp_path, {**TREE, ".dockerignore": "", "Dockerfile": dockerfile})
    told = Fates(survey(find_context(root), BuildRequest()).analysis)
    assert told.of_let_in("kept/deep/z") == expected


@pytest.mark.parametrize("builder", ["buildkit", "classic", "podman"])
def test_a_survey_is_an_analysis_and_more(tmp_path, builder) -> None:
    root = lay(tmp_path, {**TREE, "Dockerfile": "FROM a\nCOPY a .\n", "web/.git/x": 9})
    context = find_context(root, builder=builder)
    plain, found = analyze(context, BuildRequest()), survey(context, BuildRequest())
    assert list(found.analysis.permitted.entries()) == list(plain.permitted.entries())
    assert found.analysis.permitted_bytes == plain.permitted_bytes
    assert found.analysis.tree.folders.keys() == plain.tree.folders.keys()
    assert found.analysis.sent.total == plain.sent.total
    assert "kept/deep" in found.whole.tree.folders
