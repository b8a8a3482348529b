"""Manual pages, made of the help texts in ``docs/commands.md``, and put into the wheel while that is built.

    python3 -m scripts.manual FOLDER

Needs nothing but Python: the program is not installed where a wheel is built.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ROOT / "docs" / "commands.md"
_HELP = re.compile(r"<!-- help: (ctxopt ?[a-z-]*) -->\n```text\n(.*?)```\n", re.DOTALL)
_ROW = re.compile(r"  (\S.*?)(?:  +(\S.*))?")
"""A term and what stands beside it; where that is long, it begins on the next line."""


def pages(commands: str, version: str) -> dict[str, str]:
    """Take the text of ``commands.md``; return a page for the program and for each command, by the name of its file."""
    helps = {match[1].strip().replace(" ", "-"): match[2] for match in _HELP.finditer(commands)}
    return {f"{name}.1": _page(name, text, helps, version) for name, text in helps.items()}


def _page(name: str, text: str, names: dict[str, str], version: str) -> str:
    usage, about, *parts = _blocks(text)
    summary, *more = " ".join(about.split()).split(". ", 1)
    lines = [
        f'.TH {_text(name.upper())} 1 "" "ctxopt {version}" "ctxopt"',
        ".SH NAME",
        f"{_text(name)} \\- {_text(summary.rstrip('.'))}",
        ".SH SYNOPSIS",
        _text(" ".join(usage.removeprefix("Usage:").split())),
        ".SH DESCRIPTION",
        _text(". ".join([summary, *more])),
    ]
    for part in parts:
        head, _, rows = part.partition("\n")
        if not rows:
            lines += [".PP", _text(" ".join(head.split()))]
            continue
        lines.append(f".SH {_text(head.rstrip(':').upper())}")
        lines += _rows(rows)
    others = [f"\\fB{_text(other)}\\fR(1)" for other in names if other != name]
    return "\n".join([*lines, ".SH SEE ALSO", ",\n".join(others)]) + "\n"


def _blocks(text: str) -> Iterator[str]:
    """Yield what blank lines part, the title of a list together with its rows."""
    yield from (block for block in re.split(r"\n\s*\n", text.strip("\n")) if block.strip())


def _rows(rows: str) -> Iterator[str]:
    for line in rows.splitlines():
        row = _ROW.fullmatch(line)
        if row is None:
            yield _text(line.strip())
            continue
        yield from (".TP", f"\\fB{_text(row[1])}\\fR")
        if row[2]:
            yield _text(row[2])


def _text(text: str) -> str:
    """Return text of which nothing is a request to the typesetter."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    if escaped.startswith((".", "'")):
        return "\\&" + escaped
    return escaped


def write(folder: Path) -> list[Path]:
    """Write the pages into a folder; return their paths."""
    source = (ROOT / "ctxopt" / "__init__.py").read_text("utf-8")
    version = re.findall(r'^__version__ = "(.+)"', source, re.MULTILINE)[0]
    made = pages(COMMANDS.read_text("utf-8"), version)
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in made]


if __name__ == "__main__":
    write(Path(sys.argv[1]))
