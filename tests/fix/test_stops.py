"""Lines with which Docker no longer stops: written whatever they save, and no others for their sake."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.build.stops import transfer_stop
from tests.support.fixes import fix_of
from tests.support.other_user import as_other_user
from tests.support.program import ctxopt
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

ALL = "FROM a\nCOPY . /x\n"
LATIN = "docs/caf\udce9.txt"
STOPPING: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "a name that is not UTF-8": ({LATIN: "1"}, [], ["docs/caf[\ufffd].txt"]),
    "a folder of another user": ({"data/pg/": {}, "app": "1"}, ["data/pg"], ["data/pg"]),
    "both": ({"data/": {}, LATIN: "1"}, ["data"], ["docs/caf[\ufffd].txt", "data"]),
    "beside exceptions that are about other folders": (
        {"data/pg/": {}, ".dockerignore": "*.md\n!docs/a.md\n"}, ["data/pg"], ["data/pg"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STOPPING)
def test_the_build_goes_on(open_path, case):
    more, closed, lines = STOPPING[case]
    root = lay(open_path / "c", {"Dockerfile": ALL, **more}, dict.fromkeys(closed, "000"))
    with as_other_user():
        fix = fix_of(root)
    assert transfer_stop(fix.measured) is not None
    assert transfer_stop(fix.foreseen) is None
    assert [text for line in fix.lines for text in line.texts] == lines


def test_the_screen_says_what_the_line_is_for(tmp_path):
    root = lay(tmp_path, {"Dockerfile": ALL, LATIN: "1"})
    assert "ctxopt fix  writes 1 line: Docker stops no longer\n" in ctxopt("scan", cwd=root).stdout


NO_LINE: dict[str, tuple[dict[str, Any], list[str], str, bool]] = {
    "an exception with a wildcard makes Docker look into it": (
        {"data/pg/": {}, ".dockerignore": "data\n!**/*.keep\n"}, ["data/pg"], ALL, True
    ),
    "the source itself has the control character": (
        {"a\nb": "1"}, [], 'FROM a\nCOPY ["a\\nb", "/x/"]\n', True
    ),
    "it is left out already": ({"data/pg/": {}, ".dockerignore": "data/pg\n"}, ["data/pg"], ALL, False),
    "a folder above is left out": ({"data/pg/": {}, ".dockerignore": "data\n"}, ["data/pg"], ALL, False),
    "the name is left out": ({LATIN: "1", ".dockerignore": "docs\n"}, [], ALL, False),
    "no instruction takes it": ({"data/": {}, LATIN: "1", "a": "1"}, ["data"], "FROM a\nCOPY a /\n", False),
    "an empty folder that can be read": ({"data/pg/": {}}, [], ALL, False),
    "an empty file of an editor": ({"app.sock": ""}, [], ALL, False),
    "names in UTF-8": ({"docs/caf\u00e9.txt": "1"}, [], ALL, False),
}  # fmt: skip


@pytest.mark.parametrize("case", NO_LINE)
def test_no_line_where_none_helps_or_nothing_stops(open_path, case):
    more, closed, dockerfile, stops = NO_LINE[case]
    root = lay(open_path / "c", {"Dockerfile": dockerfile, **more}, dict.fromkeys(closed, "000"))
    with as_other_user():
        fix = fix_of(root)
    assert (transfer_stop(fix.measured) is not None) is stops
    assert fix.new_content is None
    assert bool(fix.errors) is stops
