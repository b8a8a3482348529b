"""Help in a narrow terminal: Click takes 50 columns of any, and 32 of them for the names of options."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Final

from typer._click.formatting import HelpFormatter, wrap_text

from ctxopt.report.console import width_of

_NARROW: Final = 60
"""Columns below which explanations stand under the names of options, as a column beside them would be too narrow."""
_INDENT: Final = 8
_FEWEST: Final = 30
_MARGIN: Final = 2
"""What Click leaves free on the right."""


class HelpText(HelpFormatter):
    """Help that is as wide as the terminal, and at most as wide as Click makes it."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        super().__init__(indent_increment, width, max_width)
        columns = width_of(sys.stdout)
        self._is_narrow = columns < _NARROW
        if self._is_narrow:
            self.width = max(columns - _MARGIN, _FEWEST)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        if not self._is_narrow:
            super().write_usage(prog, args, prefix)
            return
        said = f"{prefix or 'Usage: '}{prog} {args}"
        self.write(wrap_text(said, self.width, subsequent_indent=" " * _INDENT) + "\n")

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write names with their explanations."""
        if self._is_narrow:
            col_max = _INDENT
            rows = [(self._folded(names), told) for names, told in rows]
        super().write_dl(rows, col_max, col_spacing)

    def _folded(self, names: str) -> str:
        """Break the values that an option takes, as ``<text|json>``, between these."""
        room = self.width - self.current_indent
        lines = [""]
        for value in re.findall(r"[^|]*\|?", names):
            if len(lines[-1] + value) > room:
                lines.append("")
                room = self.width - _INDENT
            lines[-1] += value
        return f"\n{' ' * _INDENT}".join(lines)
