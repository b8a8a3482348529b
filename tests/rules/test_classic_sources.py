"""What the classic client does not send of what its Dockerfile names: told, and twice as much that is not."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config
from ctxopt.evidence.gather import gather_facts
from ctxopt.rules.classic_sources import check_sources
from tests.support.judging import every_finding
from tests.support.trees import lay

RULES = ("ignored-source", "missing-source")
COPY = "FROM a\nCOPY {} /x\n"

MISSED: list[tuple[str, dict[str, Any], str, list[tuple[str, str, str]]]] = [
    # source, tree, what the ignore file says, (kind, path, line that hides it)
    ("dist/app", {"dist/app/a": 1}, "dist\n", [("ignored", "/dist/app", "dist")]),
    ("none.txt", {"a": 1}, "", [("missing", "/none.txt", "")]),
    ("foo/bar/etc", {"foo/bar/etc/a": 1}, "*\n!foo/**/etc\n", [("ignored", "/foo/bar/etc", "*")]),
    ("a b", {"a": 1, "b": 1}, "b\n", [("ignored", "/b", "b")]),
    ("./.npmrc", {".npmrc": 1}, ".*/\n", [("ignored", "/.npmrc", ".*")]),
]
SENT: list[tuple[str, dict[str, Any], str]] = [
    ("dist/app", {"dist/app/a": 1}, "dist\n!dist/app\n"),
    ("dist", {"dist/app/a": 1, "dist/b": 1}, "dist\n!dist/app\n"),
    (".", {"a": 1}, "*\n"),
    ("*.txt", {"a.txt": 1}, "*.txt\n"),
    ("none*", {"a": 1}, ""),
    ("$NAME", {"a": 1}, ""),
    ("lib/a", {"lib": {"link": "real"}, "real/a": 1}, ""),
    ("empty", {"empty/": None}, ""),
    ("--from=b none", {"a": 1}, ""),
    ("https://example.org/a", {"a": 1}, ""),
    ("a", {"a": {"link": "b"}, "b": 1}, ""),
    ("Dockerfile", {}, "Dockerfile\n"),
    (".dockerignore", {}, "*\n"),
]


def missed(tmp_path, source, tree, ignore, builder="classic", target=None):
    files = {"Dockerfile": COPY.format(source), ".dockerignore": ignore, **tree}
    context = find_context(lay(tmp_path, files), builder=builder)
    facts = gather_facts(analyze(context, BuildRequest(target=target)), Config())
    found = check_sources(facts)
    return [(item.kind, item.text, " ".join(map(str, item.patterns))) for item in found]


@pytest.mark.parametrize(("source", "tree", "ignore", "expected"), MISSED)
def test_what_is_not_sent(tmp_path, source, tree, ignore, expected):
    assert missed(tmp_path, source, tree, ignore) == expected


@pytest.mark.parametrize(("source", "tree", "ignore"), SENT)
def test_what_is_sent_or_cannot_be_known(tmp_path, source, tree, ignore):
    assert missed(tmp_path, source, tree, ignore) == []


def test_with_a_target_nothing_is_said(tmp_path):
    assert missed(tmp_path, "none", {}, "", target="0") == []


@pytest.mark.parametrize(
    ("source", "tree", "ignore", "edits"),
    [
        # An exception that begins with the folder is one for both builders.
        ("foo/bar/etc", {"foo/bar/etc/a": 1}, "*\n!foo/**/etc\n", ["!foo/bar/etc"]),
        ("a[b]/c.txt", {"a[b]/c.txt": 1}, "*\n!**/c.txt\n", []),
        ("dist/app", {"dist/app/a": 1}, "dist\n", ["!dist/app"]),
        ("target/a.jar", {"a": 1}, "target/\n", ["!target/a.jar"]),
        ("none", {"a": 1}, "b\n", []),
    ],
)
def test_the_line_that_lets_it_in(tmp_path, source, tree, ignore, edits):
    files = {"Dockerfile": COPY.format(source), ".dockerignore": ignore, **tree}
    context = find_context(lay(tmp_path, files), builder="classic")
    facts = gather_facts(analyze(context, BuildRequest()), Config())
    found = [finding for finding in every_finding(facts) if finding.rule in RULES]
    assert [edit.text for finding in found for edit in finding.edits] == edits
