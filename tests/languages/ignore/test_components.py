"""Which patterns are cut into components, and that each test says what the whole pattern says."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.languages.golang.paths import BadPatternError
from ctxopt.languages.ignore.components import cut
from ctxopt.languages.ignore.pattern import read_pattern


def cut_of(text):
    pattern = read_pattern(text)
    assert pattern is not None
    return cut(pattern)


@pytest.mark.parametrize(
    "text",
    [
        "**/*.py[cod]",
        "**/core.[0-9]*",
        "[a-z]x/[A-Z_0-9]",
        "a?[bc]*d",
        "*[ab]",
        "[a-bc-d]",
        "**/*.sw[a-p]",
        "a*b",
        "**/.env.*",
    ],
)
def test_what_is_cut(text):
    assert cut_of(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "[^a]x",
        "[[:alpha:]]",
        "[[a]",
        "[a]]",
        "[a/b]*",
        "[.]x",
        "[a b]",
        "[é]",
        "[*]",
        "[?]",
        "\\[a-b]",
        "[a\\-b]",
        "a{1,2}*",
        "a|b*",
        "a**b",
    ],
)
def test_what_is_not(text):
    assert cut_of(text) is None


@given(
    st.lists(
        st.sampled_from(
            ["[ab]", "[a-c]", "[0-9x]", "[_]", "a", "b", "-", "_", "*", "?", "[", "]", ".", "z"]
        ),
        min_size=1,
        max_size=4,
    ).map("".join),
    st.text("abcz019_-.[]\n\udcff", min_size=1, max_size=4).filter(lambda name: name != "."),
)
def test_a_test_is_the_pattern(text, name):
    # Docker refuses some of these.
    with suppress(BadPatternError):
        pattern = read_pattern(text)
        found = cut(pattern) if pattern else None
        if pattern and found and not found.floating:
            (test,) = found.tests
            assert bool(test.compiled()(name)) == pattern.matches(name)
