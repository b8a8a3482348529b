"""Hold ``ctxopt rebuilds`` against real Docker: build every one of a repository's last commits, and compare what is cached.

    scripts/recorder/setup
    python3 -m scripts.recorder.hold_rebuilds REPOSITORY [DOCKERFILE [COMMITS]]

Bases are ``scratch``, steps other than COPY, ADD and WORKDIR are left out, and the Dockerfile and the ignore file are those of the
newest commit, as ``rebuilds`` takes them. Every commit is built on what the cache holds of those before it; where that makes another answer, on
its parent alone. Submodules stay empty. Prints one JSON object: how many steps were compared, and which Docker and ctxopt say otherwise of.
Nothing else may use the daemon meanwhile.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

from ctxopt.languages.dockerfile import Instruction, parse
from scripts.recorder.oracle import ROOT
from scripts.recorder.record import docker

_FOLDER = "/cases/history"
_STEP = re.compile(r"#(\d+) \[(\w+) +(\d+)/\d+\] .*")
_CACHED = re.compile(r"#(\d+) CACHED")
_KEPT = frozenset({"COPY", "ADD", "WORKDIR", "ENV", "ARG"})
_STEPS = frozenset({"COPY", "ADD", "WORKDIR"})


class Recipe(NamedTuple):
    """A Dockerfile that needs no network."""

    text: str
    steps: dict[tuple[str, int], int]
    """The line of each step by its stage and its number there, both as Docker prints them."""
    compared: frozenset[int]
    """The lines of COPY and ADD, which take from the context."""


def recipe_of(text: str) -> Recipe:
    """Reduce a Dockerfile to what takes from the context; every stage is made."""
    lines: list[str] = []
    stages: dict[str, str] = {}
    steps: dict[tuple[str, int], int] = {}
    compared: set[int] = set()
    counts: dict[str, int] = {}
    here = ""
    for instruction in parse(text).instructions:
        if instruction.keyword == "FROM":
            here = f"s{len(counts)}"
            counts[here] = 0
            lines.append(f"FROM {stages.get(instruction.args[0].lower(), 'scratch')} AS {here}")
            if len(instruction.args) == 3:
                stages[instruction.args[2].lower()] = here
        elif instruction.keyword in _KEPT and not _is_foreign(instruction):
            lines.append(re.sub(r"--chown=\S+\s+", "", instruction.text))
            if instruction.keyword in _STEPS:
                counts[here] += 1
                steps[here, counts[here]] = len(lines)
            if instruction.keyword in ("COPY", "ADD"):
                compared.add(len(lines))
    lines.append("FROM scratch AS last")
    lines += [f"COPY --from={stage} / /{stage}/" for stage, count in counts.items() if count]
    return Recipe("\n".join((*lines, "")), steps, frozenset(compared))


def _is_foreign(instruction: Instruction) -> bool:
    is_fetched = any("://" in word for word in instruction.args)
    named = any(flag.startswith("--from") for flag in instruction.flags)
    return named or is_fetched or bool(instruction.heredocs)


def git(repository: str, *args: str, **env: str) -> str:
    """Return what a command of git prints."""
    command = ["git", "-C", repository, *args]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, **env}
    ).stdout


def lay_commit(repository: str, commit: str, folder: str) -> None:
    """Write the files of a commit into ``folder``, which is emptied."""
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as aside:
        index = os.path.join(aside, "index")
        git(repository, "read-tree", commit, GIT_INDEX_FILE=index)
        git(repository, "checkout-index", "-a", f"--prefix={folder}/", GIT_INDEX_FILE=index)


def build(recipe: Recipe) -> frozenset[int] | None:
    """Build what lies there; return the compared lines that ran again, None where the build failed."""
    run = docker(
        "build", "--progress=plain", "-f", f"{_FOLDER}/Dockerfile", ".", cwd=f"{_FOLDER}/context"
    )
    if run.returncode != 0:
        print(run.stderr[-2000:], file=sys.stderr)
        return None
    lines: dict[str, int] = {}
    cached: set[int] = set()
    for text in run.stderr.splitlines():
        if step := _STEP.fullmatch(text):
            lines[step[1]] = recipe.steps.get((step[2], int(step[3])), 0)
        elif hit := _CACHED.fullmatch(text):
            cached.add(lines[hit[1]])
    return recipe.compared & (set(lines.values()) - cached)


def foretold(repository: str, commits: int) -> Iterator[tuple[str, set[int]]]:
    """Yield the commits, the oldest first, with the lines that ``ctxopt rebuilds`` says run again."""
    command = [sys.executable, "-m", "ctxopt", "rebuilds", repository, "--format", "json"]
    command += ["-f", f"{ROOT}{_FOLDER}/Dockerfile", "--commits", str(commits)]
    answer = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    again: dict[str, set[int]] = {}
    for item in answer["instructions"]:
        lines = {item["line"], *(step["line"] for step in item["runs_again"] if step["certain"])}
        for change in item["changes"]:
            again.setdefault(change["commit"], set()).update(lines)
    for commit in reversed(answer["commits"]):
        yield commit["commit"], again.get(commit["commit"], set())


class Comparison:
    """One history, built commit by commit."""

    def __init__(self, repository: str, recipe: Recipe) -> None:
        self._repository = repository
        self._recipe = recipe
        self.again = self.cached = 0
        self.failed: list[str] = []
        self.differences: list[dict[str, object]] = []
        self.returned: list[str] = []
        """Commits that went back to a state which the cache had from before."""

    def start(self, commit: str) -> None:
        """Build what comes before the first commit, on a cold cache."""
        docker("builder", "prune", "-af")
        if self._build(commit) is None:
            self.failed.append(commit)

    def add(self, commit: str, lines: set[int]) -> None:
        """Build a commit, of which ``lines`` are said to run again."""
        again = self._build(commit)
        said = self._recipe.compared & lines
        if again is not None and again != said:
            self.start(f"{commit}^")
            alone = self._build(commit)
            if alone == said:
                self.returned.append(commit)
            again = alone
        if again is None:
            self.failed.append(commit)
            return
        self.again += len(again)
        self.cached += len(self._recipe.compared) - len(again)
        if again != said:
            self.differences.append(
                {"commit": commit, "docker": sorted(again), "ctxopt": sorted(said)}
            )

    def _build(self, commit: str) -> frozenset[int] | None:
        lay_commit(self._repository, commit, f"{ROOT}{_FOLDER}/context")
        return build(self._recipe)


def hold(repository: str, dockerfile: str, commits: int) -> dict[str, object]:
    """Compare commit by commit."""
    with open(os.path.join(repository, dockerfile), encoding="utf-8") as file:
        recipe = recipe_of(file.read())
    os.makedirs(ROOT + _FOLDER, exist_ok=True)
    with open(f"{ROOT}{_FOLDER}/Dockerfile", "w", encoding="utf-8") as file:
        file.write(recipe.text)
    with open(f"{ROOT}{_FOLDER}/Dockerfile.dockerignore", "w", encoding="utf-8") as file:
        file.write(_ignore_lines(repository, dockerfile))
    expected = list(foretold(repository, commits))
    compared = Comparison(repository, recipe)
    compared.start(f"{expected[0][0]}^")
    for commit, lines in expected:
        compared.add(commit, lines)
    return {
        "repository": repository,
        "commits": len(expected),
        "steps": len(recipe.compared),
        "again": compared.again,
        "cached": compared.cached,
        "returned": compared.returned,
        "failed": compared.failed,
        "differences": compared.differences,
    }


def _ignore_lines(repository: str, dockerfile: str) -> str:
    """Return the ignore file that Docker takes for the Dockerfile; nothing where there is none."""
    for path in (f"{dockerfile}.dockerignore", ".dockerignore"):
        absolute = os.path.join(repository, path)
        if os.path.exists(absolute):
            with open(absolute, encoding="utf-8") as file:
                return file.read()
    return ""


def main() -> None:
    """Compare the repository that the arguments name."""
    repository, *more = sys.argv[1:]
    dockerfile = more[0] if more else "Dockerfile"
    commits = int(more[1]) if len(more) > 1 else 15
    print(json.dumps(hold(os.path.abspath(repository), dockerfile, commits)))


if __name__ == "__main__":
    main()
