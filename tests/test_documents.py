"""What the documents claim: help texts, commands, and nothing of the machine they were written on."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
import typer.main

from ctxopt.cli import make_app
from scripts.picture import PICTURE, draw
from tests.support.help_texts import COMMANDS, blocks, help_text
from tests.support.places import FIXTURES, ROOT

README = (ROOT / "README.md").read_text("utf-8")
HELP = COMMANDS.read_text("utf-8")
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/**/*", ".github/**/*.yml", ".ci/*")
    for path in ROOT.glob(pattern)
    if path.is_file() and "__pycache__" not in path.parts
)
PAGES = [path for path in DOCUMENTS if path.suffix == ".md" and ".github" not in path.parts]


@pytest.mark.parametrize("command", blocks(HELP))
def test_help_is_what_the_program_prints(command):
    assert blocks(HELP)[command] == help_text(command), "run python -m tests.support.help_texts"


def test_the_report_of_a_fix_is_what_the_program_prints():
    golden = (ROOT / "fixtures" / "projects" / "monorepo.fix-80.txt").read_text("utf-8")
    assert f"```text\n{golden}```" in (ROOT / "docs" / "fix.md").read_text("utf-8")


def test_every_command_is_documented():
    commands = typer.main.get_group(make_app()).commands.values()
    names = {command.name for command in commands if not command.hidden}
    assert set(blocks(HELP)) == {"", *names}


def test_ci_runs_the_test_command_of_the_readme():
    command = re.search(r"^python3 -m venv \.venv && (.*-m pytest)$", README, re.MULTILINE)
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


def test_the_readme_is_short():
    assert README.count("\n") <= 160


def test_the_picture_is_what_the_program_prints():
    assert PICTURE.read_text("utf-8") == draw(), "run python -m scripts.picture"
    assert "url(" not in draw().replace("url(#ctxopt", "")


def anchors(path: Path) -> set[str]:
    """Return what a link to a heading of a page may name."""
    heads = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    broken = []
    for link in links:
        name, _, anchor = link.partition("#")
        target = path
        if name:
            target = path.parent / name
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_twenty_questions_are_answered():
    text = (ROOT / "docs" / "faq.md").read_text("utf-8")
    assert len(re.findall(r"^## .*\?$", text, re.MULTILINE)) == 20


def lines_of(*names: str) -> int:
    """Count the recorded answers in files of ``fixtures/recordings``."""
    found = 0
    for name in names:
        content = (FIXTURES / "recordings" / name).read_bytes()
        if name.endswith(".gz"):
            content = gzip.decompress(content)
        found += content.count(b"\n")
    return found


def test_as_many_answers_are_recorded_as_the_documents_say():
    text = (ROOT / "docs" / "exactness.md").read_text("utf-8")
    rows = re.findall(r"^\| .* \| ([\d,]+) \|$", text, re.MULTILINE)
    assert [int(number.replace(",", "")) for number in rows] == [
        lines_of("matching.jsonl.gz"),
        lines_of("builds.jsonl.gz", "own.jsonl"),
        lines_of("podman.jsonl.gz"),
        lines_of("transfers.jsonl", "dockerfiles.jsonl"),
        lines_of("cache.jsonl"),
        lines_of("images.jsonl", "images-random.jsonl"),
        lines_of(
            "compose.jsonl.gz", "bake.jsonl.gz", "projects-own.jsonl.gz", "project-transfers.jsonl"
        ),
        lines_of("allowlists.jsonl"),
    ]
    every = [path.name for path in (FIXTURES / "recordings").glob("*.jsonl*")]
    said = re.search(r"More than ([\d,]+) recorded answers", README)
    assert said
    assert lines_of(*every) > int(said[1].replace(",", ""))
