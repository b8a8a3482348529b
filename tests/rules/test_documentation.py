"""The page of the rules about ignore files and sources, and its examples run through the rules."""

from __future__ import annotations

import re

import pytest

from ctxopt.rules.registry import RULES
from tests.support.judging import RULE_BY_ID, catches_not, find
from tests.support.places import ROOT

PAGE = (ROOT / "docs" / "rules.md").read_text("utf-8").partition("<!-- ignore-file rules -->")[2]
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
TREE = {
    "node_modules/a": 1,
    "web/node_modules/b": 1,
    "c.pyc": 1,
    "lib/d.pyc": 1,
    "README.md": 1,
    "docs/x.md": 1,
    "dist/app": 1,
    "src/a.js": 1,
    "src/b.py": 1,
    "build-xcframework.sh": 1,
    "a.map": 1,
    "b.txt": 1,
    ".idea/x": 1,
    "debug.log": 1,
    "foo/bar/x": 1,
}
RUN = (
    "root-only-pattern",
    "exception-without-effect",
    "redundant-pattern",
    "near-miss",
    "pattern-never-matches",
    "comment-trap",
    "trailing-slash",
    "pattern-quirk",
    "file-arrives-empty",
    "builders-disagree",
)


@pytest.mark.parametrize("rule", SECTIONS)
def test_every_section_is_a_rule_and_says_how_to_switch_it_off(rule):
    assert rule in RULE_BY_ID
    assert f"# ctxopt: ignore[{rule}]" in SECTIONS[rule]
    assert f"--ignore {rule}" in SECTIONS[rule]
    assert "Before:" in SECTIONS[rule]
    assert "After:" in SECTIONS[rule]


def test_the_sections_stand_in_the_order_of_the_rules():
    assert list(SECTIONS) == [rule.id for rule in RULES if rule.id in SECTIONS]


@pytest.mark.parametrize("rule", RUN)
def test_examples(rule):
    before, after = re.findall(r"```text\n(.*?)```", SECTIONS[rule], re.DOTALL)
    found = find(rule, {**TREE, ".dockerignore": before})
    assert found
    catches_not(rule, {**TREE, ".dockerignore": after})
