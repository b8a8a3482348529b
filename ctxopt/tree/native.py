"""Whether the compiled reader of folders is there and used; decided once, at import.

``CTXOPT_PURE=1`` forces the reader in Python, which is the reference.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType


def _load() -> ModuleType | None:
    # The compiled reader takes names for UTF-8, and its own calls to the system are Linux's.
    fits = sys.platform == "linux" and sys.getfilesystemencoding() == "utf-8"
    if not fits or os.environ.get("CTXOPT_PURE") == "1":
        return None
    try:
        return import_module("ctxopt.tree._native")
    except ImportError:
        return None


functions = _load()
"""The compiled functions, or None."""

READER = "pure Python"
"""What reads folders, for people."""
if functions is not None:
    READER = "compiled"
