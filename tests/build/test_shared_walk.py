"""Several ignore files and contexts: one walk says what a walk for each of them would say."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.build import analysis, shared_walk
from ctxopt.build.analysis import measure_view
from ctxopt.build.context import find_context
from ctxopt.build.shared_walk import Shared, measure_together
from ctxopt.tree.workers import walk
from tests.support.examples import examples
from tests.support.trees import lay
from tests.tree.test_replay import LINES, PATHS, lay_paths, matcher_of


@contextmanager
def without_root() -> Iterator[None]:
    """Have files of mode 0 unreadable, also for who may read everything."""

    def may_read(path, _):
        return os.stat(path).st_mode & 0o444 == 0o444

    with (
        mock.patch.object(os, "geteuid", return_value=1000),
        mock.patch.object(os, "access", may_read),
    ):
        yield


def shown(view):
    """What is sent, the figure, the folders that were read, and how what is kept is flagged."""
    sent = [(entry.path, entry.size) for entry in view.entries()]
    flags = {}
    for path, folder in view.tree.folders.items():
        # An excluded file is tried for those that keep it.
        kept = [flag if not flag & 1 else 1 for flag in folder.flags or b""]
        if any(kept):
            flags[path] = kept
    total = view.total
    return (
        sent,
        view.context_bytes(),
        set(view.tree.folders),
        flags,
        (total.excluded, total.bytes, total.wire, total.messages),
    )


@settings(max_examples=examples(300))
@given(
    paths=st.lists(PATHS, max_size=12),
    closed=st.lists(PATHS, max_size=3),
    wanted=st.lists(st.tuples(st.sampled_from(["", "a", "a/b", "ab", "docs"]), LINES), min_size=1, max_size=4),
    builder=st.sampled_from(["buildkit", "classic", "podman"]),
    deep=st.booleans(),
)  # fmt: skip
def test_each_view_is_that_of_its_own_walk(paths, closed, wanted, builder, deep):
    with tempfile.TemporaryDirectory() as above:
        # Where paths are long, the announcement of an entry needs more bytes for its lengths.
        root = os.path.join(above, "r")
        prefix = "long-" * 30 + "/" if deep else ""
        lay_paths([prefix + path for path in paths] + paths, root)
        for path in closed:
            if os.path.isfile(os.path.join(root, path)):
                os.chmod(os.path.join(root, path), 0)
        several = []
        for folder, lines in wanted:
            place = os.path.join(root, prefix, folder)
            os.makedirs(root, exist_ok=True)
            if not os.path.isdir(place):
                place = root
            with mock.patch.object(os, "access", return_value=True):
                context = find_context(place, builder=builder)
            several.append(Shared(context, matcher_of(lines)))
        with without_root():
            alone = [measure_view(each.context, each.matcher) for each in several]
            together = measure_together(several)
        assert list(map(shown, together)) == list(map(shown, alone))


# Context roots with their lines, and the folders that the walks read.
READ = [
    ([("", ["a"])], [{"", "b", "b/a"}]),
    ([("", ["a"]), ("", ["b"])], [{"", "a", "b", "b/a"}]),
    ([("", ["a", "b"]), ("", ["b"])], [{"", "a"}]),
    ([("", ["**/a"]), ("", ["a"])], [{"", "b", "b/a"}]),
    ([("", ["*"]), ("", ["*", "!a"])], [{"", "a"}]),
    ([("", ["*"]), ("", ["*"])], [{""}]),
    ([("", []), ("b", [])], [{"", "a", "b", "b/a"}]),
    ([("", ["b"]), ("b", [])], [{"", "a", "b", "b/a"}]),
    ([("", ["b"]), ("b", ["a"])], [{"", "a", "b"}]),
    ([("", ["*"]), ("b/a", [])], [{"", "b", "b/a"}]),
    ([("", ["*"]), ("b", ["*"])], [{"", "b"}]),
    ([("b", []), ("a", [])], [{""}, {"", "a"}]),
    ([("b", []), ("b/a", [])], [{"", "a"}]),
    ([("b/a", []), ("b", []), ("", ["a"])], [{"", "b", "b/a"}]),
]


@pytest.mark.parametrize(("wanted", "read"), READ)
def test_a_folder_is_read_once_and_no_further_than_needed(tmp_path, wanted, read):
    lay(tmp_path, {"a/x": 1, "b/a/y": 2})
    several = [
        Shared(find_context(str(tmp_path / folder)), matcher_of(lines)) for folder, lines in wanted
    ]
    walks = []

    def counted(*arguments):
        walks.append(walk(*arguments))
        return walks[-1]

    with (
        mock.patch.object(shared_walk, "walk", counted),
        mock.patch.object(analysis, "walk", counted),
    ):
        measure_together(several)
    assert [set(tree.folders) for tree in walks] == read


@pytest.mark.usefixtures("pure")
def test_a_folder_that_cannot_be_read_is_told_by_those_that_enter_it(tmp_path):
    lay(tmp_path, {"a/x": 1, "b/shut/y": 2, "b/z": 3})

    def refuse(path, *arguments):
        if str(path).rstrip("/").endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return listed(path, *arguments)

    listed = os.listdir
    wanted = [("", []), ("", ["b/shut"]), ("b", []), ("b", ["shut"]), ("a", [])]
    several = [
        Shared(find_context(str(tmp_path / folder)), matcher_of(lines)) for folder, lines in wanted
    ]
    with mock.patch.object(os, "listdir", refuse):
        errors = [[error.path for error in view.tree.errors] for view in measure_together(several)]
        alone = [
            [error.path for error in measure_view(each.context, each.matcher).tree.errors]
            for each in several
        ]
    assert errors == alone == [["b/shut"], [], ["shut"], [], []]


@pytest.mark.parametrize(
    ("builder", "lines", "is_sound"),
    [
        ("buildkit", ["a"], True),
        ("podman", ["a"], True),
        ("classic", ["a"], True),
        ("classic", ["[z-a]"], False),
        ("buildkit", ["[z-a]"], False),
        ("podman", ["[z-a]"], False),
    ],
)
def test_what_may_share_a_walk(tmp_path, builder, lines, is_sound):
    lay(tmp_path, {"Dockerfile": "FROM a\n"})
    context = find_context(str(tmp_path), builder=builder)
    assert Shared(context, matcher_of(lines)).is_sound is is_sound
