"""What a context weighed in the last commits, and which of them made it jump."""

from __future__ import annotations

import pytest

from ctxopt.build.request import BuildRequest
from ctxopt.errors import ConfigError, GitError
from ctxopt.guard.history import HistoryRequest, read_history
from tests.support.repositories import commit, git, init

pytestmark = pytest.mark.usefixtures("clean")

KB = 1000


def points(root, count=9, **more):
    return read_history(HistoryRequest(root=root, count=count, **more)).points


@pytest.fixture
def root(tmp_path):
    """Three commits, of 10, 12 and 11 kB."""
    root = init(tmp_path / "r", {"a": "a" * 10 * KB})
    commit(root, {"b": "b" * 2 * KB}, "two more")
    commit(root, {"b": "b" * KB}, "one less")
    return root


def test_the_newest_comes_first(root):
    found = points(root)
    assert [point.subject for point in found] == ["one less", "two more", "x"]
    assert [point.bytes for point in found] == [11 * KB, 12 * KB, 10 * KB]
    assert [point.change for point in found] == [-KB, 2 * KB, None]
    assert [point.files for point in found] == [2, 2, 1]
    assert {point.problem for point in found} == {""}


def test_the_oldest_that_is_asked_for_knows_its_change(root):
    assert [point.change for point in points(root, 2)] == [-KB, 2 * KB]


@pytest.mark.parametrize(
    ("floor", "jumps"),
    [(0, [False, True, False]), (2 * KB - 1, [False, True, False]), (2 * KB, [False] * 3)],
)
def test_a_jump_is_large_and_beyond_the_floor(floor, jumps, root):
    # 2 of 10 kB are a fifth, 1 of 12 kB is less than a tenth.
    assert [point.is_jump for point in points(root, growth_floor=floor)] == jumps


def test_a_commit_that_docker_refuses_hides_no_other(root):
    commit(root, {".dockerignore": "[\n"}, "broken")
    commit(root, {".dockerignore": "b\n"}, "repaired")
    repaired, broken, *_ = points(root)
    assert (broken.bytes, broken.change) == (None, None)
    assert "syntax error in pattern" in broken.problem
    assert (repaired.bytes, repaired.change) == (10 * KB + 2, None)


def test_what_is_transferred_needs_a_dockerfile_and_a_request(root):
    commit(root, {"Dockerfile": "FROM x\nCOPY b /\n"})
    assert points(root, 1)[0].transferred is None
    with_request, without_dockerfile = points(root, 2, request=BuildRequest())
    assert (with_request.transferred, without_dockerfile.transferred) == (KB, None)
    classic = points(root, 1, builder="classic")[0]
    assert classic.transferred == classic.bytes


def test_a_merge_is_one_change(root):
    git(root, "checkout", "-q", "-b", "topic", "HEAD~1")
    commit(root, {"c": "c" * 5 * KB})
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "-m", "merged", "topic")
    assert [point.change for point in points(root, 2)] == [5 * KB, -KB]


def test_a_shallow_clone_is_cut(root, tmp_path):
    shallow = str(tmp_path / "shallow")
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{root}", shallow)
    for count, is_cut in ((1, False), (2, True), (9, True)):
        assert read_history(HistoryRequest(root=shallow, count=count)).is_cut is is_cut
    assert not read_history(HistoryRequest(root=root, count=9)).is_cut


def test_without_any_history(tmp_path):
    with pytest.raises(ConfigError, match="needs a git repository"):
        points(str(tmp_path))
    with pytest.raises(GitError, match="there is no commit yet"):
        points(init(tmp_path / "r"))
    with pytest.raises(ConfigError, match="there is no context"):
        points(str(tmp_path / "missing"))
