"""The page as text: what is in it, what it lets run, and what names can do to it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from ctxopt.build.analysis import survey
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.cli.cures import PlanOfFix
from ctxopt.config.load import Config
from ctxopt.fix.picture import picture_of
from ctxopt.report.page_html import render_page
from ctxopt.rules.scan import judge_analysis
from tests.support.pictures import HOSTILE, JUNK, lay_junk
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


def test_a_hundred_thousand_files_stay_below_a_megabyte(tmp_path) -> None:
    # The names are long, and no two alike: nothing of them is saved by chance.
    root = lay(tmp_path / "app", {"Dockerfile": "FROM a\nCOPY . .\n"})
    for folder in range(40):
        inside = tmp_path / "app" / f"some-folder-{folder:03}"
        inside.mkdir()
        for file in range(75):
            (inside / f"a-rather-long-name-of-a-file-{folder:03}-{file:05}.generated.js").touch()
    found = survey(find_context(root), BuildRequest())
    picture = picture_of(found, None, room=60_000)
    page = render_page(
        found.analysis,
        judge_analysis(found.analysis, Config(), None)[0],
        None,
        picture,
        fix_command="",
        refusal="",
    )
    assert picture.folded > 1_500
    # The page keeps to its room, whatever is in the tree.
    assert len(DATA.findall(page)[0]) < 66_000
