"""The paths that commits changed, read from one call of git."""

from __future__ import annotations

import pytest

from ctxopt.git import recent_changes as module
from ctxopt.git.evidence import Found
from ctxopt.git.recent_changes import recent_changes
from tests.support.repositories import commit, found, git, init

pytestmark = pytest.mark.usefixtures("clean")

STEPS: tuple[dict[str, str | None], ...] = (
    {"a": "2"},
    {},
    {"d/b": "2", "c": "1"},
    {"a": None},
    {"d/e/f": "1", "\nx y\t": "1"},
)


def changes(root: str, prefix: str = "", most: int = 50) -> list[set[str]] | None:
    repository = found(root)
    found_ = recent_changes(Found(repository.top, prefix, repository.git_dir), most)
    return None if found_ is None else [set(paths) for paths in found_]


@pytest.mark.parametrize(
    ("prefix", "most", "expected"),
    [
        ("", 50, [{"d/e/f", "\nx y\t"}, {"a"}, {"d/b", "c"}, set(), {"a"}]),
        ("", 2, [{"d/e/f", "\nx y\t"}, {"a"}]),
        ("d", 50, [{"e/f"}, set(), {"b"}, set(), set()]),
        ("d/e", 1, [{"f"}]),
        ("missing", 3, [set(), set(), set()]),
    ],
)
def test_what_the_last_commits_changed(tmp_path, prefix, most, expected):
    root = init(tmp_path / "r", {"a": "1", "d/b": "1"})
    for files in STEPS:
        commit(root, files)
    assert changes(root, prefix, most) == expected


def test_a_merge_is_one_change(tmp_path):
    root = init(tmp_path / "r", {"a": "1"})
    git(root, "switch", "-q", "-c", "side")
    commit(root, {"b": "1"})
    commit(root, {"c": "1"})
    git(root, "switch", "-q", "main")
    commit(root, {"a": "2"})
    git(root, "merge", "-q", "--no-ff", "-m", "m", "side")
    assert changes(root) == [{"b", "c"}, {"a"}]


def test_settings_of_people_change_nothing(tmp_path):
    root = init(tmp_path / "r", {"a": "1" * 200, "d/b": "1"})
    git(root, "mv", "a", "d/c")
    commit(root)
    for name, value in [
        ("diff.renames", "copies"), ("diff.relative", "true"), ("log.showSignature", "true"),
        ("log.showRoot", "true"), ("log.decorate", "full"), ("core.quotePath", "true"), ("format.pretty", "oneline"),
        ("log.diffMerges", "off"), ("color.ui", "always"), ("diff.noprefix", "true"),
    ]:  # fmt: skip
        git(root, "config", name, value)
    assert changes(root) == [{"a", "d/c"}]


def test_a_submodule_is_a_path(tmp_path):
    other = init(tmp_path / "m", {"a": "1"})
    root = init(tmp_path / "r", {"a": "1"})
    git(root, "submodule", "add", "-q", other, "m")
    commit(root)
    commit(f"{root}/m", {"a": "2"})
    commit(root)
    git(root, "config", "diff.ignoreSubmodules", "all")
    assert changes(root) == [{"m"}, {".gitmodules", "m"}]


def test_where_a_clone_ends_nothing_is_told(tmp_path):
    root = init(tmp_path / "r", {"a": "1", "b": "1"})
    for number in range(3):
        commit(root, {"a": str(number)})
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{root}", "c")
    assert changes(str(tmp_path / "c")) == [{"a"}]


def test_names_that_are_not_utf8(tmp_path):
    root = init(tmp_path / "r", {"a": "1"})
    commit(root, {"b\udcff": "1"})
    assert changes(root) == [{"b\udcff"}]


@pytest.mark.parametrize("case", ["no commit", "no repository", "too many", "too long"])
def test_what_is_left_out(tmp_path, monkeypatch, case):
    root = init(tmp_path / "r")
    place = Found(root, "", f"{root}/.git")
    if case != "no commit":
        commit(root, {"a": "1", "b": "1"})
        commit(root, {"a": "2", "b": "2"})
    if case == "no repository":
        place = Found(str(tmp_path), "", str(tmp_path / ".git"))
    if case == "too many":
        monkeypatch.setattr(module, "_MOST_PATHS", 3)
    if case == "too long":
        monkeypatch.setattr(module, "_SECONDS", 0)
    assert recent_changes(place, 50) is None
