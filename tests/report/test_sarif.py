"""SARIF logs: the structure that readers insist on, places, fixes that do what the edits say."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.languages.ignore.text import IgnoreFile, parse_ignore_file
from ctxopt.report.sarif import render_sarif
from ctxopt.rules.finding import Finding, Location, Suppression
from ctxopt.severity import Severity
from tests.report.test_github import Rule, finding

ADD, REPLACE, REMOVE = EditKind.ADD, EditKind.REPLACE, EditKind.REMOVE

# Property -> whether it is required; of the standard's objects those that are written.
SHAPES: dict[str, dict[str, bool]] = {
    "log": {"$schema": False, "version": True, "runs": True},
    "run": {"tool": True, "columnKind": False, "results": True},
    "driver": {"name": True, "version": False, "rules": False},
    "rule": {"id": True, "shortDescription": True, "help": True, "defaultConfiguration": True},
    "result": {
        "ruleId": True, "ruleIndex": False, "level": True, "message": True, "locations": False,
        "partialFingerprints": True, "fixes": False, "suppressions": False, "properties": True,
    },
    "region": {"startLine": True, "startColumn": False, "endLine": False, "endColumn": False},
    "artifact": {"uri": True, "uriBaseId": False},
    "replacement": {"deletedRegion": True, "insertedContent": False},
    "suppression": {"kind": True, "status": False, "justification": False},
}  # fmt: skip


def check(shape: str, value: dict[str, Any]) -> None:
    known = SHAPES[shape]
    assert set(value) <= set(known)
    assert {key for key, is_required in known.items() if is_required} <= set(value)


def check_text(value: dict[str, str]) -> None:
    assert set(value) == {"text"}
    assert value["text"]
    value["text"].encode()


def check_artifact(value: dict[str, str]) -> None:
    check("artifact", value)
    assert re.fullmatch(r"(file://(?=/)|(?!/))([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", value["uri"])
    assert value["uri"].startswith("file:///") != (value.get("uriBaseId") == "%SRCROOT%")


def check_region(value: dict[str, int]) -> None:
    check("region", value)
    assert min(value.values()) >= 1


def check_log(text: str) -> dict[str, Any]:
    """Hold a log against the standard as far as it is used; return its run."""
    assert text.isascii()
    assert text.endswith("}\n")
    log: dict[str, Any] = json.loads(text)
    check("log", log)
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    check("run", run)
    driver = run["tool"]["driver"]
    check("driver", driver)
    rules = driver["rules"]
    for rule in rules:
        check("rule", rule)
        check_text(rule["shortDescription"])
        check_text(rule["help"])
        assert rule["defaultConfiguration"]["level"] in {"note", "warning", "error"}
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        check_result(result, rules)
    assert len({"suppressions" in result for result in run["results"]}) <= 1
    names = [result["partialFingerprints"]["ctxopt/v1"] for result in run["results"]]
    assert len(set(names)) == len(names)
    return dict(run)


def check_result(result: dict[str, Any], rules: list[dict[str, Any]]) -> None:
    check("result", result)
    check_text(result["message"])
    assert result["level"] in {"note", "warning", "error"}
    if "ruleIndex" in result:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for location in result.get("locations", []):
        physical = location["physicalLocation"]
        assert set(physical) <= {"artifactLocation", "region"}
        check_artifact(physical["artifactLocation"])
        if "region" in physical:
            check_region(physical["region"])
    for suppression in result.get("suppressions", []):
        check("suppression", suppression)
        assert suppression["kind"] in {"inSource", "external"}
    for fix in result.get("fixes", []):
        assert set(fix) <= {"description", "artifactChanges"}
        for change in fix["artifactChanges"]:
            check_artifact(change["artifactLocation"])
            assert change["replacements"]
            for replacement in change["replacements"]:
                check("replacement", replacement)
                check_region(replacement["deletedRegion"])


def log(findings: Sequence[Finding] = (), **more: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {"rules": [Rule()], "version": "1.2.3"} | more
    return check_log(render_sarif(findings, **arguments))


def result(found: Finding, **more: Any) -> dict[str, Any]:
    [only] = log([found], **more)["results"]
    return dict(only)


def physical(found: Finding, **more: Any) -> dict[str, Any]:
    [location] = result(found, **more)["locations"]
    return dict(location["physicalLocation"])


def test_a_run_without_findings():
    run = log()
    assert run["results"] == []
    assert run["tool"]["driver"] == {
        "name": "ctxopt",
        "version": "1.2.3",
        "rules": [
            {
                "id": "git-history",
                "shortDescription": {"text": "Git history in the context"},
                "help": {"text": "See docs/rules.md#git-history"},
                "defaultConfiguration": {"level": "warning"},
            }
        ],
    }


def test_a_whole_result():
    found = finding(
        severity=Severity.ERROR,
        location=Location(".dockerignore", 3),
        paths=(".git",),
        size=5,
        entries=2,
        reach="final",
        help="Leave it out.",
    )
    name = found.fingerprint + ":1"
    assert result(found) == {
        "ruleId": "git-history",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "The history is sent\nLeave it out."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": ".dockerignore", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3},
                }
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": name, "ctxopt/v1": name},
        "properties": {"size": 5, "entries": 2, "reach": "final", "paths": [".git"]},
    }


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.INFO, "note"), (Severity.WARNING, "warning"), (Severity.ERROR, "error")],
)
def test_levels(severity: Severity, level: str):
    assert result(finding(severity=severity))["level"] == level


def test_a_rule_that_nobody_described():
    assert "ruleIndex" not in result(finding(rule="other"))


def test_no_region_without_a_line():
    assert "region" not in physical(finding(location=Location("Dockerfile")))
    assert "region" not in physical(finding(paths=("a",)))


def test_no_place_at_all():
    assert "locations" not in result(finding())
    assert physical(finding(), fallback="Dockerfile")["artifactLocation"]["uri"] == "Dockerfile"


@pytest.mark.parametrize(
    ("path", "base", "uri"),
    [
        ("a b/c", "", "a%20b/c"),
        ("a:b", "", "a%3Ab"),
        ("[slug]", "app", "app/%5Bslug%5D"),
        ("100%#?", "", "100%25%23%3F"),
        ("é", "", "%C3%A9"),
        ("caf\udce9", "", "caf%E9"),
        ("a\nb", "", "a%0Ab"),
        ("../Dockerfile", "app", "Dockerfile"),
        ("/srv/a b", "app", "file:///srv/a%20b"),
    ],
)
def test_places_are_percent_encoded(path: str, base: str, uri: str):
    found = physical(finding(location=Location(path, 1)), base=base)
    assert found["artifactLocation"]["uri"] == uri


def test_messages_are_plain_and_valid_text():
    found = result(finding(message="caf\udce9 [slug](old)\x1b", paths=("\udcff",)))
    assert found["message"]["text"] == "caf\\xe9 [slug] (old)\\x1b"
    assert found["properties"]["paths"] == ["\\xff"]


def test_equal_findings_stay_apart():
    found = finding(location=Location("f", 1))
    names = [
        item["partialFingerprints"]["primaryLocationLineHash"]
        for item in log([found, found, finding()])["results"]
    ]
    assert names[:2] == [f"{found.fingerprint}:1", f"{found.fingerprint}:2"]


def test_suppressed_findings_follow_and_say_so():
    run = log(
        [finding()],
        suppressed=[
            Suppression(finding(subject="a"), "ignore-file", "needed by\udcff tests"),
            Suppression(finding(subject="b"), "baseline"),
        ],
    )
    assert [item["suppressions"] for item in run["results"]] == [
        [],
        [{"kind": "inSource", "status": "accepted", "justification": "needed by\\xff tests"}],
        [{"kind": "external", "status": "accepted"}],
    ]


def test_without_suppressed_findings_nothing_is_said_of_them():
    assert "suppressions" not in result(finding())


# --------------------------------------------------------------------------- fixes


def position(lines: list[str], line: int, column: int) -> int:
    return sum(map(len, lines[: line - 1])) + column - 1


def apply(content: str, replacements: list[dict[str, Any]]) -> str:
    """Do what a reader of the log does; regions are about the unmodified text."""
    lines = re.findall(r"[^\n]*\n|[^\n]+\Z", content)
    changes = []
    for number, replacement in enumerate(replacements):
        region = replacement["deletedRegion"]
        line = region["startLine"]
        start = position(lines, line, region.get("startColumn", 1))
        if "endLine" in region:
            end = position(lines, region["endLine"], region["endColumn"])
        else:
            end = start + len(lines[line - 1].rstrip("\r\n"))
        inserted = replacement.get("insertedContent", {"text": ""})
        text = inserted.get("text")
        if text is None:
            text = os.fsdecode(base64.b64decode(inserted["binary"]))
        changes.append((start, end, -number, text))
    for start, end, _, text in sorted(changes, reverse=True):
        content = content[:start] + text + content[end:]
    return content


@pytest.mark.parametrize(
    ("content", "edits", "fixed"),
    [
        ("a\nb\n", [(ADD, None, "c")], "a\nb\nc\n"),
        ("a\nb", [(ADD, None, "c")], "a\nb\nc\n"),
        ("", [(ADD, None, "c")], "c\n"),
        ("a\nb\n", [(ADD, 1, "c")], "c\na\nb\n"),
        ("a\nb\n", [(ADD, 2, "c")], "a\nc\nb\n"),
        ("a\n", [(ADD, 99, "c")], "a\nc\n"),
        ("a\r\nb\r\n", [(ADD, None, "c")], "a\r\nb\r\nc\r\n"),
        ("a\r\nb", [(ADD, None, "c")], "a\r\nb\r\nc\r\n"),
        ("a\n", [(ADD, None, "c"), (ADD, None, "d")], "a\nc\nd\n"),
        ("a", [(ADD, None, "c"), (ADD, None, "d")], "a\nc\nd\n"),
        ("a\nb\nc\n", [(REPLACE, 2, "x")], "a\nx\nc\n"),
        ("a\r\nb\r\n", [(REPLACE, 1, "x")], "x\r\nb\r\n"),
        ("a\nb", [(REPLACE, 2, "x")], "a\nx"),
        ("a\nb\nc\n", [(REMOVE, 2, None)], "a\nc\n"),
        ("a\nb\n", [(REMOVE, 2, None)], "a\n"),
        ("a\nb", [(REMOVE, 2, None)], "a\n"),
        ("a", [(REMOVE, 1, None)], ""),
        ("a\nb\nc\n", [(REMOVE, 1, None), (REPLACE, 2, "x"), (ADD, 3, "y"), (ADD, None, "z")], "x\ny\nc\nz\n"),
        ("a\nb\n", [(REPLACE, 2, "x"), (ADD, 2, "y")], "a\ny\nx\n"),
        ("caf\udce9\n", [(ADD, None, "\udcff"), (REPLACE, 1, "caf\udce8")], "caf\udce8\n\udcff\n"),
    ],
)  # fmt: skip
def test_a_fix_does_what_the_edits_say(
    content: str, edits: list[tuple[EditKind, int | None, str | None]], fixed: str
):
    file = parse_ignore_file(os.fsencode(content), ".dockerignore")
    found = finding(edits=tuple(Edit(*edit, "why") for edit in edits))
    [fix] = result(found, ignore_file=file)["fixes"]
    assert fix["description"] == {"text": "why"}
    [change] = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == ".dockerignore"
    assert apply(content, change["replacements"]) == fixed


def test_a_fix_for_a_file_that_does_not_exist_yet():
    found = finding(edits=(Edit(ADD, None, "**/.git", ""),))
    [fix] = result(found, ignore_file=IgnoreFile(".dockerignore", ()), base="app")["fixes"]
    assert "description" not in fix
    [change] = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "app/.dockerignore"
    assert apply("", change["replacements"]) == "**/.git\n"


def test_no_fix_without_edits_or_without_the_file():
    file = IgnoreFile(".dockerignore", ())
    assert "fixes" not in result(finding(), ignore_file=file)
    assert "fixes" not in result(finding(edits=(Edit(ADD, None, "a", "b"),)))


names = st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name).map(os.fsdecode)


@given(names, st.text(st.characters(), min_size=1), st.integers(1, 10**9))
@example("/", "x", 1)
@example("//a", "x", 1)
@example("a//../b", "x", 1)
def test_any_finding_gives_a_valid_log(name: str, message: str, line: int):
    found = finding(message=message, location=Location(name, line), paths=(name,))
    place = physical(found)
    uri = place["artifactLocation"]["uri"].removeprefix("file://")
    assert os.fsdecode(unquote_to_bytes(uri)) == os.path.normpath(name)
