"""What several views send between them, held against a set of (path, size)."""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.builder import BUILDKIT
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.tree.model import FILE
from ctxopt.tree.overlap import bytes_once, sends
from ctxopt.tree.policy import Policy
from ctxopt.tree.replay import replay
from ctxopt.tree.view import View
from ctxopt.tree.workers import walk
from tests.support.examples import examples
from tests.support.trees import lay
from tests.tree.test_replay import LINES, PATHS, lay_paths, matcher_of


def view_of(root, *patterns):
    matcher = read_matcher((None, pattern) for pattern in patterns)
    return View(walk(str(root), Policy(matcher, matcher.pruner(BUILDKIT))))


def brute(views):
    """Every file that is sent, by its absolute path."""
    sizes = {}
    for view in views:
        for entry in view.entries():
            if entry.kind == FILE:
                sizes[os.path.join(view.tree.root, entry.path)] = entry.size
    return sum(sizes.values())


TREE = {"a/x": 100, "a/b/y": 20, "c/z": 3, "top": 5000}
CASES: dict[str, tuple[list[tuple[str, tuple[str, ...]]], int]] = {
    "nothing": ([], 0),
    "one": ([("", ())], 5123),
    "the same twice": ([("", ()), ("", ())], 5123),
    "one inside the other": ([("", ()), ("a", ())], 5123),
    "the inner one alone": ([("a", ())], 120),
    "two beside each other": ([("a", ()), ("c", ())], 123),
    "each hides another file": ([("", ("top",)), ("", ("a",))], 5123),
    "both hide the same file": ([("", ("top",)), ("", ("top",))], 123),
    "the inner one has what the outer hides": ([("", ("a",)), ("a", ("b",))], 5103),
    "what neither has": ([("", ("a", "c")), ("a", ("x",))], 5020),
    "all is hidden": ([("", ("*",)), ("a", ("*",))], 0),
}


@pytest.mark.parametrize("name", CASES)
def test_each_file_counts_once(tmp_path, name):
    wanted, size = CASES[name]
    lay(tmp_path, TREE)
    views = [view_of(tmp_path / folder, *patterns) for folder, patterns in wanted]
    assert bytes_once(views) == size == brute(views)


@settings(max_examples=examples(150))
@given(paths=st.lists(PATHS, max_size=10), one=LINES, two=LINES, inner=st.booleans())
def test_any_two_views(paths, one, two, inner):
    with tempfile.TemporaryDirectory() as root:
        lay_paths(paths, root)
        below = os.path.join(root, "docs")
        if not inner or not os.path.isdir(below):
            below = root
        first, second = matcher_of(one), matcher_of(two)
        views = [
            View(walk(root, Policy(first, first.pruner(BUILDKIT)))),
            View(walk(below, Policy(second, second.pruner(BUILDKIT)))),
        ]
        # A view that was foreseen has other flags than its folders.
        views.append(replay(views[0].tree, second).view)
        assert bytes_once(views) == brute(views)


SENT = ["top", "a", "a/x", "a/b", "a/b/y", "c", "link"]
NOT_SENT = [
    "hidden", "hidden/h", "missing", "a/missing", "a/x/below", "c/z", "c/z/deep", "a/b/n.log", "to", "a/", "x", "b/y", "e/mpty/x", "top/",
]  # fmt: skip


@pytest.mark.parametrize("path", [*SENT, *NOT_SENT])
def test_what_a_view_sends(tmp_path, path):
    tree = {**TREE, "hidden/h": 1, "a/b/n.log": 1, "link": {"link": "top"}, "c/kept": 1}
    view = view_of(lay(tmp_path, tree), "hidden", "**/*.log", "c/z")
    assert sends(view, path) is (path in SENT)
