"""What real Docker transferred for services and targets of whole projects, and the figures of ``scan`` for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.declared import lay_project
from tests.support.program import ctxopt
from tests.support.recordings import each_case, load

CASES = load("project-transfers.jsonl")
PICKS = {"compose": "--service", "bake": "--bake-target"}
ALL = "*"
BUILDS = [
    {**case, "id": f"{case['id']}-{name}", "build": name}
    for case in CASES
    for name in case["transfers"]
    if name != ALL
]
NEEDS_REGISTRY = "failed to resolve source metadata"

pytestmark = pytest.mark.usefixtures("plain_umask", "clean")


def transfers(case: dict[str, Any], folder: object, *picked: str) -> list[tuple[str, int]]:
    """Return what ``scan`` says is transferred: the context, called as Docker calls it, and the bytes Docker prints."""
    root, _ = lay_project(case, folder)
    done = ctxopt("scan", *picked, "--format", "json", root, cwd=root)
    assert done.returncode == 0, done.stderr
    found = []
    for row in json.loads(done.stdout)["builds"]:
        # Dockerfiles that no service or target names are listed as well.
        if row["kind"] != case["kind"]:
            continue
        found.append(("context", row["sent"]["context_bytes"]))
        found += [
            (named["name"], named["context_bytes"]) for named in row["sent"]["named_contexts"]
        ]
    # Where no instruction needs the context, Docker does not load it, and prints no line about it.
    return sorted((name, size) for name, size in found if size)


def recorded(case: dict[str, Any], build: str) -> list[tuple[str, int]]:
    return [(sent["context"], sent["bytes"]) for sent in case["transfers"][build]["sent"]]


def test_enough_of_each_kind_is_here():
    texts = [json.dumps(case["tree"]) for case in CASES]
    for construct, times in {
        "additional_contexts": 5,
        "dockerfile_inline": 4,
        "dockerfile-inline": 3,
        "service:": 3,
        '\\"target:': 3,
        "contexts = {": 3,
        "ockerfile.dockerignore": 6,
    }.items():
        assert sum(construct in text for text in texts) >= times, construct
    assert len(BUILDS) >= 50


@each_case([case for case in BUILDS if not case["transfers"][case["build"]]["error"]])
def test_each_build_alone_transfers_what_docker_says(case, tmp_path):
    picked = (PICKS[case["kind"]], case["build"])
    assert transfers(case, tmp_path, *picked) == recorded(case, case["build"])


@each_case([case for case in BUILDS if case["transfers"][case["build"]]["error"]])
def test_a_build_that_asks_a_registry_takes_no_folder_in_its_place(case, tmp_path):
    assert NEEDS_REGISTRY in case["transfers"][case["build"]]["error"]
    sent = transfers(case, tmp_path, PICKS[case["kind"]], case["build"])
    assert [name for name, _ in sent] == ["context"]


@each_case([case for case in CASES if not case["transfers"][ALL]["error"]])
def test_all_builds_together_transfer_what_docker_says(case, tmp_path):
    # What two builds ask of one context in the same words is sent once where they are built in one call.
    assert set(transfers(case, tmp_path, "--all")) == set(recorded(case, ALL))
