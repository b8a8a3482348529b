"""How often keys changed, what for, and which lines would have kept them: histories of small repositories."""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.build.cache_key import ContextEntry, follower, key_sources, sent_paths
from ctxopt.build.request import BuildRequest
from ctxopt.errors import ConfigError, ContextError, CtxoptError, GitError
from ctxopt.git.state import StateEntry, read_state
from tests.build.test_key_change import INSTRUCTIONS, PATTERNS, trees
from tests.support.rebuilds import FIRST, NODE, counted, fast_history, figures, history
from tests.support.repositories import commit, found, git, init, write

pytestmark = pytest.mark.usefixtures("clean")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([{"README.md": "2"}], {3: (0, 0), 5: (1, 1)}),
        ([{"README.md": "2", ".github/workflows/ci.yml": "2"}], {3: (0, 0), 5: (1, 1)}),
        ([{"README.md": "2"}, {"tests/a.test.ts": "2"}, {"docs/a.md": "2"}], {3: (0, 0), 5: (3, 3)}),
        ([{"README.md": None}, {"README.md": "2"}], {3: (0, 0), 5: (2, 2)}),
        ([{".vscode/a": "2"}, {".dockerignore": ".git\n#\n"}], {3: (0, 0), 5: (2, 2)}),
        ([{"Dockerfile": NODE + "# x\n"}], {3: (0, 0), 5: (1, 1)}),
        # One source among them is enough.
        ([{"README.md": "2", "src/a.ts": "2"}], {3: (0, 0), 5: (1, 0)}),
        ([{"src/a.ts": "2"}, {"src/b.ts": "2"}, {"README.md": "2"}], {3: (0, 0), 5: (3, 1)}),
        ([{"package.json": "{}"}], {3: (1, 0), 5: (1, 0)}),
        ([{"package-lock.json": "{}"}, {"src/a.ts": None}], {3: (1, 0), 5: (2, 0)}),
        ([{"src/README.md": "2"}], {3: (0, 0), 5: (1, 0)}),
        ([{}, {}], {3: (0, 0), 5: (0, 0)}),
        ([{"README.md": "2"}, {}, {"src/a.ts": "2"}], {3: (0, 0), 5: (2, 1)}),
        ([], {3: (0, 0), 5: (0, 0)}),
    ],
)  # fmt: skip
def test_what_is_counted(tmp_path, steps, expected):
    rebuilds = counted(history(tmp_path / "r", steps))
    assert figures(rebuilds) == expected
    assert len(rebuilds.commits) == len(steps)


def test_what_is_ignored_today_counts_as_ignored_always(tmp_path):
    root = history(tmp_path / "r", [{"README.md": "2"}, {"docs/b.md": "2"}, {"src/a.ts": "2"}])
    assert figures(counted(root)) == {3: (0, 0), 5: (3, 2)}
    write(root, {".dockerignore": ".git\nREADME.md\ndocs\n"})
    assert figures(counted(root)) == {3: (0, 0), 5: (1, 0)}


def test_a_merge_is_one_change(tmp_path):
    root = history(tmp_path / "r", [{"src/a.ts": "2"}])
    git(root, "switch", "-q", "-c", "side")
    commit(root, {"README.md": "2"})
    commit(root, {"README.md": "3", "docs/a.md": "2"})
    git(root, "switch", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "-m", "m", "side")
    rebuilds = counted(root)
    assert figures(rebuilds) == {3: (0, 0), 5: (2, 1)}
    assert len(rebuilds.commits) == 2


@pytest.mark.parametrize(
    ("count", "against", "commits"),
    [(50, None, 4), (2, None, 2), (None, None, 4), (None, "HEAD~3", 3), (None, "HEAD~3..HEAD~1", 2), (1, "HEAD~3", 1),
     (None, "HEAD~3...HEAD", 3), (None, "HEAD..HEAD", 0), (None, "HEAD..HEAD~2", 0)],
)  # fmt: skip
def test_which_commits(tmp_path, count, against, commits):
    root = history(tmp_path / "r", [{"README.md": str(number)} for number in range(2, 6)])
    rebuilds = counted(root, count=count, against=against)
    assert len(rebuilds.commits) == commits
    assert figures(rebuilds)[5] == (commits, commits)


def test_what_runs_again(tmp_path):
    manifests, everything = counted(history(tmp_path / "r", [])).instructions
    assert [(item.step.line, item.cost, item.step.is_certain) for item in manifests.after] == [
        (4, "installs packages", True), (5, None, True), (6, "compiles", True), (8, None, False),
    ]  # fmt: skip
    assert [item.text for item in everything.after] == [
        "RUN npm run build",
        "COPY --from=build /app/dist /srv",
    ]


