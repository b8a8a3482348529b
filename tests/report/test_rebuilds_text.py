"""The report of ``rebuilds`` for people: whole screens as they are, and what holds for any history."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ctxopt.report.rebuilds_text import render_rebuilds
from ctxopt.report.terminal import Look
from tests.support.places import FIXTURES, ROOT
from tests.support.rebuilds import FIRST, NODE, counted, history
from tests.support.repositories import git
from tests.support.screens import hold_screens, widest

pytestmark = pytest.mark.usefixtures("clean")

FOLDER = FIXTURES / "screens"

BUSY = [
    *({path: str(number)} for number in range(2, 8) for path in ("src/a.ts", "README.md", "src/b.ts")),
    {"package.json": "{}"}, {".github/workflows/ci.yml": "2"}, {"docs/a.md": "2", "CHANGELOG.md": "1"}, {".vscode/a": "1"},
    {"tests/a.test.ts": "2"}, {}, {}, {"src/a.ts": "9"}, {"Dockerfile": NODE + "# 1\n"},
]  # fmt: skip
LONG = """\
FROM python:3.13 AS build-of-the-whole-application
COPY requirements.txt requirements-dev.txt constraints.txt /application/requirements/of/all/services/
RUN pip install --no-cache-dir --require-hashes -r /application/requirements/of/all/services/requirements.txt
RUN --mount=type=bind,source=tools,target=/tools make -C /tools
COPY --exclude=**/*.md . /application
"""
WIDE = {**FIRST, "Dockerfile": LONG, "tools/Makefile": "1", "文書/設計/README.md": "1"}
HISTORIES: dict[str, tuple[Sequence[Mapping[str, Any]], Mapping[str, Any]]] = {
    "busy": (BUSY, FIRST),
    "cached": ([{}, {}, {}], FIRST),
    "first": ([], FIRST),
    "long": ([*({"tools/Makefile": str(number)} for number in range(2, 70)), {"文書/設計/test/x.md": "2"}, {"文書/.github/a.yml": "2"}], WIDE),
    "sources": ([{"src/a.ts": "2"}, {"src/a.ts": "3"}], FIRST),
    "taken-nothing": ([{"src/a.ts": "2"}], {**FIRST, "Dockerfile": "FROM a\nRUN true\n"}),
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_the_report_equals_the_golden_file(tmp_path, name, pytestconfig):
    found = counted(history(tmp_path / "r", *HISTORIES[name]), count=None)
    texts = hold_screens(
        FOLDER / f"rebuilds-{name}",
        lambda width, color: render_rebuilds(found, Look(width, color)),
        pytestconfig,
    )
    assert all(widest(text) <= width for width, text in texts.items())


def test_the_strip_has_a_cell_for_each_commit(tmp_path):
    found = counted(history(tmp_path / "r", *HISTORIES["busy"]), count=None)
    text = render_rebuilds(found, Look(80, False))
    strips = re.findall(r"(?m)^  ([█░·]+)$", text)
    assert [len(strip) for strip in strips] == [len(BUSY)] * 2
    broad = next(item for item in found.instructions if item.text == "COPY . .")
    assert strips[0].count("░") == broad.avoidable
    assert strips[0].count("█") == len(broad.changes) - broad.avoidable


def test_what_a_shallow_clone_and_a_late_dockerfile_are_said_to_be(tmp_path):
    steps = [{"README.md": str(number)} for number in range(2, 5)]
    before = {path: content for path, content in FIRST.items() if path != "Dockerfile"}
    root = history(tmp_path / "r", [*steps, {"Dockerfile": NODE}], before)
    git(tmp_path, "clone", "-q", "--depth", "3", f"file://{root}", "clone")
    text = render_rebuilds(counted(str(tmp_path / "clone")), Look(200, False))
    assert "This clone is shallow and ends there: git fetch --unshallow gets the rest.\n" in text
    assert "1 commit has no Dockerfile there and counts as if it had been.\n" in text


@pytest.mark.parametrize("odd", ["a\nb/README.md", "a\x1b[31m/README.md", "a\udc80/tests/x"])
def test_odd_names_are_shown_harmlessly(tmp_path, odd):
    root = history(tmp_path / "r", [{f"{odd}/.github/x": "1"}, {f"{odd}/tests/y": "1"}])
    text = render_rebuilds(counted(root), Look(80, False))
    assert all(line.isprintable() for line in text.splitlines())


def test_the_documents_show_the_report_as_it_is():
    shown = (FOLDER / "rebuilds-busy-80.txt").read_text("utf-8")
    assert shown in (ROOT / "docs" / "rebuilds.md").read_text("utf-8")
