"""Findings as rows: columns that hold what there is, at every width."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.report.finding_rows import finding_rows
from ctxopt.report.terminal import Look, draw
from ctxopt.report.wording import cell_len
from ctxopt.rules.finding import Finding, Location
from ctxopt.severity import Severity

WIDTHS = (20, 40, 59, 60, 80, 120, 200)


def _found(rule: str, *texts: str, **more: Any) -> Finding:
    edits = tuple(Edit(EditKind.ADD, None, text, "because") for text in texts)
    severity = more.pop("severity", Severity.WARNING)
    return Finding(rule=rule, severity=severity, message="m", edits=edits, **more)


HISTORY = _found(
    "version-control", "**/.git", paths=(".git",), size=39_700_000, reach="final", rebuilds=0
)
VOLATILE = _found(
    "volatile-file",
    "**/.github",
    "README.md",
    severity=Severity.INFO,
    location=Location("Dockerfile", 16),
    size=14_200,
    reach="builder",
    rebuilds=20,
)
PLAIN = _found("no-ignore-file")
DOUBTED = _found("test-data", paths=("spec",), size=290_000, possible=("**/spec",), reach="final")


def _rows(*findings: Finding, width: int = 120) -> list[str]:
    return draw(
        finding_rows(findings, Look(width, False), knows_build=True), Look(width, False)
    ).splitlines()


@pytest.mark.parametrize(
    ("findings", "rebuilds"),
    [
        ([HISTORY, VOLATILE], ["", "20"]),
        ([VOLATILE], ["20"]),
        ([PLAIN, HISTORY], None),
        ([HISTORY], None),
        ([DOUBTED], None),
        ([PLAIN], None),
        ([_found("a", "b", rebuilds=None)], None),
    ],
)  # fmt: skip
def test_rebuilds_have_a_column_where_a_line_saves_some(findings, rebuilds):
    _, head, *rows = _rows(*findings)
    assert ("rebuilds" in head) is (rebuilds is not None)
    if rebuilds is not None:
        start = head.index("rebuilds")
        assert [row[start : start + 8].strip() for row in rows] == rebuilds


@pytest.mark.parametrize(
    ("finding", "cure"),
    [
        (DOUBTED, "possible: **/spec"),
        (_found("a", possible=("b", "c", "d")), "possible: b and 2 more"),
        (_found("a", "x", possible=("b",)), "+ x"),
        (VOLATILE, "+ **/.github and 1 more"),
        (PLAIN, ""),
        (_found("a", paths=("x",), size=1), ""),
    ],
)  # fmt: skip
def test_a_cure_says_whether_it_is_only_possible(finding, cure):
    _, head, row = _rows(finding)
    assert row[head.index("cured by") :] == cure


@pytest.mark.parametrize("width", WIDTHS)
def test_a_narrow_terminal_is_told_the_same(width):
    told = " ".join(" ".join(_rows(HISTORY, VOLATILE, DOUBTED, width=width)).split())
    for part in ("**/.git", "14.2 kB", "20", "rebuilds", "possible: **/spec", "+ **/.github and 1 more"):  # fmt: skip
        assert part in told


@pytest.mark.parametrize("width", [width for width in WIDTHS if width >= 40])
@pytest.mark.parametrize("length", [1, 8, 14, 15, 16, 26, 27, 30])
def test_no_row_is_wider_than_the_terminal(width, length):
    cured = _found("root-only-pattern", "x" * length, location=Location(".dockerignore", 3), size=5)
    for rows in ([cured], [cured, HISTORY], [cured, VOLATILE, PLAIN]):
        assert max(map(cell_len, _rows(*rows, width=width))) <= width


@pytest.mark.parametrize(
    ("findings", "lines"),
    [
        ([HISTORY], 1),
        ([HISTORY, DOUBTED, PLAIN], 3),
        ([VOLATILE], 2),
        ([HISTORY, VOLATILE], 3),
        ([HISTORY, VOLATILE, VOLATILE], 5),
        ([_found("a", "x" * 40, paths=("b",), size=1), HISTORY], 3),
    ],
)  # fmt: skip
def test_as_few_lines_as_80_columns_allow(findings, lines):
    assert len(_rows(*findings, width=80)) == 2 + lines


@pytest.mark.parametrize(("finding", "style"), [(DOUBTED, "magenta"), (VOLATILE, "green")])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_cures_have_the_colours_of_a_fix(finding, style, width):
    pieces = [
        piece
        for line in finding_rows([finding], Look(width, True), knows_build=True)
        for piece in line.pieces
    ]
    assert [kind for text, kind in pieces if text.startswith(("+ ", "possible: "))] == [style]