def test_a_mount_runs_its_own_step_again(tmp_path):
    dockerfile = "FROM a\nRUN --mount=type=bind,source=src,target=/s make\nRUN true\n"
    root = history(tmp_path / "r", [{"src/a.ts": "2"}], {**FIRST, "Dockerfile": dockerfile})
    (mount,) = counted(root).instructions
    assert len(mount.changes) == 1
    assert [(item.step.line, item.cost) for item in mount.after] == [(2, "compiles"), (3, None)]


def test_the_target_and_arguments_decide(tmp_path):
    dockerfile = (
        "ARG DIR=src\nFROM a AS one\nARG DIR\nCOPY ${DIR} /s\nFROM one AS two\nCOPY docs /d\n"
    )
    root = history(tmp_path / "r", [{"src/a.ts": "2"}], {**FIRST, "Dockerfile": dockerfile})
    assert figures(counted(root)) == {4: (1, 0), 6: (0, 0)}
    assert figures(counted(root, request=BuildRequest("one"))) == {4: (1, 0)}
    assert figures(counted(root, request=BuildRequest("one", {"DIR": "docs"}))) == {4: (0, 0)}


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        ([{"README.md": "2"}, {"README.md": "3"}, {"docs/a.md": "2"}],
         [("README.md", 2, 2), ("docs", 1, 3)]),
        # Together they save what neither saves alone.
        ([{"README.md": "2", "docs/a.md": "2"}], [("README.md", 0, 0), ("docs", 0, 1)]),
        # Of those that save nothing alone, those first that are met most often.
        ([{"tests/a.test.ts": "2", "README.md": "2"}, {"tests/a.test.ts": "3", "docs/a.md": "2"}],
         [("**/tests", 0, 0), ("README.md", 0, 1), ("docs", 0, 2)]),
        ([{".github/x/y.yml": "2"}, {".gitlab-ci.yml": "2"}],
         [("**/.github", 1, 1), ("**/.gitlab-ci.yml", 1, 2)]),
        ([{"README.md": "2"}, {"README.md": "3", "src/a.ts": "2"}], [("README.md", 1, 1)]),
        # The folder is sent as long as anything may lie in it, but not with a line for itself.
        ([{".vscode/a/b": "2"}], [("**/.vscode", 1, 1)]),
        ([{"src/a.ts": "2"}], []),
        ([{"README.md": "2", "src/a.ts": "2"}], []),
        ([{"package.json": "2", "README.md": "2"}], []),
        ([{}], []),
        ([], []),
    ],
)  # fmt: skip
def test_which_lines_would_have_saved_how_much(tmp_path, steps, lines):
    rebuilds = counted(history(tmp_path / "r", steps))
    found = [(line.pattern, line.alone, line.together) for line in rebuilds.lines]
    assert found == lines


@pytest.mark.parametrize("odd", ["[x]", "a*b", "!a", "#a", "a b", "a\\b", "\u00fc"])
def test_lines_for_odd_names_hide_them_alone(tmp_path, odd):
    dockerfile = f"{odd}/my.file"
    first = {**FIRST, dockerfile: NODE}
    root = history(
        tmp_path / "r",
        [{dockerfile: NODE + "# 1\n"}, {"aXb/my.file": "1"}, {"x/my.file": "1"}],
        first,
    )
    rebuilds = counted(root, dockerfile=f"{root}/{dockerfile}")
    (line,) = rebuilds.lines
    assert (line.alone, rebuilds.avoidable, rebuilds.rebuilt) == (1, 1, 3)
    write(root, {".dockerignore": f".git\n{line.pattern}\n"})
    assert counted(root, dockerfile=f"{root}/{dockerfile}").rebuilt == 2


def test_lines_save_what_they_say(tmp_path):
    steps = [{"README.md": "2"}, {"docs/b/c.md": "2"}, {"README.md": "3", "tests/a.test.ts": "2"}, {"src/a.ts": "2"},
             {"package.json": "{}"}, {"tests/b/c.ts": "2"}, {".github/x.yml": "1"}, {"Dockerfile": NODE + "# 1\n"}]  # fmt: skip
    root = history(tmp_path / "r", steps)
    rebuilds = counted(root)
    assert rebuilds.lines
    assert rebuilds.lines[-1].together == rebuilds.avoidable == 6
    ignored = ".git\n"
    for line in rebuilds.lines:
        write(root, {".dockerignore": f".git\n{line.pattern}\n"})
        assert rebuilds.rebuilt - counted(root).rebuilt == line.alone
        ignored += f"{line.pattern}\n"
        write(root, {".dockerignore": ignored})
        assert rebuilds.rebuilt - counted(root).rebuilt == line.together


def test_a_context_below_the_top(tmp_path):
    below = {f"app/{path}": content for path, content in FIRST.items()}
    root = history(
        tmp_path / "r", [{"app/README.md": "2"}, {"b": "2"}, {"app/src/a.ts": "2"}], below
    )
    assert figures(counted(root, path="app")) == {3: (0, 0), 5: (2, 1)}


