"""The picture of the first screen in the README: ``python -m scripts.picture`` draws it again.

Drawn by Rich from a golden file, so that it shows what the program prints. It names fonts and loads none.
"""

from __future__ import annotations

import io
import re

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from tests.support.places import FIXTURES, ROOT

PICTURE = ROOT / "docs" / "screen.svg"
_SCREEN = FIXTURES / "screens" / "dirty-80-color.txt"
_COMMAND = "ctxopt scan"


def draw() -> str:
    """Return the picture as SVG."""
    screen = Text.from_ansi(_SCREEN.read_text("utf-8"))
    console = Console(record=True, width=80, file=io.StringIO(), color_system="truecolor")
    console.print(Text(f"$ {_COMMAND}", "bold"))
    console.print(screen)
    drawn = console.export_svg(title=_COMMAND, theme=MONOKAI, unique_id="ctxopt")
    # Rich would have the fonts loaded from a server.
    return re.sub(r"\s*@font-face \{.*?\}\n", "\n", drawn, flags=re.DOTALL)


if __name__ == "__main__":
    PICTURE.write_text(draw(), "utf-8")
