"""The first configuration: the figures of a clean checkout with room to grow, written where there is none."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import starmap
from typing import NamedTuple

from ctxopt.atomic_write import replace_file
from ctxopt.build.analysis import Analysis
from ctxopt.config.file import OWN
from ctxopt.config.load import Config
from ctxopt.errors import ConfigError, CtxoptError
from ctxopt.git.repository import Repository
from ctxopt.git.state import read_state
from ctxopt.guard.against import prefix_of, refuse_bare, repository_at
from ctxopt.guard.measure import analyze_state
from ctxopt.paths import topmost
from ctxopt.tree.overlap import bytes_below, sends
from ctxopt.units import count, format_size

_MARGIN = 25
"""Percent."""

_GROWTH = f"{_MARGIN}%"

_ITSELF = 500
"""Bytes that the file may have: it is mostly sent as well, and must not break its own limit."""


_COMMENTS = {
    "min-files": "Fewer files than this: probably an ignore file excludes too much.",
    "max-growth": "From one state to the next, as `ctxopt check --against REF` compares them.",
}


class WrittenLimits(NamedTuple):
    """The configuration that was written."""

    path: str
    text: str
    measured: tuple[Analysis, ...]
    """The contexts as they are on disk."""


class LimitedContext(NamedTuple):
    """One context that gets limits."""

    analysis: Analysis
    path: str = ""
    """From the configuration's folder; empty where the whole configuration is about it."""
    dockerfile: str | None = None
    """As ``path``; None where the limits do not depend on it."""
    names: tuple[str, ...] = ()
    """The builds that it is the context of, where files declare them."""


def write_first_limits(
    root: str,
    contexts: Sequence[LimitedContext],
    config: Config,
    *,
    keys: Mapping[str, object] | None = None,
    chosen: Mapping[str, object] | None = None,
) -> WrittenLimits:
    """Write limits that a clean checkout of ``contexts``, which lie at or below ``root``, holds today.

    ``config`` is what is in force, without a file, ``keys`` are what else it is to say, and ``chosen`` limits that were
    given. Raises ConfigError where there is a file, and for what ``first_limits`` raises it.
    """
    refuse_present(config)
    repository = repository_at(root)
    refuse_bare(repository)
    can_compare = repository is not None and repository.resolve("HEAD") is not None
    text = "".join(assigned(key, value) for key, value in (keys or {}).items())
    has_tables = any(context.path for context in contexts)
    if has_tables and can_compare:
        text += _commented("max-growth", _GROWTH)
    for context in contexts:
        text += _head(context)
        clean = None
        if repository is not None:
            clean = _clean(context.analysis, config, repository)
        is_compared = can_compare and not has_tables
        text += first_limits(context.analysis, clean, can_compare=is_compared, chosen=chosen)
    measured = tuple(context.analysis for context in contexts)
    return WrittenLimits(write_limits(root, text), text, measured)


def _head(context: LimitedContext) -> str:
    text = ""
    if context.path:
        text += f"\n# {_one_line(context.names)}\n[[context]]\n{assigned('path', context.path)}"
    if context.dockerfile is not None:
        text += assigned("dockerfile", context.dockerfile)
    return text


def _one_line(names: Iterable[str]) -> str:
    # A comment ends with its line, and TOML allows no control characters in it.
    return "".join(char if char.isprintable() else "?" for char in ", ".join(names))


def _commented(key: str, value: object) -> str:
    text = assigned(key, value)
    if key in _COMMENTS:
        text = f"# {_COMMENTS[key]}\n{text}"
    return text


def refuse_present(config: Config) -> None:
    """Raise ConfigError where there is a configuration already."""
    if config.file is not None:
        raise ConfigError(f"there is a configuration already: {config.file}", hint="edit that file")


def _clean(analysis: Analysis, config: Config, repository: Repository) -> Analysis | None:
    """Measure what is sent of a clean checkout; None where that cannot be measured."""
    context = analysis.context
    try:
        return analyze_state(
            read_state(repository, None, prefix_of(context.root, context.root, repository)),
            dockerfile=context.named.dockerfile,
            builder=context.builder.name,
            ignorefile=config.ignorefile,
        )
    except CtxoptError:
        # The Dockerfile may be new and not in git yet: the tree alone then says what is sent.
        return None


def first_limits(
    analysis: Analysis,
    clean: Analysis | None = None,
    *,
    can_compare: bool = True,
    chosen: Mapping[str, object] | None = None,
) -> str:
    """Return a configuration that holds today, with a margin above and far below.

    ``clean`` is a fresh checkout, of which the figures are then: what else lies about on this machine is no measure.
    Growth is limited only if there is a commit to compare with (``can_compare``); ``chosen`` limits are not ours to set.
    Raises ConfigError where something could not be read, since a limit would start too low.
    """
    if analysis.tree.errors:
        first = analysis.tree.errors[0]
        raise ConfigError(
            f"not all could be read: {first.path or '.'}: {first.reason}",
            hint="limits from a part of the context would be too low",
        )
    size, files, fewest, of_what = _figures(analysis, clean)
    limits: dict[str, object] = {
        # The file that is written here is sent as well.
        "max-size": _rounded(_with_margin(size + _ITSELF)),
        "max-files": _with_margin(files + 1),
        "min-files": fewest // 2,
    }
    if can_compare:
        limits["max-growth"] = _GROWTH
    text = (
        f"# What could be sent{of_what} when this was written: {format_size(size)} in {count(files, 'file')};"
        f" the limits leave {_MARGIN}% more.\n"
    )
    return text + "".join(starmap(_commented, {**limits, **(chosen or {})}.items()))


def _figures(analysis: Analysis, clean: Analysis | None) -> tuple[int, int, int, str]:
    """Return bytes and files that are sent, the fewest files in any state, and of what that is."""
    total = analysis.permitted.total
    if clean is None or not clean.permitted.total.files:
        return total.bytes, total.files, total.files, ""
    fewest = clean.permitted.total.files
    size, files = clean.permitted.total.bytes, fewest
    of_what = " of a clean checkout"
    made = _made_before(analysis, clean)
    if made:
        of_what = " of a clean checkout, with what the Dockerfile names beside it,"
    # Git's own folder is in every checkout, and in no state of git.
    for path in topmost({*made, ".git"}):
        size += bytes_below(analysis.permitted, path)
        below = analysis.permitted.totals.get(path)
        if below is not None:
            files += below.files
        elif sends(analysis.permitted, path):
            files += 1
    return size, files, min(fewest, total.files), of_what


def _made_before(analysis: Analysis, clean: Analysis) -> list[str]:
    """Return what an instruction names and a clean checkout lacks."""
    if analysis.plan is None:
        return []
    named = {
        root
        for use in analysis.plan.sources.uses
        if use.context is None
        for root in use.roots
        if sends(analysis.permitted, root) and not sends(clean.permitted, root)
    }
    return topmost(named)


def assigned(key: str, value: object) -> str:
    """Return the line of a configuration that sets a key."""
    return f"{key} = {_value(value)}\n"


def _value(value: object) -> str:
    """Write a value as TOML does."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_value(key)} = {_value(each)}" for key, each in value.items())
        return f"{{ {pairs} }}"
    # A text of JSON is one of TOML; so is a whole number.
    return json.dumps(value, ensure_ascii=False)


def write_limits(root: str, text: str) -> str:
    """Write ``ctxopt.toml`` at ``root`` and return its path."""
    path = OWN
    if root not in ("", "."):
        path = os.path.join(root, OWN)
    replace_file(path, text.encode("utf-8", "surrogateescape"), expected=None, root=root or ".")
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
