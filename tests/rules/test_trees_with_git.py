"""Small checkouts as people have them: what is said of each, with what line, and which line is never proposed."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.support.judging import every_finding, facts_of

_NODE = {"package.json": '{"name": "a", "scripts": {"build": "tsc"}}', "package-lock.json": "{}"}
_ALL = "FROM node\nWORKDIR /w\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"
_TOKEN = "//npm.example.dev/o/:_authToken=npm_abcdefghijklmnopqrstuvwxyz0123456789\n"


class Said(NamedTuple):
    """A checkout, and what must be among its findings."""

    dockerfile: str
    tree: dict[str, Any]
    rule: str
    line: str | None
    """The line that is proposed; None for a finding without one."""
    ignored: str = ""


SAID = {
    "a token that an optional source takes": Said(
        "FROM node\nCOPY package.json .npmrc* ./\nRUN npm ci\n",
        {".npmrc": _TOKEN, **_NODE},
        "secret-file",
        None,
        ".npmrc\n",
    ),
    "a token that no instruction takes": Said(
        "FROM node\nCOPY package*.json ./\nCOPY src ./src\n",
        {".npmrc": _TOKEN, "src/a.ts": "1", ".dockerignore": "node_modules\n", **_NODE},
        "secret-file",
        "**/.npmrc",
        ".npmrc\n",
    ),
    "variants of an environment file below": Said(
        "FROM a AS b\nCOPY . .\nRUN x\nFROM c\nCOPY --from=b /d /d\n",
        {
            ".dockerignore": ".env\n",
            "deploy/.env.server": "API_TOKEN=sk_live_4eC39HqLyjWDarjtT1zdp7dc\n",
            "deploy/.env.server.example": "API_TOKEN=\n",
        },
        "secret-file",
        "**/.env.*",
        ".env.server\n",
    ),
    "other checkouts that git ignores": Said(
        "FROM a\nCOPY . /app/\n",
        {".claude/settings.json": "{}", ".claude/worktrees/w/big": 7_000_000, "a/a.py": "1"},
        "git-ignored",
        ".claude/worktrees",
        ".claude/worktrees\n",
    ),
    "runs that a list of git below knows": Said(
        "FROM go\nCOPY go.mod ./\nCOPY tools tools\nRUN go build ./...\n",
        {
            ".dockerignore": ".git\n",
            "go.mod": "module b\n",
            "tools/load/main.go": "package main\n",
            "tools/load/.gitignore": "runs/\n",
            "tools/load/runs/1/v.yaml": 2_300_000,
        },
        "cache-folder",
        "**/runs",
    ),
    "an ignore file with an ending": Said(
        _ALL,
        {"dockerignore.txt": "node_modules\n", "node_modules/a": 2_000_000, **_NODE},
        "inactive-ignore-file",
        "node_modules",
        "node_modules\n",
    ),
    "a read-me that the package names": Said(
        "FROM python\nWORKDIR /a\nCOPY . .\nRUN pip install .\n",
        {
            ".dockerignore": ".git\nREADME.md\n",
            "pyproject.toml": '[project]\nname="a"\nversion="1"\nreadme="README.md"\n'
            '[build-system]\nrequires=["hatchling"]\nbuild-backend="hatchling.build"\n',
            "README.md": "x",
        },
        "hidden-need",
        "!README.md",
    ),
    "a binary that a rule for all depths hides": Said(
        "FROM a\nCOPY bin/date.out foo\n",
        {".dockerignore": "**/bin\n", "bin/date.out": "x"},
        "ignored-source",
        "!bin/date.out",
    ),
    "an exception within one that lets all in": Said(
        "FROM a\nCOPY data/cache/ /d/\n",
        {".dockerignore": "*\n!/data/cache/\n!/data/cache/*.demo\n", "data/cache/d.demo": 500},
        "redundant-pattern",
        None,
    ),
    "the state of a builder without root": Said(
        "FROM scratch\nCOPY . /x\n",
        {".local/share/buildkit/runc-native/snapshots/1/lib": 3_000_000, "app/a": "1"},
        "cache-folder",
        "**/.local/share/buildkit",
        "runc-native\n",
    ),
    "an ignore file in UTF-16": Said(
        _ALL,
        {".dockerignore": "\udcff\udcfen\0o\0\n\0", **_NODE},
        "wrong-encoding",
        None,
    ),
}

NEVER = {
    # dockerfile, tree, what git ignores, and words that no proposed line may hold
    "a script in bin that npm starts": (
        f"{_ALL}CMD npm start\n",
        {
            "package.json": '{"name": "a", "scripts": {"start": "node ./bin/www"}}',
            "bin/www": 3_000_000,
            "bin/Debug.tmp": 2_000_000,
        },
        "*.tmp\n",
        "bin",
    ),
    "a file for a tracked folder": (
        _ALL,
        {".dockerignore": "a\n", "logs/.gitkeep": "", "logs/core.log": 2_500_000, **_NODE},
        "/logs/*.log\n",
        "logs",
    ),
    "settings beside worktrees": (
        _ALL,
        {".claude/settings.json": "{}", ".claude/worktrees/w/big": 7_000_000, **_NODE},
        ".claude/worktrees\n",
        "settings",
    ),
    "history that exceptions let in": (
        "FROM a\nCOPY .git /code/.git\nCOPY src /code/src\nRUN git -C /code rev-parse HEAD\n",
        {".dockerignore": "*\n!/.git/HEAD\n!/.git/config\n!src\n", "src/a.rs": "1"},
        "",
        "src",
    ),
    "an example of an environment file": (
        _ALL,
        {".env.example": "API_TOKEN=\n", "deploy/.env.server.example": "A=\n", **_NODE},
        "",
        "example",
    ),
    "the lock file": (_ALL, {"node_modules/a": 2_000_000, **_NODE}, "node_modules\n", "lock"),
    "a folder of sources that is called build": (
        _ALL,
        {"build/webpack.config.js": "1", "src/a.js": "1", **_NODE},
        "",
        "build",
    ),
    "generated code that Go imports": (
        "FROM go\nCOPY . /s\nRUN cd /s && go build ./...\n",
        {
            "go.mod": "module b\n",
            "main.go": 'package main\n\nimport "b/gen/pb"\n',
            "gen/pb/a.pb.go": "package pb\n",
            "Makefile": "image: proto\n\tdocker build .\nproto:\n\tprotoc --go_out=gen a.proto\n",
        },
        "gen/\n",
        "gen",
    ),
    "a demo that an exception lets in": (
        "FROM a\nCOPY data/cache/ /d/\n",
        {".dockerignore": "*\n!/data/cache/*.demo\n", "data/cache/d.demo": 5_000},
        "*.cache\n",
        "demo",
    ),
    "other things that a program keeps for its user": (
        "FROM scratch\nCOPY . /x\n",
        {".local/share/fonts/a.ttf": 30_000, ".local/bin/start": "1"},
        "",
        "local",
    ),
    "a folder that only has the name of a builder": (
        "FROM scratch\nCOPY . /x\n",
        {"buildkit/main.go": 30_000, "share/buildkit/a.txt": 30_000},
        "",
        "buildkit",
    ),
    "what a class of letters takes": (
        'FROM a\nCOPY ["./[^n]*", "/x/"]\n',
        {"node_modules/a": 1_000, "index.js": "1", "lib/z": "1"},
        "",
        "lib",
    ),
    "a read-me that the package names": (
        "FROM python\nCOPY . .\nRUN pip install .\n",
        {
            "pyproject.toml": '[project]\nname="a"\nversion="1"\nreadme="README.md"\n',
            "README.md": 2_000_000,
        },
        "",
        "README",
    ),
    "members of a workspace": (
        "FROM r\nCOPY . .\nRUN cargo build\n",
        {"Cargo.toml": '[workspace]\nmembers = ["examples/*"]\n', "examples/one/Cargo.toml": "x"},
        "",
        "examples",
    ),
}


def _findings(folder, dockerfile, tree, ignored):
    return every_finding(facts_of(folder, tree, dockerfile, ignored=ignored))


@pytest.mark.parametrize("met", SAID, ids=str)
def test_what_is_said(tmp_path, met):
    case = SAID[met]
    found = _findings(tmp_path, case.dockerfile, case.tree, case.ignored)
    lines = [[edit.text for edit in item.edits] for item in found if item.rule == case.rule]
    assert lines
    if case.line is not None:
        assert any(case.line in proposed for proposed in lines)
    else:
        assert not any(text for proposed in lines for text in proposed)


@pytest.mark.parametrize("met", NEVER, ids=str)
def test_what_is_never_proposed(tmp_path, met):
    dockerfile, tree, ignored, word = NEVER[met]
    found = _findings(tmp_path, dockerfile, tree, ignored)
    # An exception keeps something, so it may name whatever it keeps.
    lines = [edit.text for item in found for edit in item.edits if edit.text]
    assert [line for line in lines if word in line and not line.startswith("!")] == []
