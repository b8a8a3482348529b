"""Exceptions for sources that the ignore file hides: written although they send more, and only where they help."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from tests.support.fixes import fix_of
from tests.support.program import ctxopt
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

SITE = "FROM nginx\nCOPY ./dist/spa/ /srv/http\n"
ONE = {"Dockerfile": SITE, ".dockerignore": "node_modules\ndist\n", "dist/spa/index.html": "x"}
OWN = {
    "workflow/Dockerfile": "FROM scratch\nCOPY packages/core /c\nCOPY packages/tools /t\n",
    "workflow/Dockerfile.dockerignore": "**\n!packages/core/\n!packages/core/**\n",
    ".dockerignore": ".git\n",
    "packages/core/a": "1",
    "packages/tools/b": "1",
}
HIDDEN: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "output that is copied": (ONE, "Dockerfile", ["!dist/spa"]),
    "a pattern for every depth": (
        {"Dockerfile": "FROM a\nCOPY bin/date.out foo\n", ".dockerignore": "**/bin\n", "bin/date.out": "x"},
        "Dockerfile",
        ["!bin/date.out"],
    ),
    "the ignore file of one Dockerfile": (OWN, "workflow/Dockerfile", ["!packages/tools"]),
    "a pattern that was meant for folders": (
        {"Dockerfile": "FROM a\nCOPY .npmrc .rc ./\n", ".dockerignore": ".*/\n", ".npmrc": "x", ".rc": "x"},
        "Dockerfile",
        ["!.npmrc", "!.rc"],
    ),
    "what is made before the build": (
        {
            "Dockerfile": "FROM a\nCOPY target/app.jar /app.jar\n",
            "pom.xml": "<project/>",
            ".dockerignore": "target/\n",
            ".gitignore": "target/\n",
        },
        "Dockerfile",
        ["!target/app.jar"],
    ),
    "one Dockerfile of two": (
        {**ONE, "Dockerfile": "FROM a\nCOPY . .\n", "docker/Dockerfile": SITE}, "Dockerfile", ["!dist/spa"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HIDDEN)
def test_a_source_that_is_hidden_is_let_in(tmp_path, case):
    tree, named, lines = HIDDEN[case]
    root = lay(tmp_path, tree)
    init(root)
    git(root, "add", "-A")
    dockerfile = os.path.join(root, named)
    assert ctxopt("fix", "--check", "-f", named, cwd=root).returncode == 1
    fix = fix_of(root, dockerfile=dockerfile)
    found = [text for line in fix.lines for text in line.texts if text.startswith("!")]
    assert found == lines
    assert fix_of(root, dockerfile=dockerfile, least="proven").new_content is not None
    assert fix.new_content is not None
    with open(fix.path, "wb") as file:
        file.write(fix.new_content)
    after = analyze(find_context(root, dockerfile=dockerfile), BuildRequest())
    assert after.plan
    assert [check.kind for check in after.plan.sources.checks if check.fails] in ([], ["missing"])
    assert after.permitted_bytes == fix.foreseen.permitted_bytes
    assert fix_of(root, dockerfile=dockerfile).new_content is None


BESIDE: dict[str, dict[str, Any]] = {
    "nothing is hidden": {**ONE, ".dockerignore": "node_modules\n"},
    "it is let in already": {**ONE, ".dockerignore": "dist\n!dist/spa\n"},
    "what is hidden is named by nothing": {**ONE, "Dockerfile": "FROM a\nCOPY a /\n", "a": "x"},
    "it is a part of what is copied": {**ONE, "Dockerfile": "FROM a\nCOPY . .\n"},
    "another stage has it": {**ONE, "Dockerfile": "FROM a AS b\nFROM a\nCOPY --from=b /dist/spa /x\n"},
    "it is nowhere": {"Dockerfile": "FROM a\nCOPY nope /x\n", ".dockerignore": "*\n!src\n", "src/a": "x"},
    "the folder is let in, and nothing in it is asked for": {
        "Dockerfile": "FROM a\nCOPY dist/*.js /x/\n", ".dockerignore": "*\n", "dist/a.css": "x"
    },
    "a file that is missing and would be permitted": {
        "Dockerfile": "FROM a\nCOPY target/app.jar /x\n", ".dockerignore": "x\n", ".gitignore": "target/\n"
    },
    "an URL": {**ONE, "Dockerfile": "FROM a\nADD https://example.org/dist/spa /x\n"},
    "the other Dockerfile is built elsewhere": {
        **ONE, "Dockerfile": "FROM a\nCOPY . .\n", "web/Dockerfile": "FROM a\nCOPY dist/spa conf /x/\n", "web/conf": "x"
    },
    "of what another Dockerfile takes, exceptions let in a part": {
        "Dockerfile": "FROM a\nCOPY . .\n",
        "docker/Dockerfile": "FROM a\nCOPY tools /t/\nCOPY tools/lib /l\n",
        ".dockerignore": "**\n!tools/run\n!tools/lib/a\n!docker\n",
        "tools/run": "x", "tools/lib/a": "x", "tools/lib/b": "x",
    },
    "a text in the Dockerfile": {**ONE, "Dockerfile": "FROM a\nCOPY <<X /dist/spa\nx\nX\n"},
    "no ignore file": {"Dockerfile": SITE, "dist/spa/index.html": "x"},
}  # fmt: skip


@pytest.mark.parametrize("case", BESIDE)
def test_no_exception_where_none_is_needed_or_none_helps(tmp_path, case):
    root = lay(tmp_path, BESIDE[case])
    init(root)
    git(root, "add", "-A")
    fix = fix_of(root)
    assert not [text for line in fix.lines for text in line.texts if text.startswith("!")]


def test_scan_does_not_call_it_enough_to_make_what_is_hidden(tmp_path):
    root = lay(tmp_path, HIDDEN["what is made before the build"][0])
    init(root)
    git(root, "add", "-A")
    told = " ".join(ctxopt("scan", "--full", "-v", cwd=root).stdout.split())
    assert "error missing-source" in told
    assert "make it before the build, and add !target/app.jar at the end of the ignore file" in told
    assert "+ !target/app.jar" in told


def test_what_comes_back_with_a_source_is_left_out_again_at_once(tmp_path):
    tree = {
        "Dockerfile": "FROM a\nCOPY . .\nCOPY web /x\n",
        ".dockerignore": "web\n*.log\n",
        "web/app/x.log": 500_000,
        "b/x.log": 500_000,
    }
    fix = fix_of(lay(tmp_path, tree))
    assert fix.new_content is not None
    with open(fix.path, "wb") as file:
        file.write(fix.new_content)
    assert fix_of(tmp_path).new_content is None
