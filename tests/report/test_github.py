"""Workflow commands: exact lines, and nothing in a name or message that GitHub would obey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.report.github import render_github
from ctxopt.report.places import from_repository, readable
from ctxopt.rules.finding import Finding, Location
from ctxopt.severity import Severity


@dataclass(frozen=True)
class Rule:
    id: str = "git-history"
    title: str = "Git history in the context"
    page: str = "docs/rules.md#git-history"
    severity: Severity = Severity.WARNING


def finding(**changes: Any) -> Finding:
    fields: dict[str, Any] = {
        "rule": "git-history",
        "severity": Severity.WARNING,
        "message": "The history is sent",
    }
    return Finding(**fields | changes)


TITLE = "title=Git history in the context (git-history)"


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({}, f"::warning {TITLE}::The history is sent"),
        ({"severity": Severity.INFO}, f"::notice {TITLE}::The history is sent"),
        ({"severity": Severity.ERROR}, f"::error {TITLE}::The history is sent"),
        ({"size": 35_000_000}, f"::warning {TITLE}::The history is sent (35 MB)"),
        ({"help": "Leave it out."}, f"::warning {TITLE}::The history is sent%0ALeave it out."),
        ({"location": Location(".dockerignore", 3)}, f"::warning file=.dockerignore,line=3,{TITLE}::The history is sent"),
        ({"location": Location("Dockerfile")}, f"::warning file=Dockerfile,{TITLE}::The history is sent"),
        ({"paths": (".git", "x")}, f"::warning file=.git,{TITLE}::The history is sent"),
        ({"paths": ("x",), "location": Location("y")}, f"::warning file=y,{TITLE}::The history is sent"),
        ({"rule": "other"}, "::warning title=other::The history is sent"),
        ({"message": "100% of a\r\nb: c, d"}, f"::warning {TITLE}::100%25 of a%0D%0Ab: c, d"),
        ({"message": "%0A%25"}, f"::warning {TITLE}::%250A%2525"),
        ({"message": "::error::x"}, f"::warning {TITLE}::::error::x"),
        ({"message": "\x1b[31mred\x00\udcff"}, f"::warning {TITLE}::\\x1b[31mred\\x00\\xff"),
        ({"location": Location("a,b:c%d\ne\rf", 1)}, f"::warning file=a%2Cb%3Ac%25d%0Ae%0Df,line=1,{TITLE}::The history is sent"),
        ({"location": Location("::error file=x::y")}, f"::warning file=%3A%3Aerror file=x%3A%3Ay,{TITLE}::The history is sent"),
        ({"location": Location("caf\udce9/é")}, f"::warning file=caf\\xe9/é,{TITLE}::The history is sent"),
    ],
)  # fmt: skip
def test_a_command(changes: dict[str, Any], command: str):
    assert render_github([finding(**changes)], [Rule()]) == command + "\n"


def test_a_title_is_escaped_too():
    rule = Rule(title="Secrets: keys, 100%\n")
    assert render_github([finding()], [rule]) == (
        "::warning title=Secrets%3A keys%2C 100%25%0A (git-history)::The history is sent\n"
    )


def test_findings_keep_their_order():
    found = [finding(message=str(number)) for number in (3, 1, 2)]
    lines = render_github(found, [Rule()]).splitlines()
    assert [line.rpartition(":")[2] for line in lines] == ["3", "1", "2"]


def test_no_findings_are_no_text():
    assert render_github([], [Rule()]) == ""


def test_a_fallback_is_for_findings_without_a_place():
    lines = render_github(
        [finding(), finding(paths=("a",))], [], base="app", fallback=".dockerignore"
    ).splitlines()
    assert lines[0].startswith("::warning file=app/.dockerignore,title=")
    assert lines[1].startswith("::warning file=app/a,title=")


@pytest.mark.parametrize(
    ("path", "base", "shown"),
    [
        ("a", "", "a"),
        ("./a", "", "a"),
        ("a", "services/api", "services/api/a"),
        ("../Dockerfile", "services/api", "services/Dockerfile"),
        ("/srv/Dockerfile", "api", "/srv/Dockerfile"),
        ("a", ".", "a"),
        ("..", "api", "."),
    ],
)
def test_places_as_the_repository_knows_them(path: str, base: str, shown: str):
    assert from_repository(path, base) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a b\té\n", "a b\té\n"),
        ("\udc80\udcff", "\\x80\\xff"),
        ("\ud800", "\\ud800"),
        ("\u202e\u2028", "\\u202e\\u2028"),
        ("\x7f\x1b\r", "\\x7f\\x1b\\x0d"),
        ("\U000e0001", "\\U000e0001"),
        ("", ""),
    ],
)
def test_readable(text: str, shown: str):
    assert readable(text) == shown


any_text = st.text(st.characters() | st.sampled_from("\r\n%:,\x85\u2028\udcff"))


@given(any_text, st.none() | any_text, any_text)
def test_nothing_breaks_out(message: str, file: str | None, title: str):
    found = finding(message=message, location=Location(file or None))
    text = render_github([found], [Rule(title=title)])
    text.encode()
    assert text.count("\n") == 1
    assert "\r" not in text
    head, _, data = text[2:].partition("::")
    properties = head.partition(" ")[2].split(",")
    assert all(part.count("=") and part.split("=")[0] in {"file", "title"} for part in properties)
    assert ":" not in head
    undone = data[:-1].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    assert readable(undone) == readable(message)
