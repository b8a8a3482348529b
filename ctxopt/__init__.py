"""Measure Docker build contexts exactly, and keep them small."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctxopt.api import Measurement, measure
    from ctxopt.errors import (
        ConfigError,
        ContextError,
        CtxoptError,
        DockerfileError,
        IgnoreFileError,
    )
    from ctxopt.tree.model import Entry


__version__ = "0.1.0"

__all__ = [
    "ConfigError",
    "ContextError",
    "CtxoptError",
    "DockerfileError",
    "Entry",
    "IgnoreFileError",
    "Measurement",
    "__version__",
    "measure",
]


def __getattr__(name: str) -> object:
    """Import the public names when they are first used: the command line needs few of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = {"Measurement": "api", "measure": "api", "Entry": "tree.model"}.get(name, "errors")
    return getattr(import_module(f"ctxopt.{home}"), name)
