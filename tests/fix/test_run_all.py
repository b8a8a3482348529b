"""The ignore files of a repository written together: what is foretold, what serves whom, what fails alone."""

from __future__ import annotations

import os
import shutil

import pytest

from ctxopt.config.load import Config
from ctxopt.fix import run_all
from ctxopt.fix.repository import judge_repository
from ctxopt.fix.run_all import fix_repository, undo_repository
from tests.support.fixes import fix_of
from tests.support.projects import NAMES, lay_project, load_project
from tests.support.several import TAKES_ALL, compose, measured_at
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

NPM = TAKES_ALL + "RUN npm ci\n"
MODULES = {"package.json": "{}", "node_modules/a/x.js": 3_000_000}
IGNORED = {".gitignore": "node_modules\n"}


def below(folder, tree):
    return {f"{folder}/{path}": content for path, content in tree.items()}


def judged_at(root):
    return judge_repository(measured_at(root), root, lambda _: Config())


def fixed_at(root):
    return fix_repository(judged_at(root), lambda _: Config(), lambda: measured_at(root))


def contents(root, names=(".dockerignore",)):
    """The ignore files of a folder, by path."""
    found = {}
    for folder, _, files in os.walk(root):
        for name in files:
            if name.endswith(names):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, root)] = file.read()
    return found


def planned(judged):
    """What is to be written, by path."""
    plans = [plan for context in judged.contexts for plan in context.plans]
    return {os.path.relpath(plan.path, judged.root): plan.new_content for plan in plans}


def foretold_is_written(root):
    """Fix once and twice; what was written."""
    before = contents(root)
    foretold = planned(judged_at(root))
    fixed = fixed_at(root)
    assert not fixed.failed
    assert contents(root) == before | foretold
    assert planned(judged_at(root)) == {}
    assert not fixed_at(root).outcomes
    return foretold


@pytest.mark.parametrize("name", NAMES)
def test_what_is_foretold_of_a_project_is_written_and_once(tmp_path, name):
    project = load_project(name)
    root = lay_project(project, os.path.realpath(tmp_path))
    dockerfile = None
    if project.dockerfile:
        dockerfile = os.path.join(root, project.dockerfile)
        lay(root, {"compose.yaml": compose(app=f"{{dockerfile: {project.dockerfile}}}")})
    plain = fix_of(root, dockerfile=dockerfile)
    written = foretold_is_written(root)
    assert written.get(os.path.relpath(plain.path, root)) == plain.new_content


def test_what_is_foretold_of_several_projects_is_written_and_once(tmp_path):
    root = os.path.realpath(tmp_path)
    for name in ("go", "node", "python"):
        lay_project(load_project(name), os.path.join(root, name))
        shutil.rmtree(os.path.join(root, name, ".git"))
    assert len(foretold_is_written(root)) == 3


