"""The help texts in the documents; ``python -m tests.support.help_texts`` writes them again."""

from __future__ import annotations

import re

from tests.support.places import ROOT
from tests.support.program import ctxopt

COMMANDS = ROOT / "docs" / "commands.md"

_BLOCK = re.compile(r"<!-- help: ctxopt ?([a-z-]*) -->\n```text\n(.*?)```\n", re.DOTALL)


def help_text(command: str) -> str:
    """Return what ``--help`` prints in a terminal of 80 columns."""
    return ctxopt(*command.split(), "--help", cwd=ROOT, TERM="dumb").stdout


def blocks(text: str) -> dict[str, str]:
    """Return the help texts in ``text`` by command; the program's own is called ``""``."""
    return {match[1]: match[2] for match in _BLOCK.finditer(text)}


def updated(text: str) -> str:
    """Return ``text`` with every help text as it is now."""
    return _BLOCK.sub(
        lambda match: match[0][: match.start(2) - match.start()] + help_text(match[1]) + "```\n",
        text,
    )


if __name__ == "__main__":
    COMMANDS.write_text(updated(COMMANDS.read_text("utf-8")), "utf-8")
