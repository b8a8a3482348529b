"""Replayed decisions against the walk's own, and edits of ignore files as text."""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.builder import BUILDERS, BUILDKIT
from ctxopt.errors import IgnoreFileError
from ctxopt.languages.ignore.edits import Edit, EditKind, apply_edits
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.languages.ignore.text import parse_ignore_file
from ctxopt.tree.model import Flag
from ctxopt.tree.policy import Policy
from ctxopt.tree.replay import compare_views, hide, replay
from ctxopt.tree.view import View
from ctxopt.tree.workers import walk
from tests.support.examples import examples
from tests.support.trees import lay

NAMES = ["a", "b", "ab", "x.log", "docs"]
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)
PATTERNS = st.one_of(
    PATHS,
    PATHS.map(lambda path: "**/" + path),
    PATHS.map(lambda path: path + "/**"),
    st.sampled_from(["*", "**", "*.log", "**/*.log", "a*", "?", "*/b", "**/a/**", "[ab]", "a|b*"]),
)
LINES = st.lists(st.tuples(st.booleans(), PATTERNS), max_size=6).map(
    lambda items: ["!" * negated + text for negated, text in items]
)


def lay_paths(paths, root):
    taken: dict[str, int] = {}
    for size, path in enumerate(sorted(paths, key=len, reverse=True), 1):
        if not any(other.startswith(path + "/") for other in taken):
            taken[path] = size
    lay(root, taken)


def matcher_of(lines):
    return read_matcher(list(parse_ignore_file("\n".join(lines).encode(), "x").patterns()))


def walked(root, matcher, *, builder=BUILDKIT, enter_pruned=True):
    return walk(root, Policy(matcher, matcher.pruner(builder), enter_pruned=enter_pruned))


def sent(view):
    return [(entry.path, entry.size) for entry in view.entries()]


@settings(max_examples=examples(300))
@given(
    paths=st.lists(PATHS, max_size=10),
    old=LINES,
    new=LINES,
    builder=st.sampled_from(BUILDERS),
)
def test_replay_is_a_fresh_walk(paths, old, new, builder):
    with tempfile.TemporaryDirectory() as root:
        lay_paths(paths, root)
        before, after = matcher_of(old), matcher_of(new)
        tree = walked(root, before, builder=builder)
        same = replay(tree, before, builder=builder)
        assert same.changed == frozenset()
        assert replay(tree, before, builder=builder, before=before).changed == frozenset()
        fresh = View(walked(root, after, builder=builder), builder)
        view = View(tree, builder)
        for hint, known in ((None, None), (before, None), (before, view), (None, view)):
            found = replay(tree, after, builder=builder, before=hint, walked=known)
            assert found.unseen == ()
            assert found.view.totals == fresh.totals
            assert sent(found.view) == sent(fresh)
            assert found.view.context_bytes() == fresh.context_bytes()
            for path, folder in fresh.tree.folders.items():
                flags = found.view.flags(tree.folders[path]) or b""
                assert bool(any(flags)) == bool(any(folder.flags or b""))
            if builder is BUILDKIT:
                _check_difference(View(tree), found)


def _check_difference(before, after):
    change = compare_views(before, after)
    old, new = dict(sent(before)), dict(sent(after.view))
    assert change.lost_entries == len(old.keys() - new.keys())
    assert change.gained_entries == len(new.keys() - old.keys())
    for gone in change.lost:
        assert gone in old
        assert gone not in new
    assert all(path in new for path in change.gained)


@settings(max_examples=examples(300))
@given(paths=st.lists(PATHS, max_size=10), old=LINES, new=LINES)
def test_what_was_pruned_is_named(paths, old, new):
    with tempfile.TemporaryDirectory() as root:
        lay_paths(paths, root)
        before, after = matcher_of(old), matcher_of(new)
        tree = walked(root, before, enter_pruned=False)
        fresh = dict(sent(View(walked(root, after))))
        whole = replay(tree, after)
        for hint in (None, before):
            found = replay(tree, after, before=hint, walked=View(tree))
            assert found.view.totals == whole.view.totals
            missing = fresh.keys() - dict(sent(found.view)).keys()
            assert dict(sent(found.view)).keys() <= fresh.keys()
            for path in missing:
                assert any(
                    f"{path}/".startswith(folder + "/") or folder.startswith(path + "/")
                    for folder in found.unseen
                ), (path, found.unseen)


