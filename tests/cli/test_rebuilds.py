"""``ctxopt rebuilds``: options, formats and exit codes."""

from __future__ import annotations

import json

import pytest

from tests.support.program import ctxopt
from tests.support.rebuilds import FIRST, history
from tests.support.repositories import git, init, write

pytestmark = pytest.mark.usefixtures("clean")

STEPS = [{"README.md": "2"}, {"src/a.ts": "2"}, {".github/workflows/ci.yml": "2"}]


def document(*arguments, cwd):
    done = ctxopt("rebuilds", "--format", "json", *arguments, cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_the_document(tmp_path):
    root = history(tmp_path / "r", STEPS)
    found = document(cwd=root)
    assert list(found) == [
        "version", "root", "dockerfile", "ignore_file", "builder", "target", "complete", "without_dockerfile", "commits",
        "rebuilt", "avoidable", "instructions", "lines",
    ]  # fmt: skip
    assert (found["rebuilt"], found["avoidable"], len(found["commits"])) == (3, 2, 3)
    manifests, everything = found["instructions"]
    assert list(everything) == [
        "instruction", "mount", "line", "stage", "text", "changed", "avoidable", "kinds", "changes", "runs_again",
    ]  # fmt: skip
    assert (manifests["changed"], everything["changed"], everything["avoidable"]) == (0, 3, 2)
    assert everything["kinds"] == {"ci": 1, "documentation": 1}
    head = git(root, "rev-parse", "HEAD").decode().strip()
    assert everything["changes"][0] == {
        "commit": head, "avoidable": True, "kinds": ["ci"], "paths": [".github/workflows/ci.yml"],
    }  # fmt: skip
    assert everything["runs_again"][0] == {
        "instruction": "RUN", "line": 6, "stage": 0, "text": "RUN npm run build", "certain": True, "cost": "compiles",
    }  # fmt: skip
    assert found["lines"][0] == {
        "pattern": "**/.github",
        "kinds": ["ci"],
        "alone": 1,
        "together": 1,
    }


@pytest.mark.parametrize(
    ("arguments", "commits"),
    [([], 3), (["--commits", "2"], 2), (["--against", "HEAD~2"], 2), (["--against", "HEAD~2..HEAD~1"], 1),
     (["--against", "HEAD~2", "--commits", "1"], 1), (["--target", "build"], 3), (["-f", "Dockerfile"], 3)],
)  # fmt: skip
def test_options(tmp_path, arguments, commits):
    root = history(tmp_path / "r", STEPS)
    assert len(document(*arguments, cwd=root)["commits"]) == commits


def test_from_another_folder_and_into_a_file(tmp_path):
    history(tmp_path / "r", STEPS)
    done = ctxopt("rebuilds", "r", "-o", "report.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "report.txt").read_text().startswith("3 of 3 commits")
    assert ctxopt("rebuilds", "r", cwd=tmp_path).stdout == (tmp_path / "report.txt").read_text()


@pytest.mark.parametrize("format_", ["text", "json", "markdown"])
def test_one_commit_is_no_mistake(tmp_path, format_):
    done = ctxopt("rebuilds", "--format", format_, cwd=history(tmp_path / "r", []))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--commits", "0"], "0 is not in the range"),
        (["--commits", "x"], "not a valid int"),
        (["--against", "nope"], "no commit 'nope'"),
        (["--against", "nope..HEAD"], "no commit 'nope'"),
        (["--against", "HEAD..--all"], "no commit '--all'"),
        (["--target", "nope"], "nope"),
        (["-f", "nope"], "nope"),
        (["--build-arg", "=x"], "has no name"),
        (["nope"], "nope"),
        (["--format", "sarif"], "sarif"),
        (["-o", "Dockerfile"], "Dockerfile"),
    ],
)
def test_mistakes(tmp_path, arguments, said):
    done = ctxopt("rebuilds", *arguments, cwd=history(tmp_path / "r", STEPS))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize("builder", ["classic", "podman"])
def test_other_builders_are_refused(tmp_path, builder):
    root = history(tmp_path / "r", STEPS)
    write(root, {"ctxopt.toml": f'builder = "{builder}"\n'})
    done = ctxopt("rebuilds", cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert "only rebuilds of BuildKit can be counted" in done.stderr


def test_places_without_a_history(tmp_path):
    write(tmp_path / "plain", FIRST)
    write(init(tmp_path / "empty"), FIRST)
    git(tmp_path, "clone", "-q", "--bare", history(tmp_path / "r", STEPS), "bare")
    history(tmp_path / "no", [{"a": "1"}], {"a": "2"})
    for place, said in {
        "plain": "in none",
        "empty": "no commit yet",
        "bare": "bare",
        "no": "no Dockerfile",
    }.items():
        done = ctxopt("rebuilds", cwd=tmp_path / place)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert done.stderr.count("\n") <= 2


def test_a_clone_without_trees_says_what_to_do(tmp_path):
    root = history(tmp_path / "r", STEPS)
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=tree:0", f"file://{root}", "clone")
    before = git(tmp_path / "clone", "count-objects", "-v")
    done = ctxopt("rebuilds", cwd=tmp_path / "clone")
    assert (done.returncode, done.stdout) == (2, "")
    assert "not in this clone" in done.stderr
    assert git(tmp_path / "clone", "count-objects", "-v") == before
