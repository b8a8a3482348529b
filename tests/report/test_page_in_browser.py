"""The page in a real browser: what people see and do, and that nothing runs but what it brings."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from ctxopt.units import format_size
from tests.support.browser import Browser, browser, needs_chromium
from tests.support.pictures import HOSTILE, JUNK, combinations, lay_junk, picture_at, totals
from tests.support.program import ctxopt
from tests.support.trees import lay

pytestmark = [needs_chromium, pytest.mark.slow]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> str:
    return lay_junk(tmp_path_factory.mktemp("page") / "app", JUNK)


@pytest.fixture
def page(chromium: Browser, project: str, tmp_path) -> Iterator[Browser]:
    open_page(chromium, project, tmp_path)
    yield chromium
    assert chromium.complaints() == []


def open_page(chromium: Browser, root: str, folder, **look) -> None:
    written = folder / "page.html"
    done = ctxopt("report", root, "-q", "-o", str(written), cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    chromium.open(f"file://{written}", **look)


def figure(page: Browser, name: str = "could") -> int:
    return int(page.run(f"document.getElementById('total-{name}').dataset.bytes"))


def switch(page: Browser, on: tuple[int, ...], number: int) -> None:
    """Put every switch where it is to be, by clicks."""
    for place in range(number):
        page.run(
            f"(box => {{ if (box.checked !== {json.dumps(place in on)}) box.click() }})"
            f"(document.getElementById('switch-{place}'))"
        )


def texts(page: Browser, selector: str) -> list[str]:
    found = page.run(
        f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)"
    )
    return list(found)


def rows(page: Browser) -> list[str]:
    return texts(page, "#rows .name-cell")


def tiles(page: Browser) -> list[str]:
    return texts(page, "#picture g.tile > title")


def test_totals_of_every_combination_are_those_of_fix(
    page: Browser, project: str, tmp_path
) -> None:
    picture, fix = picture_at(project)
    number = len(picture.switched.switches)
    wanted = list(combinations(number, most=16))
    assert len(set(wanted)) >= 10
    for on in wanted:
        switch(page, on, number)
        assert figure(page) == totals(picture, on)[1], on
    page.run("document.getElementById('all-on').click()")
    dry = json.loads(ctxopt("fix", "--dry-run", "--format", "json", project, cwd=tmp_path).stdout)
    assert figure(page) == dry["after"]["bytes"]
    assert (
        page.run("document.getElementById('file').textContent").encode() + b"\n" == fix.new_content
    )
    page.run("document.getElementById('all-off').click()")
    scanned = json.loads(ctxopt("scan", "--format", "json", project, cwd=tmp_path).stdout)
    assert figure(page) == scanned["permitted"]["bytes"] == dry["before"]["bytes"]
    assert figure(page, "sent") == scanned["transferred"]["bytes"]
    assert page.run("document.getElementById('file').textContent") == ""


def test_a_switch_redraws_the_picture_and_the_table(page: Browser) -> None:
    assert any(text.startswith("dump.sql") for text in tiles(page))
    assert "dump.sql" in rows(page)
    page.run("document.getElementById('all-on').click()")
    assert not any(text.startswith("dump.sql") for text in tiles(page))
    assert "dump.sql" not in rows(page)
    page.run("document.getElementById('with-kept').click()")
    kept = [text for text in tiles(page) if text.startswith("dump.sql")]
    assert kept == [f"dump.sql\n{format_size(300_000)}, kept back"]
    assert "dump.sql" in rows(page)


def test_a_line_marks_what_it_takes(page: Browser) -> None:
    line = "[...document.querySelectorAll('.switch')].find(s => s.textContent.includes('**/node_modules'))"
    page.run(f"{line}.dispatchEvent(new Event('pointerenter'))")
    marked = {text.partition("\n")[0] for text in texts(page, "g.hit > title")}
    assert {"node_modules", "web/node_modules"} <= marked
    assert not marked & {"dump.sql", "src/main.c", "web/index.html"}
    page.run("document.getElementById('with-kept').click()")
    assert texts(page, "g.hit > title") != []
    page.run(f"{line}.dispatchEvent(new Event('pointerleave'))")
    assert texts(page, "g.hit > title") == []


def test_each_switch_says_what_it_saves_beside_the_others(page: Browser, project: str) -> None:
    _, fix = picture_at(project)
    # As fix tells them: each line after those before it.
    for number, line in enumerate(fix.lines):
        told = f"−{format_size(line.bytes)}" if line.bytes else "for tomorrow"
        assert texts(page, f"#saves-{number}") == [told]
        page.run(f"document.getElementById('switch-{number}').click()")
        assert texts(page, f"#saves-{number}") == [told]


def test_a_build_that_takes_everything_has_one_total(page: Browser) -> None:
    assert texts(page, ".total:not([hidden]) dt") == ["Sent by this build", "Kept back"]


def test_zoom_and_back(page: Browser) -> None:
    page.run(
        "[...document.querySelectorAll('#picture g.folder')].find(g => g.querySelector('title')"
        ".textContent.startsWith('web\\n')).dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    crumbs = "[...document.querySelectorAll('#crumbs button')].map(b => b.textContent)"
    assert page.run(crumbs) == ["app", "web"]
    assert rows(page) == ["node_modules/", "index.html"]
    page.press("Escape")
    assert page.run(crumbs) == ["app"]
    assert "web/" in rows(page)


def test_search_finds_by_path_and_jumps(page: Browser) -> None:
    page.run(
        "(box => { box.value = 'WEB index'; box.dispatchEvent(new Event('input')) })"
        "(document.getElementById('search'))"
    )
    found = page.run("[...document.querySelectorAll('#found-list button')].map(b => b.textContent)")
    assert found == ["web/node_modules/a/index.js", "web/index.html"]
    assert page.run("document.querySelectorAll('#picture g.match').length") >= 2
    page.run("document.querySelectorAll('#found-list button')[1].click()")
    assert (
        page.run("document.querySelector('tr[aria-selected=true] .name-cell').textContent")
        == "index.html"
    )
    assert page.run("document.getElementById('chosen').textContent").startswith(
        "web/index.html: 5 kB"
    )


def test_findings_and_lines_lead_to_their_place(page: Browser) -> None:
    for part in ("#findings", "#switches"):
        page.run(f"document.querySelector('{part} .place').click()")
        label = page.run(f"document.querySelector('{part} .place').textContent")
        crumbs = page.run(
            "[...document.querySelectorAll('#crumbs button')].map(b => b.textContent).join('/')"
        )
        chosen = page.run("document.getElementById('chosen').textContent")
        assert label in f"{crumbs} {chosen}"


def test_the_table_is_sorted_by_each_of_its_heads(page: Browser) -> None:
    by_size = rows(page)
    page.run("document.querySelector('th button[data-sort=name]').click()")
    assert rows(page) == sorted(by_size)
    page.run("document.querySelector('th button[data-sort=name]').click()")
    assert rows(page) == sorted(by_size, reverse=True)
    assert page.run("document.querySelector('th').getAttribute('aria-sort')") == "descending"


def test_the_keyboard_is_enough(page: Browser) -> None:
    names = rows(page)
    page.run("document.querySelector('#rows tr[aria-expanded]').focus()")
    page.press("ArrowRight")
    assert len(rows(page)) > len(names)
    page.press("ArrowDown")
    assert page.run("document.activeElement.getAttribute('aria-level')") == "2"
    page.press("ArrowLeft")
    page.press("ArrowLeft")
    assert rows(page) == names
    page.press("Enter")
    assert page.run("document.querySelectorAll('#crumbs button').length") == 2


def test_readers_of_the_screen_are_told(page: Browser) -> None:
    assert page.run("document.querySelector('#picture svg').getAttribute('aria-label')")
    assert page.run("document.querySelectorAll('#totals[aria-live=polite]').length") == 1
    named = page.run(
        "[...document.querySelectorAll('button,input')].every(e => e.textContent.trim() || e.labels?.length)"
    )
    assert named
    assert page.run("document.querySelectorAll('#rows tr[tabindex=\"0\"]').length") == 1


@pytest.mark.parametrize("width", [1400, 400])
@pytest.mark.parametrize("is_dark", [False, True])
def test_it_fits_and_is_legible(chromium: Browser, project, tmp_path, width, is_dark) -> None:
    open_page(chromium, project, tmp_path, width=width, is_dark=is_dark)
    assert chromium.run("document.documentElement.scrollWidth") <= width
    colour = "getComputedStyle(document.body).{}.match(/\\d+/g).slice(0, 3).map(Number)"
    ink, paper = (sum(chromium.run(colour.format(name))) for name in ("color", "backgroundColor"))
    assert (ink > paper) == is_dark
    assert abs(ink - paper) > 400
    assert chromium.complaints() == []


def test_what_is_printed_has_nothing_to_press(page: Browser) -> None:
    page.call("Emulation.setEmulatedMedia", media="print")
    seen = "(e => e.checkVisibility())(document.querySelector({}))"
    for gone in ("#search", "#all-on", "#kept-option", "footer"):
        assert not page.run(seen.format(json.dumps(gone)))
    for kept in ("#totals", "#picture svg", "#table", "#switches", "#findings"):
        assert page.run(seen.format(json.dumps(kept)))


def test_hostile_names_are_shown_and_nothing_runs(chromium: Browser, tmp_path) -> None:
    open_page(chromium, lay(tmp_path / "<b>app", HOSTILE), tmp_path)
    chromium.run("document.getElementById('with-kept').click()")
    shown = rows(chromium)
    for name in (
        "<img src=x onerror=alert(1)>",
        "line\\nbreak\\ttab",
        "not\\xffutf8",
        "{{script}} {{data}}",
        "\"quotes' and `more`",
    ):
        assert name in shown
    assert chromium.run("document.title") == "<b>app: build context"
    assert chromium.run("document.querySelectorAll('img, b > *, h1 *, td > b').length") == 0
    assert chromium.run("document.querySelectorAll('script').length") == 2
    chromium.run("document.getElementById('all-on')?.click()")
    assert chromium.complaints() == []
    assert len(chromium.requests()) == 1


def test_the_policy_holds(page: Browser) -> None:
    # What a hole in the page could try is refused by the browser.
    page.run(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"file:///x.png\" onerror=\"document.title=1\">')"
    )
    page.run("new Promise(done => setTimeout(done, 100))")
    assert page.run("document.title") == "app: build context"
    assert any("Content Security Policy" in text for text in page.complaints())
    page.forget()
