"""A run of rules: what is selected, how it is graded, what comments silence, what is told once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import pytest

from ctxopt.config.selection import Selection
from ctxopt.errors import ConfigError
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.rule import Rule, add_line, replace_line
from ctxopt.rules.run import RuleResults, run_rules
from ctxopt.severity import Severity
from tests.support.judging import known_facts

IGNORE = ".dockerignore"


def finding(rule: str = "one", **changes: Any) -> Finding:
    fields: dict[str, Any] = {
        "rule": rule,
        "severity": Severity.WARNING,
        "message": "m",
        "subject": "s",
    }
    return Finding(**fields | changes)


def rule_of(*findings: Finding, name: str = "one") -> Rule:
    def check(facts: Facts) -> Iterable[Finding]:
        return findings

    return Rule(name, "One", Severity.WARNING, check, about="paths")


def run(*rules: Rule, ignore: str = "", selection: Selection | None = None) -> RuleResults:
    with known_facts({"a": 1, IGNORE: ignore}) as facts:
        return run_rules(facts, rules, selection or Selection())


def test_the_worst_comes_first_and_is_counted():
    small, large = finding(size=1), finding("two", size=2)
    bad = finding("three", severity=Severity.ERROR)
    found = run(rule_of(small), rule_of(large, bad, name="two"))
    assert found.reported == (bad, large, small)
    assert found.worst() is Severity.ERROR
    assert found.at_least(Severity.ERROR) == [bad]
    assert run().worst() is None


def test_what_is_not_selected_is_counted_and_not_told():
    rules = (rule_of(finding(), finding(subject="t")), rule_of(finding("two"), name="two"))
    for selection in (Selection(select=("two",)), Selection(ignore=("one",))):
        found = run(*rules, selection=selection)
        assert [item.rule for item in found.reported] == ["two"]
        assert found.filtered == 2


@pytest.mark.parametrize("severity", list(Severity))
def test_a_selection_grades(severity: Severity):
    found = run(rule_of(finding()), selection=Selection(severity={"one": severity}))
    assert [item.severity for item in found.reported] == [severity]


ABOVE = "# ctxopt: ignore[one] wanted\nx\ny\n"
END = "x\ny\n# ctxopt: ignore[one] wanted\n"


@pytest.mark.parametrize(
    ("ignore", "location", "reason"),
    [
        (ABOVE, Location(IGNORE, 2), "wanted"),
        (ABOVE, Location(IGNORE, 3), None),
        (ABOVE, Location("Dockerfile", 2), None),
        (ABOVE, Location(), None),
        (END, Location(IGNORE, 1), "wanted"),
        (END, Location("Dockerfile", 2), "wanted"),
        (END, Location(), "wanted"),
        ("# ctxopt: ignore[one] wanted\n\nx\n", Location(), "wanted"),
        ("# ctxopt: ignore[two] wanted\nx\n", Location(IGNORE, 2), None),
        ("# ctxopt: ignore[two, one]\nx\n", Location(IGNORE, 2), ""),
        # Comments between it and its line change nothing, and of two reasons the later one is told.
        ("# ctxopt: ignore[one] a\n# note\nx\n", Location(IGNORE, 3), "a"),
        ("# ctxopt: ignore[one] a\n# ctxopt: ignore[two] b\nx\n", Location(IGNORE, 3), "b"),
        ("# ctxopt: ignore[one] a\n# ctxopt: ignore[two]\nx\n", Location(IGNORE, 3), "a"),
        ("# ctxopt: ignore[one] a\n\nx\n# ctxopt: ignore[two]", Location(), "a"),
    ],
)
def test_comments_silence_a_line_or_the_file(ignore: str, location: Location, reason: str | None):
    found = run(rule_of(finding(location=location)), ignore=ignore)
    if reason is None:
        assert [item.rule for item in found.reported] == ["one"]
        assert not found.suppressed
    else:
        assert not found.reported
        assert [(item.origin, item.reason) for item in found.suppressed] == [
            ("ignore-file", reason)
        ]
        assert found.known == 0


def test_a_comment_that_asks_for_nothing_known_is_an_error_whatever_runs():
    with pytest.raises(ConfigError, match="does not know"):
        run(ignore="# ctxopt: kep x\n")


REPAIR = finding("repair", edits=(replace_line(1, "**/x/", "why"),), size=7, paths=("a/x",))


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        ({"edits": (add_line("**/x", "why"),)}, False),
        ({"edits": (add_line("**/x", "why"), add_line("y", "why"))}, True),
        ({"edits": (Edit(EditKind.REMOVE, 1, None, "why"), add_line("**/x", "why"))}, True),
        ({"edits": ()}, True),
        ({"edits": (add_line("a", "why"),), "size": 7, "paths": ("a",)}, False),
        ({"edits": (add_line("a", "why"),), "size": 8, "paths": ("a",)}, True),
        ({"edits": (add_line("b", "why"),), "size": 7, "paths": ("b",)}, True),
    ],
)
def test_what_a_repaired_line_tells_is_not_told_again(other: dict[str, Any], is_told: bool):
    found = run(rule_of(REPAIR), rule_of(finding("two", **other), name="two"))
    assert ("two" in [item.rule for item in found.reported]) is is_told
    assert "repair" in [item.rule for item in found.reported]


@pytest.mark.parametrize(
    ("repaired", "secret", "rules"),
    [
        # The faulty line is the reason why the secret is sent: one finding, with the repair as its cure.
        (("a/x",), {"edits": (add_line("**/x", "why"),), "paths": ("a/x",)}, ["secret-file"]),
        (("a",), {"edits": (add_line("y", "why"),), "paths": ("a/x",)}, ["secret-file", "repair"]),
        (("a/x", "b/x"), {"edits": (add_line("a/x", "w"),), "paths": ("a/x",)}, ["secret-file", "repair"]),
        (("a/x",), {"edits": (add_line("y", "why"),), "paths": ("b/y",)}, ["secret-file", "repair"]),
        # One that git tracks has no line, so a repair is no cure of it.
        (("a/x",), {"edits": (), "paths": ("a/x",)}, ["secret-file", "repair"]),
    ],
)  # fmt: skip
def test_a_secret_is_told_with_the_faulty_line_as_its_cause(repaired, secret, rules):
    repair = dataclasses.replace(REPAIR, paths=repaired, location=Location(IGNORE, 1))
    one = finding("secret-file", help="H.", **secret)
    found = run(rule_of(repair), rule_of(one, name="secret-file")).reported
    assert [item.rule for item in found] == rules
    is_caused = found[0].edits == repair.edits
    assert (found[0].help == f"{IGNORE}:1: m. H.") is is_caused
    assert is_caused is any(path.startswith("a") for path in secret["paths"] if secret["edits"])
