"""Measure ``ctxopt rebuilds`` over 50 commits of a made repository: whole processes, caches warm.

    python3 -m venv bench && bench/bin/pip install -q .
    bench/bin/python benchmarks/rebuilds.py --ctxopt bench/bin/ctxopt --files 10000 --files 80000

The time of git is part of the figures.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import tempfile
from collections.abc import Mapping

from run import run

_COMMITS = 55
_DOCKERFILE = """\
FROM node:22 AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
FROM nginx
COPY --from=build /app/dist /srv
"""
_AROUND = {
    "Dockerfile": _DOCKERFILE,
    ".dockerignore": "node_modules\n.git\n**/*.log\n",
    "package.json": '{"scripts": {"build": "vite build"}}',
    "README.md": "x",
    ".github/workflows/ci.yml": "x",
    **{f"docs/d{number}.md": "x" for number in range(24)},
    **{f"tests/t{number}.test.ts": "x" for number in range(30)},
}


def make_repository(root: str, files: int) -> None:
    """Make a repository of about ``files`` files: of five commits three change sources, one documents, one CI or tests."""
    choose = random.Random(1)
    sources = [f"src/m{n // 1000:03}/p{n // 10 % 100:02}/f{n:06}.ts" for n in range(files - 60)]
    commits = [_commit(0, _AROUND | {path: f"export const x = '{path}'\n" for path in sources})]
    for number in range(1, _COMMITS + 1):
        text = f"export const x = {number}\n"
        changed = {choose.choice(sources): text for _ in range(8)}
        if number % 5 == 3:
            changed = {"README.md": text, "CHANGELOG.md": text}
        elif number % 5 == 4:
            tests = f"tests/t{number % 20}.test.ts"
            changed = {choose.choice([".github/workflows/ci.yml", tests]): text}
        commits.append(_commit(number, changed))
    subprocess.run(["git", "init", "-q", "-b", "main", root], check=True)
    stream = "".join(commits).encode()
    for arguments in (["fast-import", "--quiet"], ["reset", "-q", "--hard"], ["gc", "-q"]):
        subprocess.run(["git", "-C", root, *arguments], input=stream, check=True)


def _commit(number: int, files: Mapping[str, str]) -> str:
    head = f"commit refs/heads/main\ncommitter A <a@example.org> {1_700_000_000 + number} +0000\n"
    rows = (f"M 100644 inline {path}\ndata {len(text)}\n{text}\n" for path, text in files.items())
    return f"{head}data 1\nx\n{''.join(rows)}"


def main() -> None:
    """Make each repository, and print the medians of its runs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--ctxopt", default="ctxopt", help="the program to measure")
    parser.add_argument("--files", type=int, action="append", help="how large; repeatable")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    for files in given.files or (10_000,):
        with tempfile.TemporaryDirectory() as root:
            make_repository(root, files)
            for name in ("scan", "rebuilds"):
                command = [given.ctxopt, name, root]
                run(command)
                taken = [run(command) for _ in range(given.rounds)]
                cpu = statistics.median(usage.cpu for usage in taken)
                wall = statistics.median(usage.wall for usage in taken)
                print(f"{files:>7,} files  {name:<8}  {cpu:5.2f} s CPU  {wall:5.2f} s elapsed")


if __name__ == "__main__":
    main()
