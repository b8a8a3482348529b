"""The ignore line that would stop a grower: exact, or as general as those that grew with it.

Writes lines of the dockerignore language; never one that stops a path which did not grow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ctxopt.config.load import Config
from ctxopt.errors import IgnoreFileError
from ctxopt.guard.check import CheckedContext
from ctxopt.guard.growth import PathChange
from ctxopt.languages.golang.paths import BadPatternError, match
from ctxopt.languages.ignore.escape import escape_folder, escape_pattern, escape_piece
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.languages.ignore.text import parse_ignore_file
from ctxopt.tree.model import FILE

_SEVERAL = 3
"""Growers that must share a form before it is proposed for all of them."""


def stopping_line(path: str, growers: Collection[str] = (), sent: Iterable[str] = ()) -> str | None:
    """Return the line that excludes ``path``, a file or a folder; None if no single line does.

    Where several of the files ``growers`` share their folder or extension, the line is that for
    all of them, unless it would stop one of the files ``sent`` that did not grow.
    """
    growing = frozenset(growers)
    return _line(path, growing, [other for other in sent if other not in growing | {path}])


def stopping_lines(
    growers: Sequence[PathChange], sent: Iterable[str], limit: int | None = None
) -> dict[str, str | None]:
    """Return the lines for the first ``limit`` growers, by path.

    ``growers`` are all that grew, ``sent`` the files of the new state.
    """
    growing = frozenset(path for change in growers for path in change.files)
    kept = [path for path in sent if path not in growing]
    return {change.path: _line(change.path, growing, kept) for change in growers[:limit]}


def _line(path: str, growing: frozenset[str], kept: list[str]) -> str | None:
    exact = escape_pattern(path)
    if not _excludes(exact, path):
        return None
    inside = [other for other in growing if other.startswith(path + "/")]
    if inside:
        return _folder_line(exact, path, inside, kept)
    # A path without any escape stands for itself, and asking thousands of others takes long.
    if exact != path and _stops_any(exact, kept):
        return None
    best, covered = exact, 1
    folder = path.rpartition("/")[0]
    while folder:
        below = folder + "/"
        count = sum(other.startswith(below) for other in growing)
        if any(other.startswith(below) for other in kept):
            break
        if count >= _SEVERAL and count > covered:
            best, covered = escape_pattern(folder), count
        folder = folder.rpartition("/")[0]
    ending = extension(path)
    count = sum(other.endswith(ending) for other in growing) if ending else 0
    if count >= _SEVERAL and count > covered:
        line = "**/*" + escape_piece(ending)
        if _excludes(line, path) and not _stops_any(line, _holding(ending, kept)):
            best = line
    return best


def _folder_line(exact: str, folder: str, inside: list[str], kept: list[str]) -> str | None:
    """The line for a folder, or for all files in it that share an extension."""
    if not any(other.startswith(folder + "/") for other in kept):
        return exact
    extensions = {extension(other) for other in inside}
    ending = extensions.pop() if len(extensions) == 1 else ""
    line = f"{escape_folder(folder)}**/*{escape_piece(ending)}"
    if not ending or not all(_excludes(line, other) for other in inside):
        return None
    return None if _stops_any(line, _holding(ending, kept)) else line


def _holding(ending: str, paths: Iterable[str]) -> list[str]:
    """The paths that a pattern with ``ending`` at its end may meet, in a folder's name as well."""
    is_plain = escape_piece(ending) == ending
    return [path for path in paths if ending in path or not is_plain]


def extension(path: str) -> str:
    """Return the extension of a file with its dot; nothing for a name without one."""
    name = path.rpartition("/")[2].lstrip(".")
    stem, dot, ending = name.rpartition(".")
    return dot + ending if stem else ""


def _matcher(line: str) -> Matcher | None:
    file = parse_ignore_file(line.encode("utf-8", "surrogateescape"), "")
    try:
        return read_matcher(file.patterns()) if len(file.lines) == 1 else None
    except IgnoreFileError:
        return None


def _excludes(line: str, path: str) -> bool:
    matcher = _matcher(line)
    return matcher is not None and _decides(matcher, path)


def _decides(matcher: Matcher, path: str) -> bool:
    try:
        return matcher.decide(path).excluded
    except IgnoreFileError:
        return False


def _stops_any(line: str, paths: Iterable[str]) -> bool:
    matcher = _matcher(line)
    return matcher is None or any(_decides(matcher, path) for path in paths)


_WORTH = Config().noise_floor
"""Bytes of growth below which nobody wants a line; the default of the configuration."""


def cures(context: CheckedContext, top: int) -> dict[str, str | None]:
    """Return the ignore line that would stop each of the first ``top`` growers, by path.

    None for what an instruction names, and for what is too small for a line of its own.
    """
    growth, view = context.growths.get(context.lead), context.after.view(context.lead)
    if growth is None or view is None or not growth.growers:
        return {}
    sent = (entry.path for entry in view.entries() if entry.kind == FILE and not entry.excluded)
    lines = stopping_lines(growth.growers, sent, top)
    for change in growth.growers[:top]:
        if change.growth < _WORTH or _is_named(context, change.path):
            lines[change.path] = None
    return lines


def _is_named(context: CheckedContext, path: str) -> bool:
    transfer = context.after.transfer
    try:
        return any(match(source, path) for source in (transfer and transfer.includes) or ())
    except BadPatternError:
        return False
