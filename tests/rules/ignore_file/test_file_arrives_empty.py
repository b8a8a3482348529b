"""The rule ``file-arrives-empty``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ctxopt.severity import Severity
from ctxopt.tree.model import Flag
from ctxopt.tree.view import View
from tests.support.judging import RULE_BY_ID, catches, catches_not, find, findings, known_facts
from tests.support.trees import SOCKET


def test_file_arrives_empty():
    found = catches(
        "file-arrives-empty",
        {".dockerignore": "foo\n!foo/bar\nfoo\n", "foo/bar/x": 9, "foo/y": 1},
        line=3,
        paths=["foo/bar/x"],
        edits=[None],
    )
    assert found.size == 9


@pytest.mark.parametrize(
    "text",
    [
        "foo\n!foo/bar\n",
        "foo\nfoo\n!foo/bar\n",
        "!foo/bar\nfoo\n",
        "foo/*\n!foo/bar\n",
        "x\n!foo\nx\n",
    ],
)
def test_files_arrive_whole(text):
    catches_not("file-arrives-empty", {".dockerignore": text, "foo/bar/x": 9, "foo/y": 1})


@pytest.mark.parametrize(
    ("builder", "severity"), [("buildkit", Severity.WARNING), ("classic", Severity.ERROR)]
)
def test_unreadable_file(builder, severity):
    with known_facts({"a": 1, "b": 2}, builder=builder) as facts:
        folder = facts.analysis.tree.folders[""]._replace(flags=bytes([Flag.UNREADABLE, 0]))
        view = View(replace(facts.analysis.tree, folders={"": folder}, tallies={}))
        marked = replace(facts, analysis=replace(facts.analysis, permitted=view))
        (found,) = RULE_BY_ID["file-arrives-empty"].check(marked)
    assert (found.paths, found.severity) == (("a",), severity)


TAKEN = "FROM a\nCOPY . /x\n"
STAGE = "FROM a AS b\nCOPY . .\nRUN make\nFROM c\nCOPY --from=b /out /\n"


@pytest.mark.parametrize(
    ("tree", "dockerfile", "reach"),
    [
        ({"run/app.sock": SOCKET}, TAKEN, "final"),
        ({"run/agent": SOCKET, "b": 1}, TAKEN, "final"),
        ({"app.sock": SOCKET}, STAGE, "builder"),
    ],
)
def test_a_socket_is_a_note(tmp_path, tree, dockerfile, reach):
    (found,) = findings("file-arrives-empty", tmp_path, tree, dockerfile)
    assert (found.severity, found.reach) == (Severity.INFO, reach)
    assert found.paths == (next(iter(tree)),)
    assert findings("editor-files", tmp_path / "again", tree, dockerfile) == []


@pytest.mark.parametrize(
    ("tree", "how"),
    [
        ({"app.sock": SOCKET}, {"builder": "classic"}),
        ({"app.sock": SOCKET}, {"builder": "podman"}),
        ({"app.sock": SOCKET, ".dockerignore": "**/*.sock\n"}, {}),
        ({"run/app.sock": SOCKET, ".dockerignore": "run\n"}, {}),
        ({"app.sock": SOCKET, "Dockerfile": "FROM a\nCOPY src /s\n", "src/a": 1}, {}),
        ({"app.sock": SOCKET, "Dockerfile": None}, {}),
        ({"app.sock": 9}, {}),
        ({"app": 0}, {}),
    ],
)
def test_no_socket_arrives(tree, how):
    tree = {"Dockerfile": TAKEN} | tree
    if tree["Dockerfile"] is None:
        del tree["Dockerfile"]
    assert find("file-arrives-empty", tree, **how) == []
