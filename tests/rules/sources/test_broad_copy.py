"""The rule ``broad-copy``: what it finds, and twice as much that it must not."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.evidence.needs import Need, Needs
from ctxopt.severity import Severity
from tests.rules.sources.contexts import TREE, build
from tests.support.judging import catches, catches_not, find

HEAVY: dict[str, Any] = {"node_modules/a.js": 900_000, "coverage.bin": 400_000}
CRUMBS: dict[str, Any] = {f"out{number}.bin": 40_000 for number in range(5)}
"""Each too light for the rule about its kind."""


def test_broad_copy_into_the_final_image():
    found = catches(
        "broad-copy",
        build("COPY . /app", **CRUMBS, **HEAVY),
        line=2,
        tracked=["src/a.py"],
        ignored=[*CRUMBS, "node_modules", "coverage.bin"],
    )
    assert "copies 5 paths" in found.message
    assert "out0.bin, out1.bin, out2.bin" in found.message
    assert found.severity is Severity.WARNING
    assert found.reach == "final"
    # What other rules tell is not told twice.
    assert (found.size, found.entries, found.paths) == (200_000, 5, tuple(CRUMBS))


@pytest.mark.parametrize(
    ("taken", "severity", "reach"),
    [
        ("/app/out", Severity.INFO, "builder"),
        ("/app/src", Severity.INFO, "builder"),
        ("/app", Severity.WARNING, "final"),
        ("/app/out0.bin", Severity.WARNING, "final"),
    ],
)
def test_broad_copy_into_a_builder(taken, severity, reach):
    text = f"FROM scratch AS build\nCOPY . /app\nFROM scratch\nCOPY --from=build {taken} /\n"
    tree = {**TREE, **CRUMBS, "Dockerfile": text}
    found = catches("broad-copy", tree, line=2, tracked=["src/a.py"], ignored=list(CRUMBS))
    assert (found.severity, found.reach) == (severity, reach)


@pytest.mark.parametrize(
    ("instruction", "ignore"),
    [
        ("COPY src /app", ""),
        ("COPY . /app", "node_modules\ncoverage.bin\n"),
        ("COPY . /app", "*\n!src\n"),
        ("COPY node_modules /n\nCOPY . /app", "coverage.bin\n"),
        ("RUN --mount=type=bind,target=/src true", ""),
        # The rules about these kinds tell all of it.
        ("COPY . /app", ""),
    ],
)
def test_copies_without_waste(instruction, ignore):
    catches_not(
        "broad-copy",
        build(instruction, ignore=ignore, **HEAVY),
        tracked=["src/a.py"],
        ignored=["node_modules", "coverage.bin"],
    )


@pytest.mark.parametrize(
    ("light", "told"),
    [
        # Together they weigh enough for the rule about their kind.
        ({f"p{number}/.eslintcache": 60_000 for number in range(4)}, False),
        ({f"p{number}/npm-debug.log": 60_000 for number in range(2)}, False),
        ({"p0/.eslintcache": 60_000, "p1/.eslintcache": 60_000, "p0/a.log": 50_000}, False),
        # One of each kind is of no other rule, and all of them together weigh something.
        ({"p0/.eslintcache": 60_000, "p0/a.log": 60_000}, True),
    ],
)
def test_kinds_that_weigh_something_together_are_told_by_their_rules(light, told):
    tree = build("COPY . /app", **light)
    found = find("broad-copy", tree, tracked=["src/a.py"], ignored=list(light))
    assert bool(found) is told


def test_broad_copy_spares_what_is_tracked_or_needed():
    tracked = ["src/a.py", "node_modules/a.js", "coverage.bin"]
    catches_not("broad-copy", build("COPY . /app", **HEAVY), tracked=tracked)
    needs = Needs((Need("node_modules", "npm ci --offline"), Need("coverage.bin", "a test")))
    catches_not(
        "broad-copy",
        build("COPY . /app", **HEAVY),
        needs=needs,
        ignored=["node_modules", "coverage.bin"],
    )


LIGHT: dict[str, Any] = {"node_modules/a.js": 500}


def test_broad_copy_below_the_noise_floor():
    catches_not("broad-copy", build("COPY . /app", **LIGHT))
