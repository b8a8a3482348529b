"""The facts as if the ignore file had been rewritten, held against a second walk."""

from __future__ import annotations

import os

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BUILDER_NAMES
from ctxopt.fix.what_if import put_file, rewalked, rewritten
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.rules.trial import try_edits
from tests.support.fixes import sizes
from tests.support.judging import known_facts

TREE = {
    "web/a": 10, "web/deep/b": 20, "doc/c": 30, "keep": {"link": "web/a"},
    "Dockerfile": "FROM a\nCOPY web /\nCOPY doc /\n",
}  # fmt: skip


def walked(root, builder):
    return analyze(find_context(root, builder=builder), BuildRequest())


@pytest.mark.parametrize("builder", BUILDER_NAMES)
@pytest.mark.parametrize(
    ("ignore", "line"),
    [
        (None, "web/deep"),
        (None, "*"),
        (None, ".dockerignore"),
        ("doc\n", "web"),
        ("doc\n", "none"),
        ("*\n!web\n", "web/deep"),
        ("*\n!web\n!.dockerignore\n", "web/a"),
        ("*\n!web/deep/b\n", "doc"),
        ("web\n!web/a\n", "doc/c"),
        ("web/deep\n!web/d*/b\n", "web/a"),
    ],
)
def test_what_is_foreseen_is_what_a_walk_finds(ignore, line, builder):
    tree = TREE if ignore is None else TREE | {".dockerignore": ignore}
    with known_facts(tree, builder=builder) as facts:
        trial = try_edits(facts, (Edit(EditKind.ADD, None, line, "x"),))
        assert trial is not None
        foreseen = rewalked(facts.analysis, trial)
        root = facts.analysis.context.root
        with open(os.path.join(root, ".dockerignore"), "wb") as file:
            file.write(trial.file.render())
        found = walked(root, builder)
    assert sizes(foreseen.permitted) == sizes(found.permitted)
    assert foreseen.permitted_bytes == found.permitted_bytes
    assert set(foreseen.tree.folders) == set(found.tree.folders)
    assert foreseen.context.ignore.path == found.context.ignore.path
    assert (found.plan is None) == (foreseen.plan is None) == (builder == "classic")
    if found.plan is not None and foreseen.plan is not None:
        one, two = foreseen.plan, found.plan
        assert one.main.transfer.context_bytes == two.main.transfer.context_bytes
        assert one.main.transfer.view.total == two.main.transfer.view.total
        assert [(use.files, use.roots) for use in one.sources.uses] == [
            (use.files, use.roots) for use in two.sources.uses
        ]
        assert [check.kind for check in one.sources.checks] == [
            check.kind for check in two.sources.checks
        ]


def test_sources_are_resolved_again_and_the_needs_stay():
    tree = TREE | {"Dockerfile": "FROM a\nCOPY web/a web/deep/b /\nCOPY doc /\n"}
    with known_facts(tree) as facts:
        trial = try_edits(facts, (Edit(EditKind.ADD, None, "web", "x"),))
        assert trial is not None
        after = rewritten(facts, trial)
    assert [use.files for use in facts.main_uses] == [2, 1]
    assert [use.files for use in after.main_uses] == [0, 1]
    assert after.needs is facts.needs
    assert after.analysis.context is facts.analysis.context


@pytest.mark.parametrize("name", ["a", "b", "z", "é", "\udcff"])
def test_a_file_is_put_where_docker_has_it(name):
    with known_facts({"b": 1, "c": 2, "y/d": 3}) as facts:
        folder = facts.analysis.tree.folders[""]
        changed = put_file(folder, name, 500, 0)
    expected = sorted({*folder.names, name}, key=os.fsencode)
    assert changed.names == expected
    assert changed.sizes[expected.index(name)] == 500
    assert len(changed.packets) == len(changed.kinds) == len(expected)
