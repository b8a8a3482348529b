"""What the documents claim: help texts, commands, and nothing of the machine they were written on."""

from __future__ import annotations

import re
import tomllib

import pytest
import typer.main

from ctxopt.cli import make_app
from tests.support.places import ROOT
from tests.support.readme import README, blocks, help_text

TEXT = README.read_text("utf-8")
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/**/*", ".github/**/*.yml", ".ci/*")
    for path in ROOT.glob(pattern)
    if path.is_file() and "__pycache__" not in path.parts
)


@pytest.mark.parametrize("command", blocks(TEXT))
def test_help_is_what_the_program_prints(command):
    assert blocks(TEXT)[command] == help_text(command), "run python -m tests.support.readme"


def test_the_report_of_a_fix_is_what_the_program_prints():
    golden = (ROOT / "fixtures" / "projects" / "monorepo.fix-80.txt").read_text("utf-8")
    assert f"```text\n{golden}```" in TEXT


def test_every_command_is_documented():
    commands = typer.main.get_group(make_app()).commands.values()
    names = {command.name for command in commands if not command.hidden}
    assert set(blocks(TEXT)) == {"", *names}


def test_ci_runs_the_test_command_of_the_readme():
    command = re.search(r"^python3 -m venv \.venv && (.*-m pytest)$", TEXT, re.MULTILINE)
    assert command
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert command[1] in script.replace('"$venv/bin/pip"', ".venv/bin/pip").replace(
        '"$venv/bin/python"', ".venv/bin/python"
    )


def test_the_changelog_has_a_head_for_what_is_not_released():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    heads = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert heads[0] == "[Unreleased]"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_no_path_of_one_machine(path):
    found = re.findall(r"(?<![\w./])/(?:tmp|root|home|work|opt/pypi)\b\S*", path.read_text("utf-8"))
    assert found == []


def test_the_image_gets_all_that_the_package_is_built_from():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {"pyproject.toml", "ctxopt", project["readme"], *project["license-files"]}
    kept = (ROOT / ".dockerignore").read_text("utf-8").split("!")[1:]
    assert {line.split()[0] for line in kept} == needed
