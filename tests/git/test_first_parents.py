"""Commits along the first parents."""

from __future__ import annotations

import pytest

from ctxopt.errors import GitError
from ctxopt.git.first_parents import first_parents
from tests.support.program import ctxopt
from tests.support.repositories import commit, found, git, init

pytestmark = pytest.mark.usefixtures("clean")


@pytest.fixture
def root(tmp_path):
    """One, two, a branch with three and four, five; then their merge."""
    root = init(tmp_path / "r", None)
    commit(root, {"a": "1"}, "one")
    commit(root, {"a": "2"}, "two")
    git(root, "switch", "-q", "-c", "side")
    commit(root, {"b": "1"}, "three")
    commit(root, {"b": "2"}, "four")
    git(root, "switch", "-q", "main")
    commit(root, {"a": "3"}, "five\n\nbody")
    git(root, "merge", "-q", "--no-ff", "-m", "merge", "side")
    return root


@pytest.mark.parametrize(
    ("options", "subjects"),
    [
        ({}, "merge five two one"),
        ({"most": 2}, "merge five"),
        ({"most": 9}, "merge five two one"),
        ({"last": "side"}, "four three two one"),
        ({"last": "HEAD", "after": "main~2"}, "merge five"),
        ({"last": "side", "after": "main~1"}, "four three"),
        ({"after": "side"}, "merge five"),
        ({"after": "HEAD"}, ""),
        ({"last": "side", "after": "main"}, ""),
        ({"last": "main~2", "after": "side"}, ""),
    ],
)
def test_which(root, options, subjects):
    assert [item.subject for item in first_parents(found(root), **options)] == subjects.split()


def test_what_is_known_of_each(root):
    commits = first_parents(found(root))
    assert [item.parent for item in commits] == [item.id for item in commits[1:]] + [None]
    for item in commits:
        assert item.tree == git(root, "rev-parse", f"{item.id}^{{tree}}").decode().strip()
        assert item.seconds == 1_704_067_200


def test_a_shallow_clone_ends(root, tmp_path):
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{root}", "clone")
    commits = first_parents(found(str(tmp_path / "clone")))
    assert [item.subject for item in commits] == ["merge", "five"]
    assert commits[-1].parent is None


@pytest.mark.parametrize("name", ["nope", "--all", "a..b", "", "HEAD~99"])
def test_what_is_not_there_is_said(root, name):
    with pytest.raises(GitError, match="there is no commit"):
        first_parents(found(root), last=name)
    with pytest.raises(GitError, match="there is no commit"):
        first_parents(found(root), after=name)


def test_before_the_first_commit(tmp_path):
    root = init(tmp_path / "r")
    with pytest.raises(GitError, match="there is no commit yet"):
        first_parents(found(root))


def test_settings_change_nothing(root):
    for key, value in {
        "log.showSignature": "true",
        "log.date": "iso",
        "format.pretty": "oneline",
    }.items():
        git(root, "config", key, value)
    assert len(first_parents(found(root))) == 4


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("1700000000 +0000", 1_700_000_000),
        ("0 +0000", 0),
        ("253402300800 +0000", 253_402_300_800),
        ("-5 +0000", None),
        ("x +0000", None),
    ],
)
def test_a_commit_may_have_an_odd_date(root, date, seconds):
    tree, parent = (
        git(root, "rev-parse", name).decode().strip() for name in ("HEAD^{tree}", "HEAD")
    )
    text = f"tree {tree}\nparent {parent}\nauthor a <a> {date}\ncommitter a <a> {date}\n\nodd\n"
    made = git(
        root, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text.encode()
    )
    git(root, "reset", "-q", "--soft", made.decode().strip())
    first, *_ = first_parents(found(root))
    assert (first.subject, first.seconds) == ("odd", seconds)
    done = ctxopt("check", "--history", "1", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("no date" in done.stdout) == (seconds is None or seconds > 10**11)
