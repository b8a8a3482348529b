"""The first configuration: today's figures with room to grow, written where there is none."""

from __future__ import annotations

import os
from typing import NamedTuple

from ctxopt.atomic_write import replace_file
from ctxopt.build.analysis import Analysis
from ctxopt.build.context import BuildContext
from ctxopt.config.file import OWN
from ctxopt.config.load import Config
from ctxopt.errors import ConfigError, CtxoptError
from ctxopt.git.repository import Repository
from ctxopt.git.state import read_state
from ctxopt.guard.against import refuse_bare, repository_at
from ctxopt.guard.measure import analyze_state
from ctxopt.guard.request import MeasureTree
from ctxopt.units import count, format_size

_MARGIN = 25
"""Percent."""

_ITSELF = 500
"""Bytes that the file may have: it is mostly sent as well, and must not break its own limit."""


class WrittenLimits(NamedTuple):
    """The configuration that was written."""

    path: str
    text: str


def write_first_limits(
    root: str, context: BuildContext, config: Config, measure: MeasureTree
) -> WrittenLimits:
    """Measure ``context``, which is at ``root``, and write limits that hold for it today.

    ``config`` is what is in force, without a file. Raises ConfigError where there is one, and for
    what ``first_limits`` raises it.
    """
    repository = repository_at(root)
    refuse_bare(repository)
    analysis = measure(context)
    tracked, can_compare = None, False
    if repository is not None:
        tracked = _tracked(config, repository)
        can_compare = repository.resolve("HEAD") is not None
    text = first_limits(analysis, tracked, can_compare=can_compare)
    return WrittenLimits(write_limits(root, config.file, text), text)


def _tracked(config: Config, repository: Repository) -> int | None:
    """How many files are sent of what git's index holds; None where that cannot be measured."""
    state = read_state(repository)
    try:
        analysis = analyze_state(state, dockerfile=config.dockerfile, builder=config.builder)
    except CtxoptError:
        # The Dockerfile may be new and not in git yet: the tree alone then says how few are few.
        return None
    return analysis.permitted.total.files


def first_limits(
    analysis: Analysis, tracked: int | None = None, *, can_compare: bool = True
) -> str:
    """Return a configuration that holds today, with a margin above and far below.

    ``tracked`` is how many files are sent of a fresh checkout, which has to keep the same limits.
    Growth is limited only if there is a commit to compare with (``can_compare``).
    Raises ConfigError where something could not be read, since a limit would start too low.
    """
    if analysis.tree.errors:
        first = analysis.tree.errors[0]
        raise ConfigError(
            f"not all could be read: {first.path or '.'}: {first.reason}",
            hint="limits from a part of the context would be too low",
        )
    total = analysis.permitted.total
    # One more: the file that is written here is sent as well.
    files = _with_margin(total.files + 1)
    fewest = min(total.files, tracked or total.files) // 2
    text = (
        f"# What could be sent when this was written: {format_size(total.bytes)} in {count(total.files, 'file')};"
        f" the limits leave {_MARGIN}% more.\n"
        f'max-size = "{_rounded(_with_margin(total.bytes + _ITSELF))}"\n'
        f"max-files = {files}\n"
        "# Fewer files than this: probably an ignore file excludes too much.\n"
        f"min-files = {fewest}\n"
    )
    if can_compare:
        text += "# From one state to the next, as `ctxopt check --against REF` compares them.\n"
        text += f'max-growth = "{_MARGIN}%"\n'
    return text


def write_limits(root: str, present: str | None, text: str) -> str:
    """Write ``ctxopt.toml`` at ``root`` and return its path.

    ``present`` is the configuration that is in force already: with one, ConfigError is raised.
    """
    path = OWN
    if root not in ("", "."):
        path = os.path.join(root, OWN)
    if present is not None:
        raise ConfigError(f"there is a configuration already: {present}", hint="edit that file")
    replace_file(path, text.encode(), expected=None, root=root or ".")
    return path


def _with_margin(number: int) -> int:
    # Rounded up: of a few files, a quarter rounded down would be no margin at all.
    return -(-number * (100 + _MARGIN) // 100)


def _rounded(size: int) -> str:
    """A size of three digits that is not below ``size``, as the configuration writes it."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            digits = max(0, 3 - len(str(size // factor)))
            tenth = factor // 10**digits
            whole = -(-size // tenth)
            return f"{whole / 10**digits:g} {unit}"
    return f"{size} B"