def test_a_dockerfile_that_came_later_or_had_another_name(tmp_path):
    before = {path: content for path, content in FIRST.items() if path != "Dockerfile"}
    root = history(tmp_path / "r", [{"README.md": "2"}, {"src/a.ts": "2"}], before)
    commit(root, {"Dockerfile": NODE})
    commit(root, {"README.md": "3"})
    rebuilds = counted(root)
    assert figures(rebuilds) == {3: (0, 0), 5: (4, 3)}
    assert rebuilds.without_dockerfile == 2
    git(root, "mv", "Dockerfile", "web.Dockerfile")
    commit(root)
    rebuilds = counted(root, dockerfile=f"{root}/web.Dockerfile")
    assert figures(rebuilds) == {3: (0, 0), 5: (5, 4)}
    assert rebuilds.without_dockerfile == 4


def test_a_dockerfile_outside_of_the_repository(tmp_path):
    root = history(tmp_path / "r", [{"README.md": "2"}])
    (tmp_path / "Dockerfile").write_text("FROM a\nCOPY src /s\nCOPY . .\n")
    rebuilds = counted(root, dockerfile=str(tmp_path / "Dockerfile"))
    assert figures(rebuilds) == {2: (0, 0), 3: (1, 1)}
    assert rebuilds.without_dockerfile == 0


@pytest.mark.parametrize(
    ("dockerfile", "ignored", "expected"),
    [
        ("FROM a\nCOPY . .\nRUN make\n", "docs\n", (2, 1)),
        ("FROM a\nRUN --mount=type=bind,target=/s make -C /s\n", "", (2, 1)),
        ("FROM a\nCOPY .git /g\n", "", (2, 0)),
        ("FROM a\nCOPY . .\nRUN git describe --tags\n", "", (2, 0)),
        ("FROM a\nCOPY . .\nRUN make\n", ".git\n", (2, 1)),
        ("FROM a\nCOPY . .\nRUN make\n", ".git\nREADME.md\n", (1, 0)),
        ("FROM a\nCOPY src /s\nRUN make\n", "", (1, 0)),
        ("FROM a\nCOPY --exclude=.git --exclude=*.md . /s\n", "", (1, 0)),
        ("FROM a\nCOPY *.json /s\nRUN git describe\n", "", (0, 0)),
    ],
)  # fmt: skip
def test_git_itself_changes_with_every_commit(tmp_path, dockerfile, ignored, expected):
    tree = {**FIRST, "Dockerfile": dockerfile, ".dockerignore": ignored}
    rebuilds = counted(history(tmp_path / "r", [{"README.md": "2"}, {"src/a.ts": "2"}], tree))
    assert figures(rebuilds)[2] == expected
    assert rebuilds.sends_history == (
        ".git/HEAD" in rebuilds.instructions[0].changes[0].paths if rebuilds.rebuilt else False
    )


def test_the_line_for_git_saves_with_the_others(tmp_path):
    root = history(tmp_path / "r", [{"README.md": "2"}, {}], {**FIRST, ".dockerignore": "a\n"})
    rebuilds = counted(root)
    assert figures(rebuilds)[5] == (2, 2)
    assert [line[0::2] for line in rebuilds.lines] == [("**/.git", 1), ("README.md", 0)]
    assert rebuilds.lines[-1].together == 2


def test_git_above_the_context_is_not_sent(tmp_path):
    below = {f"app/{path}": content for path, content in FIRST.items() if path != ".dockerignore"}
    root = history(tmp_path / "r", [{"b": "2"}, {"app/src/a.ts": "2"}], below)
    assert figures(counted(root, path="app"))[5] == (1, 0)


def test_a_shallow_clone_says_that_it_ends(tmp_path):
    root = history(tmp_path / "r", [{"README.md": str(number)} for number in range(2, 6)])
    git(tmp_path, "clone", "-q", "--depth", "3", f"file://{root}", "clone")
    clone = str(tmp_path / "clone")
    assert len(counted(clone).commits) == 2
    assert counted(clone).is_cut
    assert not counted(clone, count=2).is_cut
    assert not counted(root).is_cut


def test_a_submodule_changes_with_its_commit(tmp_path):
    root = history(tmp_path / "r", [])
    for id_ in ("1" * 40, "2" * 40):
        git(root, "update-index", "--add", "--cacheinfo", f"160000,{id_},sub")
        git(root, "commit", "-q", "-m", "x")
    rebuilds = counted(root)
    assert figures(rebuilds) == {3: (0, 0), 5: (2, 0)}
    assert {change.paths for change in rebuilds.instructions[1].changes} == {("sub",)}


