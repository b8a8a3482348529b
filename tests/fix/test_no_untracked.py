"""``fix --no-untracked``: what git neither tracks nor ignores counts as not there."""

from __future__ import annotations

import pytest

from tests.support.program import ctxopt
from tests.support.repositories import found, git, init, write

pytestmark = pytest.mark.usefixtures("clean")

BIG = "x" * 3_000_000
START = {
    "Dockerfile": "FROM x\nCOPY . /\n",
    ".dockerignore": ".git\n",
    ".gitignore": "*.log\ndist/\n.venv/\n",
    "src/a.py": "a = 1\n",
    "pyproject.toml": "[project]\n",
}
CHECK = ("fix", "--check", "--no-untracked")


def code(root, *arguments):
    done = ctxopt(*(arguments or CHECK), cwd=root)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode


LEFTOVERS = [
    {"notes/dump.sql": BIG},
    {"core.1234": BIG},
    {"backup.tar.gz": BIG},
    {"src/notes.sqlite": BIG, "src/nohup.out": BIG},
    {"node_modules/a/index.js": BIG, "package.json": "{}"},
    {"leftover/deep/er/video.mp4": BIG},
    {".env": "SECRET_KEY=Zk3jx9Qm27RtLw81\n"},
]


@pytest.mark.parametrize("files", LEFTOVERS)
def test_leftovers_of_one_person_are_left_out(tmp_path, files):
    root = init(tmp_path / "r", START)
    assert code(root) == 0
    write(root, files)
    assert code(root) == 0


def test_without_it_most_of_them_count(tmp_path):
    root = init(tmp_path / "r", START)
    write(root, LEFTOVERS[0])
    write(root, LEFTOVERS[4])
    assert code(root, "fix", "--check") == 1


@pytest.mark.parametrize(
    "files",
    [
        {"big.log": BIG},
        {"leftover/big.log": BIG, "leftover/x": "x"},
        {".venv/pyvenv.cfg": "home = /usr\n", ".venv/lib/x.py": BIG},
    ],
)
def test_what_git_ignores_counts(tmp_path, files):
    root = init(tmp_path / "r", START)
    write(root, files)
    assert code(root) == 1


def test_what_is_tracked_counts(tmp_path):
    root = init(tmp_path / "r", START | {"core.1234": BIG, "notes/dump.sql": BIG})
    assert code(root) == code(root, "fix", "--check")


def test_outside_of_a_repository(tmp_path):
    write(tmp_path / "c", START)
    done = ctxopt(*CHECK, cwd=tmp_path / "c")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is in no git repository" in done.stderr


@pytest.mark.parametrize("arguments", [("--all",), ("--undo",)])
def test_what_cannot_be_asked_with_it(tmp_path, arguments):
    done = ctxopt("fix", "--no-untracked", *arguments, cwd=init(tmp_path / "r", START))
    assert done.returncode == 2
    assert "--no-untracked" in done.stderr


@pytest.mark.parametrize(
    ("below", "untracked"),
    [
        ("", {"tools/a", "tools/deep", "sub/new", "sub/odd\nname"}),
        ("sub", {"new", "odd\nname"}),
        ("tools", {"a", "deep"}),
    ],
)
def test_what_git_calls_untracked(tmp_path, below, untracked):
    root = init(tmp_path / "r", {".gitignore": "*.log\n", "sub/tracked": "t"})
    write(root, {
        "logs/x.log": "x", "tools/a": "a", "tools/x.log": "x", "tools/deep/b": "b", "sub/new/c": "c",
        "sub/odd\nname": "n", "sub/y.log": "y",
    })  # fmt: skip
    repository = found(f"{root}/{below}")
    evidence = repository.evidence(f"{root}/{below}")
    assert {path.removesuffix("/b") for path in repository.untracked(evidence.ignored)} == untracked
    assert git(root, "status", "--porcelain")
