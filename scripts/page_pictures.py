"""Pictures of the page in a real Chromium, to be looked at before it is changed for people.

``python -m scripts.page_pictures FOLDER [CONTEXT...]`` writes a PNG for each context, width and colour scheme; without
a context, of a small project that is full of leftovers.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile

from tests.support.browser import browser
from tests.support.pictures import JUNK, lay_junk

WIDTHS = (1400, 400)


def main(folder: str, *contexts: str) -> None:
    """Write the pictures into ``folder``."""
    with tempfile.TemporaryDirectory() as scratch, browser() as chromium:
        roots = contexts or (lay_junk(os.path.join(scratch, "leftovers"), JUNK),)
        for root in roots:
            name = os.path.basename(os.path.realpath(root))
            page = os.path.join(scratch, f"{name}.html")
            command = [sys.executable, "-m", "ctxopt", "report", "-q", "-o", page, root]
            subprocess.run(command, check=True)
            for width, is_dark in itertools.product(WIDTHS, (False, True)):
                chromium.open(f"file://{page}", width=width, is_dark=is_dark)
                look = "dark" if is_dark else "light"
                chromium.screenshot(os.path.join(folder, f"{name}-{width}-{look}.png"))


if __name__ == "__main__":
    main(*sys.argv[1:])
