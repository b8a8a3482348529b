"""The manual pages: every option is in them, and the typesetter reads them without a complaint."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from ctxopt.cli import COMMANDS
from scripts import manual
from tests.support.help_texts import blocks

TEXT = manual.COMMANDS.read_text("utf-8")
PAGES = manual.pages(TEXT, "1.2.3")
HELPS = blocks(TEXT)


def test_the_program_and_every_command_have_a_page():
    assert set(PAGES) == {"ctxopt.1", *(f"ctxopt-{name}.1" for name in COMMANDS)}


@pytest.mark.parametrize("command", HELPS)
def test_every_option_and_its_text_are_on_the_page(command):
    page = PAGES["-".join(filter(None, ("ctxopt", command))) + ".1"].replace("\\-", "-")
    words = page.split()
    for option in re.findall(r"^  (?:-\w, )?(--[\w-]+)", HELPS[command], re.MULTILINE):
        assert re.search(rf"^\\fB(?:-\w, )?{option}\b", page, re.MULTILINE), option
    for word in HELPS[command].removeprefix("Usage:").split():
        assert any(word.rstrip(":.").lower() in other.lower() for other in words), word


@pytest.mark.parametrize("name", PAGES)
def test_the_typesetter_does_not_complain(name):
    if shutil.which("groff") is None:
        pytest.skip("there is no groff")
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww"], input=PAGES[name], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    # Bold is a letter struck twice.
    assert "\nNAME\n" in re.sub(".\x08", "", done.stdout)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (".dockerignore is", "\\&.dockerignore is"),
        ("'quoted'", "\\&'quoted'"),
        ("a\\nb", "a\\enb"),
        ("--all", "\\-\\-all"),
        ("as it is.", "as it is."),
    ],
)
def test_no_text_is_a_request(line, shown):
    text = f"<!-- help: ctxopt -->\n```text\nUsage: ctxopt\n\n  A.\n\nOptions:\n  x  y\n     {line}\n```\n"
    assert f"\ny\n{shown}\n" in manual.pages(text, "1")["ctxopt.1"]


def test_they_are_written(tmp_path):
    assert {path.name for path in manual.write(tmp_path)} == set(PAGES)
    assert {path.name for path in tmp_path.iterdir()} == set(PAGES)
