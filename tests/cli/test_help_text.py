"""Help texts in terminals of several widths."""

from __future__ import annotations

import pytest

from ctxopt.cli import COMMANDS
from ctxopt.report.wording import cell_len
from tests.support.help_texts import COMMANDS as DOCUMENT
from tests.support.help_texts import blocks
from tests.support.places import ROOT
from tests.support.program import ctxopt

WIDE = blocks(DOCUMENT.read_text("utf-8"))


def _help(command: str, columns: int) -> str:
    return ctxopt(*command.split(), "-h", cwd=ROOT, COLUMNS=str(columns)).stdout


@pytest.mark.parametrize("columns", [40, 50, 59])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_no_line_breaks_in_a_narrow_terminal(command, columns):
    lines = _help(command, columns).splitlines()
    assert max(map(cell_len, lines)) <= columns
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert {line.split()[0] for line in heads} <= {"Usage:", "Arguments:", "Options:", "Commands:"}


@pytest.mark.parametrize("columns", [40, 59, 80])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_word_is_told_at_every_width(command, columns):
    assert "".join(_help(command, columns).split()) == "".join(WIDE[command].split())


@pytest.mark.parametrize("columns", [80, 100, 200])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_a_wide_terminal_has_the_help_of_the_documents(command, columns):
    assert _help(command, columns) == WIDE[command]


@pytest.mark.parametrize("command", ["", "scan"])
def test_no_width_is_kept_from_one_call_to_the_next(command):
    wide, narrow = _help(command, 80), _help(command, 40)
    assert wide != narrow
    assert (_help(command, 80), _help(command, 40)) == (wide, narrow)


@pytest.mark.parametrize("columns", [1, 10, 29])
def test_a_terminal_that_holds_no_sentence_has_lines_of_28_columns(columns):
    lines = _help("rules", columns).splitlines()
    assert max(map(cell_len, lines)) <= 30
