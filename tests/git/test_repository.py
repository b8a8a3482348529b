"""What git is asked: repositories found or refused, and evidence equal to ``git check-ignore``."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxopt.errors import GitError
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.gitignore import read_gitignore
from ctxopt.git.repository import find_repository
from ctxopt.paths import folders_above
from tests.support.examples import examples
from tests.support.repositories import commit, found, git, init, write

pytestmark = pytest.mark.usefixtures("clean")

ODD = [
    "with space", "new\nline", "[x]", "-dash", "tab\there", "ünï", os.fsdecode(b"raw\xff"), ":(top)x",
    '"quoted"', "back\\slash", "star*", "#hash", "!bang", "trail ",
]  # fmt: skip


def everything(root):
    """Every path below ``root`` but ``.git``."""
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        above = "" if folder == root else os.path.relpath(folder, root) + "/"
        yield from (above + name for name in folders)
        yield from (above + name for name in files)


def check_ignore(root):
    """What git itself says is ignored, path by path."""
    paths = list(everything(root))
    request = os.fsencode("".join(f"./{path}\0" for path in paths))
    out = os.fsdecode(git(root, "check-ignore", "-z", "--stdin", stdin=request, accept=(0, 1)))
    return {path.removeprefix("./") for path in out.split("\0")[:-1]}


def agrees(root, evidence):
    tracked = set(os.fsdecode(git(root, "ls-files", "-z")).split("\0")[:-1])
    assert evidence.tracked == tracked
    above = folders_above(tracked)
    told = check_ignore(root)
    for path in everything(root):
        if path in above:  # git calls a folder ignored that a rule matches, tracked files or not
            continue
        assert evidence.is_ignored(path) == (path in told), path


RULES = {
    "names": "*.log\nbuild\n",
    "folders only": "build/\nlogs/\n",
    "re-included": "/only/*\n!/only/keep\n*.log\n!keep.log\n",
    "deep": "deep/**\n**/cache/*\n",
    "anchored": "/a.log\nsub/a.log\n",
    "all": "*\n!.gitignore\n",
    "odd": "\\#hash\n\\!bang\ntrail\\ \n\\[x\\]\n",
    "none": "",
}
FILES = dict.fromkeys(
    ["a.log", "keep.log", "a.txt", "build/x", "build/sub/y", "sub/a.log", "sub/b.txt", "only/keep/f",
     "only/gone/f", "only/z", "deep/a/b/c", "x/cache/f", "x/cache/g/h", "logs", *ODD,
     *(f"odd/{name}/{name}" for name in ODD)],
    "x",
)  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_evidence_is_what_git_says(name, tmp_path):
    root = init(tmp_path, {"kept/t.log": "x", "build/forced": "x", ".gitignore": RULES[name]})
    write(root, FILES)
    git(root, "add", "-f", "build/x", "./-dash")
    agrees(root, found(root).evidence(root))


@pytest.mark.parametrize("sub", ["sub", "only", "deep/a/b", "build", "build/sub", "odd/[x]"])
def test_evidence_below_a_folder(sub, tmp_path):
    rules = "deep\n/only/*\nbuild\n*.log\n"
    root = init(tmp_path, {".gitignore": rules})
    write(root, FILES)
    git(root, "add", "-f", "build/x")
    whole = found(root).evidence(root)
    repository = found(os.path.join(root, sub))
    part = repository.evidence(os.path.join(root, sub))
    assert repository.prefix == sub
    for path in everything(os.path.join(root, sub)):
        whole_path = f"{sub}/{path}"
        assert part.is_ignored(path) == whole.is_ignored(whole_path), path
        assert part.is_tracked(path) == whole.is_tracked(whole_path)


PARTS = st.sampled_from(["a", "b", "[x]", "c d", "é"])
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
LINES = st.builds(
    lambda bang, start, path, end: bang + start + path + end,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/", "**/"]),
    st.lists(st.sampled_from(["a", "b", "*", "**", "?", "é"]), min_size=1, max_size=3).map(
        "/".join
    ),
    st.sampled_from(["", "/", "/*"]),
)


def lay_rules(root, paths, rules):
    for path in paths:
        try:
            write(root, {path + ".f": "x"})
        except OSError:
            continue
    for folder, lines in rules.items():
        if os.path.isdir(os.path.join(root, folder)):
            write(root, {os.path.join(folder, ".gitignore"): "\n".join(lines)})


@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(
    paths=st.lists(PATHS, max_size=12),
    tracked=st.lists(PATHS, max_size=3),
    rules=st.dictionaries(st.sampled_from(["", "a", "b", "a/b"]), st.lists(LINES, max_size=4)),
)
def test_evidence_property(paths, tracked, rules, tmp_path_factory):
    root = str(tmp_path_factory.mktemp("r"))
    git(root, "init", "-q")
    lay_rules(root, tracked, {})
    git(root, "add", "-A", "-f")
    lay_rules(root, paths, rules)
    agrees(root, found(root).evidence(root))
    shutil.rmtree(root)


@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(
    paths=st.lists(PATHS, max_size=12),
    rules=st.dictionaries(st.sampled_from(["", "a", "b", "a/b"]), st.lists(LINES, max_size=4)),
)
def test_gitignore_without_git_property(paths, rules, tmp_path_factory):
    root = str(tmp_path_factory.mktemp("r"))
    lay_rules(root, paths, rules)
    evidence = read_gitignore(root)
    git(root, "init", "-q")
    told = check_ignore(root)
    for path in everything(root):
        assert evidence.is_ignored(path) == (path in told), path
        assert not evidence.is_tracked(path)
    shutil.rmtree(root)


@pytest.mark.parametrize("name", RULES)
def test_gitignore_without_git(name, tmp_path):
    root = str(tmp_path)
    write(root, {**FILES, ".gitignore": RULES[name]})
    evidence = read_gitignore(root)
    git(root, "init", "-q")
    told = check_ignore(root)
    wrong = {p for p in everything(root) if evidence.is_ignored(p) != (p in told)}
    assert wrong == set()


def test_gitignore_lines_nobody_can_read(tmp_path):
    write(
        tmp_path, {".gitignore": b"!\n*.log\r\n\xff\n/\n", "a.log": "", "b": "", "sub/.git/x": ""}
    )
    assert read_gitignore(str(tmp_path)).ignored == {"a.log"}


def test_folders_that_are_ignored_stay_folders(tmp_path):
    root = init(tmp_path, {".gitignore": "node_modules\n"})
    write(root, {f"node_modules/p{n}/f": "" for n in range(50)})
    evidence = found(root).evidence(root)
    assert evidence.ignored == {"node_modules"}
    assert evidence.is_ignored("node_modules/p1/f")
    assert not evidence.is_ignored("node_modules2")


@pytest.mark.parametrize(
    ("path", "tracked", "ignored"),
    [
        ("a/b", True, False),
        ("a", False, False),
        ("a/c", False, False),
        ("i", False, True),
        ("i/x/y", False, True),
        ("ix", False, False),
        ("", False, False),
    ],
)
def test_lookups(path, tracked, ignored):
    evidence = GitEvidence(frozenset({"a/b"}), frozenset({"i"}))
    assert evidence.is_tracked(path) == tracked
    assert evidence.is_ignored(path) == ignored


@pytest.mark.parametrize(("folder", "expected"), [("", True), ("a", True), ("a/b", True), ("a/b/c", False), ("ab", False)])  # fmt: skip
def test_tracked_below(folder, expected):
    evidence = GitEvidence(frozenset({"a/b/c"}), frozenset())
    assert evidence.has_tracked_below(folder) == expected


def test_nothing_is_tracked():
    evidence = GitEvidence(frozenset(), frozenset({""}))
    assert not evidence.has_tracked_below("")
    assert evidence.is_ignored("any/thing")


def test_submodules_are_asked_too(tmp_path):
    init(tmp_path / "lib", {"src/l.c": "x", ".gitignore": "out\n"})
    root = init(tmp_path / "r", {"t": "x"})
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "lib"), "ext/lib")  # fmt: skip
    write(root, {"ext/lib/out/o": "x", "ext/lib/new": "x"})
    evidence = found(root).evidence(root)
    assert evidence.is_tracked("ext/lib/src/l.c")
    assert evidence.is_ignored("ext/lib/out/o")
    assert not evidence.is_tracked("ext/lib/new")
    assert not evidence.is_ignored("ext/lib/new")
    git(root, "submodule", "deinit", "-q", "-f", "ext/lib")
    assert "ext/lib/src/l.c" not in found(root).evidence(root).tracked


def test_found_from_anywhere_in_it(tmp_path):
    root = init(tmp_path / "r\n[x]", {"sub/x y/f": "x"})
    repository = found(os.path.join(root, "sub/x y"))
    assert (repository.top, repository.prefix) == (root, "sub/x y")
    assert [repository.bare, repository.shallow] == [False] * 2


def test_linked_worktree(tmp_path):
    root = init(tmp_path / "r", {"f": "x"})
    git(root, "worktree", "add", "-q", "-b", "other", str(tmp_path / "w"))
    repository = found(str(tmp_path / "w"))
    assert repository.top == str(tmp_path / "w")
    assert repository.evidence(repository.top).tracked == {"f"}


def test_bare_has_no_evidence(tmp_path):
    root = init(tmp_path / "r", {"f": "x"})
    git(tmp_path, "clone", "-q", "--bare", root, "b.git")
    repository = found(str(tmp_path / "b.git"))
    assert repository.bare
    with pytest.raises(GitError, match="bare repository: it has no working tree"):
        repository.evidence(str(tmp_path))


def test_a_root_outside(tmp_path):
    repository = found(init(tmp_path / "r", {"f": "x"}))
    with pytest.raises(GitError, match="outside of the repository"):
        repository.evidence(str(tmp_path))


def test_no_repository(tmp_path):
    assert find_repository(str(tmp_path)) is None


def test_inside_the_git_folder(tmp_path):
    assert find_repository(os.path.join(init(tmp_path, {"f": "x"}), ".git")) is None


def test_no_git(tmp_path, monkeypatch):
    root = init(tmp_path, {"f": "x"})
    repository = found(root)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_repository(root) is None
    with pytest.raises(GitError, match="git cannot be run") as caught:
        repository.evidence(root)
    assert caught.value.hint == "install git"


def test_git_refuses_the_owner(tmp_path, monkeypatch):
    root = init(tmp_path, {"f": "x"})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(GitError, match="git refused: detected dubious ownership") as caught:
        find_repository(root)
    assert caught.value.hint == f"git config --global --add safe.directory {root}"


@pytest.mark.parametrize("content", ["gitdir: /nowhere/at/all\n", "no git file\n"])
def test_a_broken_git_file(content, tmp_path):
    write(tmp_path, {".git": content})
    with pytest.raises(GitError, match="git refused: ") as caught:
        find_repository(str(tmp_path))
    assert "\n" not in caught.value.message


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(GitError, match="cannot change to"):
        find_repository(str(tmp_path / "gone"))


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"])
def test_the_environment_of_a_hook(name, tmp_path, monkeypatch):
    root = init(tmp_path / "r", {"f": "x"})
    other = init(tmp_path / "other", {"g": "x"})
    inside = {"GIT_DIR": "/.git", "GIT_INDEX_FILE": "/.git/index"}.get(name, "")
    monkeypatch.setenv(name, other + inside)
    assert found(root).evidence(root).tracked == {"f"}


@pytest.mark.parametrize(
    "spec", ["nope", "", "-h", "--all", "main..main", "a\0b", "main:f", "0" * 40]
)
def test_no_such_commit(spec, tmp_path):
    repository = found(init(tmp_path, {"f": "x"}))
    with pytest.raises(GitError, match="there is no commit") as caught:
        repository.resolve(spec)
    assert "git branch --all" in str(caught.value.hint)


def test_commits_by_their_names(tmp_path):
    root = init(tmp_path)
    repository = found(root)
    assert repository.resolve("HEAD") is None
    first, second = commit(root, {"a": "x"}), commit(root, {"b": "x"})
    git(root, "tag", "-a", "v1", "-m", "x", first)
    git(root, "checkout", "-q", "--detach", first)
    for spec, expected in (("HEAD", first), ("@", first), ("main", second), ("v1", first), (second[:9], second), ("main~1", first)):  # fmt: skip
        assert repository.resolve(spec) == expected


def test_merge_base(tmp_path):
    root = init(tmp_path)
    base = commit(root, {"a": "x"})
    git(root, "checkout", "-q", "-b", "side")
    commit(root, {"b": "x"})
    git(root, "checkout", "-q", "main")
    commit(root, {"c": "x"})
    git(root, "checkout", "-q", "--orphan", "alone")
    commit(root, {"d": "x"})
    repository = found(root)
    assert repository.merge_base("main", "side") == base
    with pytest.raises(GitError, match="have no commit in common"):
        repository.merge_base("main", "alone")
    with pytest.raises(GitError, match="there is no commit 'gone'"):
        repository.merge_base("main", "gone")


def test_git_writes_nothing(tmp_path):
    root = init(tmp_path, {"f": "x"})
    os.utime(os.path.join(root, "f"), (1, 1))
    before = os.stat(os.path.join(root, ".git/index")).st_mtime_ns
    repository = found(root)
    repository.evidence(root)
    repository.list_index()
    assert os.stat(os.path.join(root, ".git/index")).st_mtime_ns == before
    assert os.listdir(os.path.join(root, ".git", "objects", "pack")) == []


def test_a_file_monitor_is_not_started(tmp_path):
    root = init(tmp_path, {"f": "x"})
    mark = tmp_path / "started"
    write(tmp_path, {"monitor": f"#!/bin/sh\ntouch {mark}\n"})
    os.chmod(tmp_path / "monitor", 0o755)
    git(root, "config", "core.fsmonitor", str(tmp_path / "monitor"))
    found(root).evidence(root)
    assert not mark.exists()
