"""Git states measured without a checkout: equal to the walk of one, file for file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.errors import ContextError, GitError, IgnoreFileError
from ctxopt.git.checkout import pointed_size
from ctxopt.git.repository import find_repository
from ctxopt.git.state import read_state
from ctxopt.guard.measure import analyze_state
from ctxopt.guard.state_context import read_state_dockerfile, state_context
from tests.support.examples import examples
from tests.support.repositories import commit, found, git, init, write

pytestmark = pytest.mark.usefixtures("clean")

POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize {}\n"
)


def checkout(root, spec, target, sub=""):
    git(root, "clone", "-q", "--no-checkout", root, str(target))
    git(target, "checkout", "-q", "--detach", git(root, "rev-parse", spec).decode().strip())
    return os.path.join(str(target), sub) if sub else str(target)


def facts(analysis, top):
    """Everything that must be equal, whatever the folder ``top`` that it is in."""
    context = analysis.context
    return (
        [(e.path, e.kind, e.size, e.excluded, e.link) for e in analysis.permitted.entries()],
        [(e.path, e.kind, e.size) for e in analysis.permitted.excluded()],
        analysis.permitted.total,
        analysis.permitted_bytes,
        (context.ignore.path or "").replace(top, ""),
        (context.ignore.reason, context.ignore.file and context.ignore.file.lines),
        context.dockerfile.path.replace(top, ""),
        (context.dockerfile.inside, context.dockerfile.found),
        [(item.path, item.reason.replace(top, "")) for item in context.inactive],
    )


def equal_to_checkout(root, spec, tmp_path, sub="", dockerfile=None, builder="buildkit"):
    """Compare the state with the walk of a fresh checkout; the state's analysis."""
    target = checkout(root, spec, tmp_path / "checkout", sub)
    shutil.rmtree(tmp_path / "checkout" / ".git")
    walked = analyze(
        find_context(
            target,
            dockerfile=dockerfile and os.path.join(target, dockerfile),
            builder=builder,
        ),
        with_excluded=True,
    )
    state = read_state(found(root), spec, sub)
    measured = analyze_state(
        state,
        dockerfile=dockerfile and os.path.join(root, sub, dockerfile),
        builder=builder,
        with_excluded=True,
    )
    expected, actual = facts(walked, str(tmp_path / "checkout")), facts(measured, root)
    for one, other in zip(actual, expected, strict=True):
        assert one == other
    return measured


ODD = [
    "with space", "new\nline", "[x]", "-dash", "tab\there", "ünï", os.fsdecode(b"raw\xff"), ":(top)x",
    '"quoted"', "back\\slash", "star*", "#hash", "!bang", "trail ", "n" * 200,
]  # fmt: skip
TREES: dict[str, dict[str, Any]] = {
    "plain": {"Dockerfile": "FROM x\nCOPY . .\n", "a/b/c": "x" * 300, "a/b/d": "", "z": "y" * 70000},
    "odd names": {f"odd/{name}/{name}": "x" for name in ODD} | dict.fromkeys(ODD, "y"),
    "links": {"l": {"link": "a/b"}, "a/b": "x", "a/up": {"link": "../../outside"}, "d": {"link": "a"}},
    "ignored": {".dockerignore": "a\n!a/keep\n**/*.log\nodd\n", "a/keep": "x", "a/gone": "yy", "x.log": "",
                "s/x.log": "x", "odd/f": "x"},
    "own ignore file": {"Dockerfile": "FROM x\n", "Dockerfile.dockerignore": "a\n", ".dockerignore": "b\n",
                        "a/f": "x", "b/f": "x"},
    "linked ignore file": {".dockerignore": {"link": "cfg/ignore"}, "cfg/ignore": "a\n", "a/f": "x"},
    "ignore file points outside": {".dockerignore": {"link": "../../x"}, "a/f": "x"},
    "ignore file is a folder": {".dockerignore/f": "x", "a/f": "x"},
    "small dockerfile": {"dockerfile": "FROM x\n", "dockerfile.dockerignore": "a\n", "a/f": "x"},
    "lines": {".gitattributes": "*.bat text eol=crlf\n*.auto text=auto eol=crlf\n*.no -text eol=crlf\n",
              "a.bat": "a\nb\n", "s/b.auto": "a\nb\n", "c.auto": b"a\0\nb\n", "d.no": "a\n", "e": "a\n"},
    "lines guessed": {".gitattributes": "* text=auto eol=crlf\n", "odd.bin": b"\x01\x02\nabc\n",
                      "text": "a\n" * 500, "end": b"abc\n\x1a", "few": b"\x01" + b"a" * 300 + b"\n"},
    "empty file names": {"__init__.py": "", "a/__init__.py": ""},
}  # fmt: skip


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
@pytest.mark.parametrize("name", TREES)
def test_a_state_is_its_checkout(name, builder, tmp_path):
    if name == "ignore file is a folder" and builder == "classic":
        pytest.skip("the classic builder refuses it")
    root = init(tmp_path / "r", TREES[name])
    equal_to_checkout(root, "HEAD", tmp_path, builder=builder)


