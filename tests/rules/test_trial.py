"""Edits tried on the measured tree: what they change, and whether the other builder is harmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ctxopt.languages.ignore.edits import Edit
from ctxopt.rules.rule import add_line, replace_line
from ctxopt.rules.trial import (
    NO_CHANGE,
    change_of,
    harms_other_builder,
    hidden_by,
    reach_of,
    try_edits,
)
from ctxopt.rules.written import remove_line
from tests.support.judging import known_facts

TREE = {"a/x.log": 5, "a/y": 7, "b": 1, ".dockerignore": "b\n"}


@pytest.mark.parametrize(
    ("edits", "lost", "gained"),
    [
        ([add_line("a", "")], ("a",), ()),
        ([add_line("**/*.log", "")], ("a/x.log",), ()),
        ([remove_line(1, "")], (), ("b",)),
        ([replace_line(1, "a/y", "")], ("a/y",), ("b",)),
        ([add_line("c", "")], (), ()),
    ],
)
def test_a_trial_says_what_changes(edits: list[Edit], lost: tuple[str], gained: tuple[str]):
    with known_facts(TREE) as facts:
        trial = try_edits(facts, edits)
    assert trial is not None
    assert trial.is_exact
    assert (trial.difference.lost, trial.difference.gained) == (lost, gained)
    assert change_of(trial) is trial.difference


def test_a_trial_is_made_once_whoever_asks_and_why():
    tree = {**TREE, "Dockerfile": "FROM x\nCOPY a /\n", "b.Dockerfile": "FROM x\nCOPY . /\n"}
    with known_facts(tree) as facts:
        trial = try_edits(facts, [add_line("a", "one")])
        assert try_edits(facts.shared(), [add_line("a", "other")]) is trial
        assert try_edits(facts.shared(), [add_line("a/y", "one")]) is not trial
        # Of another ignore file it would say something else.
        assert (
            try_edits(replace(facts, analysis=facts.analysis), [add_line("a", "one")]) is not trial
        )


def test_docker_would_refuse_the_file():
    with known_facts(TREE) as facts:
        assert try_edits(facts, [add_line("[", "")]) is None
    assert change_of(None) is NO_CHANGE
    assert not NO_CHANGE


def test_edits_are_tried_where_there_is_no_ignore_file():
    with known_facts({"a": 1}) as facts:
        trial = try_edits(facts, [add_line("a", "")])
    assert trial is not None
    assert trial.difference.lost == ("a",)
    assert trial.file.path == ".dockerignore"


def test_a_folder_that_the_walk_did_not_read_makes_a_trial_inexact():
    with known_facts({"a/x": 1, ".dockerignore": "a\n"}) as facts:
        trial = try_edits(facts, [remove_line(1, "")])
    assert trial is not None
    assert not trial.is_exact


def test_lines_are_tried_together_as_each_alone():
    with known_facts(TREE) as facts:
        found = hidden_by(facts, ["a", "**/*.log", "# a", "!a", "[", ""])
        for text, change in found.items():
            trial = try_edits(facts, [add_line(text, "")])
            assert trial is not None
            assert trial.difference == change
    assert list(found) == ["a", "**/*.log"]


def test_beside_an_exception_each_line_takes_a_trial_of_its_own():
    with known_facts({**TREE, ".dockerignore": "b\n!b\n"}) as facts:
        assert hidden_by(facts, ["a"]) == {}


def test_how_far_the_lost_goes():
    with known_facts({**TREE, "Dockerfile": "FROM x\nCOPY a/y /\n"}) as facts:
        assert reach_of(facts, NO_CHANGE) is None
        assert reach_of(facts, change_of(try_edits(facts, [add_line("a/y", "")]))) == "final"
        assert (
            reach_of(facts, change_of(try_edits(facts, [add_line("a/x.log", "")]))) == "permitted"
        )


@pytest.mark.parametrize(
    ("ignore", "edit", "harms"),
    [
        ("", add_line("a", ""), False),
        ("*\n", add_line("!a", ""), True),
        # BuildKit looks into all folders for it; the classic builder skips them and sends no more.
        ("*\n", add_line("!**/z", ""), False),
    ],
)
def test_the_other_builder(ignore: str, edit: Edit, harms: bool):
    tree = {**TREE, ".dockerignore": ignore}
    with known_facts(tree, with_excluded=True) as facts:
        trial = try_edits(facts, [edit])
        assert trial is not None
        assert harms_other_builder(facts, trial) is harms


def test_a_file_that_the_other_builder_does_not_read_cannot_harm_it():
    tree = {**TREE, "Dockerfile": "FROM x\n", "Dockerfile.dockerignore": "*\n"}
    with known_facts(tree, with_excluded=True) as facts:
        trial = try_edits(facts, [add_line("!a", "")])
        assert trial is not None
        assert not harms_other_builder(facts, trial)
