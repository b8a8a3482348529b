"""Another user than the one who owns the tree, so that modes count also where root runs the tests."""

from __future__ import annotations

import codecs
import importlib
import os
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import ctxopt

OTHER = 65_534
"""A user who owns nothing."""


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