@pytest.mark.parametrize("name", TREES)
def test_the_index_is_its_commit(name, tmp_path):
    root = init(tmp_path / "r", TREES[name])
    repository = found(root)
    staged, head = read_state(repository), read_state(repository, "HEAD")
    assert staged.entries == head.entries
    assert staged.name == "the index"


@pytest.mark.parametrize(
    ("sub", "dockerfile"),
    [
        ("app", None),
        ("app", "Dockerfile"),
        ("app", "docker/dev.Dockerfile"),
        ("app", "../shared/Dockerfile"),
        ("app", "../shared/linked.Dockerfile"),
        ("app/[x] y", None),
        ("", "app/Dockerfile"),
        ("", "shared/Dockerfile"),
    ],
)
def test_contexts_in_a_larger_repository(sub, dockerfile, tmp_path):
    root = init(
        tmp_path / "r",
        {
            "app/Dockerfile": "FROM x\n", "app/f": "x", "app/.dockerignore": "f\n",
            "app/docker/dev.Dockerfile": "FROM x\n", "app/docker/dev.Dockerfile.dockerignore": "docker\n",
            "app/docker/.dockerignore": "x\n", "app/[x] y/Dockerfile": "FROM x\n", "app/[x] y/-f": "x",
            "shared/Dockerfile": "FROM x\n", "shared/Dockerfile.dockerignore": "docker\n", "other": "x",
            "shared/linked.Dockerfile": {"link": "Dockerfile"},
            "shared/linked.Dockerfile.dockerignore": {"link": "/Dockerfile.dockerignore"},
            ".gitattributes": "* text=auto\n*.bat eol=crlf\n", "app/run.bat": "a\nb\n",
        },
    )  # fmt: skip
    git(root, "mv", "other", "another")
    equal_to_checkout(root, "HEAD", tmp_path, sub, dockerfile)


NAMES = st.sampled_from(["a", "b", "[x]", "c d", "é", ".log"])
CONTENT = st.sampled_from(["", "x", "a\nb\n", "y" * 40000]) | st.builds(
    lambda target: {"link": target}, st.sampled_from(["a", "b/c", "gone"])
)


@settings(max_examples=examples(40), suppress_health_check=list(HealthCheck))
@given(
    tree=st.dictionaries(st.lists(NAMES, min_size=1, max_size=4).map("/".join), CONTENT, max_size=12),
    lines=st.lists(st.sampled_from(["a", "!a", "**/b", "!**/é", "*", "a/*", "!a/b", "c*/"]), max_size=4),
)  # fmt: skip
def test_a_state_is_its_checkout_property(tree, lines, tmp_path_factory):
    folder = tmp_path_factory.mktemp("r")
    root = init(folder / "r")
    for path, content in {".dockerignore": "\n".join(lines), **tree}.items():
        try:
            write(root, {path: content})
        except OSError:
            continue
    commit(root)
    equal_to_checkout(root, "HEAD", folder)
    shutil.rmtree(folder)


def test_staged_head_and_older(tmp_path):
    root = init(tmp_path, {"a": "x", "b": "xx", "gone": "xxx"})
    first = commit(root, {})
    write(root, {"a": "xxxx", "new": "x", "gone": None, "untracked": "x"})
    git(root, "add", "a", "new", "gone")
    git(root, "mv", "b", "moved")
    write(root, {"a": "not staged"})
    repository = found(root)
    sizes = {path: entry.size for path, entry in read_state(repository).entries.items()}
    assert sizes == {"a": 4, "moved": 2, "new": 1}
    head = read_state(repository, "HEAD")
    assert {path: entry.size for path, entry in head.entries.items()} == {"a": 1, "b": 2, "gone": 3}
    assert read_state(repository, first).entries == head.entries
    assert head.commit == first
    assert head.blobs["b"] == read_state(repository).blobs["moved"]


