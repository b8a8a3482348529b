"""The list of rules: complete, and the same in the code, its tests and the documentation."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

from ctxopt.rules import ignore_file, paths, sources
from ctxopt.rules.registry import RULE_IDS, RULES, rule_named
from ctxopt.rules.rule import Rule
from tests.support.places import ROOT

ROOMS = (paths, ignore_file, sources)
MODULES = sorted(
    f"{room.__name__}.{module.name}"
    for room in ROOMS
    for module in pkgutil.iter_modules(room.__path__)
)
ABOUT = {"paths": {"paths"}, "ignore_file": {"paths", "lines"}, "sources": {"sources"}}
"""What the rules of a room may be about; some ask of an ignore file what no line of it shows."""


def rule_of(module: str) -> Rule:
    rule = importlib.import_module(module).RULE
    assert isinstance(rule, Rule)
    return rule


@pytest.mark.parametrize("module", MODULES)
def test_a_rule_is_one_file_one_registration_one_test_and_one_section(module: str):
    rule = rule_of(module)
    _, _, room, name = module.split(".")
    assert rule.id == name.replace("_", "-")
    assert rule in RULES
    assert rule.about in ABOUT[room]
    assert (ROOT / "tests" / "rules" / room / f"test_{name}.py").is_file()
    page = (ROOT / "docs" / "rules.md").read_text("utf-8")
    assert len(re.findall(rf"^## {rule.id}$", page, re.MULTILINE)) == 1


def test_nothing_else_is_registered():
    assert sorted(rule.check.__module__ for rule in RULES) == MODULES
    assert len(RULE_IDS) == len(RULES)


def test_a_rule_is_found_by_its_id():
    assert all(rule_named(rule.id) is rule for rule in RULES)
    with pytest.raises(KeyError):
        rule_named("no-such-rule")


def test_a_page_is_a_section_of_the_documentation():
    assert rule_named("trailing-slash").page == "docs/rules.md#trailing-slash"
