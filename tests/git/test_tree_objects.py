"""Trees as git's objects have them: looked up, compared and listed, each read once."""

from __future__ import annotations

import os
import subprocess
from itertools import pairwise

import pytest

from ctxopt.errors import GitError
from ctxopt.git.command import start_git
from ctxopt.git.tree_objects import TreeObjects
from tests.support.repositories import commit, found, git, init

pytestmark = pytest.mark.usefixtures("clean")

FILES = {"a": "1", "d/b": "2", "d/e/c": "3", "l": {"link": "a"}, "o d/\u00fc\nx": "4"}


def tree_of(root: str, name: str = "HEAD") -> str:
    return git(root, "rev-parse", f"{name}^{{tree}}").decode().strip()


@pytest.fixture
def root(tmp_path):
    return init(tmp_path / "r", FILES)


def changed(root: str, files: dict[str, object]) -> list[str]:
    before = tree_of(root)
    commit(root, files)
    with TreeObjects(found(root)) as objects:
        return sorted(objects.changed_paths(before, tree_of(root)))


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("a", 0o100644), ("d", 0o40000), ("d/e", 0o40000), ("d/e/c", 0o100644), ("l", 0o120000), ("o d/\u00fc\nx", 0o100644),
        ("b", None), ("d/c", None), ("d/e/c/x", None), ("a/x", None), ("l/x", None), ("D", None), ("d/", None), ("", None),
        ("..", None), ("./a", None),
    ],
)  # fmt: skip
def test_what_is_at_a_path(root, path, mode):
    with TreeObjects(found(root)) as objects:
        entry = objects.look_up(tree_of(root), path)
    assert (entry and entry.mode) == mode


def test_every_file_is_listed(root):
    with TreeObjects(found(root)) as objects:
        assert sorted(path for path, _ in objects.files(tree_of(root))) == sorted(FILES)


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        ({"a": "x"}, ["a"]),
        ({"n/o/p": "x"}, ["n/o/p"]),
        ({"d/e/c": None}, ["d/e/c"]),
        ({"d/b": "x", "d/e/c": "y"}, ["d/b", "d/e/c"]),
        ({"a": None, "a/b": "x"}, ["a", "a/b"]),
        ({"d/e/c": None, "d/e": "x"}, ["d/e", "d/e/c"]),
        ({"l": None}, ["l"]),
        ({}, []),
        ({"a": "1"}, []),
        ({"l": None, "a": "1"}, ["l"]),
    ],
)
def test_what_changed(root, files, paths):
    if "d/e" in files:
        os.remove(os.path.join(root, "d/e/c"))
        os.rmdir(os.path.join(root, "d/e"))
        files = {"d/e": "x"}
    assert changed(root, files) == paths


def test_a_mode_is_a_change(root):
    before = tree_of(root)
    os.chmod(os.path.join(root, "a"), 0o755)
    commit(root)
    with TreeObjects(found(root)) as objects:
        assert objects.changed_paths(before, tree_of(root)) == ["a"]


def test_nothing_stands_for_an_empty_tree(root):
    with TreeObjects(found(root)) as objects:
        assert sorted(objects.changed_paths("", tree_of(root))) == sorted(FILES)
        assert objects.changed_paths("", "") == []
        assert list(objects.files("")) == []
        assert objects.look_up("", "a") is None
        assert objects.below("", "d") == ""
        assert objects.below(tree_of(root), "a") == ""


def test_each_tree_is_read_once(root):
    trees = [tree_of(root)]
    for number in range(5):
        commit(root, {"d/e/c": f"x{number}"})
        trees.append(tree_of(root))
    with TreeObjects(found(root)) as objects:
        for before, after in pairwise(trees):
            assert objects.changed_paths(before, after) == ["d/e/c"]
        read = objects.number_read
        assert read == 6 * 3
        for before, after in pairwise(trees):
            assert objects.look_up(after, "d/e/c") != objects.look_up(before, "d/e/c")
            assert objects.changed_paths(before, after) == ["d/e/c"]
        assert objects.number_read == read
        # "o d" is the only one that no commit changed.
        assert len(list(objects.files(trees[0]))) == len(FILES)
        assert objects.number_read == read + 1


def test_a_commit_has_a_tree(root):
    with TreeObjects(found(root)) as objects:
        assert objects.of_commit(git(root, "rev-parse", "HEAD").decode().strip()) == tree_of(root)


def test_longer_ids(tmp_path):
    root = str(tmp_path / "r")
    os.makedirs(root)
    git(root, "init", "-q", "-b", "main", "--object-format=sha256")
    commit(root, FILES)
    assert changed(root, {"d/e/c": "x"}) == ["d/e/c"]


@pytest.mark.parametrize("id_", ["0" * 40, "nothing", "HEAD:missing"])
def test_what_is_not_there_is_said(root, id_):
    with TreeObjects(found(root)) as objects, pytest.raises(GitError, match="is not in this clone"):
        objects.changed_paths(id_, tree_of(root))


@pytest.mark.parametrize("content", [b"", b"garbage"])
def test_a_damaged_object_is_no_missing_one(root, content):
    tree = tree_of(root)
    path = os.path.join(root, ".git", "objects", tree[:2], tree[2:])
    os.chmod(path, 0o600)
    with open(path, "wb") as file:
        file.write(content)
    with (
        TreeObjects(found(root)) as objects,
        pytest.raises(GitError, match=f"object {tree} is damaged: ") as caught,
    ):
        objects.changed_paths(tree, "")
    assert "git fsck" in (caught.value.hint or "")


def test_nothing_is_fetched(root, tmp_path):
    git(root, "config", "uploadpack.allowFilter", "true")
    commit(root, {"d/e/c": "x"})
    clone = str(tmp_path / "clone")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=tree:0", f"file://{root}", clone)
    head = git(root, "rev-parse", "HEAD").decode().strip()
    repository = found(clone)
    with TreeObjects(repository) as objects, pytest.raises(GitError, match="not in this clone"):
        objects.of_commit(head)
    with TreeObjects(repository) as objects, pytest.raises(GitError) as caught:
        objects.of_commit(head)
    assert "--filter" in (caught.value.hint or "")


def test_git_ends_with_the_block(root):
    with TreeObjects(found(root)) as objects:
        process = objects._process
        assert isinstance(process, subprocess.Popen)
        assert process.poll() is None
    assert process.poll() is not None
    with pytest.raises(GitError):
        TreeObjects(found(root)).of_commit("HEAD")


def test_only_what_counts_is_entered(root):
    with TreeObjects(found(root)) as objects:
        names = [path for path, _ in objects.files(tree_of(root), lambda folder: folder == "d")]
        assert sorted(names) == ["a", "d/b", "l"]
        assert objects.number_read == 2


def test_where_git_ends_it_says_why(root, monkeypatch):
    repository = found(root)

    def start(_: object) -> subprocess.Popen[bytes]:
        return start_git(root, ["cat-file", "--nonsense"], {}, subprocess.PIPE)

    monkeypatch.setattr(type(repository), "start_reader", start)
    with pytest.raises(GitError, match="git refused"), TreeObjects(repository) as objects:
        list(objects.files("0" * 40))
