"""The tree in a terminal, driven by keys and the mouse through Textual's pilot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.explorers import exploration_at
from tests.support.pictures import HOSTILE
from tests.support.trees import lay

pytest.importorskip(
    "textual", reason="Textual is not installed (pip install 'docker-ctxopt[explore]')"
)

from textual.pilot import Pilot

from ctxopt.report.explorer.app import Explorer

TREE = {
    "Dockerfile": "FROM a\nCOPY . .\nCOPY web /web\n",
    "web/index.html": 100,
    "web/node_modules/x/i.js": 40_000,
    "node_modules/y/i.js": 30_000,
    "notes/a.txt": 5_000,
}

Steps = Callable[[Pilot[None]], Awaitable[None]]


class Screen:
    """A running explorer: what it shows, and keys that are waited for."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.app: Any = pilot.app

    @property
    def lines(self) -> list[str]:
        """The screen as people see it, without colours."""
        screen = self.app.screen
        strips = screen._compositor.render_strips(screen.size)
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def press(self, *keys: str) -> Screen:
        for key in keys:
            await self.pilot.press(key)
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()
        return self


def explore(root: str, steps: Callable[[Screen], Awaitable[None]], size=(80, 24)) -> Explorer:
    """Open the explorer on a folder, take the steps, and return it as they leave it."""
    app = Explorer(exploration_at(root), title="a\n[red]\x1b[31m", undo="ctxopt fix --undo")

    async def drive() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await steps(Screen(pilot))

    asyncio.run(drive())
    return app


@pytest.fixture
def root(tmp_path) -> str:
    return lay(tmp_path, TREE)


SIZES = [(80, 24), (200, 50), (40, 12)]


@pytest.mark.parametrize("size", SIZES)
def test_the_tree_fits_on_the_screen(root, size) -> None:
    async def steps(screen: Screen) -> None:
        assert len(screen.lines) == size[1]
        assert "75.1 kB" in screen.text
        assert "a\\n[red]\\e[31m" in screen.text
        assert "web/" in screen.text
        assert all(len(line) <= size[0] for line in screen.lines)

    explore(root, steps, size)


def test_folders_open_and_close(root) -> None:
    async def steps(screen: Screen) -> None:
        assert "index.html" not in screen.text
        assert "index.html" in (await screen.press("right")).text
        assert "index.html" in (await screen.press("down", "down")).text
        # Up to the folder, and closed.
        assert "index.html" not in (await screen.press("left", "left")).text
        assert "index.html" in (await screen.press("enter")).text
        assert "index.html" not in (await screen.press("enter")).text

    explore(root, steps)


def test_the_line_below_says_where_things_end(root) -> None:
    async def steps(screen: Screen) -> None:
        assert "is copied into the final image by COPY in line" in screen.text

    explore(root, steps)


def test_what_is_safe_is_done_at_once_and_taken_back(root) -> None:
    async def steps(screen: Screen) -> None:
        await screen.press("down", "i")
        assert "+**/node_modules" in screen.text
        assert "kept back" in screen.text
        assert "from 75.1 kB" in screen.text
        await screen.press("i")
        assert "+**/node_modules" not in screen.text
        await screen.press("i", "u")
        assert "+**/node_modules" not in screen.text

    assert explore(root, steps).now.content is None


def test_harm_is_asked_about(root) -> None:
    async def steps(screen: Screen) -> None:
        await screen.press("i")
        assert "named by COPY in line 3" in screen.text
        await screen.press("n")
        assert "+web" not in screen.text
        await screen.press("i", "y")
        assert "+web" in screen.text

    assert explore(root, steps).now.content == b"# Chosen by hand\nweb\n"


@pytest.mark.parametrize("key", ["enter", "escape", "n", "q"])
def test_a_question_is_no_unless_yes_is_said(root, key: str) -> None:
    async def steps(screen: Screen) -> None:
        await screen.press("i", key)

    assert explore(root, steps).now.content is None


