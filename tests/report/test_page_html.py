"""The page as text: what is in it, what it lets run, and what names can do to it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.build.survey import survey
from ctxopt.cli.cures import PlanOfFix
from ctxopt.config.load import Config
from ctxopt.fix.picture import ROOM, picture_of
from ctxopt.report.page_html import render_page
from ctxopt.rules.run import RuleResults
from ctxopt.rules.scan import judge_analysis
from tests.support.pictures import HOSTILE, JUNK, lay_junk
from tests.support.rebuilds import history
from tests.support.trees import lay

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def page_of(root: str, config: Config | None = None, refusal: str = "") -> str:
    found = survey(find_context(root), BuildRequest())
    planned = PlanOfFix()
    judged, _ = judge_analysis(found.analysis, config or Config(), None, planned)
    picture = picture_of(found, planned.plan, judged.reported)
    return render_page(
        found.analysis, judged, planned.plan, picture, fix_command="ctxopt fix", refusal=refusal
    )


def data_of(page: str) -> dict[str, Any]:
    found = DATA.findall(page)
    assert len(found) == 1
    return dict(json.loads(found[0]))


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    return page_of(lay_junk(tmp_path_factory.mktemp("page") / "app", JUNK))


def test_the_policy_lets_these_scripts_and_this_style_run_alone(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    for what in ("script", "style"):
        texts = re.findall(rf"<{what}>(.*?)</{what}>", page, re.DOTALL)
        assert len(texts) == 1
        digest = base64.b64encode(hashlib.sha256(texts[0].encode()).digest()).decode()
        assert f"{what}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]


@pytest.mark.parametrize(
    "word", ["http://", "https://", "innerHTML", "document.write", "eval(", "style=", "onclick"]
)
def test_it_asks_nothing_of_others_and_makes_no_markup(page: str, word: str) -> None:
    # The name of a namespace is an address that no browser asks for.
    assert word not in page.replace("http://www.w3.org/2000/svg", "")


def test_it_holds_what_the_reports_hold(page: str) -> None:
    data = data_of(page)
    assert data["context"]["name"] == "app"
    assert data["headline"].startswith("Docker sends 1.")
    texts = [line["texts"] for lines in data["switches"] for line in lines]
    assert ["**/node_modules"] in texts
    assert "dump.sql" in data["tree"]["names"].split("/")
    assert len(data["tree"]["names"].split("/")) == len(data["tree"]["children"])
    assert {"level", "message", "places"} <= set(data["findings"][0])
    assert all(place for finding in data["findings"] for place in finding["places"])


def test_the_same_context_gives_the_same_page(tmp_path) -> None:
    root = lay(tmp_path / "app", JUNK)
    assert page_of(root) == page_of(root)


def test_a_page_without_lines_says_why(tmp_path) -> None:
    root = lay(
        tmp_path / "app", {"Dockerfile": "FROM a\nCOPY . .\n", "a.c": 10, ".dockerignore": "x\n"}
    )
    data = data_of(page_of(root, refusal="it cannot be edited"))
    assert (data["switches"], data["refusal"]) == ([], "it cannot be edited")
    assert [item["text"] for item in data["segments"]] == ["x"]


@pytest.mark.usefixtures("clean")
def test_a_line_says_which_rebuilds_it_saves(tmp_path) -> None:
    first = {
        "Dockerfile": "FROM a\nWORKDIR /app\nCOPY . .\nRUN make\n",
        ".dockerignore": ".git\n",
        "src/a.c": "1",
        "README.md": "0",
    }
    root = history(tmp_path / "app", [{"README.md": "# 1\n"}, {"README.md": "# 2\n"}], first)
    told = [line["rebuilds"] for lines in data_of(page_of(root))["switches"] for line in lines]
    assert "2 of the last 2 commits would have kept steps in the cache" in told


def test_without_history_nothing_is_said_of_rebuilds(page: str) -> None:
    assert all(line["rebuilds"] is None for lines in data_of(page)["switches"] for line in lines)


@pytest.mark.parametrize(
    ("dockerfile", "label"),
    [({"Dockerfile": "FROM a\nCOPY a .\n"}, "not asked for"), ({}, "could be sent")],
)
def test_what_is_not_asked_for_has_a_name_of_its_own(tmp_path, dockerfile, label: str) -> None:
    data = data_of(page_of(lay(tmp_path / "app", {**dockerfile, "a": 1, "b": 2})))
    labels = {fate["id"]: fate["label"] for fate in data["fates"]}
    assert labels["unasked"] == label
    assert len(set(labels.values())) == len(labels)


def test_hostile_names_stay_data(tmp_path) -> None:
    page = page_of(lay(tmp_path / "<b>app", HOSTILE))
    data = data_of(page)
    names = data["tree"]["names"]
    assert "<img src=x onerror=alert(1)>" in names
    assert "line\\nbreak" in names
    assert "\\xff" in names
    assert "\u202e" not in names
    outside = DATA.sub("", page)
    assert "onerror" not in outside
    assert "<title>&lt;b&gt;app: build context</title>" in outside
    page.encode("utf-8")


@pytest.mark.parametrize(
    "word", ["a-rather-long-name", "<&>" * 8, "\u6f22\u5b57" * 6, "\x01\u202e" * 6]
)
def test_a_page_keeps_to_its_room_whatever_the_names_are(tmp_path, word: str) -> None:
    names = [
        f"{word}-{folder:02}/{word}-{file:03}.js" for folder in range(20) for file in range(60)
    ]
    tree = {"Dockerfile": "FROM a\nCOPY . .\n"} | dict.fromkeys(names, 123_456)
    found = survey(find_context(lay(tmp_path / "app", tree)), BuildRequest())
    picture = picture_of(found, None, room=30_000)
    page = render_page(found.analysis, RuleResults(), None, picture, fix_command="", refusal="")
    assert picture.folded > 100
    assert len(DATA.findall(page)[0].encode("utf-8")) < 34_000


def test_what_comes_with_every_page_is_small(page: str) -> None:
    # With the room of a picture, a page stays below a megabyte.
    assert len(DATA.sub("", page).encode("utf-8")) + ROOM < 900_000
