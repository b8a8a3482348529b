"""Reports for a terminal, held against golden files at three widths, plain and in colour."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

WIDTHS = (40, 80, 200)
STYLE = re.compile(r"\x1b\[[0-9;]*m")
"""What only a terminal reads."""


def hold_screens(
    stem: Path, draw: Callable[[int, bool], str], config: pytest.Config
) -> dict[int, str]:
    """Hold what ``draw`` makes of a width and colour against ``STEM-WIDTH.txt`` and ``STEM-WIDTH-color.txt``.

    Return the plain texts by width.
    """
    texts = {}
    for width in WIDTHS:
        plain, colored = draw(width, False), draw(width, True)
        for text, ending in ((plain, ""), (colored, "-color")):
            golden = stem.with_name(f"{stem.name}-{width}{ending}.txt")
            if config.getoption("--update-golden"):
                golden.write_text(text, "utf-8")
            assert golden.read_text("utf-8") == text, golden.name
        assert STYLE.sub("", colored) == plain
        texts[width] = plain
    return texts


def widest(text: str) -> int:
    """Return the columns that the widest line needs."""
    return max(map(cell_len, text.splitlines()), default=0)
