"""Which states a comparison names, and where in its repository a context is."""

from __future__ import annotations

import pytest

from ctxopt.errors import ConfigError, GitError
from ctxopt.guard.against import (
    Against,
    choose_against,
    parse_against,
    prefix_of,
    repository_at,
    why_not_checked_out,
)
from tests.support.repositories import commit, found, git, init, write

pytestmark = pytest.mark.usefixtures("clean")


@pytest.fixture
def root(tmp_path):
    root = init(tmp_path / "r", {"a": "a"})
    git(root, "branch", "topic")
    commit(root, {"api/b": "b"})
    return root


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("main", "main", None),
        ("main..topic", "main", "topic"),
        ("main..", "main", "HEAD"),
        ("..topic", "HEAD", "topic"),
        ("..", "HEAD", "HEAD"),
    ],
)
def test_what_a_comparison_names(text, before, after, root):
    assert parse_against(text, found(root)) == Against(before, after)


def test_three_dots_start_where_branches_parted(root):
    parted = git(root, "rev-parse", "topic").decode().strip()
    assert parse_against("main...topic", found(root)) == Against(parted, "topic")
    with pytest.raises(GitError):
        parse_against("main...nowhere", found(root))


def test_a_bare_repository_has_no_index(root, tmp_path):
    git(tmp_path, "clone", "-q", "--bare", root, str(tmp_path / "bare"))
    bare = found(str(tmp_path / "bare"))
    assert parse_against("topic", bare) == Against("topic", "HEAD")
    assert why_not_checked_out(Against("topic", "HEAD"), bare) == "a bare repository has none"
    with pytest.raises(ConfigError, match="has no working tree"):
        choose_against(None, "bare", bare)


def test_what_is_staged_is_compared_by_default(root):
    assert choose_against(None, root, found(root)) is None
    write(root, {"a": "b"})
    git(root, "add", "a")
    assert choose_against(None, root, found(root)) == Against("HEAD")
    assert choose_against(None, root, found(root), working_tree=True) is None


def test_without_a_repository(tmp_path):
    assert repository_at(str(tmp_path)) is None
    assert choose_against(None, "x", None) is None
    with pytest.raises(ConfigError, match="--against needs a git repository, and 'x' is in none"):
        choose_against("HEAD", "x", None)
    with pytest.raises(ConfigError, match="there is no context"):
        repository_at(str(tmp_path / "missing"))


@pytest.mark.parametrize(
    ("against", "reason"),
    [
        (None, ""),
        (Against("topic"), ""),
        (Against("topic", "main"), ""),
        (Against("main", "topic"), "'topic' is not what is checked out"),
    ],
)
def test_whether_the_later_state_is_on_disk(against, reason, root):
    assert why_not_checked_out(against, found(root)) == reason


def test_where_a_context_is(root, tmp_path):
    assert prefix_of(root, root, found(root)) == ""
    assert prefix_of(f"{root}/api", root, found(root)) == "api"
    # A folder whose name begins with two dots is inside all the same.
    write(root, {"..x/a": "a"})
    assert prefix_of(f"{root}/..x", root, found(root)) == "..x"
    with pytest.raises(GitError, match="is outside of the repository"):
        prefix_of(str(tmp_path), root, found(root))
