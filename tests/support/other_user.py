"""Another user than the one who owns the tree, so that modes count also where root runs the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OTHER = 65_534
"""A user who owns nothing."""


def let_in(root: Path) -> None:
    """Let other users reach a folder; its parents stay as they are where they are others' or the system's."""
    folder = root
    while folder != folder.parent and folder.stat().st_mode & 0o005 != 0o005:
        if folder.stat().st_uid != os.geteuid() or str(folder) == "/tmp":
            break
        folder.chmod(0o755)
        folder = folder.parent


@contextmanager
def as_other_user() -> Iterator[None]:
    """Read files as somebody who is not root; no change for who is not."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(OTHER)
    try:
        yield
    finally:
        os.seteuid(user)
