"""Findings: what they refuse to be, how they sort, and what their fingerprints stand for."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.errors import ConfigError
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.rules.finding import Finding, Location
from ctxopt.severity import Severity


def finding(**changes: Any) -> Finding:
    fields: dict[str, Any] = {
        "rule": "dependency-folder",
        "severity": Severity.WARNING,
        "message": "A dependency folder is sent",
    }
    return Finding(**fields | changes)


@pytest.mark.parametrize("text", ["warning", "WARNING", " Warning\n"])
def test_a_severity_reads_any_case(text: str):
    assert Severity.parse(text) is Severity.WARNING


@pytest.mark.parametrize("text", ["", "warn", "2", "high", "error!", "in fo", "\udcff"])
def test_a_severity_refuses(text: str):
    with pytest.raises(ConfigError) as caught:
        Severity.parse(text)
    assert caught.value.hint == "write info, warning or error"


def test_severities_compare_and_have_names():
    assert Severity.INFO < Severity.WARNING < Severity.ERROR
    assert [Severity.parse(level.label) for level in Severity] == list(Severity)


@pytest.mark.parametrize(
    "edit",
    [
        (EditKind.ADD, None, "dist"),
        (EditKind.ADD, 1, ""),
        (EditKind.REPLACE, 3, "**/dist"),
        (EditKind.REMOVE, 2, None),
    ],
)
def test_an_edit_is_accepted(edit: tuple[EditKind, int | None, str | None]):
    assert Edit(*edit, "reason").text == edit[2]


@pytest.mark.parametrize(
    "edit",
    [
        (EditKind.ADD, None, None),
        (EditKind.ADD, 0, "x"),
        (EditKind.ADD, -1, "x"),
        (EditKind.ADD, None, "a\nb"),
        (EditKind.REPLACE, None, "x"),
        (EditKind.REPLACE, 1, None),
        (EditKind.REPLACE, 1, "x\n"),
        (EditKind.REMOVE, None, None),
        (EditKind.REMOVE, 1, "x"),
        (EditKind.REMOVE, 0, None),
    ],
)
def test_an_edit_is_refused(edit: tuple[EditKind, int | None, str | None]):
    with pytest.raises(ValueError):
        Edit(*edit, "reason")


@pytest.mark.parametrize("place", [(None, 1), ("Dockerfile", 0), ("Dockerfile", -3)])
def test_a_location_is_refused(place: tuple[str | None, int | None]):
    with pytest.raises(ValueError):
        Location(*place)


def test_a_finding_is_frozen_and_named():
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding().size = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        Finding("rule", Severity.INFO, "message")  # type: ignore[call-arg]


def test_the_order_is_secrets_then_worst_then_largest_then_by_place():
    expected = [
        # A key weighs next to nothing, and what no instruction takes is a note among notes.
        finding(rule="secret-file", severity=Severity.ERROR),
        finding(rule="secret-file", severity=Severity.WARNING, size=1),
        finding(severity=Severity.ERROR),
        finding(size=30),
        finding(size=20, location=Location("a", 9)),
        finding(size=20, location=Location("b")),
        finding(size=20, location=Location("b", 2)),
        finding(size=20, location=Location("b", 10)),
        finding(size=20, location=Location("b", 10), rule="z", paths=("a",)),
        finding(size=20, location=Location("b", 10), rule="z", paths=("b",)),
        finding(rule="secret-file", severity=Severity.INFO),
        finding(severity=Severity.INFO, size=10**12),
    ]
    for shuffled in (expected[::-1], expected[3:] + expected[:3]):
        assert sorted(shuffled, key=lambda found: found.sort_key) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 5},
        {"entries": 5},
        {"severity": Severity.ERROR},
        {"message": "Other words"},
        {"location": Location("f", 7)},
        {"help": "Other words"},
        {"reach": "final"},
        {"paths": ("b", "a")},
        {"paths": ("a", "b", "a")},
        {"edits": (Edit(EditKind.ADD, None, "a", "why"),)},
    ],
)
def test_a_fingerprint_stays(changes: dict[str, Any]):
    base = finding(location=Location("f", 1), paths=("a", "b"))
    assert dataclasses.replace(base, **changes).fingerprint == base.fingerprint


def test_fingerprints_differ():
    different = [
        finding(),
        finding(rule="other"),
        finding(location=Location("f")),
        finding(paths=("a",)),
        finding(paths=("a", "b")),
        finding(paths=("a\udcff",)),
        finding(subject="a"),
        finding(subject="b"),
        finding(location=Location("a")),
        finding(location=Location("f"), paths=("a",)),
        finding(location=Location("f"), subject="a"),
    ]
    for one, other in itertools.combinations(different, 2):
        assert one.fingerprint != other.fingerprint


def test_a_subject_outweighs_paths():
    assert (
        finding(subject="**/a", paths=("x",)).fingerprint
        == finding(subject="**/a", paths=("x", "y")).fingerprint
    )


def test_the_fingerprint_is_the_same_in_every_release():
    base = finding(location=Location(".dockerignore", 3), paths=("node_modules",))
    assert base.fingerprint == ("debd24660769f225127e08942fff28f26382b65836d78a111eb4927b0b5257e8")


@given(st.text(), st.lists(st.text(st.characters())))
def test_any_text_has_a_fingerprint(subject: str, paths: list[str]):
    found = finding(subject=subject, paths=tuple(paths)).fingerprint
    assert len(found) == 64
    assert set(found) <= set("0123456789abcdef")
