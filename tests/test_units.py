"""Sizes, shares, speeds and times: what is read, what is refused, and how they print."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt import units
from ctxopt.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("40 MB", 40_000_000),
        ("40MiB", 40 * 2**20),
        ("1.5g", 1_500_000_000),
        (" 5 kb ", 5000),
        ("999999999999999999", 999999999999999999),
        ("0.0005k", 1),
    ],
)
def test_a_size(text: str, size: int):
    assert units.parse_size(text) == size


@pytest.mark.parametrize(
    "text",
    ["", " ", "MB", "-1", "1e3", "1,5 MB", "4 M B", "5 XB", "nan", "inf", "٣", "1.", ".5", "9" * 5000],
)  # fmt: skip
def test_no_size(text: str):
    with pytest.raises(ConfigError):
        units.parse_size(text)


@pytest.mark.parametrize(
    ("text", "ppm", "shown"),
    [
        ("10%", 100_000, "10%"),
        ("0 %", 0, "0%"),
        ("2.5%", 25_000, "2.5%"),
        (" 0.0001% ", 1, "0.0001%"),
        ("250%", 2_500_000, "250%"),
        ("10.10%", 101_000, "10.1%"),
    ],
)
def test_a_percentage(text: str, ppm: int, shown: str):
    assert units.parse_percent(text) == ppm
    assert units.format_percent(ppm) == shown


@pytest.mark.parametrize(
    "text", ["", "%", "10", "0.1", "-5%", "5%%", "1e1%", "ten%", "1.00001%", "9" * 5000 + "%"]
)
def test_no_percentage(text: str):
    with pytest.raises(ConfigError):
        units.parse_percent(text)


@given(st.integers(-(10**12), 10**12))
def test_percentages_survive(ppm: int):
    shown = units.format_percent(ppm)
    assert units.parse_percent(shown.removeprefix("-")) == abs(ppm)


@pytest.mark.parametrize(
    ("text", "bits", "shown"),
    [
        ("100 Mbit/s", 100_000_000, "100 Mbit/s"),
        ("1 Gbit/s", 10**9, "1 Gbit/s"),
        ("1.5Gbps", 1_500_000_000, "1.5 Gbit/s"),
        ("10 MB/s", 80_000_000, "80 Mbit/s"),
        ("1 MiB/s", 8 * 2**20, "8.4 Mbit/s"),
        ("56 kbit/s", 56_000, "56 kbit/s"),
        ("300 bit/s", 300, "300 bit/s"),
    ],
)
def test_a_bandwidth(text: str, bits: int, shown: str):
    assert units.parse_bandwidth(text) == bits
    assert units.format_bandwidth(bits) == shown


@pytest.mark.parametrize(
    "text",
    ["", "100", "100 M", "100 Mb/s", "0 Mbit/s", "0.1 bit/s", "-1 Mbit/s", "Mbit/s", "1 Mbit", "1 mb",
     "1 Mbit/h", "1 ZB/s", "9" * 5000 + " bit/s"],
)  # fmt: skip
def test_no_bandwidth(text: str):
    with pytest.raises(ConfigError):
        units.parse_bandwidth(text)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (-1, "0 s"),
        (0.04, "under 0.1 s"),
        (0.1, "0.1 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (3599.7, "1 h"),
        (3600, "1 h"),
        (3780, "1 h 3 min"),
        (10**6, "277 h 47 min"),
    ],
)
def test_a_time(seconds: float, shown: str):
    assert units.format_seconds(seconds) == shown


def test_a_transfer_takes_its_time():
    assert units.transfer_seconds(12_500_000, 100_000_000) == 1
    assert units.transfer_seconds(0, 1) == 0


@given(st.text())
@pytest.mark.parametrize("parse", [units.parse_size, units.parse_percent, units.parse_bandwidth])
def test_any_text_is_read_or_refused(parse: Callable[[str], int], text: str):
    with contextlib.suppress(ConfigError):
        assert parse(text) >= 0
