"""A pattern with exceptions for what it must not hide: short, exact, or not at all."""

from __future__ import annotations

import pytest

from ctxopt.rules.rule import add_line
from ctxopt.rules.spared import with_exceptions
from ctxopt.rules.trial import try_edits
from tests.support.judging import known_facts

PATTERN = "**/.env.*"
SPARED = [
    # tree, what it is written for, the exceptions
    ({"a/.env.x": 1, "a/.env.example": 1}, {"a/.env.x"}, ("!a/.env.example",)),
    ({"a/.env.x": 1, ".env.example": 1, "b/.env.y": 1}, {"a/.env.x"}, ("!.env.example", "!b/.env.y")),
    ({"a/.env.x": 1}, {"a/.env.x"}, ()),
    ({"a/.env.x": 1, "b/c": 1}, set(), ("!a/.env.x",)),
    ({"a/.env.x": 1, ".dockerignore": "b\n", "b/.env.y": 1}, {"a/.env.x"}, ()),
    ({"a/.env.x": 1, "[b]/.env.y": 1}, {"a/.env.x"}, ("!\\[b\\]/.env.y",)),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "hidden", "exceptions"), SPARED)
def test_what_is_spared(tree, hidden, exceptions):
    with known_facts(tree) as facts:
        texts = with_exceptions(facts, PATTERN, lambda path: path in hidden)
        assert texts == (PATTERN, *exceptions)
        trial = try_edits(facts, [add_line(text, "x") for text in texts])
        assert trial is not None
        assert set(trial.difference.lost) == hidden


@pytest.mark.parametrize(
    "tree",
    [
        {f"{name}/.env.x": 1 for name in "abcde"},
        {"a/.env.d/x": 1},
        {"a/.env.\n": 1},
    ],
)
def test_what_cannot_be_spared(tree):
    with known_facts(tree) as facts:
        assert with_exceptions(facts, PATTERN, lambda _: False) is None
