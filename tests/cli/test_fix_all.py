"""``fix --all``: what it writes, what is refused, exit codes, formats, and how it is taken back."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tests.support.program import ctxopt
from tests.support.repositories import git, git_apply
from tests.support.several import TAKES_ALL, compose
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

NPM = TAKES_ALL + "RUN npm ci\n"
TREE: dict[str, Any] = {
    "compose.yaml": compose(api="./api", web="./web", job="./job"),
    "docker-bake.hcl": 'group "all" {\n  targets = ["tool"]\n}\ntarget "tool" {\n  context = "tool"\n}\n',
    ".gitignore": "node_modules\n",
    **{f"{folder}/Dockerfile": NPM for folder in ("api", "web", "tool", "examples/e")},
    **{f"{folder}/package.json": "{}" for folder in ("api", "web", "tool", "examples/e")},
    **{f"{folder}/node_modules/a/x.js": 3_000_000 for folder in ("api", "web", "tool", "examples/e")},
    "examples/compose.yaml": compose(web="./e", only="{context: e, target: x}"),
    "job/Dockerfile": TAKES_ALL, "job/x": 10,
}  # fmt: skip
BROKEN = "services:\n  x:\n    build: [\n"


def written(root):
    """The ignore files, by path."""
    return sorted(
        os.path.relpath(os.path.join(folder, name), root)
        for folder, _, names in os.walk(root)
        for name in names
        if name.endswith(".dockerignore")
    )


ALL = ["api/.dockerignore", "tool/.dockerignore", "web/.dockerignore"]
PICKED = [
    (["--all"], ALL),
    (["--service", "web"], ["web/.dockerignore"]),
    (["--service", "web", "--service", "api"], ["api/.dockerignore", "web/.dockerignore"]),
    (["--service", "job"], []),
    (["--bake-target", "tool"], ["tool/.dockerignore"]),
    (["--bake-target", "all"], ["tool/.dockerignore"]),
    (["--all", "--dry-run"], []),
    (["--all", "--check"], []),
    (["--all", "--format", "diff"], []),
    (["--all", "--format", "json"], ALL),
    (["--all", "--proven"], []),
]


@pytest.mark.parametrize(("args", "wanted"), PICKED)
def test_which_files_are_written(tmp_path, args, wanted):
    root = lay(tmp_path, TREE)
    ctxopt("fix", *args, cwd=root)
    assert written(root) == wanted


def test_once_is_enough_and_check_agrees(tmp_path):
    root = lay(tmp_path, TREE)
    assert ctxopt("fix", "--all", "--check", cwd=root).returncode == 1
    done = ctxopt("fix", "--all", cwd=root)
    assert done.returncode == 0
    assert "Written to api/.dockerignore, " in done.stdout
    assert "Nothing to do for job" in done.stdout
    content = {path: (tmp_path / path).read_bytes() for path in written(root)}
    again = ctxopt("fix", "--all", cwd=root)
    assert again.returncode == 0
    assert again.stdout.startswith("Nothing to do for ")
    assert {path: (tmp_path / path).read_bytes() for path in written(root)} == content
    assert ctxopt("fix", "--all", "--check", cwd=root).returncode == 0


def test_a_service_is_fixed_with_what_the_others_take(tmp_path):
    tree = {
        "compose.yaml": compose(a="{dockerfile: A}", b="{dockerfile: B}"),
        "A": NPM, "B": "FROM a\nCOPY out /o\n", "package.json": "{}", "out/x": 3_000_000,
        "node_modules/x.js": 3_000_000, ".gitignore": "node_modules\nout\n",
    }  # fmt: skip
    root = lay(tmp_path, tree)
    assert ctxopt("fix", "--service", "a", cwd=root).returncode == 0
    text = (tmp_path / ".dockerignore").read_text()
    assert "**/node_modules\n" in text
    assert "out" not in text
    assert ctxopt("fix", "--all", "--check", cwd=root).returncode == 0


def test_undo_restores_all_and_then_has_nothing_to_do(tmp_path):
    root = lay(tmp_path, {**TREE, "web/.dockerignore": "# mine\n"})
    ctxopt("fix", "--all", cwd=root)
    assert written(root) == ALL
    done = ctxopt("fix", "--all", "--undo", cwd=root)
    assert done.returncode == 0
    assert sorted(done.stdout.splitlines()) == [
        "Removed api/.dockerignore, which was not there before ctxopt wrote it",
        "Removed tool/.dockerignore, which was not there before ctxopt wrote it",
        "Restored web/.dockerignore, as it was before ctxopt wrote it",
    ]
    assert (tmp_path / "web/.dockerignore").read_text() == "# mine\n"
    again = ctxopt("fix", "--all", "--undo", cwd=root)
    assert (again.returncode, again.stdout) == (2, "")
    assert "nothing to undo" in again.stderr


def test_undo_names_what_was_edited_since(tmp_path):
    root = lay(tmp_path, TREE)
    ctxopt("fix", "--all", cwd=root)
    (tmp_path / "web/.dockerignore").write_text("mine\n")
    done = ctxopt("fix", "--all", "--undo", cwd=root)
    assert done.returncode == 2
    assert "web/.dockerignore was edited after ctxopt wrote it" in done.stderr
    assert done.stdout.count("Removed ") == 2
    assert written(root) == ["web/.dockerignore"]


def test_a_file_that_cannot_be_written_is_named_and_the_others_are(tmp_path):
    root = lay(tmp_path, TREE)
    (tmp_path / "ignore-rules").write_text("x\n")
    os.symlink("../ignore-rules", tmp_path / "web/.dockerignore")
    done = ctxopt("fix", "--all", cwd=root)
    assert done.returncode == 2
    assert "error: web/.dockerignore is not written: " in done.stderr
    assert "Written to api/.dockerignore, tool/.dockerignore" in done.stdout
    assert (tmp_path / "ignore-rules").read_text() == "x\n"


def test_the_patch_is_what_is_written(tmp_path):
    root = lay(tmp_path, TREE)
    git(root, "init", "-q", "-b", "main", "--template=")
    patch = ctxopt("fix", "--all", "--format", "diff", cwd=root).stdout
    assert written(root) == []
    git_apply(tmp_path, patch)
    applied = {path: (tmp_path / path).read_bytes() for path in written(root)}
    for path in applied:
        (tmp_path / path).unlink()
    assert ctxopt("fix", "--all", cwd=root).returncode == 0
    assert {path: (tmp_path / path).read_bytes() for path in written(root)} == applied


def test_the_document_tells_of_each_build_and_file(tmp_path):
    root = lay(tmp_path, {**TREE, "broken/compose.yaml": BROKEN})
    before = json.loads(ctxopt("scan", "--all", "--format", "json", cwd=root).stdout)
    told = json.loads(ctxopt("fix", "--all", "--format", "json", cwd=root).stdout)
    assert told["totals"]["bytes_before"] == before["totals"]["bytes"]
    after = json.loads(ctxopt("scan", "--all", "--format", "json", cwd=root).stdout)
    assert told["totals"]["bytes_after"] == after["totals"]["bytes"]
    foretold = {each["context"]: each["lines"] for each in before["contexts"]}
    lines = {
        each["context"]: [text for line in each["fix"]["lines"] for text in line["texts"]]
        for each in told["files"]
        if each["fix"]
    }
    assert {context: foretold[context] for context in lines} == lines
    changed = [each["file"] for each in told["files"] if each["fix"] and each["fix"]["written"]]
    assert sorted(changed) == ALL
    assert [problem["file"] for problem in told["problems"]] == ["broken/compose.yaml"]
    assert told["apart"] == 2


REFUSED = [
    (["--all", "-f", "x"], "--file is about one build"),
    (["--all", "--target", "x"], "--target is about one build"),
    (["--all", "--build-arg", "A=1"], "--build-arg is about one build"),
    (["--all", "--ignorefile", "x"], "--ignorefile is about one build"),
    (["--all", "--allow-list"], "--allow-list is about one build"),
    (["--all", "--per-dockerfile"], "--per-dockerfile is about one build"),
    (["--all", "--interactive"], "--interactive is about one build"),
    (["--all", "--proven", "--possible"], "--proven and --possible cannot be combined"),
    (["--all", "--undo", "--check"], "--undo and --check cannot be combined"),
    (["--service", "we"], "there is no service 'we' with a build"),
    (["--service", "only"], "there is no service 'only' with a build"),
    (["--bake-target", "too"], "there is no target or group of Bake 'too' with a build"),
    (["--strict"], "--strict is about what several files declare"),
    (["--all", "gone"], "'gone' is not a folder"),
    (["--all", "job/x"], "'job/x' is not a folder"),
    (["--all", "--select", "no-such-rule"], "no-such-rule"),
    (["--all", "-o", "web/Dockerfile"], "is what the report is about"),
    (["--all", "-o", "web/.dockerignore"], "is what the report is about"),
    (["--all", "-o", "web"], "it is a folder"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "reason"), REFUSED)
def test_what_makes_no_sense_is_refused_before_anything_is_written(tmp_path, args, reason):
    root = lay(tmp_path, TREE)
    done = ctxopt("fix", *args, cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert written(root) == []


@pytest.mark.parametrize(
    ("tree", "args", "code"),
    [
        ({}, [], 0),
        ({}, ["--strict"], 0),
        ({"other/compose.yaml": BROKEN}, [], 0),
        ({"other/compose.yaml": BROKEN}, ["--strict"], 2),
        ({"other/compose.yaml": compose(x="./none")}, [], 0),
        ({"other/compose.yaml": compose(x="./none")}, ["--strict"], 2),
        ({"other/compose.yaml": compose(x="./none")}, ["--check"], 1),
    ],
)
def test_what_is_broken_is_named_and_the_rest_fixed(tmp_path, tree, args, code):
    root = lay(tmp_path, TREE | tree)
    done = ctxopt("fix", "--all", *args, cwd=root)
    assert done.returncode == code
    assert written(root) == ([] if "--check" in args else ALL)
    assert ("none" in done.stdout) == ("other/compose.yaml" in tree and BROKEN not in tree.values())


@pytest.mark.parametrize(
    "tree",
    [
        {"compose.yaml": BROKEN},
        {"compose.yaml": compose(a="./none")},
        {"compose.yaml": compose(a="./a"), "a/Dockerfile": "FROM a\nCOPPY a b\n"},
        {"a/x": 1},
        {},
    ],
)
def test_nothing_to_measure_is_an_error(tmp_path, tree):
    assert ctxopt("fix", "--all", cwd=lay(tmp_path, tree)).returncode == 2


TRACKED = {"Dockerfile": TAKES_ALL, ".dockerignore": ".git\nDockerfile\n", "dump.sql": 9_000_000}


@pytest.mark.parametrize(
    ("args", "head"),
    [
        (["--check", "--proven"], "Nothing proven to do"),
        (["--all", "--check", "--proven"], "Nothing proven to do for Dockerfile"),
        (["--check", "--proven", "--select", "secret-file"], "Nothing to do"),
        (["--all", "--check", "--proven", "--select", "secret-file"], "Nothing to do for Dockerfile"),
    ],
)  # fmt: skip
def test_what_is_only_not_proven_is_not_nothing(tmp_path, args, head):
    root = lay(tmp_path, TRACKED)
    git(root, "init", "-q", "-b", "main", "--template=")
    git(root, "add", "-A")
    done = ctxopt("fix", *args, cwd=root)
    assert done.returncode == 0
    assert done.stdout.startswith(head)
