"""Candidates as findings: what one line hides, how bad it is, and how it is told."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from ctxopt.config.load import Config
from ctxopt.evidence.candidate import PartOf
from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.catalog import load_catalog
from ctxopt.rules.grouping import (
    Group,
    by_pattern,
    by_reach,
    edits_for,
    finding_of,
    grade,
    is_notable,
    joined,
    name_of,
    note_of,
    shown,
    split,
    split_needed,
    travels,
)
from ctxopt.severity import Severity

FLOOR = Config().noise_floor
LARGE = Config().large_file
CATALOG = load_catalog()
MODULES = CATALOG.match_name("node_modules", True)[0]


def candidate(path: str = "node_modules", **changes: Any) -> Candidate:
    fields: dict[str, Any] = {
        "path": path,
        "is_dir": True,
        "topic": "dependencies",
        "entry": MODULES,
        "bytes": FLOOR,
        "entries": 3,
        "state": "untracked",
        "reach": "builder",
        "use": None,
        "root": "",
        "nearest": "",
        "needed_because": None,
    }
    return Candidate(**fields | changes)


def use(reach: str = "final", line: int = 4) -> Any:
    source = SimpleNamespace(line=line, instruction="COPY")
    return SimpleNamespace(reach=reach, stage="build", source=source)


def facts(*, has_plan: bool = True, unsafe: frozenset[str] = frozenset()) -> Any:
    plan = None
    if has_plan:
        plan = object()
    # A root without a .gitignore.
    view = SimpleNamespace(tree=SimpleNamespace(root="/dev/null"))
    candidates = SimpleNamespace(unsafe=unsafe)
    return SimpleNamespace(
        config=Config(), plan=plan, knows_build=has_plan, view=view, candidates=candidates
    )


def test_a_group_adds_up_and_is_as_bad_as_its_worst():
    near, far = candidate("a", bytes=5), candidate("b", bytes=2, reach="final", state="tracked")
    group = Group("**/x", (near, far))
    assert (group.bytes, group.entries, group.paths) == (7, 6, ("a", "b"))
    assert group.worst is far
    assert group.is_tracked
    assert joined([Group("**/x", (near,)), Group("**/y", (far,))]) == Group(None, (near, far))


def test_one_line_for_all_of_a_pattern_unless_it_hides_something_else():
    found = [candidate("a/node_modules"), candidate("node_modules"), candidate("x.bin", entry=None)]
    pattern = MODULES.pattern
    assert [group.pattern for group in by_pattern(facts(), found)] == [pattern, None]
    unsafe = facts(unsafe=frozenset((pattern,)))
    assert [group.pattern for group in by_pattern(unsafe, found)] == [None, None]
    assert [group.pattern for group in by_pattern(facts(), found, found[:1])] == [None, None]


def test_a_common_name_in_one_place_is_hidden_in_that_place_only():
    entry = next(entry for entry in CATALOG.entries if entry.is_ambiguous)
    one, two = candidate("a/build", entry=entry), candidate("b/build", entry=entry)
    assert by_pattern(facts(), [one])[0].pattern is None
    assert by_pattern(facts(), [one, two])[0].pattern == entry.pattern


def test_a_split_asks_once_and_keeps_the_order():
    asked: list[str] = []
    found = [candidate("a"), candidate("b", needed_because="x"), candidate("c")]

    def is_late(item: Candidate) -> bool:
        asked.append(item.path)
        return item.path != "a"

    first, rest = split(found, is_late)
    assert asked == ["a", "b", "c"]
    assert [[item.path for item in part] for part in (first, rest)] == [["b", "c"], ["a"]]
    free, needed = split_needed(found)
    assert [[item.path for item in part] for part in (free, needed)] == [["a", "c"], ["b"]]


@pytest.mark.parametrize(
    ("changes", "has_plan", "severity"),
    [
        ({"bytes": 10 * FLOOR}, True, Severity.WARNING),
        ({"bytes": 10 * FLOOR - 1}, True, Severity.INFO),
        ({"bytes": 10 * FLOOR, "state": "tracked"}, True, Severity.INFO),
        ({"bytes": 10 * FLOOR, "reach": "permitted"}, True, Severity.INFO),
        ({"bytes": 10 * FLOOR, "reach": "permitted"}, False, Severity.WARNING),
    ],
)
def test_grades(changes: dict[str, Any], has_plan: bool, severity: Severity):
    group = Group(None, (candidate(**changes),))
    assert grade(facts(has_plan=has_plan), group) is severity


@pytest.mark.parametrize(
    ("group", "lines"),
    [
        (Group("**/x", (candidate("a/x"), candidate("b/x"))), ["**/x"]),
        (Group(None, (candidate("a", bytes=0),)), ["a"]),
        (Group(None, (candidate("a"), candidate("b", bytes=FLOOR - 1))), ["a"]),
        (Group(None, (candidate("a", bytes=0, topic="secret"), candidate("b", bytes=0, topic="secret"))), ["a", "b"]),
        (Group(None, (candidate("[a]*"),)), [r"\[a\]\*"]),
        # A line cannot hold it, and any other line would hide more.
        (Group(None, (candidate("a\nb"), candidate("c\rd"), candidate("e"))), ["e"]),
    ],
)  # fmt: skip
def test_lines(group: Group, lines: list[str]):
    assert [edit.text for edit in edits_for(facts(), group, "why")] == lines


@pytest.mark.parametrize(
    ("changes", "has_plan", "text"),
    [
        ({"reach": "sent"}, True, "is sent to the builder, and no instruction takes it"),
        ({"reach": "sent"}, False, "is sent with every build of the whole context"),
        ({"reach": "permitted"}, False, "is sent with every build of the whole context"),
        ({"reach": "permitted"}, True, "may be sent, though nothing in this build takes it"),
        ({"use": use("mount")}, True, "is sent for the bind mount in line 4"),
        ({"use": use("final")}, True, "is copied into the final image by COPY in line 4"),
        ({"use": use("builder")}, True, "is copied into stage build by COPY in line 4"),
        ({"use": use("builder"), "through": (8,)}, True,
         "is copied into stage build by COPY in line 4 and reaches the final image through COPY --from in line 8"),
        ({"use": use("builder"), "through": (5, 6, 8)}, True,
         "is copied into stage build by COPY in line 4 and reaches the final image through COPY --from in lines 5, 6 and 8"),
    ],
)  # fmt: skip
def test_how_far_it_gets(changes: dict[str, Any], has_plan: bool, text: str):
    assert travels(facts(has_plan=has_plan), candidate(**changes)) == text


@pytest.mark.parametrize(
    ("group", "name"),
    [
        (Group(None, (candidate("a"),)), "a"),
        (Group("**/x", (candidate("a"), candidate("b"))), "node_modules in 2 places"),
        (Group(None, (candidate("a", entry=None), candidate("b", entry=None))), "a (and 1 more)"),
    ],
)
def test_names(group: Group, name: str):
    assert name_of(group) == name


FAR = [
    candidate("a", reach="final"),
    candidate("b"),
    candidate("c", reach="permitted", bytes=FLOOR - 1),
]


@pytest.mark.parametrize(
    ("members", "least", "expected"),
    [
        (FAR, 0, [["a"], ["b"], ["c"]]),
        (FAR, FLOOR, [["a"], ["b"]]),
        (FAR[1:], FLOOR, [["b"]]),
        (FAR[:1] * 2, FLOOR, [["a", "a"]]),
        ([FAR[2], FAR[0]], 0, [["a"], ["c"]]),
        # Together they are enough: the furthest is told.
        (FAR[::-1], FLOOR + 1, [["a"]]),
    ],
)
def test_by_reach(members: list[Candidate], least: int, expected: list[list[str]]):
    parts = by_reach(Group("**/x", tuple(members)), least)
    assert [list(part.paths) for part in parts] == expected


def test_a_part_counts_as_a_part():
    group = Group(None, (candidate("a", part=PartOf(7, 1)), candidate("b", bytes=3, entries=2)))
    assert (group.bytes, group.entries) == (10, 3)


def test_a_finding_says_what_it_is_how_it_comes_back_and_when_to_keep_it():
    found = finding_of(facts(), "dependency-folder", Group("**/x", (candidate(),)), "packages")
    assert found.subject == MODULES.pattern
    assert found.help.startswith(MODULES.reason)
    assert f"{MODULES.rebuilt_by} makes it again." in found.help
    tracked = Group("**/x", (candidate(state="tracked"),))
    assert finding_of(facts(), "r", tracked, "packages").help.endswith("that no build reads it.")
    plain = Group(None, (candidate("a", entry=None, state="ignored"),))
    found = finding_of(facts(), "r", plain, "large.", severity=Severity.ERROR, cures=False)
    assert (found.subject, found.help, found.edits) == ("", "Large.", ())
    assert found.severity is Severity.ERROR
    assert found.message.endswith(", although git ignores it")


def test_a_note_about_what_has_to_stay():
    needed = candidate("data", bytes=LARGE, needed_because="COPY takes it", root="")
    assert is_notable(facts(), needed)
    assert not is_notable(facts(), replace(needed, bytes=LARGE - 1))
    assert not is_notable(facts(), replace(needed, root="data"))
    note = note_of("large-file", needed)
    assert note.message == "data is heavy, and the build needs it: COPY takes it"
    assert (note.severity, note.edits) == (Severity.INFO, ())
    assert note.help == "Check what else is in it."


@pytest.mark.parametrize(
    ("path", "text"), [("a b/ü", "a b/ü"), ("a\x1b[1m\n", r"a\x1b[1m\n"), ("\udcff", r"\udcff")]
)
def test_a_path_is_one_line_of_text(path: str, text: str):
    assert shown(path) == text
