"""Histories of small repositories, and what ``rebuilds`` counts in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config
from ctxopt.evidence.gather import gather_facts
from ctxopt.guard.rebuilds import Rebuilds, RebuildsRequest, count_rebuilds
from tests.support.repositories import commit, git, init

NODE = """\
FROM node:22 AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
FROM nginx
COPY --from=build /app/dist /srv
"""
FIRST = {
    "Dockerfile": NODE, "package.json": '{"scripts": {"build": "vite build"}}', "README.md": "1", "src/a.ts": "1",
    ".dockerignore": ".git\n", "tests/a.test.ts": "1", ".github/workflows/ci.yml": "1", "docs/a.md": "1",
}  # fmt: skip


def history(
    folder: object, steps: Sequence[Mapping[str, Any]], first: Mapping[str, Any] = FIRST
) -> str:
    """Make a repository with a commit for ``first`` and for each of ``steps``; its folder."""
    root = init(folder, first)
    for number, files in enumerate(steps):
        commit(root, files, f"step {number}")
    return root


def fast_history(folder: object, trees: Sequence[Mapping[str, str]]) -> str:
    """Make a repository with a commit for each of ``trees``, of which the last one is checked out.

    ``->target`` is a link and ``+x`` makes a file executable.
    """
    root = init(folder)
    parts = []
    for number, tree in enumerate(trees):
        parts.append(
            f"commit refs/heads/main\ncommitter A <a@b> {number} +0000\ndata 1\nx\ndeleteall\n"
        )
        for path, content in tree.items():
            mode = "100644"
            if content.startswith("->"):
                mode = "120000"
            elif content.startswith("+x"):
                mode = "100755"
            text = content.removeprefix("->")
            parts.append(f"M {mode} inline {path}\ndata {len(text)}\n{text}\n")
    git(root, "fast-import", "--quiet", stdin="".join(parts).encode())
    git(root, "reset", "-q", "--hard")
    return root


def counted(
    root: str,
    *,
    path: str = "",
    count: int | None = 50,
    against: str | None = None,
    request: BuildRequest | None = None,
    dockerfile: str | None = None,
) -> Rebuilds:
    """Count the rebuilds of a history."""
    place = f"{root}/{path}".rstrip("/")
    return count_rebuilds(
        RebuildsRequest(count=count, against=against),
        find_context(place, dockerfile=dockerfile),
        partial(analyze, request=request or BuildRequest()),
        partial(gather_facts, config=Config()),
    )


def figures(rebuilds: Rebuilds) -> dict[int, tuple[int, int]]:
    """Return how many changes each instruction had, and how many of them could be avoided, by its line."""
    return {item.source.line: (len(item.changes), item.avoidable) for item in rebuilds.instructions}
