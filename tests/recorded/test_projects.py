"""What real Compose said that projects build: the same builds, and the same refusals."""

from __future__ import annotations

import os

import pytest

from ctxopt.errors import ProjectError
from tests.support.declared import answer, ask_compose, lay_project
from tests.support.recordings import load

CASES = load("compose.jsonl.gz")
# Refused before any file is opened, or for a file that is not there.
WITHOUT_FILE = {"compose-fail-no-file", "compose-fail-names-capital"}


def named(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["id"])


def test_all_of_them_are_here():
    assert len(CASES) == 142
    assert len([case for case in CASES if case["answer"] is None]) == 52


@named([case for case in CASES if case["answer"] is not None])
def test_the_same_builds(case, tmp_path):
    root, case = lay_project(case, tmp_path)
    builds = ask_compose(case, root)
    assert answer(builds, root, "compose") == case["answer"]
    for build in builds:
        assert os.path.isfile(build.declared_in)
        assert build.line


@named([case for case in CASES if case["answer"] is None])
def test_refused_where_compose_refuses(case, tmp_path):
    root, case = lay_project(case, tmp_path)
    with pytest.raises(ProjectError) as refusal:
        ask_compose(case, root)
    if case["id"] not in WITHOUT_FILE:
        assert refusal.value.path
        assert refusal.value.line or not os.path.exists(refusal.value.path)