def test_unreadable_files_stay_unreadable():
    with tempfile.TemporaryDirectory() as root:
        lay(root, {"a": 1, "b": 2})
        tree = walked(root, matcher_of([]))
        folder = tree.folders[""]._replace(flags=bytes([Flag.UNREADABLE, 0]))
        tree.folders[""] = folder
        found = replay(tree, matcher_of(["b"]))
        assert found.view.flags(folder) == bytes([Flag.UNREADABLE, Flag.EXCLUDED])


def test_sums_of_a_walk_do_not_hold_beside_hard_links():
    with tempfile.TemporaryDirectory() as root:
        lay(root, {"a/x": 5, "b/y": 1, "c/z": 2})
        os.link(f"{root}/a/x", f"{root}/b/x")
        for old, new in (([], ["a"]), (["a"], []), (["c"], ["b"])):
            before, after = matcher_of(old), matcher_of(new)
            tree = walked(root, before)
            found = replay(tree, after, before=before, walked=View(tree))
            fresh = View(walked(root, after))
            assert found.view.totals == fresh.totals
            assert found.view.hard_links.keys() == fresh.hard_links.keys()


def test_broken_patterns_fail_as_in_a_walk():
    with tempfile.TemporaryDirectory() as root:
        lay(root, {"a": 1})
        tree = walked(root, matcher_of([]))
        with pytest.raises(IgnoreFileError):
            replay(tree, matcher_of(["[z-a]"]))


@pytest.mark.parametrize(
    ("content", "edits", "result"),
    [
        (b"a\nb\n", [(EditKind.REPLACE, 1, "x")], b"x\nb\n"),
        (b"a\nb\n", [(EditKind.REMOVE, 2, None)], b"a\n"),
        (b"a\nb", [(EditKind.ADD, None, "c")], b"a\nb\nc\n"),
        (b"a\r\nb", [(EditKind.ADD, None, "c")], b"a\r\nb\r\nc\r\n"),
        (b"a\nb\n", [(EditKind.ADD, 2, "x"), (EditKind.ADD, 2, "y")], b"a\nx\ny\nb\n"),
        (b"", [(EditKind.ADD, None, "c")], b"c\n"),
        (b"a\n", [(EditKind.ADD, 9, "c")], b"a\nc\n"),
        (b"\xff\n", [(EditKind.ADD, 1, "c")], b"c\n\xff\n"),
        (
            b"a\nb\nc\n",
            [(EditKind.REMOVE, 1, None), (EditKind.REPLACE, 3, "z"), (EditKind.ADD, 3, "y")],
            b"b\ny\nz\n",
        ),
        (b"# only\n", [], b"# only\n"),
    ],
)
def test_edits_of_a_file(content, edits, result):
    file = parse_ignore_file(content, ".dockerignore")
    assert (
        apply_edits(file, [Edit(kind, line, text, "why") for kind, line, text in edits]).render()
        == result
    )


@settings(max_examples=examples(300))
@given(paths=st.lists(PATHS, max_size=10), lines=LINES)
def test_builders_agree_without_wildcards_in_exceptions(paths, lines):
    matcher = matcher_of(lines)
    if not Matcher(matcher.exceptions).buildkit_prunes("\0"):
        return
    with tempfile.TemporaryDirectory() as root:
        lay_paths(paths, root)
        tree = walked(root, matcher)
        found = [
            {
                entry.path
                for entry in replay(tree, matcher, builder=builder).view.entries()
                if entry.size
            }
            for builder in BUILDERS
        ]
        assert found[0] == found[1]


@settings(max_examples=examples(300))
@given(
    paths=st.lists(PATHS, max_size=10),
    lines=st.lists(PATTERNS, max_size=3),
    patterns=st.lists(PATTERNS, min_size=1, max_size=5),
)
def test_hiding_in_one_pass_is_what_replays_say(paths, lines, patterns):
    with tempfile.TemporaryDirectory() as root:
        lay_paths(paths, root)
        old = matcher_of(lines)
        tree = walked(root, old, enter_pruned=False)
    view = View(tree)
    read = [matcher_of([pattern]).patterns[0] for pattern in patterns]
    for pattern, found in zip(patterns, hide(view, read), strict=True):
        assert found == compare_views(view, replay(tree, matcher_of([*lines, pattern]), before=old))
