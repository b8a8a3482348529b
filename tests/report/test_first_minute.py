"""The first minute of a new user on public repositories, as it was recorded: all of it is on a small terminal."""

from __future__ import annotations

import pytest

from scripts.first_minute import REPOSITORIES, SCREENS
from tests.support.screens import widest

SCREEN_ROWS = 24
SCREEN_COLUMNS = 80


@pytest.mark.parametrize("name", REPOSITORIES)
def test_headline_findings_and_next_step_are_on_the_screen(name):
    text = (SCREENS / f"{name}.txt").read_text("utf-8")
    place, typed, *screen = text.splitlines()
    assert place.startswith(f"{REPOSITORIES[name]} at ")
    # The prompt behind the report takes a row, and so does what was typed.
    assert len(screen) + 2 <= SCREEN_ROWS
    assert widest("\n".join([typed, *screen])) <= SCREEN_COLUMNS
    headline, end = screen[0], screen[-1]
    assert any(said in headline for said in (" sends ", " send ", "Nothing to do"))
    assert end.startswith("ctxopt scan --")
    if not headline.startswith("Nothing to do"):
        assert any(line.startswith(("error", "warning", "info")) for line in screen)
        assert any(line.startswith("ctxopt fix") for line in screen)


def test_every_screen_is_of_a_repository_that_is_recorded():
    assert {path.stem for path in SCREENS.glob("*")} == set(REPOSITORIES)
