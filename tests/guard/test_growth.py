"""What grew between two states, told apart from what moved and from what the rules changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.git.repository import Repository
from ctxopt.git.state import GitState, StateEntry, read_state
from ctxopt.guard.growth import Measured, compare_measured
from ctxopt.guard.measure import analyze_state
from ctxopt.guard.side import Side, tree_side
from ctxopt.guard.state_tree import state_tree
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.text import parse_ignore_file
from ctxopt.tree.policy import Policy
from ctxopt.tree.view import View
from tests.support.repositories import commit, found, init, write

NOWHERE = Repository("/nowhere", "", "/nowhere/.git")


def measured(files, lines="", *, blobs=True, builder="buildkit"):
    """A state of path -> size, or (size, id)."""
    entries = {}
    for path, value in files.items():
        size, blob = value if isinstance(value, tuple) else (value, f"{path}-{value}")
        entries[path] = StateEntry(0o100644, blob, size)
    state = GitState(NOWHERE, "x", None, "", entries)
    matcher = read_matcher(parse_ignore_file(lines.encode(), "x").patterns())
    policy = Policy(matcher, matcher.buildkit_prunes)
    view = View(state_tree(state, policy))
    return Measured(view, policy, view.context_bytes(), state.blobs if blobs else {})


def told(changes):
    return [(c.path + "/" * c.is_folder, c.before, c.after, len(c.files)) for c in changes]


def growth(before, after, old="", new="", **options):
    return compare_measured(measured(before, old, **options), measured(after, new, **options))


def test_nothing_changed():
    result = growth({"a": 1, "b/c": 2}, {"a": 1, "b/c": 2})
    assert (result.bytes, result.files, result.percent, result.context_bytes) == (0, 0, 0.0, 0)
    assert not any((result.growers, result.shrinkers, result.entered, result.left, result.renames))


def test_files():
    result = growth({"a": 10, "b": 5, "gone": 7}, {"a": 30, "b": 1, "new": 2})
    assert told(result.growers) == [("a", 10, 30, 1), ("new", 0, 2, 1)]
    assert told(result.shrinkers) == [("gone", 7, 0, 1), ("b", 5, 1, 1)]
    assert (result.bytes_before, result.bytes_after, result.bytes) == (22, 33, 11)
    assert (result.files_before, result.files_after, result.files) == (3, 3, 0)
    assert result.percent == 50.0
    assert [change.growth for change in result.growers] == [20, 2]


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [({}, {"a": 5}, None), ({}, {}, None), ({"a": 0}, {"a": 5}, None), ({"a": 4}, {}, -100.0), ({"a": 4}, {"a": 5}, 25.0)],
)  # fmt: skip
def test_percent_of_an_empty_baseline(before, after, percent):
    assert growth(before, after).percent == percent


RENAMES = {
    "moved": ({"a": (9, "i")}, {"b/a": (9, "i")}, [("a", "b/a")]),
    "copied": ({"a": (9, "i")}, {"a": (9, "i"), "b": (9, "i")}, []),
    "edited": ({"a": (9, "i")}, {"b": (9, "j")}, []),
    "two of one": ({"a": (9, "i")}, {"b": (9, "i"), "c": (9, "i")}, [("a", "b")]),
    "same name first": (
        {"x/a": (9, "i"), "x/b": (9, "i")},
        {"y/b": (9, "i"), "y/a": (9, "i")},
        [("x/a", "y/a"), ("x/b", "y/b")],
    ),
    "swapped": ({"a": (1, "i"), "b": (2, "j")}, {"a": (2, "j"), "b": (1, "i")}, []),
}


@pytest.mark.parametrize("name", RENAMES)
def test_renames(name):
    before, after, expected = RENAMES[name]
    result = growth(before, after)
    assert [(rename.before, rename.after) for rename in result.renames] == expected
    moved = {path for pair in expected for path in pair}
    assert not moved & {c.path for c in (*result.growers, *result.shrinkers)}


def test_without_ids_a_rename_is_two_changes():
    result = growth({"a": (9, "i")}, {"b": (9, "i")}, blobs=False)
    assert (told(result.growers), told(result.shrinkers)) == ([("b", 0, 9, 1)], [("a", 9, 0, 1)])
    assert result.renames == ()


RULES = {
    "a line went": ({"a": 5, "k": 1}, {"a": 5, "k": 1}, "a", "", [("a", 0, 5, 1)], [], []),
    "a line came": ({"a": 5, "k": 1}, {"a": 5, "k": 1}, "", "a", [], [("a", 5, 0, 1)], []),
    "a folder came": ({"d/e/a": 5}, {"d/e/a": 5}, "d", "", [("d/e/a", 0, 5, 1)], [], []),
    "exception came": ({"d/a": 5, "d/b": 1}, {"d/a": 5, "d/b": 1}, "d", "d\n!d/a", [("d/a", 0, 5, 1)], [], []),
    "new, and let in": ({"k": 1}, {"k": 1, "a": 5}, "a", "", [("a", 0, 5, 1)], [], []),
    "new, never kept out": ({"k": 1}, {"k": 1, "b": 5}, "a", "", [], [], [("b", 0, 5, 1)]),
    "gone, and kept out": ({"a": 5}, {"k": 1}, "", "a", [], [], [("k", 0, 1, 1)]),
    "kept out in both": ({"a": 5}, {"a": 50}, "a", "a", [], [], []),
    "grew under the same rules": ({"a": 5}, {"a": 50}, "b", "b", [], [], [("a", 5, 50, 1)]),
    "broken pattern": ({"a": 5}, {"a": 50}, "b", "b\n!x", [], [], [("a", 5, 50, 1)]),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_rules_told_apart(name):
    before, after, old, new, entered, left, growers = RULES[name]
    result = growth(before, after, old, new)
    assert (told(result.entered), told(result.left), told(result.growers)) == (
        entered,
        left,
        growers,
    )


ROLLS = {
    "many alike": ({f"t/d/{n}": 10 for n in range(20)}, [("t/d/", 0, 200, 20)]),
    "spread over folders": ({f"t/{n}/x": 10 for n in range(20)}, [("t/", 0, 200, 20)]),
    "few": ({f"t/{n}": 10 for n in range(4)}, [(f"t/{n}", 0, 10, 1) for n in range(4)]),
    "one large": ({"t/big": 900, **{f"t/{n}": 1 for n in range(5)}},
                  [("t/big", 0, 900, 1)] + [(f"t/{n}", 0, 1, 1) for n in range(5)]),
    "the root is never named": ({str(n): 10 for n in range(9)}, [(str(n), 0, 10, 1) for n in range(9)]),
    "two folders": ({f"{d}/{n}": 10 for n in range(9) for d in "ab"}, [("a/", 0, 90, 9), ("b/", 0, 90, 9)]),
    "a deep one and a little": ({"t/one": 1, **{f"t/deep/d/{n}": 100 for n in range(9)}},
                                [("t/deep/d/", 0, 900, 9), ("t/one", 0, 1, 1)]),
}  # fmt: skip


@pytest.mark.parametrize("name", ROLLS)
def test_folders_in_place_of_many_files(name):
    after, expected = ROLLS[name]
    assert told(growth({}, after).growers) == expected


PATHS = (
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join).map(lambda p: p + ".f")
)
STATES = st.dictionaries(PATHS, st.tuples(st.integers(0, 9), st.sampled_from("ijk")).map(lambda t: (t[0], f"{t[1]}{t[0]}")), max_size=25)  # fmt: skip
LINES = st.lists(st.sampled_from(["a", "!a/b", "**/b", "*.f", "!c.f", "a/b/*"]), max_size=3).map("\n".join)  # fmt: skip


@given(before=STATES, after=STATES, old=LINES, new=LINES)
def test_every_byte_is_in_one_list(before, after, old, new):
    result = growth(before, after, old, new)
    lists = (result.growers, result.shrinkers, result.entered, result.left)
    assert sum(change.growth for changes in lists for change in changes) == result.bytes
    named = [path for changes in lists for change in changes for path in change.files]
    assert len(named) == len(set(named))
    assert all(change.growth > 0 for change in result.growers)
    assert all(change.growth < 0 for change in result.shrinkers)


@given(state=STATES, lines=LINES)
def test_a_state_has_not_grown_beyond_itself(state, lines):
    result = growth(state, state, lines, lines)
    assert (result.bytes, result.growers, result.entered, result.left) == (0, (), (), ())


def side_of(state, builder="buildkit"):
    analysis = analyze_state(state, builder=builder)
    return Side(name=state.name, analysis=analysis, transfer=None, state=state)


def permitted(side):
    found = side.measured("permitted")
    assert found is not None
    return found


@pytest.mark.usefixtures("clean")
def test_two_commits(tmp_path):
    root = init(
        tmp_path,
        {"a": "x" * 10, "old/name": "y" * 100, ".dockerignore": "data\n", "data/d": "z" * 50},
    )
    commit(root, {"a": "x" * 15, "old/name": None, "new/name": "y" * 100, ".dockerignore": "\n"})
    before, after = (side_of(read_state(found(root), spec)) for spec in ("HEAD~1", "HEAD"))
    result = compare_measured(permitted(before), permitted(after))
    assert told(result.growers) == [("a", 10, 15, 1)]
    assert told(result.entered) == [("data/d", 0, 50, 1)]
    assert [rename.after for rename in result.renames] == ["new/name"]
    assert result.bytes == 5 + 50 - 4
    assert result.context_bytes == after.analysis.permitted_bytes - before.analysis.permitted_bytes


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_the_working_tree_against_a_commit(builder, tmp_path):
    root = init(tmp_path / "r", {"a": "x", ".dockerignore": ".git\n"})
    write(root, {"new": "xx"})
    now = tree_side(analyze(find_context(root, builder=builder)))
    before = side_of(read_state(found(root), "HEAD"), builder)
    result = compare_measured(permitted(before), permitted(now))
    assert told(result.growers) == [("new", 0, 2, 1)]
    assert (result.shrinkers, result.entered, result.left) == ((), (), ())
