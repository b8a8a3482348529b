"""``-f -``: a Dockerfile from standard input, which only the ignore file at the root is for."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from ctxopt.build import standard_input
from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context, own_ignore, read_dockerfile
from ctxopt.build.request import BuildRequest
from ctxopt.errors import ContextError
from tests.support.program import environment
from tests.support.repositories import init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

TEXT = b"FROM scratch\nCOPY . /x\n"
TREE = {"data/a": 10, "logs/b": 20}


@pytest.fixture
def given(monkeypatch):
    """Make standard input hold a Dockerfile."""

    def hold(content):
        standard_input.read_standard_input.cache_clear()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    hold(TEXT)
    yield hold
    standard_input.read_standard_input.cache_clear()


@pytest.mark.parametrize("builder", ["buildkit", "classic", "podman"])
@pytest.mark.parametrize(
    ("more", "in_force", "sent"),
    [
        ({}, None, ["data/a", "logs/b"]),
        ({".dockerignore": "logs\n"}, ".dockerignore", [".dockerignore", "data/a"]),
        ({"Dockerfile.dockerignore": "*\n"}, None, ["Dockerfile.dockerignore", "data/a", "logs/b"]),
        ({"-.dockerignore": "*\n"}, None, ["-.dockerignore", "data/a", "logs/b"]),
        ({"stdin.dockerignore": "*\n"}, None, ["data/a", "logs/b", "stdin.dockerignore"]),
        # A file of that name has to be called ./-.
        ({"-": "FROM a\nCOPY none /\n"}, None, ["-", "data/a", "logs/b"]),
        ({"Dockerfile": "FROM a\nCOPY none /\n"}, None, ["Dockerfile", "data/a", "logs/b"]),
    ],
)
def test_the_root_alone_has_an_ignore_file_for_it(
    tmp_path, given, monkeypatch, more, in_force, sent, builder
):
    root = lay(tmp_path, {**TREE, **more})
    monkeypatch.chdir(root)
    context = find_context(root, dockerfile="-", builder=builder)
    assert context.ignore.path == in_force
    analysis = analyze(context, BuildRequest())
    assert [entry.path for entry in analysis.sent.entries() if entry.type == "file"] == sent
    # What is looked for twice is read once.
    assert read_dockerfile(find_context(root, dockerfile="-", builder=builder)) == TEXT


@pytest.mark.parametrize(
    ("tree", "named"),
    [
        ({"Dockerfile.dockerignore": "logs\n"}, ["Dockerfile.dockerignore"]),
        ({"Dockerfile.dockerignore": "logs\n", ".dockerignore": "x\n"}, ["Dockerfile.dockerignore"]),
        ({".dockerignore": "x\n"}, []),
        ({"other.dockerignore": "x\n"}, []),
        ({"docker/.dockerignore": "x\n"}, []),
    ],
)  # fmt: skip
def test_an_ignore_file_that_is_not_for_it(tmp_path, given, tree, named):
    context = find_context(lay(tmp_path, tree), dockerfile="-")
    assert [item.path for item in context.inactive] == named


def test_the_classic_figure_has_the_dockerfile_in_it(tmp_path, given):
    root = lay(tmp_path / "c", {"a": 10, ".dockerignore": "x\n"})
    (tmp_path / "Dockerfile").write_bytes(TEXT)
    outside = find_context(root, dockerfile=str(tmp_path / "Dockerfile"), builder="classic")
    piped = find_context(root, dockerfile="-", builder="classic")
    figures = [analyze(item, BuildRequest()).permitted_bytes for item in (outside, piped)]
    assert figures[0] == figures[1]


def test_no_ignore_file_of_its_own_is_written(tmp_path, given):
    context = find_context(lay(tmp_path, TREE), dockerfile="-")
    with pytest.raises(ContextError, match="no Dockerfile to which"):
        own_ignore(context)


def test_standard_input_that_is_closed(tmp_path, given, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ContextError, match="closed"):
        find_context(lay(tmp_path, TREE), dockerfile="-")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["scan"], 0, "Measured with stdin, .dockerignore, buildkit"),
        (["scan", "--fail-on", "error"], 1, "missing-source stdin:3"),
        (["fix", "--dry-run"], 0, "+**/node_modules"),
        (["explain", "data/a"], 0, "COPY in line 2 takes it"),
        (["ls", "--transferred"], 0, "data/a"),
        (["check"], 0, "Docker prints 5.0"),
        (["rebuilds"], 2, "a Dockerfile from standard input has no history"),
        (["fix", "--per-dockerfile"], 2, "no Dockerfile to which"),
    ],
)
def test_commands(tmp_path, arguments, code, said):
    root = lay(tmp_path, {**TREE, "node_modules/x": 5_000_000, ".dockerignore": "logs\n"})
    init(root)
    done = subprocess.run(
        [sys.executable, "-m", "ctxopt", *arguments, "-f", "-"],
        cwd=root, env=environment(), capture_output=True, input=TEXT.decode() + "COPY none /\n", text=True, check=False,
    )  # fmt: skip
    assert said in done.stdout + done.stderr
    assert done.returncode == code
