"""The limit on rebuilds: what holds, what is broken, what cannot be judged, in every state and format."""

from __future__ import annotations

import json

import pytest

from tests.support.program import ctxopt
from tests.support.rebuilds import FIRST, history
from tests.support.repositories import commit, git, init, write
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

STEPS = [{"README.md": "2"}, {"src/a.ts": "2"}, {"README.md": "3"}, {"docs/a.md": "2"}]


@pytest.fixture
def repository(tmp_path):
    return history(tmp_path / "r", STEPS)


def check(root, *words):
    return ctxopt("check", *words, cwd=root)


def limit(root, *words):
    document = json.loads(check(root, "--format", "json", *words).stdout)
    (found,) = document["contexts"][0]["limits"]
    return found


@pytest.mark.parametrize(
    ("words", "code", "value", "message"),
    [
        (["--max-rebuilds", "3"], 0, 3, "3 in 4 commits for nothing that the build reads <= max-rebuilds 3"),
        (["--max-rebuilds", "99"], 0, 3, "3 in 4 commits for nothing that the build reads <= max-rebuilds 99"),
        (["--max-rebuilds", "2"], 1, 3, "> max-rebuilds 2; ignore README.md, docs"),
        (["--max-rebuilds", "0"], 1, 3, "> max-rebuilds 0; ignore README.md, docs"),
        (["--max-rebuilds", "2", "--warn-only"], 0, 3, "> max-rebuilds 2; ignore README.md, docs"),
        (["--max-rebuilds", "2", "--against", "HEAD~2..HEAD"], 0, 2, "2 in 2 commits"),
        (["--max-rebuilds", "1", "--against", "HEAD~2..HEAD"], 1, 2, "2 in 2 commits"),
        (["--max-rebuilds", "1", "--against", "HEAD~1"], 0, 1, "1 in 1 commit for"),
        (["--max-rebuilds", "0", "--against", "HEAD..HEAD"], 0, 0, "0 in 0 commits"),
        (["--max-rebuilds", "0", "--working-tree"], 1, 3, "> max-rebuilds 0"),
        (["--max-rebuilds", "9", "--against", "HEAD~3..HEAD~1"], 2, None,
         "'HEAD~1' is not what is checked out, max-rebuilds 9 cannot be judged"),
        (["--max-rebuilds", "9", "--builder", "classic"], 2, None, "only rebuilds of BuildKit can be counted"),
    ],
)  # fmt: skip
def test_what_becomes_of_it(repository, words, code, value, message):
    assert check(repository, *words).returncode == code
    found = limit(repository, *words)
    assert found["value"] == value
    assert message in found["message"]
    assert found["limit"] == "max-rebuilds"


def test_what_is_ignored_today_breaks_nothing(repository):
    write(repository, {".dockerignore": ".git\nREADME.md\ndocs\n"})
    assert limit(repository, "--max-rebuilds", "0")["value"] == 0


def test_a_staged_change_is_no_commit(repository):
    write(repository, {"README.md": "4"})
    git(repository, "add", "-A")
    assert limit(repository, "--max-rebuilds", "3")["value"] == 3


@pytest.mark.parametrize("case", ["no repository", "no commit", "no Dockerfile"])
def test_where_it_cannot_be_judged(tmp_path, case):
    first = dict(FIRST)
    if case == "no Dockerfile":
        del first["Dockerfile"]
        root = init(tmp_path / "r", first)
    else:
        root = lay(tmp_path / "r", first)
        if case == "no commit":
            git(root, "init", "-q")
    done = check(root, "--max-rebuilds", "9")
    assert done.returncode == 2
    assert "max-rebuilds 9 cannot be judged (set by --max-rebuilds)" in " ".join(
        done.stderr.split()
    )


@pytest.mark.parametrize(("bound", "verdict"), [("9", "skip"), ("2", "skip"), ("1", "fail")])
def test_of_a_shallow_clone_only_a_broken_limit_is_certain(repository, tmp_path, bound, verdict):
    git(tmp_path, "clone", "-q", "--depth", "3", f"file://{repository}", "c")
    assert limit(tmp_path / "c", "--max-rebuilds", bound)["verdict"] == verdict


def test_it_is_set_for_one_context(repository):
    commit(repository, {
        "ctxopt.toml": 'max-rebuilds = 9\n[[context]]\npath = "."\nmax-rebuilds = 1\n[[context]]\npath = "app"\n',
        "app/Dockerfile": "FROM a\nCOPY . .\n", "app/README.md": "1",
    })  # fmt: skip
    commit(repository, {"app/README.md": "2"})
    done = check(repository, "--format", "json")
    found = {item["context"]: item["limits"][0] for item in json.loads(done.stdout)["contexts"]}
    assert (found["."]["verdict"], found["."]["bound"]) == ("fail", 1)
    assert (found["app"]["verdict"], found["app"]["value"], found["app"]["bound"]) == ("pass", 2, 9)


@pytest.mark.parametrize("format_", ["text", "markdown", "github", "sarif", "junit", "gitlab"])
def test_every_format_tells_it(repository, format_):
    done = check(repository, "--max-rebuilds", "2", "--format", format_)
    assert done.returncode == 1
    assert "max-rebuilds 2" in done.stdout.replace("\\", "")


def test_a_check_without_it_asks_for_no_history(repository, monkeypatch):
    from ctxopt.guard import rebuilds

    monkeypatch.setattr(rebuilds, "first_parents", None)
    assert check(repository, "--max-size", "1MB").returncode == 0


@pytest.mark.parametrize("value", ["-1", "x", "1.5"])
def test_what_is_no_number_of_commits(repository, value):
    assert check(repository, "--max-rebuilds", value).returncode == 2
