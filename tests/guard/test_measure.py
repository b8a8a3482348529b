"""What a build fetches of a git state: equal to what it fetches of a checkout."""

from __future__ import annotations

import os
import shutil

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.errors import ContextError, DockerfileError
from ctxopt.git.state import has_staged_changes, read_state
from ctxopt.guard.measure import analyze_state, state_named, state_transfer
from tests.support.repositories import commit, found, git, init, write

pytestmark = pytest.mark.usefixtures("clean")

FILES = {
    "src/a": "x" * 10,
    "src/deep/b": "y" * 20,
    "data/big": "z" * 90_000,
    "data/small.csv": "1",
    "link": {"link": "data/small.csv"},
    "links/one": {"link": "../src/deep"},
    "links/two": {"link": "/data"},
    "links/out": {"link": "../../elsewhere"},
    "ignored/kept": "k",
    "ignored/gone": "g",
    ".dockerignore": "ignored\n!ignored/kept\n",
}
BUILDS = {
    "whole": "FROM x\nCOPY . .\n",
    "folder": "FROM x\nCOPY src /src\n",
    "file": "FROM x\nCOPY data/small.csv /\n",
    "link": "FROM x\nCOPY link /\n",
    "linked folder": "FROM x\nCOPY links/one/b /\n",
    "rooted link": "FROM x\nCOPY links/two/small.csv /\n",
    "link that leaves": "FROM x\nCOPY links/out /\n",
    "wildcard over links": "FROM x\nCOPY links/* /\n",
    "wildcard": "FROM x\nCOPY data/*.csv /\n",
    "exception": "FROM x\nCOPY ignored /\n",
    "path below an ignored folder": "FROM x\nCOPY ignored/kept /\n",
    "ignored path": "FROM x\nCOPY ignored/gone src /\n",
    "exclude": "FROM x\nCOPY --exclude=src/deep . /\n",
    "nothing": "FROM x\nRUN true\n",
    "mount": "FROM x\nRUN --mount=type=bind,source=src,target=/s true\n",
    "stages": "FROM x AS a\nCOPY src /\nFROM x AS b\nCOPY data /\n",
    "argument": "FROM x\nARG WHAT=src\nCOPY $WHAT /\n",
}


def facts(transfer):
    return (
        [(entry.path, entry.kind, entry.size, entry.link) for entry in transfer.view.entries()],
        transfer.context_bytes,
        transfer.loaded,
        transfer.includes,
    )


@pytest.mark.parametrize("builder", ["buildkit", "podman"])
@pytest.mark.parametrize("request_", [BuildRequest(), BuildRequest("a", {"WHAT": "data"})])
@pytest.mark.parametrize("name", BUILDS)
def test_a_state_is_fetched_as_its_checkout(name, request_, builder, tmp_path):
    if request_.target and name != "stages":
        request_ = BuildRequest(None, request_.build_args)
    root = init(tmp_path / "r", FILES | {"Dockerfile": BUILDS[name]})
    state = read_state(found(root), "HEAD")
    measured = state_transfer(state, analyze_state(state, builder=builder), request_)
    shutil.rmtree(os.path.join(root, ".git"))
    plan = analyze(find_context(root, builder=builder), request_).plan
    assert plan is not None
    assert facts(measured) == facts(plan.main.transfer)


@pytest.mark.parametrize("builder", ["buildkit", "podman"])
@pytest.mark.parametrize("taken", [".", "src", "data/*.csv", "nothing/../link"])
def test_a_named_context_of_a_state_is_fetched_as_its_checkout(taken, builder, tmp_path):
    text = f"FROM x\nCOPY . /\nCOPY --from=more {taken} /m/\n"
    files = {f"more/{path}": content for path, content in FILES.items()}
    root = init(tmp_path / "r", files | {"app/Dockerfile": text, "app/a": "x"})
    request = BuildRequest(None, {}, {"more": os.path.join(root, "more")})
    state = read_state(found(root), "HEAD", "app")
    (measured,) = state_named(state, analyze_state(state, builder=builder), request)
    plan = analyze(find_context(os.path.join(root, "app"), builder=builder), request).plan
    assert plan is not None
    assert [facts(measured.transfer)] == [facts(load.transfer) for load in plan.loads[1:]]


def test_what_lies_on_disk_does_not_matter(tmp_path):
    root = init(tmp_path / "r", FILES | {"Dockerfile": BUILDS["link"]})
    state = read_state(found(root), "HEAD")
    before = facts(state_transfer(state, analyze_state(state), BuildRequest()))
    write(root, {"link": None, "data/small.csv": None})
    write(root, {"link": {"link": "data/big"}, "Dockerfile": "FROM x\nCOPY . .\n"})
    assert facts(state_transfer(state, analyze_state(state), BuildRequest())) == before


@pytest.mark.parametrize(
    ("files", "error"), [({}, ContextError), ({"Dockerfile": "NONSENSE\n"}, DockerfileError)]
)
def test_a_dockerfile_that_docker_refuses(files, error, tmp_path):
    root = init(tmp_path / "r", {"a": "x"} | files)
    state = read_state(found(root), "HEAD")
    with pytest.raises(error):
        state_transfer(state, analyze_state(state), BuildRequest())


def test_staged_changes(tmp_path):
    root = init(tmp_path / "r")
    assert not has_staged_changes(found(root))
    write(root, {"a": "x"})
    assert not has_staged_changes(found(root))
    git(root, "add", "a")
    assert has_staged_changes(found(root))
    commit(root)
    assert not has_staged_changes(found(root))
    write(root, {"a": "y", "b": "z"})
    git(root, "add", "-N", "b")
    assert not has_staged_changes(found(root))
    git(root, "rm", "-q", "--cached", "a")
    assert has_staged_changes(found(root))
    git(tmp_path, "clone", "-q", "--bare", root, str(tmp_path / "bare"))
    assert not has_staged_changes(found(str(tmp_path / "bare")))
