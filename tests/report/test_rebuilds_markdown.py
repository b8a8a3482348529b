"""The report of ``rebuilds`` in Markdown."""

from __future__ import annotations

import pytest

from ctxopt.report.rebuilds_markdown import render_markdown
from tests.support.rebuilds import FIRST, counted, history

pytestmark = pytest.mark.usefixtures("clean")

ROW = "| 5 | `COPY . .` | 3 | 2 | documentation 1, CI files 1 | 2 steps, line 6 compiles |"


def test_the_report(tmp_path):
    steps = [{"README.md": "2"}, {"src/a.ts": "2"}, {".github/workflows/ci.yml": "2"}]
    lines = render_markdown(counted(history(tmp_path / "r", steps))).splitlines()
    assert lines[0] == "## Steps that ran again"
    assert (
        lines[2]
        == "3 of 3 commits made steps run again, 2 of them for nothing that the build reads."
    )
    assert set(ROW.split(" | ")) - {"documentation 1, CI files 1"} <= set(lines[6].split(" | "))
    assert (
        lines[7]
        == "| 3 | `COPY package*.json ./` | 0 | 0 |  | 4 steps, line 4 installs packages, line 6 compiles |"
    )
    assert "| `**/.github` | CI files | 1 | 1 |" in lines
    assert "| `README.md` | documentation | 1 | 2 |" in lines
    assert lines[-1].startswith("Counted from ")


@pytest.mark.parametrize(
    ("steps", "first", "absent"),
    [
        ([], FIRST, "|"),
        ([{}], FIRST, "Ignore lines"),
        ([{"src/a.ts": "2"}], FIRST, "Ignore lines"),
        ([{"src/a.ts": "2"}], {**FIRST, "Dockerfile": "FROM a\nRUN true\n"}, "|"),
    ],
)
def test_what_there_is_not_is_left_out(tmp_path, steps, first, absent):
    text = render_markdown(counted(history(tmp_path / "r", steps, first)))
    assert absent not in text
    assert text.startswith("## Steps that ran again\n\n")


def test_names_are_no_markdown(tmp_path):
    dockerfile = "FROM a\nCOPY a|b *_x_* . /y/\n"
    steps = [{"`x`|<b>/.github/y": "1"}, {"`x`|<b>/tests/y": "1"}]
    text = render_markdown(
        counted(history(tmp_path / "r", steps, {**FIRST, "Dockerfile": dockerfile}))
    )
    assert "`COPY a\\|b *_x_* . /y/`" in text
    rows = [line for line in text.splitlines() if line.startswith(("| `", "| 2 "))]
    assert all(row.replace("\\|", "").count("|") in (5, 7) for row in rows)
    assert len(rows) >= 2