def test_nothing_is_opened_but_links(tmp_path):
    """A clone without the contents of files tells the same; nothing is fetched for it."""
    root = history(tmp_path / "r", [{"README.md": "2"}, {"src/a.ts": "2"}])
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{root}", "clone")
    clone = str(tmp_path / "clone")
    before = git(clone, "count-objects", "-v")
    assert figures(counted(clone)) == figures(counted(root)) == {3: (0, 0), 5: (2, 1)}
    assert git(clone, "count-objects", "-v") == before


def test_nothing_of_the_repository_is_run(tmp_path):
    root = history(tmp_path / "r", [{"src/a.ts": "2"}])
    write(root, {".gitattributes": "* filter=evil diff=evil\n"})
    proof = tmp_path / "proof"
    for key in (
        "filter.evil.smudge",
        "filter.evil.clean",
        "diff.evil.textconv",
        "core.fsmonitor",
        "core.pager",
    ):
        git(root, "config", key, f"touch {proof}; cat")
    hook = os.path.join(root, ".git", "hooks", "post-checkout")
    write(root, {".git/hooks/post-checkout": f"#!/bin/sh\ntouch {proof}\n"})
    os.chmod(hook, 0o755)
    before = git(root, "rev-parse", "HEAD")
    assert figures(counted(root))[5] == (1, 0)
    assert not proof.exists()
    assert git(root, "rev-parse", "HEAD") == before


def _bare(folder):
    git(folder, "clone", "-q", "--bare", history(folder / "r", []), "bare")
    write(folder / "bare", {"Dockerfile": NODE})
    return str(folder / "bare")


def _outside(folder):
    write(folder / "r", FIRST)
    return str(folder / "r")


def _untracked(folder):
    root = history(folder / "r", [])
    write(root, {f"new/{path}": content for path, content in FIRST.items()})
    return f"{root}/new"


def _without_dockerfile(folder):
    return history(folder / "r", [{"a": "1"}], {"a": "2"})


def _without_commit(folder):
    root = init(folder / "r")
    write(root, FIRST)
    return root


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (_outside, ConfigError, "is in none"),
        (_bare, ConfigError, "bare repository"),
        (_without_commit, GitError, "no commit yet"),
        (_untracked, GitError, "no folder 'new'"),
        (_without_dockerfile, ContextError, "no Dockerfile"),
    ],
)
def test_what_cannot_be_told_is_said(tmp_path, make, error, said):
    with pytest.raises(error, match=said):
        counted(make(tmp_path))


@pytest.mark.parametrize(
    "against",
    ["nope", "HEAD..nope", "nope..HEAD", "--all", "HEAD~9..HEAD", "^HEAD", "^HEAD..HEAD", "HEAD^!"],
)
def test_commits_that_are_not_there(tmp_path, against):
    with pytest.raises(CtxoptError, match="no commit"):
        counted(history(tmp_path / "r", []), against=against)


def whole_keys(root: str, commit_id: str, sources, matcher) -> dict[int, object]:
    """The key of each instruction in a commit, from a full list of it."""
    state = read_state(found(root), commit_id)
    entries = {path: context_entry(entry) for path, entry in state.entries.items()}
    # The folder of git itself, of which every commit has another.
    entries[".git/HEAD"] = ContextEntry(0o100644, commit_id)
    targets = {entry.blob: entry.link for entry in state.entries.values()}
    follow = follower(entries, lambda entry: targets[entry.content])
    sent = sent_paths(matcher, entries)
    return {item.source.line: item.key(entries, sent, follow) for item in sources}


def context_entry(entry: StateEntry) -> ContextEntry:
    return ContextEntry(entry.mode, entry.blob)


@given(
    states=st.lists(trees, min_size=2, max_size=5),
    ignored=st.lists(st.sampled_from(PATTERNS), max_size=2),
    instructions=st.lists(st.sampled_from(INSTRUCTIONS), min_size=1, max_size=5, unique=True),
)
@settings(max_examples=40, deadline=None)
@pytest.mark.slow
def test_the_count_is_that_of_all_keys_made_again(states, ignored, instructions):
    with tempfile.TemporaryDirectory() as folder:
        own = {
            "Dockerfile": "\n".join(("FROM a", *instructions)),
            ".dockerignore": "\n".join(ignored),
        }
        root = fast_history(folder, [{**state, **own} for state in states])
        try:
            rebuilds = counted(root)
        except ContextError:
            return
        plan = rebuilds.analysis.plan
        assert plan is not None
        sources, matcher = key_sources(plan.build), rebuilds.analysis.matcher
        expected = {item.source.line: 0 for item in sources}
        for item in rebuilds.commits:
            assert item.parent is not None
            before = whole_keys(root, item.parent, sources, matcher)
            for line, key in whole_keys(root, item.id, sources, matcher).items():
                expected[line] += key != before[line]
        assert {line: changed for line, (changed, _) in figures(rebuilds).items()} == expected
