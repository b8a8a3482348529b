"""The ignore line that would stop a grower: exact, or as general as those that grew with it.

Writes lines of the dockerignore language; never one that stops a path which did not grow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ctxopt.errors import IgnoreFileError
from ctxopt.guard.check import CheckedContext
from ctxopt.guard.growth import PathChange
from ctxopt.languages.golang.paths import BadPatternError, match
from ctxopt.languages.ignore.dialect import DOCKER, Dialect
from ctxopt.languages.ignore.escape import escape_folder, escape_pattern, escape_piece
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.languages.ignore.text import parse_ignore_file
from ctxopt.paths import name, parent, upwards
from ctxopt.tree.model import FILE

_SEVERAL = 3
"""Growers that must share a form before it is proposed for all of them."""


def stopping_lines(
    growers: Sequence[PathChange],
    sent: Iterable[str],
    limit: int | None = None,
    dialect: Dialect = DOCKER,
) -> dict[str, str | None]:
    """Return the line that would exclude each of the first ``limit`` growers, by path.

    ``growers`` are all that grew, ``sent`` the files of the new state, and ``dialect`` how the builder reads a line.
    Where several growers share their folder or extension, the line is that for all of them, unless it would stop a
    file that did not grow. None for a path that no single line excludes.
    """
    growing = frozenset(path for change in growers for path in change.files)
    kept = [path for path in sent if path not in growing]
    lines = _Lines(growing, kept, dialect)
    return {change.path: lines.line_for(change.path) for change in growers[:limit]}


class _Lines(NamedTuple):
    """What grew and what did not, in files, and how a line is read."""

    growing: frozenset[str]
    kept: list[str]
    dialect: Dialect

    def line_for(self, path: str) -> str | None:
        """Return the line for one path; None where there is none."""
        exact = escape_pattern(path, self.dialect)
        if not self._excludes(exact, path):
            return None
        below = path + "/"
        inside = [other for other in self.growing if other.startswith(below)]
        if inside:
            return self._folder_line(exact, path, inside)
        # A path without any escape stands for itself, and asking thousands of others takes long.
        if exact != path and self._stops_any(exact, self.kept):
            return None
        folder, covered = _widest_folder(path, self.growing, self.kept)
        ending = extension(path)
        alike = sum(other.endswith(ending) for other in self.growing)
        if ending and alike > max(covered, _SEVERAL - 1):
            line = "**/*" + escape_piece(ending, self.dialect)
            if self._excludes(line, path) and not self._stops_any(line, self._holding(ending)):
                return line
        if folder:
            return escape_pattern(folder, self.dialect)
        return exact

    def _folder_line(self, exact: str, folder: str, inside: list[str]) -> str | None:
        """The line for a folder, or for all files in it that share an extension."""
        below = folder + "/"
        if not any(other.startswith(below) for other in self.kept):
            return exact
        extensions = {extension(other) for other in inside}
        ending = extensions.pop()
        if extensions or not ending:
            return None
        line = f"{escape_folder(folder, self.dialect)}**/*{escape_piece(ending, self.dialect)}"
        if not all(self._excludes(line, other) for other in inside):
            return None
        if self._stops_any(line, self._holding(ending)):
            return None
        return line

    def _holding(self, ending: str) -> list[str]:
        """The paths that a pattern with ``ending`` at its end may meet, in a folder's name as well."""
        is_plain = escape_piece(ending) == ending
        return [path for path in self.kept if ending in path or not is_plain]

    def _excludes(self, line: str, path: str) -> bool:
        matcher = self._matcher(line)
        return matcher is not None and _decides(matcher, path)

    def _stops_any(self, line: str, paths: Iterable[str]) -> bool:
        matcher = self._matcher(line)
        return matcher is None or any(_decides(matcher, path) for path in paths)

    def _matcher(self, line: str) -> Matcher | None:
        file = parse_ignore_file(line.encode("utf-8", "surrogateescape"), "", self.dialect)
        # A name with a newline in it would become two lines, and each may match something else.
        if len(file.lines) != 1:
            return None
        try:
            return read_matcher(file.patterns(), dialect=self.dialect)
        except IgnoreFileError:
            return None


def _widest_folder(path: str, growing: frozenset[str], kept: list[str]) -> tuple[str, int]:
    """The folder above ``path`` with the most growers and nothing else, and how many it has.

    Nothing and 1 where no folder has several: the path then stands for itself.
    """
    widest, covered = "", 1
    for folder in upwards(parent(path)):
        below = folder + "/"
        # The root is no pattern: a line that excludes everything is no cure.
        if not folder or any(other.startswith(below) for other in kept):
            break
        number = sum(other.startswith(below) for other in growing)
        if number >= _SEVERAL and number > covered:
            widest, covered = folder, number
    return widest, covered


def extension(path: str) -> str:
    """Return the extension of a file with its dot; nothing for a name without one."""
    stem, dot, ending = name(path).lstrip(".").rpartition(".")
    if not stem:
        return ""
    return dot + ending


def _decides(matcher: Matcher, path: str) -> bool:
    try:
        return matcher.decide(path).excluded
    except IgnoreFileError:
        return False


def cures(context: CheckedContext, top: int) -> dict[str, str | None]:
    """Return the ignore line that would stop each of the first ``top`` growers, by path.

    None for what an instruction names, and for what grew by less than the noise floor.
    """
    growth, view = context.growths.get(context.lead), context.after.view(context.lead)
    if growth is None or view is None or not growth.growers:
        return {}
    sent = (entry.path for entry in view.entries() if entry.kind == FILE and not entry.excluded)
    dialect = context.after.analysis.matcher.dialect
    lines = stopping_lines(growth.growers, sent, top, dialect)
    for change in growth.growers[:top]:
        if change.growth < context.noise_floor or _is_named(context, change.path):
            lines[change.path] = None
    return lines


def _is_named(context: CheckedContext, path: str) -> bool:
    """Whether an instruction names the path itself: without it, the build would fail."""
    transfer = context.after.transfer
    if transfer is None:
        return False
    try:
        return any(match(source, path) for source in transfer.includes or ())
    except BadPatternError:
        return False
