"""What the check of a staged change says of steps that need not run again."""

from __future__ import annotations

import json

import pytest

from tests.support.program import ctxopt
from tests.support.rebuilds import FIRST, NODE
from tests.support.repositories import git, init, write

pytestmark = pytest.mark.usefixtures("clean")

EARLY = "FROM node:22\nCOPY . .\nRUN npm ci\nRUN npm run build\n"


def needless(tmp_path, staged, dockerfile=EARLY, files=None, words=()):
    root = init(tmp_path / "r", {**FIRST, "Dockerfile": dockerfile, **(files or {})})
    write(root, staged)
    git(root, "add", "-A")
    done = ctxopt("check", "--format", "json", *words, cwd=root)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["contexts"][0]["needless"]


@pytest.mark.parametrize(
    ("staged", "dockerfile", "expected"),
    [
        ({"README.md": "2"}, EARLY, (["README.md"], 3, "npm ci", ["README.md"])),
        ({"README.md": None}, EARLY, (["README.md"], 3, "npm ci", ["README.md"])),
        ({"CHANGELOG.md": "1"}, EARLY, (["CHANGELOG.md"], 3, "npm ci", ["CHANGELOG.md"])),
        ({"README.md": "2", ".github/workflows/ci.yml": "2"}, EARLY,
         ([".github/workflows/ci.yml", "README.md"], 3, "npm ci", ["**/.github", "README.md"])),
        # What comes before the COPY stays; and what is copied from another stage may be the same.
        ({"README.md": "2"}, NODE, (["README.md"], 2, "npm run build", ["README.md"])),
        ({"README.md": "2"}, "FROM a\nCOPY . .\nRUN echo\n", (["README.md"], 2, None, ["README.md"])),
        ({"compose.yaml": "x: 1"}, EARLY, (["compose.yaml"], 3, "npm ci", ["compose.yaml"])),
    ],
)  # fmt: skip
def test_steps_that_run_again_for_nothing(tmp_path, staged, dockerfile, expected):
    found = needless(tmp_path, staged, dockerfile)
    assert found is not None
    paths, steps, costly, lines = expected
    assert (found["paths"], found["steps"], found["costly"]) == (paths, steps, costly)
    assert [line.removeprefix("**/") for line in found["lines"]] == [
        line.removeprefix("**/") for line in lines
    ]


@pytest.mark.parametrize(
    ("staged", "dockerfile", "files", "words"),
    [
        ({"src/a.ts": "2"}, EARLY, {}, ()),
        ({"README.md": "2", "src/a.ts": "2"}, EARLY, {}, ()),
        ({"package.json": "{}"}, EARLY, {}, ()),
        ({"src/README.md": "2"}, EARLY, {}, ()),
        # Nothing takes it, or it is ignored.
        ({"README.md": "2"}, "FROM a\nCOPY src .\nRUN npm ci\n", {}, ()),
        ({"README.md": "2"}, EARLY, {".dockerignore": "README.md\n"}, ()),
        ({"README.md": "2"}, "FROM a\nRUN npm ci\n", {}, ()),
        # Something reads it.
        ({"README.md": "2"}, "FROM a\nCOPY README.md .\nRUN npm ci\n", {}, ()),
        ({"README.md": "2"}, "FROM a\nCOPY . .\nRUN cat README.md\n", {}, ()),
        ({"README.md": "2"}, EARLY, {"src/b.ts": "import r from '../README.md'\n"}, ()),
        ({"tests/a.test.ts": "2"}, "FROM a\nCOPY . .\nRUN npm test\n", {}, ()),
        ({"README.md": "2"}, EARLY, {"ctxopt.toml": 'keep = ["README.md"]\n'}, ()),
        # Another build, and a step that no one waits for.
        ({"Dockerfile": EARLY + "# x\n"}, EARLY, {}, ()),
        ({"README.md": "2", ".dockerignore": ".git\nx\n"}, EARLY, {}, ()),
        ({"README.md": "2"}, "FROM a\nRUN npm ci\nCOPY . .\n", {}, ()),
        # Other states than what is staged, and another builder.
        ({"README.md": "2"}, EARLY, {}, ("--working-tree",)),
        ({"README.md": "2"}, EARLY, {}, ("--against", "HEAD..HEAD")),
        ({"README.md": "2"}, EARLY, {}, ("--builder", "classic")),
        ({}, EARLY, {}, ()),
    ],
)  # fmt: skip
def test_what_is_of_use_or_touches_no_step(tmp_path, staged, dockerfile, files, words):
    assert needless(tmp_path, staged, dockerfile, files, words) is None


def test_a_commit_of_sources_looks_at_no_file(tmp_path, monkeypatch):
    from ctxopt.guard import check

    def refuse(*_: object) -> None:
        raise AssertionError("no file is looked at")

    monkeypatch.setattr(check, "measure_trees", refuse)
    assert needless(tmp_path, {"src/a.ts": "2", "README.md": "2"}) is None


def test_a_dockerfile_that_cannot_be_read_says_nothing(tmp_path):
    root = init(tmp_path / "r", FIRST)
    write(root, {"README.md": "2"})
    git(root, "add", "-A")
    write(root, {"Dockerfile": "FROM\n"})
    assert ctxopt("check", cwd=root).returncode == 0


@pytest.mark.parametrize("format_", ["text", "markdown"])
def test_it_is_one_sentence(tmp_path, format_):
    root = init(tmp_path / "r", {**FIRST, "Dockerfile": EARLY})
    write(root, {"README.md": "2"})
    git(root, "add", "-A")
    done = ctxopt("check", "--quiet", "--warn-only", "--format", format_, cwd=root)
    told = " ".join(done.stdout.split()).replace("\\", "")
    sentence = (
        "this edit of README.md rebuilds 3 steps for nothing, npm ci among them; ignore README.md"
    )
    assert f"Rebuilds: {sentence}" in told
    hook = ctxopt("check", "--quiet", "--warn-only", "--format", "line", cwd=root)
    assert hook.stdout == f"the Docker build context: {sentence}\n"
