"""Which lines are taken together, what each saves then, and which are worth a line."""

from __future__ import annotations

from operator import itemgetter

import pytest

from ctxopt.config.load import Config
from ctxopt.fix.choose import choose, edits_of, repairs, shares, without_superfluous
from ctxopt.fix.confidence import GIT_IGNORES
from ctxopt.fix.unit import Saving, Tried, Unit
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.rules.trial import try_edits
from ctxopt.severity import Severity
from tests.support.judging import BROAD, known_facts

KB = 1000
TREE = {
    "a/x": 3 * KB, "a/y": 2 * KB, "b/x": KB, "c": 500,
    "Dockerfile": BROAD, ".dockerignore": "c\n",
}  # fmt: skip


def unit(*edits, rule="git-ignored", severity=Severity.WARNING) -> Unit:
    return Unit(edits, rule, severity)


def adds(text, **more) -> Unit:
    return unit(Edit(EditKind.ADD, None, text, "x"), **more)


def removes(line, **more) -> Unit:
    return unit(Edit(EditKind.REMOVE, line, None, "x"), **more)


def replaces(line, text, **more) -> Unit:
    return unit(Edit(EditKind.REPLACE, line, text, "x"), **more)


def tried(facts, *units, reason="x") -> list[Tried]:
    """Each unit alone, in the order in which they are chosen."""
    found = []
    for item in units:
        trial = try_edits(facts, item.edits)
        assert trial is not None
        change = trial.difference
        saving = Saving(change.lost_bytes, change.lost_entries)
        found.append(Tried(item, change.lost, saving, "proven", reason))
    return sorted(found, key=lambda item: item.order)


def names(items) -> list[str]:
    return [item.unit.name for item in items]


@pytest.mark.parametrize(
    ("units", "chosen", "saved"),
    [
        ([], [], (0, 0)),
        # A folder counts as an entry: a with its two files, b with one.
        ([adds("b"), adds("a")], ["a", "b"], (6 * KB, 5)),
        ([adds("a/x"), adds("a")], ["a"], (5 * KB, 3)),
        ([adds("*/x"), adds("a/y")], ["*/x", "a/y"], (6 * KB, 3)),
        ([adds("*/x"), adds("a/x")], ["*/x"], (4 * KB, 2)),
        # A repaired line that still hides the same is taken; one line is repaired once.
        ([replaces(1, "**/c")], ["**/c"], (0, 0)),
        ([replaces(1, "**/c"), replaces(1, "/c")], ["**/c"], (0, 0)),
        # Removing a line that hides something would send more.
        ([removes(1)], [], (0, 0)),
    ],
)
def test_each_line_adds_something(units, chosen, saved):
    with known_facts(TREE, config=Config(noise_floor=0)) as facts:
        found, together = choose(facts, tried(facts, *units), {})
    assert names(found) == chosen
    assert together == saved


def test_a_line_that_does_nothing_may_go():
    with known_facts(TREE | {".dockerignore": "c\nc\n"}) as facts:
        found, saved = choose(facts, tried(facts, removes(1)), {})
    assert (names(found), saved) == (["line 1"], (0, 0))


def test_beside_an_exception_lines_are_replayed_together():
    # Two lines may then do what neither does, so savings are not just added up.
    tree = TREE | {".dockerignore": "c\n!c/d\n"}
    with known_facts(tree, config=Config(noise_floor=0)) as facts:
        found, saved = choose(facts, tried(facts, adds("a"), adds("b")), {})
    assert names(found) == ["a", "b"]
    assert saved == (6 * KB, 5)


@pytest.mark.parametrize(
    ("ignore", "lines"),
    [
        ("c\n!c/d\n", ["a", "b"]),
        ("c\n!c/d\n", ["a/x", "b/x"]),
        # What is sent of an excluded folder is hidden by both together, and the folder goes with it.
        ("a\n!a/x\n!a/y\n", ["a/x", "a/y"]),
        ("a\n!a/x\n!a/y\n", ["a/x", "a/y", "b"]),
        ("*\n!a\n!b/x\n", ["a/x", "a/y", "b/x"]),
        ("*\n!a\n!b\n", ["a/x", "b/x"]),
        ("**/x\n!b/x\n", ["b", "a"]),
        ("a\nb\n!**/x\n!a/y\n", ["a/x", "a/y", "b/x"]),
        ("nothing\n!else\n", ["*/x", "a/y"]),
        ("a\n!*/*\n", ["*/y", "*/x"]),
    ],
)
@pytest.mark.parametrize("repair", [None, "**/x", "b", "*", "!b"])
def test_what_is_saved_together_is_what_a_replay_says(ignore, lines, repair):
    units = [*map(adds, lines)]
    if repair is not None:
        units += [replaces(1, repair), replaces(2, "**/y")]
    tree = {path: size for path, size in TREE.items() if path[:2] in ("a/", "b/")}
    with known_facts(tree | {".dockerignore": ignore}, config=Config(noise_floor=0)) as facts:
        possible = [item for item in tried(facts, *units) if min(item.saving) >= 0]
        found, saved = choose(facts, possible, {})
        trial = try_edits(facts, edits_of(found))
        assert trial is not None
        assert saved == (trial.difference.lost_bytes, trial.difference.lost_entries)
        assert sum(map(itemgetter(1), shares(facts, found, trial))) == saved.entries