def test_writing(root) -> None:
    async def steps(screen: Screen) -> None:
        await screen.press("w")
        assert "nothing to write" in screen.text
        await screen.press("down", "i", "w")
        assert "Write .dockerignore?" in screen.text
        await screen.press("y")
        assert "ctxopt fix --undo" in screen.text
        await screen.press("q")

    app = explore(root, steps)
    assert (Path(root) / ".dockerignore").read_bytes() == app.now.content
    assert "fix --undo" in app.written


def test_a_write_that_fails_is_said(root) -> None:
    async def steps(screen: Screen) -> None:
        await screen.press("down", "i")
        (Path(root) / ".dockerignore").write_text("other\n")
        await screen.press("w", "y")
        assert "has appeared since" in screen.text

    assert explore(root, steps).written == ""
    assert (Path(root) / ".dockerignore").read_text() == "other\n"


def test_leaving_asks_where_something_is_not_written(root) -> None:
    async def steps(screen: Screen) -> None:
        await screen.press("down", "i", "q")
        assert "without writing" in screen.text
        await screen.press("n")
        assert "without writing" not in screen.text
        await screen.press("q", "y")

    app = explore(root, steps)
    assert not (Path(root) / ".dockerignore").exists()
    assert app.written == ""


def test_search(root) -> None:
    async def steps(screen: Screen) -> None:
        await screen.press("slash", *"i.js")
        assert "web/node_modules/x/i.js" in screen.text
        assert "1 of 2 found" in screen.text
        await screen.press("enter", "n")
        assert "\n node_modules/y/i.js" in screen.text
        await screen.press("N")
        assert "web/node_modules/x/i.js" in screen.text
        await screen.press("slash", *"zzz")
        assert "nothing" in screen.text
        await screen.press("escape", "i")

    explore(root, steps)


def test_what_a_search_opens_on_its_way_closes_again(root) -> None:
    async def steps(screen: Screen) -> None:
        await screen.press("slash", *"a.t")
        assert "a.txt" in screen.text
        await screen.press("backspace", "backspace", "backspace", *"zzz")
        assert "nothing found" in screen.text
        await screen.press("backspace", "backspace", "backspace", *"dock", "enter")
        assert "a.txt" not in screen.text

    explore(root, steps)


def test_keys_are_explained(root) -> None:
    async def steps(screen: Screen) -> None:
        await screen.press("question_mark")
        assert "write the ignore file" in screen.text
        await screen.press("escape")
        assert "write the ignore file" not in screen.text

    explore(root, steps)


def test_the_mouse(root) -> None:
    async def steps(screen: Screen) -> None:
        await screen.pilot.click("#tree", offset=(30, 1))
        await screen.pilot.pause()
        assert " node_modules" in screen.text
        assert "y/" not in screen.text
        await screen.pilot.click("#tree", offset=(30, 1), times=2)
        await screen.pilot.pause()
        assert "y/" in screen.text

    explore(root, steps)


@pytest.mark.parametrize("size", SIZES)
def test_hostile_names_are_shown_escaped(tmp_path, size) -> None:
    tree = {**HOSTILE, "[red]x": 49_000, "[bold": 50_000, "[@click=app.quit]y": 51_000, "\x1b[31mz": 52_000}  # fmt: skip

    async def steps(screen: Screen) -> None:
        seen = screen.text
        for _ in range(len(tree) + 2):
            await screen.press("down")
            seen += screen.text
        assert not set(seen) & set("\x1b\u202e\u2028\udcff\t")
        if size[0] >= 80:
            for name in ("[red]x", "[bold", "[@click=app.quit]y", "\\e[31mz", "line\\nbreak", "\\xffutf8"):  # fmt: skip
                assert name in seen, name
        await screen.press("home", "i", "i", "down", "i", "w", "y")

    explore(lay(tmp_path, tree), steps, size)


def test_an_empty_context(tmp_path) -> None:
    async def steps(screen: Screen) -> None:
        await screen.press(
            "down", "up", "right", "left", "enter", "i", "u", "w", "end", "home", "n"
        )
        assert "nothing lies in this context" in screen.text

    explore(str(tmp_path), steps)
