"""``ctxopt builds``: as Compose and Bake answer, everything at once, and what ends in which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support.declared import lay_project, options, variables
from tests.support.program import ctxopt, environment
from tests.support.recordings import load
from tests.support.trees import lay

TREE = {
    "compose.yaml": "services:\n  web: {build: {context: web, target: dev}}\n  full: {build: api, profiles: [full]}\n",
    "docker-bake.hcl": 'target "default" {\n  context = "web"\n  contxt = "x"\n}\n',
    "web/Dockerfile": "FROM scratch AS dev\nCOPY . /\n",
    "api/Dockerfile": "FROM scratch\n",
    "tools/Dockerfile": "FROM scratch\n",
}
BROKEN = {
    "YAML": {"compose.yaml": "services: [\n"},
    "a missing include": {"compose.yaml": "include: [no.yaml]\n"},
    "a variable that has to be set": {"compose.yaml": 'services: {a: {build: "${X:?no}"}}\n'},
    "services that extend each other": {
        "compose.yaml": "services: {a: {extends: b}, b: {extends: a}}\n"
    },
    "HCL": {"docker-bake.hcl": 'target "a" {\n'},
    "HCL that cannot be evaluated": {"docker-bake.hcl": 'target "a" { context = nope }\n'},
    "JSON": {"docker-bake.json": '{"target": {"a": {}},}\n'},
    "a devcontainer": {".devcontainer/devcontainer.json": "{\n"},
    "a workflow": {".github/workflows/x.yml": "jobs: [\n"},
}


def ask(cwd, *arguments, **more):
    done = ctxopt("builds", "--format", "json", *arguments, cwd=cwd, **more)
    return done, json.loads(done.stdout)


def names(document):
    return [(build["kind"], build["name"]) for build in document["builds"]]


def piped(text, *arguments, cwd):
    """Run the program with ``text`` on standard input."""
    return subprocess.run(
        [sys.executable, "-m", "ctxopt", "builds", "--format", "json", *arguments],
        cwd=cwd, env=environment(), input=text, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_everything_each_once(tmp_path):
    done, document = ask(lay(tmp_path, TREE))
    assert done.returncode == 0
    assert names(document) == [
        ("compose", "full"),
        ("compose", "web"),
        ("bake", "default"),
        ("dockerfile", "tools/Dockerfile"),
    ]
    assert document["builds"][1] == {
        "name": "web",
        "kind": "compose",
        "declared_in": "compose.yaml",
        "line": 2,
        "context": "web",
        "dockerfile": "web/Dockerfile",
        "dockerfile_inline": None,
        "target": "dev",
        "args": {},
        "contexts": {},
        "profiles": [],
        "from_git": False,
        "note": None,
    }
    (problem,) = document["problems"]
    assert (problem["file"], problem["line"], problem["refused"]) == ("docker-bake.hcl", 3, False)
    assert "did you mean context?" in problem["message"]


@pytest.mark.parametrize("what", BROKEN)
def test_the_rest_is_still_there(what, tmp_path):
    tree = {"x/Dockerfile": "FROM scratch\n", **BROKEN[what]}
    done, document = ask(lay(tmp_path, tree))
    assert done.returncode == 0
    assert names(document) == [("dockerfile", "x/Dockerfile")]
    problem = document["problems"][0]
    assert problem["file"] == next(iter(BROKEN[what]))
    assert problem["line"]
    assert ask(tmp_path, "--strict")[0].returncode == 2
    (tmp_path / "x/Dockerfile").unlink()
    assert ask(tmp_path)[0].returncode == 2


def test_the_other_services_are_still_there(tmp_path):
    tree = {
        "compose.yaml": 'services:\n  a: {build: "${X:?no}"}\n  b: {build: .}\n  c: {contxt: 1}\n'
    }
    done, document = ask(lay(tmp_path, tree))
    assert done.returncode == 0
    assert names(document) == [("compose", "b")]
    assert [problem["line"] for problem in document["problems"]] == [2, 4]


def test_nothing_declared_is_an_answer(tmp_path):
    done = ctxopt("builds", cwd=lay(tmp_path, {"a": "x"}))
    assert (done.returncode, done.stdout) == (0, "no builds are declared here\n")


def test_as_compose_and_as_bake(tmp_path):
    lay(tmp_path, TREE)
    assert names(ask(tmp_path, "--as", "compose")[1]) == [("compose", "web")]
    assert len(ask(tmp_path, "--as", "compose", "--profile", "full")[1]["builds"]) == 2
    # The services make a group called default, which comes before a target of that name.
    assert names(ask(tmp_path, "--as", "bake")[1]) == [("bake", "full"), ("bake", "web")]
    done, document = ask(tmp_path, "--as", "bake", "--target", "full", "--set", "full.target=t")
    assert document["builds"][0]["target"] == "t"
    assert done.returncode == 0


def test_a_refusal_is_told_in_both_formats(tmp_path):
    lay(tmp_path, {"compose.yaml": "services:\n  a: {build: {contxt: x}}\n"})
    done, document = ask(tmp_path, "--as", "compose")
    assert done.returncode == 2
    assert document["builds"] == []
    assert (document["problems"][0]["file"], document["problems"][0]["line"]) == ("compose.yaml", 2)
    done = ctxopt("builds", "--as", "compose", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "compose.yaml:2: services.a.build additional properties 'contxt'" in done.stderr
    assert "did you mean context?" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--profile", "x"),
        ("--as", "bake", "--profile", "x"),
        ("--as", "compose", "--target", "x"),
        ("--set", "a.target=b"),
        ("--as", "podman"),
        ("nowhere",),
        ("--as", "bake", "--set", "a.contxt=b"),
    ],
)
def test_usage(arguments, tmp_path):
    lay(tmp_path, TREE)
    assert ctxopt("builds", *arguments, cwd=tmp_path).returncode == 2


def test_where_one_stands_and_what_paths_are_relative_to(tmp_path):
    lay(tmp_path, {"deploy/compose.yaml": "services: {a: {build: ../x}}\n", "other/y": "z"})
    build = ask(tmp_path / "deploy", "..", "--as", "compose")[1]["builds"][0]
    assert (build["context"], build["declared_in"]) == ("x", "deploy/compose.yaml")
    assert ask(tmp_path / "other", "../deploy", "--as", "compose")[0].returncode == 0
    assert ask(tmp_path / "other", "..", "--as", "compose")[0].returncode == 2
    build = ask(tmp_path, "--as", "compose", "-f", "deploy/compose.yaml")[1]["builds"][0]
    assert build["dockerfile"] == "x/Dockerfile"


def test_what_the_tools_printed(tmp_path):
    config = "name: x\nservices:\n  a:\n    profiles: [p]\n    build: {context: /srv/a, dockerfile: D, args: {A: $$x}}\n"
    done = piped(config, "-f", "-", cwd=tmp_path)
    build = json.loads(done.stdout)["builds"][0]
    assert (build["context"], build["dockerfile"], build["args"]) == (
        "/srv/a",
        "/srv/a/D",
        {"A": "$x"},
    )
    printed = '{"group": {"default": {"targets": ["b"]}}, "target": {"b": {"context": "x", "args": {"A": "$${y}"}}}}'
    build = json.loads(piped(printed, "-f", "-", cwd=tmp_path).stdout)["builds"][0]
    assert (build["kind"], build["context"], build["args"]) == ("bake", "x", {"A": "${y}"})
    assert piped("", "-f", "-", cwd=tmp_path).returncode == 2


def test_text(tmp_path):
    tree = TREE | {"examples/x/Dockerfile": "FROM scratch\n"}
    done = ctxopt("builds", cwd=lay(tmp_path, tree))
    assert done.stdout.splitlines() == [
        "full              compose.yaml:3      api    api/Dockerfile",
        "    profiles full",
        "web               compose.yaml:2      web    web/Dockerfile",
        "    target dev",
        "default           docker-bake.hcl:1   web    web/Dockerfile",
        "tools/Dockerfile  tools/Dockerfile:1  tools  tools/Dockerfile",
        "",
        "set apart, as vendored or an example: 1; -v lists them",
    ]
    assert "examples/x/Dockerfile" in ctxopt("builds", "-v", cwd=tmp_path).stdout
    assert ctxopt("builds", "-q", cwd=tmp_path).stderr == ""


def arguments(case):
    given = ["--as", case["kind"]]
    for name, key in (("-f", "files"), ("--profile", "profiles"), ("--target", "targets")):
        for value in case.get(key) or ():
            given += [name, value]
    for name, value in options(case):
        given += [name, value]
    return given


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", load("compose.jsonl.gz") + load("bake.jsonl.gz"), ids=lambda case: case["id"]
)
def test_the_command_answers_what_was_recorded(case, tmp_path):
    root, case = lay_project(case, tmp_path)
    cwd = os.path.join(root, case.get("cwd") or "").rstrip("/")
    done, document = ask(cwd, root, *arguments(case), **variables(case, cwd))
    keys = ["context", "dockerfile", "dockerfile_inline", "target", "args", "contexts"]
    if case["kind"] == "compose":
        keys.append("profiles")
    found = {build["name"]: {key: build[key] for key in keys} for build in document["builds"]}
    assert found == (case["answer"] or {})
    assert done.returncode == (2 if case["answer"] is None else 0)
    assert bool(document["problems"]) >= (case["answer"] is None)


@pytest.mark.parametrize("command", ["--version", "scan", "builds"])
def test_libraries_load_only_where_their_files_are_read(command, tmp_path):
    lay(tmp_path, {"Dockerfile": "FROM scratch\n"})
    code = (
        "import sys\nfrom ctxopt.__main__ import main\n"
        "try: main()\nfinally: print(sorted({'yaml', 'hcl2', 'lark', 'regex'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, command], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == "[]"
