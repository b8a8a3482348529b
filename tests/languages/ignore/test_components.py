"""Which patterns are cut into components, and that each test says what the whole pattern says."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.builder import BUILDERS
from ctxopt.languages.golang.paths import BadPatternError
from ctxopt.languages.ignore.components import cut
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.languages.ignore.matcher import Matcher
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
        "a/**/b",
        "a/**/**/b",
        "**/a/**/b*",
        "a/**/b/**/c/**",
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
        "a**/b",
        "a/**b",
        "a/***/b",
        "**/**/a",
        "a/**/**",
        "/".join(["a", "**"] * 8 + ["a"]),
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


_NAMES = st.sampled_from(["a", "b", "ab", "q.x", "a\nb", "\n"])


@given(
    st.lists(
        st.sampled_from(["a", "b", "**", "*", "a*", "*.x", "a\nb", "[ab]", "?"]),
        min_size=2,
        max_size=5,
    ),
    st.lists(_NAMES, min_size=1, max_size=6),
    st.sampled_from(BUILDERS),
)
def test_any_folders_in_the_middle(parts, names, builder):
    pattern = read_pattern("/".join(["a", "**", *parts]), dialect=dialect_of(builder))
    if pattern and cut(pattern):
        matcher = Matcher([pattern], dialect=dialect_of(builder))
        asked = ["/".join(names[:count]) for count in range(1, len(names) + 1)]
        # A match is handed down, but by Podman, whose expressions match what is below themselves.
        if pattern.dialect.covers_below:
            asked = asked[-1:]
        assert matcher.decide("/".join(names)).excluded == any(map(pattern.matches, asked))
