"""Fixes of contexts on disk, and what is left in a view."""

from __future__ import annotations

from typing import Any

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config
from ctxopt.fix.options import FixOptions
from ctxopt.fix.plan import Fix, plan_fix
from ctxopt.tree.view import View


def fix_of(
    root: object, config: Config | None = None, dockerfile: str | None = None, **options: Any
) -> Fix:
    """Plan the fix of a context."""
    return plan_fix(
        analyze(find_context(str(root), dockerfile=dockerfile), BuildRequest()),
        config or Config(),
        FixOptions(**options),
    )


def sizes(view: View) -> dict[str, int]:
    """Return the files of a view with their sizes."""
    return {entry.path: entry.size for entry in view.entries() if entry.type == "file"}