def test_modes(tmp_path):
    root = init(tmp_path, {"run": "x"})
    assert read_state(found(root), "HEAD").entries["run"].mode == 0o100644
    git(root, "update-index", "--chmod=+x", "run")
    assert read_state(found(root)).entries["run"].mode == 0o100755
    assert read_state(found(root), "HEAD").entries["run"].mode == 0o100644


def test_each_blob_is_sized_once(tmp_path, monkeypatch):
    root = init(tmp_path, {"a": "x", "b": "x", "c": "xx"})
    repository = found(root)
    one = read_state(repository, "HEAD")
    monkeypatch.setattr(type(repository), "run", None)
    assert repository.sizes(one.blobs.values())[one.blobs["c"]] == 2


LFS = {
    "pointer": ("*.bin filter=lfs\n", POINTER.format(123456789), 123456789),
    "extended pointer": (
        "*.bin filter=lfs\n",
        POINTER.format(5).replace("oid", "ext-0-x sha256:0\noid"),
        5,
    ),
    "macro": ("[attr]big filter=lfs\n*.bin big\n", POINTER.format(7), 7),
    "no attribute": ("*.txt filter=lfs\n", POINTER.format(99), None),
    "taken back": ("*.bin filter=lfs\n*.bin -filter\n", POINTER.format(99), None),
    "another filter": ("*.bin filter=crypt # lfs\n", POINTER.format(99), None),
    "not a pointer": ("*.bin filter=lfs\n", "x" * 50, None),
    "too long": ("*.bin filter=lfs\n", POINTER.format(9) + "x" * 1024, None),
    "no size": ("*.bin filter=lfs\n", POINTER.format("x"), None),
    "no attributes file": (None, POINTER.format(99), None),
}


@pytest.mark.parametrize("spec", ["HEAD", None])
@pytest.mark.parametrize("name", LFS)
def test_pointers(name, spec, tmp_path):
    attributes, content, size = LFS[name]
    root = init(tmp_path, {"sub/a.bin": content, "README": "x"})
    commit(root, {".gitattributes": attributes} if attributes else {})
    for prefix, path in (("", "sub/a.bin"), ("sub", "a.bin")):
        state = read_state(found(root), spec, prefix)
        assert state.entries[path].size == (len(content) if size is None else size)
        assert state.pointers == (set() if size is None else {path})


@pytest.mark.parametrize("content", [b"", b"version https://git-lfs.github.com/spec/v1\n", b"size 5\n",
                                     POINTER.format(-1).encode(), POINTER.format("1 2").encode(),
                                     b" " + POINTER.format(1).encode()])  # fmt: skip
def test_no_pointers(content):
    assert pointed_size(content) is None


def test_files_rewritten_otherwise_are_named(tmp_path):
    root = init(tmp_path, {".gitattributes": "a ident\nb working-tree-encoding=UTF-16BE\n", "a": "x", "b": "xy", "c": "x"})  # fmt: skip
    state = read_state(found(root), "HEAD")
    assert state.inexact == ("a", "b")
    assert [error.path for error in analyze_state(state).tree.errors] == ["a", "b"]


def test_submodules_are_named(tmp_path):
    init(tmp_path / "lib", {"f": "x" * 100})
    root = init(tmp_path / "r", {".dockerignore": "gone\n", "t": "x"})
    for path in ("ext/lib", "gone/lib"):
        git(root, "submodule", "add", "-q", str(tmp_path / "lib"), path)
    commit(root)
    measured = equal_to_checkout(root, "HEAD", tmp_path)
    assert [error.path for error in measured.tree.errors] == ["ext/lib"]
    assert "submodule" in measured.tree.errors[0].reason
    with pytest.raises(GitError, match="'ext/lib' is a submodule"):
        read_state(found(root), "HEAD", "ext/lib")


def test_unborn_head(tmp_path):
    root = init(tmp_path)
    write(root, {"a": "xx"})
    git(root, "add", "a")
    state = read_state(found(root), "HEAD")
    assert (state.commit, dict(state.entries)) == (None, {})
    assert analyze_state(state).permitted.total.files == 0
    assert analyze_state(state).context.ignore.path is None
    assert read_state(found(root)).entries["a"].size == 2


def test_detached_head(tmp_path):
    root = init(tmp_path, {"a": "x"})
    commit(root, {"a": "xx"})
    git(root, "checkout", "-q", "--detach", "HEAD~1")
    assert read_state(found(root), "HEAD").entries["a"].size == 1


