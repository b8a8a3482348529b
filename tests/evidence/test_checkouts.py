"""Other checkouts in a context: told apart, found, and what of them counts for the build around them."""

from __future__ import annotations

import pytest

from ctxopt.evidence.checkouts import checkout_kind, find_worktrees, nearest_checkout
from ctxopt.rules.paths import version_control
from tests.support.judging import findings, gathered, known_facts
from tests.support.repositories import git, init, write
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

KINDS = [
    ({"x/.git": "gitdir: /r/.git/worktrees/x\n"}, "worktree"),
    ({"x/.git": "gitdir: ../.git/worktrees/x"}, "worktree"),
    ({"x/.git": "gitdir: /r/.git/modules/sub/worktrees/x\n"}, "worktree"),
    ({"x/.git": "gitdir: ../.git/modules/x\n"}, "submodule"),
    ({"x/.git": "gitdir: ../.git/modules/worktrees/x/y\n"}, "submodule"),
    ({"x/.git": "gitdir: /elsewhere/x.git\n"}, "clone"),
    ({"x/.git/HEAD": "ref: refs/heads/main\n"}, "clone"),
    ({"x/.git": "worktrees\n"}, None),
    ({"x/.git": ""}, None),
    ({"x/.git": {"link": "gone"}}, None),
    ({"x/.gitignore": "a"}, None),
    ({"x/a": "1"}, None),
    ({".git/HEAD": "x", "x/a": "1"}, None),
]


@pytest.mark.parametrize(("tree", "kind"), KINDS)
def test_kinds_of_checkouts(tmp_path, tree, kind):
    root = lay(tmp_path, tree)
    assert checkout_kind(root, "x") == kind
    assert nearest_checkout(root, "x/deep/er") == kind


def test_the_root_is_no_other_checkout(tmp_path):
    root = lay(tmp_path, {".git/HEAD": "x", "a/b": "1"})
    assert nearest_checkout(root, "") is None
    assert nearest_checkout(root, "a") is None


POINTER = "gitdir: ROOT/.git/worktrees/x\n"
OWN = {".git/HEAD": "ref: x\n", ".git/worktrees/x/HEAD": "ref: y\n"}
WORKTREES = [
    ({"wt/one/.git": POINTER, "wt/two/.git": POINTER}, {"wt", "wt/one", "wt/two"}),
    ({"wt/one/.git": POINTER, "wt/a": "1"}, {"wt/one"}),
    ({"wt/one/.git": POINTER, "wt/other/a": "1"}, {"wt/one"}),
    ({"one/.git": POINTER}, {"one"}),
    ({"a/b/c/.git": POINTER}, {"a", "a/b", "a/b/c"}),
    ({".bot/trees/x/.git": POINTER, ".bot/settings.json": "{}"}, {".bot/trees", ".bot/trees/x"}),
    # Those of another repository may be what is built.
    ({"one/.git": "gitdir: /elsewhere/.git/worktrees/x\n"}, set()),
    ({"one/.git": "gitdir: ../sub/.git/worktrees/x\n", "sub/.git/HEAD": "x"}, set()),
    ({"one/.git": "gitdir: ROOT/.git/modules/x\n"}, set()),
    ({"one/.git/HEAD": "x"}, set()),
    ({"one/.git": "x"}, set()),
    ({"one/.github/a": "x"}, set()),
]


@pytest.mark.parametrize(("tree", "expected"), WORKTREES)
def test_worktrees_of_this_repository(tmp_path, tree, expected):
    files = {path: text.replace("ROOT", str(tmp_path)) for path, text in {**OWN, **tree}.items()}
    with known_facts({}) as facts:
        assert find_worktrees(facts.analysis.tree) == frozenset()
    assert gathered(lay(tmp_path, {**files, "main.py": "x"})).needs.worktrees == expected


def test_worktrees_beside_a_worktree(tmp_path):
    files = {
        "main/.git/worktrees/a/HEAD": "x",
        "here/.git": "gitdir: ../main/.git/worktrees/a\n",
        "here/wt/.git": "gitdir: ../../main/.git/worktrees/b\n",
        "here/sub/a": "1",
    }
    lay(tmp_path, files)
    assert gathered(tmp_path / "here").needs.worktrees == {"wt"}


DOCKERFILE = "FROM a\nCOPY package.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n"
SOURCES = {"Dockerfile": DOCKERFILE, "package.json": "{}", "src/a.ts": "1" * 200_000}


def with_worktrees(folder, *paths, more=None):
    """Make a repository with a worktree at each path, and ``more`` files that it does not track."""
    root = init(folder, {**SOURCES, ".dockerignore": ".git\n"})
    for path in paths:
        git(root, "worktree", "add", "-q", "-b", "b" + path.replace("/", "-"), path)
    write(root, more or {})
    return root


@pytest.mark.parametrize(
    ("paths", "more", "lines"),
    [
        (["wt/one"], {}, ["wt"]),
        (["wt/one", "wt/two"], {}, ["wt"]),
        (["wt/one"], {"wt/notes.txt": "1"}, ["wt/one"]),
        ([".bot/trees/x"], {".bot/settings.json": "{}"}, [".bot/trees"]),
    ],
)
def test_a_worktree_is_left_out(tmp_path, paths, more, lines):
    root = with_worktrees(tmp_path, *paths, more=more)
    facts = gathered(root)
    assert lines_for(facts) == lines
    assert facts.needs.served == ()


def lines_for(facts):
    return [edit.text for finding in version_control.check(facts) for edit in finding.edits]


@pytest.mark.parametrize(
    ("path", "more"),
    [
        # An instruction names it.
        ("wt", {"Dockerfile": DOCKERFILE + "COPY wt/src /other\n"}),
        # The project's own folder lies where a worktree could.
        (None, {"wt/one/src/a.ts": "1" * 200_000}),
        (None, {"wt/one/.git": "nothing", "wt/one/src/a.ts": "1" * 200_000}),
        # A clone may be fetched for the build.
        (None, {"wt/one/.git/HEAD": "ref: x\n", "wt/one/src/a.ts": "1" * 200_000}),
        # People said that it stays.
        ("wt", {".dockerignore": ".git\n# ctxopt: keep wt\n"}),
        # It is left out already.
        ("wt", {".dockerignore": ".git\nwt\n"}),
        ("wt", {".dockerignore": "*\n!src\n!package.json\n"}),
        # It is not taken, and too small to speak of.
        ("wt", {"Dockerfile": "FROM a\nCOPY package.json ./\n", "wt/src/a.ts": "1"}),
    ],
)
def test_what_is_no_worktree_or_is_meant(tmp_path, path, more):
    paths = [path] if path else []
    root = with_worktrees(tmp_path, *paths)
    write(root, more)
    assert {"wt", "wt/one"}.isdisjoint(lines_for(gathered(root)))


def test_a_worktree_that_git_ignores_is_told_as_that(tmp_path):
    root = with_worktrees(tmp_path, "wt", more={".gitignore": "/wt\n"})
    assert lines_for(gathered(root)) == []


def test_without_git_nothing_is_known(tmp_path):
    tree = {"wt/.git": f"gitdir: {tmp_path}/.git/worktrees/x\n", "wt/a": 300_000}
    assert findings("version-control", tmp_path, tree) == []
