"""Names in a narrow column: as short as they have to be, and still told apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.report.short_names import shortened_column, shortened_name
from ctxopt.report.wording import cell_len
from tests.support.examples import examples


@pytest.mark.parametrize(
    ("name", "width", "short"),
    [
        ("web", 3, "web"),
        ("services/web", 12, "services/web"),
        ("services/web", 11, "…rvices/web"),
        ("services/web/node_modules", 16, "…eb/node_modules"),
        ("payment-service-worker-eu", 12, "payme…ker-eu"),
        ("payment-service-worker-eu", 3, "p…u"),
        ("文書文書文書", 7, "文…文書"),
        ("文書/文書", 5, "…文書"),
        ("", 4, ""),
        ("abc", 1, "…"),
        ("a/c", 1, "…"),
    ],
)
def test_a_name(name, width, short):
    assert shortened_name(name, width) == short


@pytest.mark.parametrize(
    ("names", "width", "short"),
    [
        (["a", "b"], 5, ["a", "b"]),
        (["same-name", "same-name"], 5, ["sa…me", "sa…me"]),
        (["a/web/src", "a/api/src"], 7, ["…eb/src", "…pi/src"]),
        (["front-of-payment", "back-of-payment"], 9, ["fron…ment", "back…ment"]),
        (["x/front-of-payment", "x/back-of-payment"], 9, ["…front…", "…back…"]),
        (["service-eu-production", "service-us-production"], 9, ["…eu…", "…us…"]),
        (["x/a", "longer/than/that"], 6, ["x/a", "…/that"]),
        ([], 6, []),
    ],
)
def test_a_column(names, width, short):
    assert shortened_column(names, [width] * len(names)) == short


@settings(max_examples=examples(200))
@given(st.lists(st.text("ab/-文", max_size=12), max_size=5), st.integers(4, 14))
def test_nothing_is_wider_than_its_column_nor_shortened_without_need(names, width):
    found = shortened_column(names, [width] * len(names))
    assert all(cell_len(short) <= width for short in found)
    assert all(
        short == name for name, short in zip(names, found, strict=True) if len(name) * 2 <= width
    )
    one_by_one = {shortened_name(name, width) for name in names}
    assert len(set(found)) >= len(one_by_one)
