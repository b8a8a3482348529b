"""Under Podman nothing is sent, and no report says that it is."""

from __future__ import annotations

import re

import pytest

from tests.support.program import ctxopt
from tests.support.repositories import git, init, write

pytestmark = pytest.mark.usefixtures("clean")

DOCKERS = re.compile(r"\b[Ss]en(?:t|ds)\b|transferred|Transferred|Docker prints \d|bit/s")
TREE = {
    "Dockerfile": "FROM a\nCOPY . /app\nRUN make\n",
    ".dockerignore": "*.log\n",
    "README.md": "x" * 300_000,
    "src/a.py": "x",
}


@pytest.fixture
def root(tmp_path):
    folder = init(tmp_path / "r", TREE)
    write(folder, {"src/b.bin": "y" * 2_000_000})
    git(folder, "add", "-A")
    return folder


COMMANDS = {
    "scan": "Heaviest of what is {}",
    "scan --full": "2.3 MB in ",
    "scan --full --format markdown": "| {} |",
    "fix --dry-run": "No longer {} though git tracks it",
    "check": "2.3 MB in 5 files, +2 MB",
    "check --format markdown": "| {} |",
    "check --history 1": "change",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_podman_takes(root, command):
    text = ctxopt(*command.split(), "--builder", "podman", cwd=root).stdout
    assert COMMANDS[command].format("taken") in text
    told = text.replace("Podman sends nothing, and prints no size", "")
    told = told.replace("podman --remote sends a tar", "")
    assert DOCKERS.findall(told) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_docker_sends(root, command):
    text = ctxopt(*command.split(), cwd=root).stdout
    assert DOCKERS.search(text)
    assert "taken" not in text
    assert "Taken" not in text


def test_the_figures_of_a_state_are_those_of_its_instructions(root):
    write(root, {"Dockerfile": "FROM a\nCOPY src /src\n"})
    git(root, "add", "-A")
    text = ctxopt("check", "--builder", "podman", cwd=root).stdout
    assert "Taken          2 MB in 2 files" in text
    assert "not measured" not in text
