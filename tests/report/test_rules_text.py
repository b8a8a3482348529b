"""The rules for people, at any width."""

from __future__ import annotations

import pytest

from ctxopt.report.rules_text import render_rule, render_rules
from ctxopt.rules.registry import RULES
from tests.support.program import ctxopt


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_a_list_fits(width):
    text = render_rules(RULES, width)
    lines = text.splitlines()
    assert all(len(line) <= width and line == line.rstrip() for line in lines)
    assert all(rule.id in text and rule.title in text for rule in RULES)
    per_rule = 2 if width < 60 else 1
    assert len(lines) == per_rule * len(RULES) or width == 60


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_a_rule_fits_and_says_all(rule, width):
    text = render_rule(rule, width)
    wide = render_rule(rule, 100_000)
    assert text.split() == wide.split()
    for line in text.splitlines():
        assert len(line) <= width or " " not in line.strip() or line.startswith("  # ctxopt:")
    assert "``" not in text
    assert f"ignore[{rule.id}]" in text


@pytest.mark.parametrize(("columns", "lines"), [("40", 2), ("80", 1)])
def test_the_width_is_that_of_the_terminal(tmp_path, columns, lines):
    text = ctxopt("rules", cwd=tmp_path, COLUMNS=columns).stdout
    assert len(text.splitlines()) == lines * len(RULES)
