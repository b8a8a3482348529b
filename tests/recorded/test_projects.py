"""What real Compose and Bake said that projects build: the same builds, and the same refusals."""

from __future__ import annotations

import os

import pytest

from ctxopt.errors import ProjectError
from tests.support.declared import answer, ask, lay_project
from tests.support.recordings import each_case, load

CASES = load("compose.jsonl.gz") + load("bake.jsonl.gz")
OWN = load("projects-own.jsonl.gz")
# Where ctxopt answers otherwise, and why that may be.
OTHERWISE = {
    "compose-own-healthcheck-test-number": "types of keys that no build depends on are not all checked",
    "compose-own-x-in-args": "Compose takes an argument called x-a for an extension, and prints Go's own words",
    "bake-own-number-text": "a third has 155 digits there, and the last one is rounded otherwise",
    "bake-own-functions-c": "length of an object is refused, as only maps have one",
}
# Refused as no file was found.
WITHOUT_FILE = {"compose-fail-no-file", "compose-fail-names-capital", "bake-fail-no-file"}
# What was asked for is nowhere: no line has it.
WITHOUT_LINE = {"bake-fail-empty-file", "bake-fail-missing-target", "bake-fail-wildcard-nothing"}


def test_all_of_them_are_here():
    assert len(CASES) == 265
    assert len([case for case in CASES if case["answer"] is None]) == 104


@each_case([case for case in CASES if case["answer"] is not None])
def test_the_same_builds(case, tmp_path):
    root, case = lay_project(case, tmp_path)
    builds = ask(case, root)
    assert answer(builds, root, case["kind"]) == case["answer"]
    for build in builds:
        assert os.path.isfile(build.declared_in)
        assert build.line


@each_case([case for case in CASES if case["answer"] is None])
def test_refused_where_the_tool_refuses(case, tmp_path):
    root, case = lay_project(case, tmp_path)
    with pytest.raises(ProjectError) as refusal:
        ask(case, root)
    if case["id"] not in WITHOUT_FILE:
        assert refusal.value.path
        no_line = case["id"] in WITHOUT_LINE
        assert no_line or refusal.value.line or not os.path.exists(refusal.value.path)


@each_case([case for case in OWN if case["id"] not in OTHERWISE])
def test_the_same_answer_to_the_own_cases(case, tmp_path):
    root, case = lay_project(case, tmp_path)
    if case["answer"] is None:
        with pytest.raises(ProjectError):
            ask(case, root)
        return
    assert answer(ask(case, root), root, case["kind"]) == case["answer"]


def test_what_differs_is_known():
    assert set(OTHERWISE) <= {case["id"] for case in OWN}
