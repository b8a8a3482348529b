"""Several ignore files of one folder: one walk says what a walk for each of them would say."""

from __future__ import annotations

import tempfile
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.build import analysis, shared_walk
from ctxopt.build.analysis import measure_view
from ctxopt.build.context import find_context
from ctxopt.build.shared_walk import measure_views
from ctxopt.tree.workers import walk
from tests.support.examples import examples
from tests.support.trees import lay
from tests.tree.test_replay import LINES, PATHS, lay_paths, matcher_of


def shown(view):
    """What is sent, the figure, the folders that were read, and their flags."""
    sent = [(entry.path, entry.size) for entry in view.entries()]
    folders = {path: bytes(folder.flags or b"") for path, folder in view.tree.folders.items()}
    marks = {path: flags for path, flags in folders.items() if any(flags)}
    return sent, view.context_bytes(), set(folders), marks, view.total.excluded


@settings(max_examples=examples(200))
@given(
    paths=st.lists(PATHS, max_size=10),
    lines=st.lists(LINES, min_size=1, max_size=3),
    builder=st.sampled_from(["buildkit", "podman"]),
)
def test_each_view_is_that_of_its_own_walk(paths, lines, builder):
    with tempfile.TemporaryDirectory() as root:
        lay_paths(paths, root)
        context = find_context(root, builder=builder)
        matchers = [matcher_of(each) for each in lines]
        alone = [measure_view(context, matcher) for matcher in matchers]
        together = measure_views(context, matchers)
        assert list(map(shown, together)) == list(map(shown, alone))


@pytest.mark.parametrize(
    ("lines", "read"),
    [
        ([["a"]], {"", "b", "b/a"}),
        ([["a"], ["b"]], {"", "a", "b", "b/a"}),
        ([["a", "b"], ["b"]], {"", "a"}),
        ([["**/a"], ["a"]], {"", "b", "b/a"}),
        ([["*"], ["*", "!a"]], {"", "a"}),
        ([["*"], ["*"]], {""}),
    ],
)
def test_the_folder_is_read_once_and_no_further_than_needed(tmp_path, lines, read):
    lay(tmp_path, {"a/x": 1, "b/a/y": 2})
    context = find_context(str(tmp_path))
    walks = []

    def counted(*arguments):
        walks.append(walk(*arguments))
        return walks[-1]

    with (
        mock.patch.object(shared_walk, "walk", counted),
        mock.patch.object(analysis, "walk", counted),
    ):
        measure_views(context, [matcher_of(each) for each in lines])
    [tree] = walks
    assert set(tree.folders) == read
