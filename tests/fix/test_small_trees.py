"""Small trees as people have them, each with one thing that a fix may get wrong: what is written, and what stays sent."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from ctxopt.errors import WriteError
from tests.support.fixes import fix_of, sizes
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

MB = 10**6
NODE = "FROM node\nWORKDIR /a\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n"
PACKAGE = '{"name": "a", "scripts": {"build": "tsc", "start": "node ./bin/www"}}'
TOKEN = "//registry.example.org/:_authToken=npm_abcdefghijklmnopqrstuvwxyz0123456789\n"


class Tree(NamedTuple):
    """What git tracks, what lies there besides, the lines that fix writes, and some of what it must not take."""

    tracked: dict[str, Any]
    others: dict[str, Any]
    lines: list[str]
    stays: list[str]
    dockerfile: str | None = None


TREES: dict[str, Tree] = {
    "a file bin/www, which npm start runs, lies beside what a debugger left": Tree(
        {"package.json": PACKAGE, "Dockerfile": NODE, "bin/www": "1", "app.js": "1", ".gitignore": "node_modules\n*.tmp\n"},
        {"node_modules/x/i.js": 2 * MB, "bin/Debug.tmp": 2 * MB},
        ["**/*.tmp", "**/.git", "**/node_modules"],
        ["bin/www", "app.js"],
    ),
    "variants of .env below the root, with templates beside them": Tree(
        {"Dockerfile": NODE, "package.json": PACKAGE, ".gitignore": ".env*\n!.env*.example\n",
         ".dockerignore": ".git\n**/node_modules\n.env\n", "backend/.env.e2e.example": "A=\n"},
        {"deploy/.env.server": "DB_PASSWORD=hunter2\n", "backend/.env.e2e": "DB_PASSWORD=e2e\n"},
        ["!backend/.env.e2e.example", "**/.env.*"],
        ["backend/.env.e2e.example"],
    ),
    "exceptions for folders bring back what the host has built in them": Tree(
        {"Dockerfile": "FROM sdk AS b\nCOPY src/ src/\nCOPY data/cache/ data/cache/\n"
         "RUN cd src/web && npm ci && npm run build && dotnet publish src/api\nFROM aspnet\nCOPY --from=b /out /\n",
         ".dockerignore": "*\n!/src/\n!/src/api/\n!/data/cache/\n!/data/cache/*.demo\n", "src/api/a.fsproj": "<Project/>",
         "src/api/a.fs": "1", "src/web/package.json": PACKAGE, "data/cache/a.demo": 5000,
         ".gitignore": "bin/\nobj/\nnode_modules/\n*.cache\n"},
        {"src/api/bin/a.dll": 2 * MB, "src/api/obj/x.json": MB, "src/web/node_modules/y.js": 4 * MB,
         "data/cache/a.cache": MB},
        ["**/bin", "**/node_modules", "**/obj", "data/cache/a.cache"],
        ["data/cache/a.demo", "src/api/a.fs", "src/web/package.json"],
    ),
    "a wildcard takes a file with a token along on purpose": Tree(
        {"package.json": PACKAGE, "docker/Dockerfile.prod": "FROM node\nCOPY package.json .npmrc* ./\nRUN npm ci\n",
         ".dockerignore": ".git\n"},
        {".npmrc": TOKEN},
        [],
        [".npmrc"],
        "docker/Dockerfile.prod",
    ),
    "a file with a token that no instruction takes": Tree(
        {"package.json": PACKAGE, "Dockerfile": "FROM node\nCOPY package*.json ./\nRUN npm ci\nCOPY src src\n", "src/a.ts": "1",
         ".dockerignore": ".git\n"},
        {".npmrc": TOKEN},
        ["**/.npmrc"],
        ["src/a.ts"],
    ),
    "what a developer leaves behind, with settings among it that git tracks": Tree(
        {"Dockerfile": "FROM python\nCOPY . /app/\nRUN pip install -r /app/requirements.txt\n", "requirements.txt": "flask\n",
         ".dockerignore": ".git\n", ".bot/settings.json": "{}", "app/a.py": "1",
         ".gitignore": ".venv\n.bot/worktrees\n*.log\n"},
        {".venv/lib/x.so": 6 * MB, ".bot/worktrees/w/big": 7 * MB, "app.log": MB},
        ["**/*.log", "**/.venv", ".bot/worktrees"],
        [".bot/settings.json", "app/a.py"],
    ),
    "two folders are let in by exceptions behind **": Tree(
        {"Dockerfile": "FROM nginx\nCOPY page /a\nCOPY mysql /m\n", ".dockerignore": "**\n!page/\n!mysql/\n",
         "page/src/deep/x.js": "1", "mysql/x.sql": "1", "other/y": MB},
        {},
        [],
        ["page/src/deep/x.js", "mysql/x.sql"],
    ),
    "stars behind backslashes hide nothing": Tree(
        {"package.json": PACKAGE, "Dockerfile": NODE, ".dockerignore": ".git\n\\*\\*/node_modules\n",
         "apps/web/package.json": "{}", ".gitignore": "node_modules\n"},
        {"apps/web/node_modules/x/i.js": 2 * MB, "node_modules/y/i.js": 2 * MB},
        ["**/node_modules"],
        ["apps/web/package.json"],
    ),
    "hidden files at every depth are left out already": Tree(
        {"Dockerfile": "FROM golang AS b\nCOPY . .\nRUN go build ./...\n", ".dockerignore": "**/.*\n", ".golangci.yml": "a",
         "go.mod": "module a\n", "main.go": "package main\n", "sub/x.go": "package sub\n"},
        {"sub/.hidden": 1},
        [],
        ["main.go", "sub/x.go", "go.mod"],
    ),
    "a hidden folder bears the ending of files that stay": Tree(
        {"Dockerfile": "FROM busybox\nCOPY . /x\n", ".dockerignore": ".git\n**/.gradle\n", "settings.gradle": "1",
         "app/build.gradle": "1"},
        {".gradle/c": MB, "app/.gradle/d": 5},
        [],
        ["settings.gradle", "app/build.gradle"],
    ),
    "a home folder, of which the build takes nothing": Tree(
        {"Dockerfile": "FROM ubuntu\nRUN apt-get update\n", ".dockerignore": ".git\n"},
        {".bashrc": "x", ".ssh/id_rsa": "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n", "Downloads/a.iso": 9 * MB},
        ["**/*.iso", "**/.ssh"],
        [".bashrc"],
    ),
    "parts of the history are let in one by one": Tree(
        {"Dockerfile": "FROM ubuntu\nCOPY .git /c/.git\nCOPY src /c/src\nRUN git -C /c rev-parse HEAD\n",
         ".dockerignore": "*\n!/.git/refs/heads\n!/.git/config\n!/.git/HEAD\n!src\n", "src/a.rs": "1"},
        {},
        [],
        [".git/HEAD", ".git/config", "src/a.rs"],
    ),
    "a wildcard beside a file matches nothing": Tree(
        {"Dockerfile": "FROM scratch\nCOPY gone.* there /d/\n", "there": "1", ".dockerignore": ".git\n"},
        {},
        [],
        ["there"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TREES)
def test_what_is_written_and_what_stays(tmp_path, name):
    tree = TREES[name]
    init(lay(tmp_path, tree.tracked))
    git(tmp_path, "add", "-A", "-f")
    git(tmp_path, "commit", "-q", "-m", "x")
    lay(tmp_path, tree.others)
    dockerfile = tree.dockerfile and f"{tmp_path}/{tree.dockerfile}"
    planned = fix_of(tmp_path, dockerfile=dockerfile, preventive=False)
    texts = sorted(text for line in planned.lines for text in line.texts)
    assert texts == tree.lines
    assert set(tree.stays) <= set(sizes(planned.foreseen.permitted))


def test_an_ignore_file_that_is_a_link_to_gits_is_not_changed_behind_its_back(tmp_path):
    tree = {"package.json": PACKAGE, "Dockerfile": NODE, ".gitignore": "node_modules\n"}
    init(lay(tmp_path, {**tree, ".dockerignore": {"link": ".gitignore"}, "web/package.json": "{}"}))
    git(tmp_path, "add", "-A")
    lay(tmp_path, {"web/node_modules/y/i.js": 3 * MB})
    with pytest.raises(WriteError, match="is a link to"):
        fix_of(tmp_path)


def test_gitignores_of_folders_count_in_a_context_below_the_top(tmp_path):
    tree = {
        "backend/Dockerfile": "FROM go\nCOPY go.mod ./\nCOPY tools tools\nCOPY apps apps\nRUN go build\n",
        "backend/.dockerignore": ".git\n",
        "backend/go.mod": "module b\n",
        "backend/apps/a.go": "package a\n",
        "backend/tools/load/main.go": "package main\n",
        "backend/tools/load/.gitignore": "runs/\n",
    }
    init(lay(tmp_path, tree))
    git(tmp_path, "add", "-A")
    lay(tmp_path, {"backend/tools/load/runs/a": 3 * MB})
    planned = fix_of(tmp_path / "backend", preventive=False)
    assert [line.texts for line in planned.lines] == [("**/runs",)]
    assert "tools/load/main.go" in sizes(planned.foreseen.permitted)
