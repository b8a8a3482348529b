"""Vendored modules of Go stay where a build takes nothing else."""

from __future__ import annotations

import pytest

from tests.support.judging import gathered
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

TREE = {
    "go.mod": "module a\n",
    "main.go": "package main\n",
    "vendor/modules.txt": "# a\n",
    "vendor/x/x.go": 3_000_000,
}
GO = "FROM golang\n{}\nWORKDIR /a\nCOPY . .\nRUN {}\n"


def needed(folder, dockerfile, tree):
    facts = gathered(lay(folder, {**tree, "Dockerfile": dockerfile}))
    return {need.path for need in facts.needs.needs if need.reason == "go builds with -mod=vendor"}


@pytest.mark.parametrize(
    ("environment", "step", "more"),
    [
        ("ENV GOFLAGS=-mod=vendor", "go build .", {}),
        ('ENV GOFLAGS="-trimpath -mod=vendor"', "go build .", {}),
        ("ARG GOFLAGS=-mod=vendor", "go build .", {}),
        ("ENV A=b", "go build -mod=vendor -o /x .", {}),
        ("ENV A=b", "go build -mod vendor .", {}),
        ("ENV A=b", "make build", {"Makefile": "build:\n\tgo build -mod=vendor .\n"}),
        ("ENV A=b", "./build.sh", {"build.sh": "#!/bin/sh\ngo build -mod=vendor .\n"}),
    ],
)
def test_what_is_asked_for_stays(tmp_path, environment, step, more):
    assert needed(tmp_path, GO.format(environment, step), {**TREE, **more}) == {
        "vendor/modules.txt"
    }


@pytest.mark.parametrize(
    ("environment", "step", "more"),
    [
        ("ENV A=b", "go build .", {}),
        ("ENV GOFLAGS=-mod=mod", "go build .", {}),
        ("ENV GOFLAGS=-mod=readonly", "go build .", {}),
        ("ENV A=b", "go mod vendor", {}),
        ("ENV A=b", "go build -mod=vendored .", {}),
        ("LABEL how=-mod=vendor", "go build .", {}),
        ("# GOFLAGS=-mod=vendor", "go build .", {}),
        ("ENV A=b", "make build", {"Makefile": "build:\n\tgo build .\nother:\n\tgo build -mod=vendor .\n"}),
        ("ENV A=b", "go build .", {"build.sh": "#!/bin/sh\ngo build -mod=vendor .\n"}),
        ("ENV A=b", "go build .", {"README.md": "go build -mod=vendor\n"}),
    ],
)  # fmt: skip
def test_what_is_not_may_go(tmp_path, environment, step, more):
    assert needed(tmp_path, GO.format(environment, step), {**TREE, **more}) == set()


def test_a_folder_without_the_list_of_modules_is_something_else(tmp_path):
    tree = {"go.mod": "module a\n", "vendor/x.js": 1}
    assert needed(tmp_path, GO.format("ENV GOFLAGS=-mod=vendor", "go build ."), tree) == set()


def test_modules_of_a_folder_further_down(tmp_path):
    tree = {f"api/{path}": content for path, content in TREE.items()}
    dockerfile = "FROM golang\nCOPY api /a\nRUN cd /a && go build -mod=vendor .\n"
    assert needed(tmp_path, dockerfile, tree) == {"api/vendor/modules.txt"}