@pytest.mark.parametrize(
    ("rule", "reason", "dockerfile", "is_taken"),
    [
        ("git-ignored", GIT_IGNORES, BROAD, False),
        ("secret-file", "x", BROAD, True),
        ("version-control", "x", BROAD, True),
        ("version-control", "x", "FROM a\nRUN --mount=source=b,target=/b make\n", False),
        ("version-control", "x", "FROM a\nCOPY c /\n", False),
        ("volatile-file", GIT_IGNORES, BROAD, True),
        ("volatile-file", "x", BROAD, False),
        ("volatile-file", GIT_IGNORES, "FROM a\nCOPY c /\n", False),
    ],
)
def test_what_counts_below_the_noise_floor(rule, reason, dockerfile, is_taken):
    left: dict[str, str] = {}
    tree = TREE | {"Dockerfile": dockerfile}
    with known_facts(tree, config=Config(noise_floor=2 * KB)) as facts:
        found, _ = choose(facts, tried(facts, adds("b", rule=rule), reason=reason), left)
    assert names(found) == ["b"] * is_taken
    assert left == ({} if is_taken else {"b": "it saves too little for a line"})


def test_what_others_make_superfluous_is_left_out_unless_it_is_needed():
    with known_facts(TREE) as facts:
        wide, *narrow = tried(facts, adds("*/x"), adds("a/x"), adds("b/x"))
        saved = wide.saving
        everything = [*narrow, wide]
        assert names(without_superfluous(facts, everything, saved)) == ["a/x", "b/x"]
        kept = without_superfluous(facts, everything, saved, needed=[wide, narrow[0]])
        assert names(kept) == ["a/x", "*/x"]


def test_shares_add_up_to_the_whole():
    with known_facts(TREE) as facts:
        chosen = tried(facts, adds("*/x"), adds("a"), adds("b"))
        final = try_edits(facts, edits_of(chosen))
        assert final is not None
        found = list(shares(facts, chosen, final))
    assert names(chosen) == ["a", "*/x", "b"]
    # The folder b is all that is left for its line.
    assert found == [(5 * KB, 3), (KB, 1), (0, 1)]
    assert (final.difference.lost_bytes, final.difference.lost_entries) == (6 * KB, 5)


def test_repairs_come_first():
    with known_facts(TREE) as facts:
        found = edits_of(tried(facts, adds("a"), replaces(1, "**/c")))
    assert [edit.text for edit in found] == ["**/c", "a"]


@pytest.mark.parametrize(
    ("item", "is_right"),
    [
        (adds("a"), False),
        (removes(1), True),
        (replaces(1, "a"), True),
        (replaces(1, "a", severity=Severity.INFO), False),
        (replaces(1, "a", rule="comment-trap", severity=Severity.INFO), True),
    ],
)
def test_what_is_right_though_it_saves_nothing(item, is_right):
    assert repairs(item) is is_right


@pytest.mark.parametrize(
    ("item", "is_new", "is_plain", "is_pruning", "touched", "name"),
    [
        (adds("a"), True, True, False, set(), "a"),
        (adds("!a"), True, False, False, set(), "!a"),
        (unit(Edit(EditKind.ADD, 2, "a", "x")), True, False, False, set(), "a"),
        (replaces(2, "a"), False, False, False, {2}, "a"),
        (removes(3), False, False, True, {3}, "line 3"),
        (
            unit(Edit(EditKind.REPLACE, 2, "a", "x"), Edit(EditKind.ADD, None, "b", "x")),
            False, False, False, {2}, "a",
        ),
    ],
)  # fmt: skip
def test_what_a_unit_is(item, is_new, is_plain, is_pruning, touched, name):
    assert (item.is_new, item.is_plain, item.is_pruning) == (is_new, is_plain, is_pruning)
    assert (item.touched, item.name) == (touched, name)
