"""Another user than the one who owns the tree, so that modes count also where root runs the tests."""

from __future__ import annotations

import codecs
import importlib
import os
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import ctxopt

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
    _load_all()
    user = os.geteuid()
    if user == 0:
        os.seteuid(OTHER)
    try:
        yield
    finally:
        os.seteuid(user)


@cache
def _load_all() -> None:
    """Import what a run would import late: the other user may not reach it."""
    codecs.lookup("utf-8-sig")
    for module in pkgutil.walk_packages(ctxopt.__path__, "ctxopt."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