def test_linked_worktree_has_its_own_index(tmp_path):
    root = init(tmp_path / "r", {"a": "x"})
    git(root, "worktree", "add", "-q", "-b", "other", str(tmp_path / "w"))
    write(tmp_path / "w", {"a": "xxx"})
    git(tmp_path / "w", "add", "a")
    assert read_state(found(str(tmp_path / "w"))).entries["a"].size == 3
    assert read_state(found(root)).entries["a"].size == 1
    assert read_state(found(root), "other").entries["a"].size == 1


def test_bare(tmp_path):
    root = init(tmp_path / "r", {**TREES["ignored"], "d/x.Dockerfile": "FROM x\n", "d/x.Dockerfile.dockerignore": "s\n"})  # fmt: skip
    git(tmp_path, "clone", "-q", "--bare", root, "b.git")
    bare = found(str(tmp_path / "b.git"))
    state = read_state(bare, "main")
    assert state.entries == read_state(found(root), "main").entries
    assert analyze_state(state).context.ignore.path == ".dockerignore"
    own = analyze_state(state, dockerfile="d/x.Dockerfile")
    assert own.context.ignore.path == "d/x.Dockerfile.dockerignore"
    with pytest.raises(GitError, match="bare repository: it has no index"):
        read_state(bare)


def test_bare_with_attributes(tmp_path):
    root = init(tmp_path / "r", TREES["lines"] | {"p.bin": POINTER.format(1000)})
    commit(root, {".gitattributes": "*.bat text eol=crlf\n*.bin filter=lfs\n"})
    git(tmp_path, "clone", "-q", "--bare", root, "b.git")
    state = read_state(found(str(tmp_path / "b.git")), "HEAD")
    assert (state.entries["a.bat"].size, state.entries["p.bin"].size) == (6, 1000)


def test_shallow(tmp_path):
    root = init(tmp_path / "r", {"a": "x"})
    first = commit(root, {"a": "xx"})
    commit(root, {"a": "xxx"})
    git(tmp_path, "clone", "-q", "--depth=1", "file://" + root, "s")
    repository = found(str(tmp_path / "s"))
    assert repository.shallow
    assert read_state(repository, "HEAD").entries["a"].size == 3
    for spec in (first, "HEAD~1", "origin/gone"):
        with pytest.raises(GitError, match="there is no commit") as caught:
            read_state(repository, spec)
        assert "this clone is shallow" in str(caught.value.hint)


def test_partial_clone_fetches_nothing(tmp_path):
    root = init(tmp_path / "r", {"a": "x"})
    git(root, "config", "uploadpack.allowFilter", "true")
    commit(root, {"a": "xx"})
    git(tmp_path, "clone", "-q", "--filter=blob:none", "file://" + root, "p")
    repository = found(str(tmp_path / "p"))
    assert read_state(repository, "HEAD").entries["a"].size == 2
    with pytest.raises(GitError) as caught:
        read_state(repository, "HEAD~1")
    assert "partial clone" in str(caught.value.hint)


def conflict(root):
    commit(root, {"sub/a": "base\n", "other/b": "x"})
    git(root, "checkout", "-q", "-b", "side")
    commit(root, {"sub/a": "side\n"})
    git(root, "checkout", "-q", "main")
    commit(root, {"sub/a": "main\n"})
    git(root, "merge", "-q", "side", accept=(1,))


def test_conflicts(tmp_path):
    root = init(tmp_path)
    conflict(root)
    repository = found(root)
    for prefix in ("", "sub"):
        with pytest.raises(GitError, match=r"the index holds a merge conflict in '(sub/)?a'$"):
            read_state(repository, None, prefix)
    assert read_state(repository, None, "other").entries["b"].size == 1
    assert read_state(repository, "HEAD").entries["sub/a"].size == 5


def test_announced_files_are_not_staged(tmp_path):
    root = init(tmp_path, {"a/__init__.py": "", "a/f": "x"})
    write(root, {"a/later": "x", "a/empty": ""})
    git(root, "add", "-N", "a/later")
    git(root, "add", "a/empty")
    assert sorted(read_state(found(root)).entries) == ["a/__init__.py", "a/empty", "a/f"]
    assert sorted(read_state(found(root), None, "a").entries) == ["__init__.py", "empty", "f"]


def test_the_index_of_a_hook(tmp_path, monkeypatch):
    root = init(tmp_path, {"a": "x", "b": "x"})
    write(root, {"a": "xx", "b": "xx"})
    git(root, "add", "b")
    shutil.copy(tmp_path / ".git/index", tmp_path / ".git/next-index")
    git(root, "add", "a")
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / ".git/next-index"))
    assert read_state(found(root)).entries["a"].size == 1


