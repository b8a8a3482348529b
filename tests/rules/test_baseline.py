"""Findings that are known: identity, the file, and what ``check`` and ``scan`` make of both."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.config.selection import Selection
from ctxopt.errors import ConfigError
from ctxopt.rules import baseline as baselines
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.run import RuleResults
from ctxopt.severity import Severity
from tests.support.places import ROOT
from tests.support.program import ctxopt
from tests.support.repositories import commit, git, init, write

pytestmark = pytest.mark.usefixtures("clean")

MB = 10**6
FILE = "known.json"
START = {
    "Dockerfile": "FROM x\nCOPY a.py /\n",
    "a.py": "a",
    ".dockerignore": "dist # output\n.git\n",
    "dist": "d" * MB,
}


def run(cwd, *arguments, **environment):
    return ctxopt(*arguments, cwd=cwd, **environment)


def check(cwd, *arguments):
    return run(cwd, "check", *arguments)


@pytest.fixture
def repository(tmp_path):
    return init(tmp_path / "r", START)


@pytest.fixture
def known(repository):
    assert check(repository, "--baseline", FILE, "--write-baseline").returncode == 0
    return repository


def entries(root):
    return json.loads((ROOT / root / FILE).read_text())["findings"]


def test_what_is_found_without_a_baseline(repository):
    assert "Findings" not in check(repository).stdout
    done = check(repository, "--fail-on", "warning")
    assert done.returncode == 1
    assert "Findings: 1 new at or over warning, 0 below it\n" in done.stdout
    assert "  warning comment-trap  .dockerignore:1\n" in done.stdout
    assert check(repository, "--fail-on", "error").returncode == 0
    assert check(repository, "--fail-on", "warning", "--warn-only").returncode == 0


def test_known_findings_pass(known):
    assert entries(known) == [
        {
            "context": ".",
            "rule": "comment-trap",
            "file": ".dockerignore",
            "subject": "dist # output",
        }
    ]
    done = check(known, "--baseline", FILE)
    assert done.returncode == 0
    assert f"0 new at or over warning, 0 below it, 1 known in {FILE}\n" in done.stdout
    write(known, {"ctxopt.toml": f'baseline = "{FILE}"\n'})
    assert f"1 known in {FILE}" in check(known).stdout
    told = " ".join(check(os.path.dirname(known), known).stdout.split())
    assert f"1 known in {known}/{FILE}" in told


def test_lines_and_bytes_do_not_make_a_finding_new(known):
    write(known, {".dockerignore": "# a comment\n\n.git\ndist # output\n", "dist": "d" * 3 * MB})
    assert check(known, "--baseline", FILE).returncode == 0


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({".dockerignore": "dist # output\n.git\nlogs # more\n"}, 1),
        ({".dockerignore": "dist # output\n.git\n../x\n"}, 1),
        ({".dockerignore": "dist # output\n.git\ndist # output\n"}, 1),
        ({".dockerignore": "dist # output\n.git\nx\nx\n"}, 0),  # a note
        ({".dockerignore": ".git\ndist\n"}, 0),
        ({"b.py": "b"}, 0),
    ],
)
def test_what_is_new(known, files, code):
    write(known, files)
    assert check(known, "--baseline", FILE).returncode == code
    assert check(known, "--baseline", FILE, "--fail-on", "error").returncode == 0


def test_what_is_gone_is_told_and_taken_out(known):
    write(known, {".dockerignore": ".git\ndist\n"})
    done = check(known, "--baseline", FILE)
    told = "1 finding of known.json is gone: ctxopt check --write-baseline takes it out\n"
    assert told in done.stdout
    assert told in run(known, "scan", "--baseline", FILE).stderr
    assert run(known, "scan", "--baseline", FILE, "--select", "secret-file").stderr == ""
    check(known, "--baseline", FILE, "--write-baseline")
    assert entries(known) == []
    assert "gone" not in check(known, "--baseline", FILE).stdout


def test_scan_agrees(known):
    assert run(known, "scan", "--fail-on", "warning").returncode == 1
    done = run(known, "scan", "--baseline", FILE, "--fail-on", "warning")
    assert done.returncode == 0
    assert "1 known to the baseline" in done.stdout
    full = run(known, "scan", "--full", "--baseline", FILE)
    assert "Findings: none, 1 known" in full.stdout
    counts = json.loads(run(known, "scan", "--baseline", FILE, "--format", "json").stdout)
    assert counts["finding_counts"] == {"reported": 0, "suppressed": 0, "known": 1, "filtered": 0}
    sarif = json.loads(run(known, "scan", "--baseline", FILE, "--format", "sarif").stdout)
    (result,) = sarif["runs"][0]["results"]
    assert result["suppressions"][0]["justification"] == f"known in {FILE}"


def test_several_contexts_share_a_file(repository):
    broken = {"api/.dockerignore": "x # y\n", "web/.dockerignore": "x # y\n"}
    config = '[[context]]\npath = "api"\nmax-files = 9\n[[context]]\npath = "web"\nmax-files = 9\n'
    write(repository, broken | {"ctxopt.toml": config + "", "api/a": "a", "web/a": "a"})
    check(repository, "--baseline", FILE, "--write-baseline")
    assert [item["context"] for item in entries(repository)] == ["api", "web"]
    assert check(repository, "--baseline", FILE).returncode == 0
    # One of them alone keeps what is known of the other.
    write(repository, {"web/.dockerignore": "x\n"})
    done = check(repository + "/web", "--baseline", f"../{FILE}", "--write-baseline", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert [item["context"] for item in entries(repository)] == ["api"]
    write(repository, {"web/.dockerignore": "z # y\n"})
    done = check(repository, "--baseline", FILE)
    assert done.returncode == 1
    assert "web/.dockerignore:1" in done.stdout


def test_states_are_judged_where_they_are_checked_out(known):
    commit(known, {"b.py": "b"})
    git(known, "branch", "topic")
    for spec in ("HEAD~1", "HEAD~1..HEAD", "HEAD~1..topic"):
        done = check(known, "--baseline", FILE, "--against", spec)
        assert "1 known" in done.stdout, spec
    done = check(known, "--baseline", FILE, "--against", "HEAD..HEAD~1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "findings are those of the working tree, and 'HEAD~1' is not what" in done.stderr
    write(known, {"ctxopt.toml": f'baseline = "{FILE}"\n'})
    done = check(known, "--against", "HEAD..HEAD~1")
    assert done.returncode == 0
    assert (
        "Findings in the working tree: not judged: 'HEAD~1' is not what is checked out\n"
        in done.stdout
    )


BROKEN = {
    "missing": (None, "there is no baseline 'known.json'"),
    "empty": ("", "known.json:1: not JSON: expecting value"),
    "cut": ('{"version": 1,\n"findings": [', "known.json:2: not JSON"),
    "a conflict": ('{\n<<<<<<< HEAD\n', "known.json:2: not JSON"),
    "another file": ('{"name": "x"}', "known.json is not a baseline of ctxopt"),
    "a list": ("[]", "known.json is not a baseline of ctxopt"),
    "no version": ('{"findings": []}', "version null of the baseline"),
    "of tomorrow": ('{"version": 2, "findings": []}', "version 2 of the baseline is not known"),
    "true": ('{"version": true, "findings": []}', "version true of the baseline is not known"),
    "a text": ('{"version": "1", "findings": []}', "version '1' of the baseline is not known"),
    "no entry": ('{"version": 1, "findings": [1]}', "finding 1 cannot be read"),
    "no rule": ('{"version": 1, "findings": [{"context": "."}]}', "finding 1 cannot be read"),
    "numbers": ('{"version": 1, "findings": [{"context": ".", "rule": 1}]}', "finding 1 cannot be"),
    "more": ('{"version": 1, "findings": [{"context": ".", "rule": "x", "line": 1}]}', "finding 1"),
    "odd paths": ('{"version": 1, "findings": [{"context": ".", "rule": "x", "paths": [1]}]}', "finding 1"),
    "deep": ("[" * 100_000, "known.json: not JSON"),
    "bytes": (b"\xff\xfe\xff", "known.json: not JSON"),
    "a huge number": ('{"version": ' + "9" * 5000 + "}", "known.json: not JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_baselines(repository, name):
    content, message = BROKEN[name]
    if content is not None:
        write(repository, {FILE: content})
    for command in ("check", "scan"):
        done = run(repository, command, "--baseline", FILE)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
        assert "hint: " in done.stderr
    if content is not None:
        done = check(repository, "--baseline", FILE, "--write-baseline")
        assert done.returncode == 2
        raw = (ROOT / repository / FILE).read_bytes()
        assert raw == (content if isinstance(content, bytes) else content.encode())


def test_what_is_no_file(repository):
    os.mkfifo(os.path.join(repository, "fifo"))
    os.mkdir(os.path.join(repository, "folder"))
    os.symlink("/nowhere/at/all", os.path.join(repository, "link"))
    for name in ("fifo", "folder", "link", "a.py/x", "gone/x", "x" * 300):
        for arguments in ([], ["--write-baseline"]):
            done = check(repository, "--baseline", name, *arguments)
            assert (done.returncode, done.stdout) == (2, ""), (name, arguments)
    done = check(repository, "--write-baseline")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2, "error: --write-baseline needs a file",
    )  # fmt: skip


def test_writing_twice_changes_nothing(known):
    path = os.path.join(known, FILE)
    before = os.stat(path).st_ino, (ROOT / path).read_bytes()
    check(known, "--baseline", FILE, "--write-baseline")
    assert (os.stat(path).st_ino, (ROOT / path).read_bytes()) == before
    assert not [name for name in os.listdir(known) if name.startswith(".ctxopt")]


# Pure


TEXTS = st.text(st.characters(codec="utf-8"), max_size=6) | st.just("\udcff\n")
FINDINGS = st.builds(
    Finding,
    rule=st.sampled_from(["a", "b"]),
    severity=st.just(Severity.WARNING),
    message=st.just("m"),
    location=st.builds(Location, TEXTS),
    subject=TEXTS,
    paths=st.lists(TEXTS, max_size=3).map(tuple),
)


def sorted_out(findings, known, context="."):
    judged = RuleResults(tuple(findings))
    baseline = baselines.Baseline("/c/f", b"", tuple(known))
    return baselines.part_known(judged, baseline, f"/c/{context}", Selection())


@given(st.lists(FINDINGS, max_size=6))
def test_what_is_written_is_known(found):
    known = [baselines.known_as(finding, ".") for finding in found]
    content = baselines.render(known)
    assert baselines.render(reversed(known)) == content
    read = tuple(baselines.parse_baseline(content, "f"))
    assert sorted(read) == sorted(known)
    judged, gone = sorted_out(found, read)
    assert (judged.reported, judged.known, gone) == ((), len(found), ())


@given(FINDINGS, FINDINGS)
def test_the_identity_is_that_of_the_fingerprint(one, other):
    same = baselines.known_as(one, ".") == baselines.known_as(other, ".")
    assert same == (one.fingerprint == other.fingerprint)


@given(st.lists(FINDINGS, max_size=5), st.lists(FINDINGS, max_size=5))
def test_each_entry_stands_for_one_finding(found, other):
    known = [baselines.known_as(finding, ".") for finding in other]
    judged, gone = sorted_out(found, known)
    assert len(judged.reported) + judged.known == len(found)
    assert judged.known + len(gone) == len(known)
    assert not sorted_out(found, known, "sub")[0].known


def test_what_makes_a_finding_another_one():
    one = Finding(
        rule="r",
        severity=Severity.WARNING,
        message="m",
        location=Location("f", 3),
        paths=("a", "b"),
    )
    name = baselines.known_as(one, ".")
    for same in (
        replace(one, location=Location("f", 9)),
        replace(one, message="other"),
        replace(one, size=9, entries=9, help="h", severity=Severity.ERROR),
        replace(one, paths=("b", "a", "a")),
    ):
        assert baselines.known_as(same, ".") == name
    for other in (
        replace(one, rule="s"),
        replace(one, location=Location("g", 3)),
        replace(one, location=Location()),
        replace(one, paths=("a",)),
        replace(one, subject="x"),
    ):
        assert baselines.known_as(other, ".") != name
    assert baselines.known_as(one, "sub") != name


def test_rules_that_did_not_run_lose_nothing():
    one = Finding(rule="r", severity=Severity.WARNING, message="m", subject="x")
    known = (baselines.known_as(one, "."),)
    baseline = baselines.Baseline("/c/f", b"", known)
    assert baselines.part_known(RuleResults(), baseline, "/c", Selection(("s",)))[1] == ()
    assert baselines.part_known(RuleResults(), baseline, "/c", Selection((), ("r",)))[1] == ()
    assert baselines.renew(baseline, {"/c": []}, Selection(("s",)).runs) == list(known)
    assert baselines.renew(baseline, {"/c": []}, Selection().runs) == []
    assert baselines.renew(baseline, {"/c/d": []}, Selection().runs) == list(known)


def test_a_version_that_is_not_known():
    with pytest.raises(ConfigError, match="version 3"):
        list(baselines.parse_baseline(b'{"version": 3, "findings": []}', "f"))
