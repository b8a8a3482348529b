"""What a choice takes, declines and admits, by what lines write and replace."""

from __future__ import annotations

import pytest

from ctxopt.fix.decisions import OPEN, LineChange

NEW, OTHER = LineChange(("a",)), LineChange(("b",))
INSTEAD = LineChange(("a",), ("old",))
GONE, GONE_TOO = LineChange((), ("old",)), LineChange((), ("old", "older"))


@pytest.mark.parametrize(
    ("declined", "change", "is_declined"),
    [
        (NEW, NEW, True),
        (NEW, OTHER, False),
        (NEW, INSTEAD, True),
        (INSTEAD, NEW, True),
        (NEW, GONE, False),
        (GONE, INSTEAD, False),
        (GONE, GONE_TOO, True),
        (GONE, LineChange((), ("older",)), False),
        (LineChange(("a", "b")), OTHER, True),
    ],
)
def test_a_line_is_declined_with_every_line_that_writes_or_removes_the_same(
    declined, change, is_declined
):
    choice = OPEN.decline(declined)
    assert choice.declines(change) is is_declined
    assert choice.admits(change) is not is_declined


def test_what_is_taken_stays_taken():
    choice = OPEN.take(NEW).decline(INSTEAD)
    assert choice.admits(NEW)
    assert not choice.declines(NEW)
    assert choice.declines(INSTEAD)


def test_a_closed_choice_admits_what_is_taken_alone():
    choice = OPEN.take(NEW).close()
    assert choice.admits(NEW)
    assert not choice.admits(OTHER)
    # It was not declined by anyone, so no reason is given for it.
    assert not choice.declines(OTHER)


def test_a_choice_is_a_value():
    assert OPEN.take(NEW).decline(OTHER) == OPEN.decline(OTHER).take(NEW)
    assert OPEN.take() == OPEN.decline() == OPEN
    assert OPEN.admits(NEW)
