"""What a person decides about single paths: the lines, their harm, and that each sum is that of a walk."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BuilderName
from ctxopt.errors import CtxoptError, WriteError
from ctxopt.fix.exploration import Exploration, Explored, is_kept
from ctxopt.fix.run import FixRequest, undo
from tests.fix.test_properties import build, dockerfiles, files, gitignores, ignore_files
from tests.support.examples import examples
from tests.support.explorers import exploration_at, turned
from tests.support.pictures import HOSTILE, JUNK, OVER_JUNK, lay_junk
from tests.support.trees import lay

PLAIN = {
    "Dockerfile": "FROM a\nCOPY . .\nCOPY web /web\n",
    "web/index.html": 100,
    "web/node_modules/x/i.js": 4_000,
    "node_modules/y/i.js": 3_000,
    "notes/a.txt": 500,
    "notes/b.txt": 600,
    "src/__pycache__/m.pyc": 900,
    "src/m.py": "import os\n",
}
"""Sources, packages and notes without a repository."""


def lines_of(now: Explored) -> list[str]:
    return [line for line in (now.content or b"").decode().split("\n") if line and line[0] != "#"]


def test_a_name_that_is_known_is_kept_back_everywhere(tmp_path) -> None:
    exploration = exploration_at(lay(tmp_path, PLAIN))
    step = turned(exploration, exploration.start, "web/node_modules")
    assert (step.text, step.is_written, step.harm) == ("**/node_modules", True, "")
    assert step.saving.bytes == 7_000
    assert is_kept(step.after, "node_modules")
    assert step.after.content == b"# Chosen by hand\n**/node_modules\n"


def test_what_is_like_nothing_is_kept_back_alone(tmp_path) -> None:
    exploration = exploration_at(lay(tmp_path, PLAIN))
    step = turned(exploration, exploration.start, "notes/a.txt")
    assert step.after.content == b"# Chosen by hand\nnotes/a.txt\n"
    assert not is_kept(step.after, "notes/b.txt")


HARMS = {
    "web": "web: named by COPY in line 3",
    "web/index.html": "COPY in line 2",
    "src": "COPY in line 2",
    "notes/a.txt": "COPY in line 2",
}


@pytest.mark.parametrize("path", HARMS)
def test_harm_is_said_before_it_is_done(tmp_path, path: str) -> None:
    exploration = exploration_at(lay(tmp_path, PLAIN))
    assert HARMS[path] in turned(exploration, exploration.start, path).harm


@pytest.mark.parametrize("path", ["node_modules", "web/node_modules", "src/__pycache__"])
def test_what_is_waste_does_no_harm(tmp_path, path: str) -> None:
    exploration = exploration_at(lay(tmp_path, PLAIN))
    assert turned(exploration, exploration.start, path).harm == ""


def test_what_git_ignores_does_no_harm(tmp_path) -> None:
    exploration = exploration_at(lay_junk(tmp_path, JUNK))
    for path in ("node_modules", "server.log", "dump.sql", "coverage"):
        step = turned(exploration, exploration.start, path)
        assert step.harm == "", path
        assert step.after.content is not None
        assert step.after.content.startswith(b"# Generated or local"), path


def test_the_same_key_takes_it_back(tmp_path) -> None:
    exploration = exploration_at(lay(tmp_path, PLAIN))
    for path in PLAIN:
        kept = turned(exploration, exploration.start, path).after
        back = turned(exploration, kept, path)
        assert back.after is exploration.start, path
        assert not back.is_written


def test_one_of_several_comes_back_by_an_exception(tmp_path) -> None:
    exploration = exploration_at(lay(tmp_path, PLAIN))
    step = turned(exploration, exploration.start, "node_modules", "web/node_modules")
    assert lines_of(step.after) == ["**/node_modules", "!web/node_modules"]
    assert (is_kept(step.after, "node_modules"), is_kept(step.after, "web/node_modules")) == (
        True,
        False,
    )
    # Docker would not ask a second line about what the exception names.
    again = turned(exploration, step.after, "web/node_modules")
    assert lines_of(again.after) == ["**/node_modules"]


def test_below_a_folder_that_is_kept_back(tmp_path) -> None:
    exploration = exploration_at(lay(tmp_path, PLAIN))
    step = turned(exploration, exploration.start, "notes", "notes/a.txt")
    assert lines_of(step.after) == ["notes", "!notes/a.txt"]
    assert not is_kept(step.after, "notes")
    gone = turned(exploration, step.after, "notes")
    assert lines_of(gone.after) == ["notes"]
    assert is_kept(gone.after, "notes/a.txt")


def test_a_line_of_the_file_goes_where_it_does_nothing_else(tmp_path) -> None:
    tree = {**PLAIN, ".dockerignore": "# why\nnotes\n**/*.txt\n"}
    exploration = exploration_at(lay(tmp_path, tree))
    step = turned(exploration, exploration.start, "src/__pycache__")
    assert lines_of(step.after)[:2] == ["notes", "**/*.txt"]
    both = turned(exploration, exploration.start, "notes/a.txt")
    assert lines_of(both.after) == ["notes", "**/*.txt", "!notes/a.txt"]


def test_a_line_that_hides_one_thing_is_removed(tmp_path) -> None:
    exploration = exploration_at(lay(tmp_path, {**PLAIN, ".dockerignore": "# why\nnotes\n*.log\n"}))
    step = turned(exploration, exploration.start, "notes")
    assert (step.text, step.is_written) == ("notes", False)
    assert step.after.content == b"# why\n*.log\n"
    assert step.saving.bytes == -1_100
    assert turned(exploration, step.after, "notes").after is exploration.start


def test_a_secret_comes_back_only_after_a_question(tmp_path) -> None:
    exploration = exploration_at(lay(tmp_path, {**PLAIN, ".env": "A=b\n", ".dockerignore": ".env\nnotes\n"}))  # fmt: skip
    assert ".env may hold a secret" in turned(exploration, exploration.start, ".env").harm
    assert turned(exploration, exploration.start, "notes").harm == ""


def test_no_line_holds_a_line_break(tmp_path) -> None:
    exploration = exploration_at(lay(tmp_path, HOSTILE))
    assert exploration.toggle(exploration.start, "line\nbreak\ttab") == (
        "no line of an ignore file can hold a line break"
    )


def test_hostile_names_are_kept_back_alone(tmp_path) -> None:
    root = lay(tmp_path, HOSTILE)
    exploration = exploration_at(root)
    for path in HOSTILE:
        if "\n" in path or path in ("Dockerfile", ".dockerignore"):
            continue
        step = turned(exploration, exploration.start, path)
        assert step.saving.bytes == HOSTILE[path], path
        assert is_as_walked(root, exploration, step.after), path


@pytest.mark.parametrize(
    ("tree", "said"),
    {
        "a folder": ({".dockerignore/x": 1}, "cannot be edited"),
        "another encoding": ({".dockerignore": "\udcff\udcfen\0o\0\n\0"}, "UTF-16"),
        "a link to another tool's": ({".dockerignore": {"link": ".gitignore"}, ".gitignore": "x\n"}, "is a link"),
    }.values(),
)  # fmt: skip
def test_a_file_that_cannot_be_edited(tmp_path, tree, said: str) -> None:
    exploration = exploration_at(lay(tmp_path, {**PLAIN, **tree}))
    answer = exploration.toggle(exploration.start, "notes")
    assert isinstance(answer, str)
    assert said in answer


def test_the_last_decision_can_be_undone(tmp_path) -> None:
    exploration = exploration_at(lay(tmp_path, PLAIN))
    one = turned(exploration, exploration.start, "notes/a.txt").after
    two = turned(exploration, one, "node_modules").after
    assert exploration.without_last(two).content == one.content
    assert exploration.without_last(one) is exploration.start


def test_writing_is_that_of_fix_and_can_be_undone(tmp_path) -> None:
    root = lay_junk(tmp_path, {**JUNK, ".dockerignore": "*.md\r\n"})
    exploration = exploration_at(root)
    with pytest.raises(WriteError, match="nothing to write"):
        exploration.write(exploration.start)
    now = turned(exploration, exploration.start, "node_modules", "server.log").after
    assert exploration.may_write(now)
    assert exploration.write(now).no_undo == ""
    assert not exploration.may_write(now)
    assert (tmp_path / ".dockerignore").read_bytes() == now.content
    assert b"*.md\r\n" in (now.content or b"")
    assert undo(FixRequest(root=root)).content == b"*.md\r\n"


def test_a_file_that_changed_meanwhile_stays(tmp_path) -> None:
    exploration = exploration_at(lay(tmp_path, PLAIN))
    now = turned(exploration, exploration.start, "node_modules").after
    (tmp_path / ".dockerignore").write_text("other\n")
    with pytest.raises(WriteError):
        exploration.write(now)
    assert (tmp_path / ".dockerignore").read_text() == "other\n"


def is_as_walked(root: str, exploration: Exploration, now: Explored) -> bool:
    """Write the file, and measure."""
    builder = now.facts.builder.name
    path = now.facts.analysis.context.ignore_target
    if now.content is not None:
        with open(path, "wb") as file:
            file.write(now.content)
    elif os.path.exists(path):
        os.unlink(path)
    walked = analyze(find_context(root, builder=builder), BuildRequest())
    if exploration.start.content is None and now.content is not None:
        os.unlink(path)
    could, whole = walked.permitted.total, now.sums.of("")
    same = (could.files, could.bytes) == (
        whole.files - whole.kept_files,
        whole.bytes - whole.kept_bytes,
    )
    # Podman reads what it takes when it takes it: what one build sends is no question there.
    if not same or walked.plan is None or builder == "podman":
        return same
    return walked.sent.total.bytes == whole.sent_bytes


def walk_through(root: str, exploration: Exploration, paths: list[str]) -> Explored:
    """Decide about one path after the other: each is turned over, and all sums are those of a walk."""
    now = exploration.start
    for path in paths:
        was = is_kept(now, path)
        step = exploration.toggle(now, path)
        if isinstance(step, str):
            continue
        assert is_kept(step.after, path) is not was, path
        now = step.after
        assert is_as_walked(root, exploration, now), (path, now.content)
    return now


IGNORES = {
    **OVER_JUNK,
    "everything but": "*\n!src\n!web\n",
    "it hides itself": ".dockerignore\n*.log\n",
    "ends under a comment by hand": "*.md\n\n# Chosen by hand\ndocs\n",
}


@pytest.mark.parametrize("builder", ["buildkit", "classic", "podman"])
@pytest.mark.parametrize("name", IGNORES)
def test_any_decisions_are_what_a_walk_finds(tmp_path, name: str, builder: BuilderName) -> None:
    tree, ignored = dict(JUNK), IGNORES[name]
    if ignored is not None:
        tree[".dockerignore"] = ignored
    root = lay_junk(tmp_path, tree)
    exploration = exploration_at(root, builder)
    paths = sorted({part for path in JUNK for part in (path, path.rpartition("/")[0]) if part})
    walk_through(root, exploration, random.Random(name).choices(paths, k=12))


@settings(max_examples=examples(40))
@given(
    names=files,
    lines=ignore_files,
    sources=dockerfiles,
    ignored=gitignores,
    builder=st.sampled_from(["buildkit", "classic", "podman"]),
    seed=st.integers(),
)
def test_any_tree_under_any_decisions(
    tmp_path_factory, names, lines, sources, ignored, builder, seed
) -> None:
    root = build(str(tmp_path_factory.getbasetemp() / "explored"), names, lines, sources, ignored)
    try:
        exploration = exploration_at(root, builder)
    except CtxoptError:
        return
    folders = exploration.start.facts.view.tree.folders.values()
    paths = sorted(entry.child(name) for entry in folders for name in entry.names)
    now = walk_through(root, exploration, random.Random(seed).choices(paths, k=4))
    while now.lines:
        now = exploration.without_last(now)
    assert now is exploration.start