ONE_FOLDER = {
    "compose.yaml": compose(a="{dockerfile: A}", b="{dockerfile: B}"),
    "A": NPM,
    **MODULES,
    **IGNORED,
}
# Tree, and the files that are written, with a line that is in each, and one that is in none.
WRITTEN = {
    "each folder has its own": (
        {"compose.yaml": compose(a="./a", b="./b"), "a/Dockerfile": NPM, "b/Dockerfile": NPM, **below("a", MODULES | IGNORED), **below("b", MODULES | IGNORED)},
        {"a/.dockerignore": "**/node_modules", "b/.dockerignore": "**/node_modules"},
        None,
    ),
    "one for two of a folder": (ONE_FOLDER | {"B": NPM + "RUN true\n"}, {".dockerignore": "**/node_modules"}, None),
    "what the other one takes stays": (
        ONE_FOLDER | {"B": "FROM a\nCOPY logs /l\n", "logs/x.log": 4_000_000, ".gitignore": "node_modules\nlogs\n"},
        {".dockerignore": "**/node_modules"},
        "logs",
    ),
    "what an inline one takes stays": (
        ONE_FOLDER | {
            "compose.yaml": compose(a="{dockerfile: A}", b='{dockerfile_inline: "FROM a\\nCOPY logs /l\\n"}'),
            "logs/x.log": 4_000_000, ".gitignore": "node_modules\nlogs\n",
        },
        {".dockerignore": "**/node_modules"},
        "logs",
    ),
    "one beside a Dockerfile": (
        {"compose.yaml": compose(a="{dockerfile: A}"), "A": NPM, "A.dockerignore": "x\n", **MODULES, **IGNORED},
        {"A.dockerignore": "**/node_modules"},
        None,
    ),
    "none for an example": (
        {"compose.yaml": compose(a="./a"), "a/Dockerfile": NPM, **below("a", MODULES | IGNORED), "examples/e/Dockerfile": NPM, **below("examples/e", MODULES | IGNORED)},
        {"a/.dockerignore": "**/node_modules"},
        None,
    ),
    "none where nothing is to save": ({"compose.yaml": compose(a="./a"), "a/Dockerfile": TAKES_ALL, "a/x": 10}, {}, None),
    "none where all is said": ({"compose.yaml": compose(a="./a"), "a/Dockerfile": NPM, "a/.dockerignore": "**/node_modules\n", **below("a", MODULES)}, {}, None),
    "none for what is remote": ({"compose.yaml": compose(a="https://example.com/x.git")}, {}, None),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_one_ignore_file_for_each_context(tmp_path, name):
    tree, wanted, kept = WRITTEN[name]
    root = lay(tmp_path, tree)
    written = foretold_is_written(root)
    assert set(written) == set(wanted)
    for path, line in wanted.items():
        lines = written[path].decode().splitlines()
        assert line in lines
        assert not [text for text in lines if kept and kept in text]


def test_what_an_example_takes_of_the_same_folder_stays(tmp_path):
    tree = ONE_FOLDER | {
        "B": NPM, "logs/x.log": 4_000_000, ".gitignore": "node_modules\nlogs\n",
        "examples/compose.yaml": compose(e='{context: .., dockerfile_inline: "FROM a\\nCOPY logs /l\\n"}'),
    }  # fmt: skip
    root = lay(tmp_path, tree)
    assert "logs" not in planned(judged_at(root))[".dockerignore"].decode()
    os.remove(os.path.join(root, "examples/compose.yaml"))
    assert "logs" in planned(judged_at(root))[".dockerignore"].decode()


SHARED_FILE = {
    "compose.yaml": compose(a="{context: a, dockerfile: ../D}", b="{context: b, dockerfile: ../D}"),
    "D": NPM, "D.dockerignore": "x\n", **below("a", MODULES | IGNORED), **below("b", MODULES | IGNORED),
}  # fmt: skip


def test_an_ignore_file_of_two_contexts_is_left_alone_and_named(tmp_path):
    root = lay(tmp_path, SHARED_FILE)
    fixed = fixed_at(root)
    assert [file.judged.shown for file in fixed.failed] == ["a", "b"]
    assert all("another context" in file.problem for file in fixed.failed)
    assert contents(root) == {"D.dockerignore": b"x\n"}


def test_where_one_cannot_be_written_the_others_are(tmp_path, monkeypatch):
    tree, *_ = WRITTEN["each folder has its own"]
    root = lay(tmp_path, tree)
    judged = judged_at(root)
    (tmp_path / "a/.dockerignore").write_text("meanwhile\n")
    fixed = fix_repository(judged, lambda _: Config(), lambda: measured_at(root))
    assert [file.judged.shown for file in fixed.failed] == ["a"]
    assert contents(root)["a/.dockerignore"] == b"meanwhile\n"
    assert b"**/node_modules" in contents(root)["b/.dockerignore"]
    assert fixed.after["a"] > 3_000_000 > fixed.after["b"]
    # Nothing is measured again where nothing was written.
    monkeypatch.setattr(run_all, "write_fix", None)
    assert not fix_repository(judged_at(root), lambda _: Config(), None).failed


def test_undo_restores_all_that_was_written_and_no_more(tmp_path):
    tree, *_ = WRITTEN["each folder has its own"]
    root = lay(tmp_path, tree | {"b/.dockerignore": "# mine\n"})
    before = contents(root)
    fixed_at(root)
    assert contents(root) != before
    contexts = [context.analysis.context for context in judged_at(root).contexts]
    done = undo_repository(contexts, root)
    assert sorted(each.shown for each in done.undone) == ["a/.dockerignore", "b/.dockerignore"]
    assert contents(root) == before


def test_undo_restores_the_others_where_one_was_edited(tmp_path):
    tree, *_ = WRITTEN["each folder has its own"]
    root = lay(tmp_path, tree)
    fixed_at(root)
    (tmp_path / "a/.dockerignore").write_text("mine\n")
    contexts = [context.analysis.context for context in judged_at(root).contexts]
    done = undo_repository(contexts, root)
    assert [each.shown for each in done.undone] == ["b/.dockerignore"]
    assert ["edited" in problem.message for problem in done.problems] == [True]
    assert contents(root) == {"a/.dockerignore": b"mine\n"}
