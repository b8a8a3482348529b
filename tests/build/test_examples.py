"""The examples at the doors of ``tree`` and ``build`` run as they are written."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from ctxopt import build, tree
from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BUILDKIT
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.tree.policy import Policy
from ctxopt.tree.view import View
from ctxopt.tree.workers import walk
from tests.support.trees import lay

NAMES = {
    "BUILDKIT": BUILDKIT,
    "BuildRequest": BuildRequest,
    "Policy": Policy,
    "View": View,
    "analyze": analyze,
    "find_context": find_context,
    "read_matcher": read_matcher,
    "walk": walk,
}


@pytest.mark.parametrize("room", [build, tree], ids=["build", "tree"])
def test_the_example_of_a_room(room, tmp_path, monkeypatch):
    lay(tmp_path, {"Dockerfile": "FROM scratch\nCOPY src /\n", "src/a": 10, "node_modules/b": 99})
    monkeypatch.chdir(tmp_path)
    lines = [line for line in room.__doc__.splitlines() if line.startswith("    ")]
    example = textwrap.dedent("\n".join(lines)).replace("/path/of/the/context", ".")
    names: dict[str, Any] = dict(NAMES)
    exec(example, names)
    if room is tree:
        assert names["view"].total.bytes == 10 + len("FROM scratch\nCOPY src /\n")
    else:
        assert [use.bytes for use in names["analysis"].plan.sources.uses] == [10]
