"""Lines that are too wide are broken between words, and nothing of them is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.report.terminal import StyledText, field, fold
from ctxopt.report.wording import cell_len

WORDS = st.lists(st.text("ab/-界é", min_size=1, max_size=14), min_size=1, max_size=12)


def plain(lines):
    return [line.plain for line in lines]


@pytest.mark.parametrize(
    ("line", "width", "folded"),
    [
        (StyledText("as it is"), 8, ["as it is"]),
        (StyledText("one two three"), 8, ["one two", "  three"]),
        (StyledText("    one two three"), 12, ["    one two", "    three"]),
        (StyledText("  1. one two three"), 13, ["  1. one two", "     three"]),
        (field("Builder", "one two three"), 22, ["Builder        one two", "               three"]),
        (field("", "one two three"), 22, ["               one two", "               three"]),
        (StyledText("a-very-long-word b"), 6, ["a-very-long-word", "  b"]),
        (StyledText("界界 界界"), 6, ["界界", "  界界"]),
        (StyledText(""), 5, [""]),
    ],
)
def test_a_line(line, width, folded):
    assert plain(fold([line], width)) == folded


@given(WORDS, st.integers(0, 6), st.integers(20, 60))
def test_nothing_is_lost_and_nothing_is_too_wide(words, indent, width):
    line = StyledText(" " * indent)
    for place, word in enumerate(words):
        line.append(word + " ", "bold" if place % 2 else "")
    found = fold([line], width)
    assert " ".join(plain(found)).split() == words
    for part in plain(found):
        assert cell_len(part.rstrip()) <= width or len(part.split()) == 1
        assert part.startswith(" " * indent)
    # Each word keeps its style.
    styles = [
        (word, style) for part in found for text, style in part.pieces for word in text.split()
    ]
    assert [word for word, _ in styles if word not in words] == []