@pytest.mark.parametrize("prefix", ["gone", "a/b/c", "a b"])
def test_nothing_at_the_prefix(prefix, tmp_path):
    state = read_state(found(init(tmp_path, {"a/f": "x"})), "HEAD", prefix)
    assert analyze_state(state).permitted.total.entries == 0


def test_a_file_at_the_prefix(tmp_path):
    with pytest.raises(GitError, match="'a/f' is not a folder in "):
        read_state(found(init(tmp_path, {"a/f": "x"})), "HEAD", "a/f")


@pytest.mark.parametrize(
    ("tree", "dockerfile", "builder", "error", "reason"),
    [
        (
            {"a": "x"},
            "Dockerfile",
            "buildkit",
            ContextError,
            "'.*Dockerfile': no such file in HEAD",
        ),
        ({"d/f": "x"}, "d", "buildkit", ContextError, "is a folder"),
        ({"Dockerfile/f": "x"}, None, "buildkit", ContextError, "is a folder"),
        ({".dockerignore/f": "x"}, None, "classic", IgnoreFileError, "error reading .dockerignore"),
        ({".dockerignore": "a[\nb", "a": ""}, None, "buildkit", IgnoreFileError, "syntax error"),
        ({".dockerignore": "!\n"}, None, "buildkit", IgnoreFileError, "illegal exclusion"),
        ({".dockerignore": "x" * 70000}, None, "buildkit", IgnoreFileError, "token too long"),
    ],
)
def test_refusals(tree, dockerfile, builder, error, reason, tmp_path):
    root = init(tmp_path, tree)
    state = read_state(found(root), "HEAD")
    with pytest.raises(error, match=reason):
        analyze_state(
            state, dockerfile=dockerfile and os.path.join(root, dockerfile), builder=builder
        )


def test_a_dockerfile_outside_of_the_repository(tmp_path):
    root = init(tmp_path / "r", {"a": "x", ".dockerignore": "b\n"})
    write(tmp_path, {"my.Dockerfile": "FROM y\n"})
    outside = str(tmp_path / "my.Dockerfile")
    state = read_state(found(root), "HEAD")
    context = state_context(state, dockerfile=outside)
    assert (context.dockerfile.inside, context.ignore.path) == (None, ".dockerignore")
    assert read_state_dockerfile(state, context) == b"FROM y\n"
    write(tmp_path, {"my.Dockerfile.dockerignore": "a\n"})
    assert state_context(state, dockerfile=outside).ignore.path == outside + ".dockerignore"
    with pytest.raises(ContextError, match="classic builder's figure"):
        state_context(state, dockerfile=outside, builder="classic")


def test_the_dockerfile_of_a_state(tmp_path):
    root = init(tmp_path, {"Dockerfile": {"link": "docker/D"}, "docker/D": "FROM old\n"})
    write(root, {"docker/D": "FROM new\n"})
    state = read_state(found(root), "HEAD")
    assert read_state_dockerfile(state, state_context(state)) == b"FROM old\n"
    none = read_state(found(root), "HEAD", "docker")
    with pytest.raises(ContextError, match="failed to read dockerfile"):
        read_state_dockerfile(none, state_context(none))


def test_missing_blobs_are_named(tmp_path):
    repository = find_repository(init(tmp_path, {"a": "x"}))
    assert repository is not None
    with pytest.raises(GitError, match=r"object 0{40} is not in this clone"):
        repository.sizes(["0" * 40])
    with pytest.raises(GitError, match=r"object 0{40} is not in this clone"):
        repository.read_blob("0" * 40)


@pytest.mark.parametrize("content", [b"", b"garbage", 12])
@pytest.mark.parametrize("behind", [False, True])
def test_damaged_blobs_are_no_missing_ones(tmp_path, content, behind):
    root = init(tmp_path, {"a": os.urandom(500), "b": "x"})
    ids = [
        git(root, "rev-parse", f"HEAD:{name}").decode().strip() for name in ("b", "a")[: 1 + behind]
    ]
    path = os.path.join(root, ".git", "objects", ids[-1][:2], ids[-1][2:])
    if isinstance(content, int):
        content = Path(path).read_bytes()[:content]
    os.chmod(path, 0o600)
    Path(path).write_bytes(content)
    said = pytest.raises(GitError, match=f"object {ids[-1]} is damaged: ")
    with said as caught:
        list(found(root).blobs(ids))
    assert "git fsck" in (caught.value.hint or "")
    # A header alone may still be whole.
    if content in (b"", b"garbage"):
        with said:
            found(root).sizes(ids)
