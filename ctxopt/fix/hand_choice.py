"""Which lines may keep a path back or bring it back that a person points at, the most general first. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.errors import IgnoreFileError
from ctxopt.evidence.facts import Facts
from ctxopt.fix.by_hand import HandLine
from ctxopt.fix.layout import BY_HAND
from ctxopt.fix.plan import Fix
from ctxopt.fix.safety import is_itself_matched
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.text import IgnoreFile, clean_pattern
from ctxopt.paths import is_at_or_below
from ctxopt.rules.rule import add_line
from ctxopt.rules.written import line_of

_CHOSEN = "chosen by hand"


class HandChoice:
    """Finds lines by what a fix proposes, by the catalogue, and by the path itself."""

    def __init__(self, facts: Facts, proposed: Fix | None, base: IgnoreFile) -> None:
        """``base`` is the ignore file before any decision."""
        self._facts = facts
        self._base = base
        self._proposed: dict[str, str] = {}
        """The rules of single lines that ``fix`` writes or lists, by their texts."""
        if proposed is not None:
            lines = (*proposed.lines, *proposed.possible)
            self._proposed = {line.texts[0]: line.rule for line in lines if line.is_new}

    def keeping_back(self, path: str, *, is_dir: bool) -> Iterator[HandLine]:
        """Yield lines for all that is like ``path`` by its kind, and last the one for itself alone."""
        rules = dict(self._proposed)
        for entry in self._facts.catalog.match_path(path, is_dir):
            if entry.confidence == "high" and entry.pattern not in self._facts.candidates.unsafe:
                rules.setdefault(entry.pattern, BY_HAND)
        own = line_of(self._facts, path)
        rule = rules.pop(own, BY_HAND)
        is_ignored = self._git_ignores(path)
        for text, general in rules.items():
            if not text.startswith("!") and self._means(text, path):
                yield HandLine(path, add_line(text, _CHOSEN), general, is_ignored)
        yield HandLine(path, add_line(own, _CHOSEN), rule, is_ignored)

    def fewer(
        self, path: str, lines: tuple[HandLine, ...]
    ) -> Iterator[tuple[tuple[HandLine, ...], str, bool]]:
        """Yield what is left of ``lines`` without one that keeps ``path`` back, or with a line of the file less.

        Each comes with the line that goes, and whether it was decided about ``path`` itself.
        """
        for line in lines:
            if line.text and not line.lets_in and self._means(line.text, path):
                others = tuple(other for other in lines if other is not line)
                yield others, line.text, line.path == path
        gone = {line.edit.line for line in lines if line.text is None}
        for old in self._base.lines:
            is_plain = old.pattern is not None and not old.pattern.startswith("!")
            if is_plain and old.number not in gone and self._means(old.text, path):
                removal = HandLine(path, Edit(EditKind.REMOVE, old.number, None, _CHOSEN))
                yield (*lines, removal), old.text, False

    def exception(self, path: str) -> HandLine:
        """Return the line that brings ``path`` back alone."""
        return HandLine(path, add_line(f"!{line_of(self._facts, path)}", _CHOSEN))

    def taken_back(self, path: str, lines: tuple[HandLine, ...]) -> tuple[HandLine, ...]:
        """Return those of ``lines`` that have brought back ``path`` or something below it.

        A line that keeps it back once more is none: Docker does not ask it about what an exception names below.
        """
        return tuple(line for line in lines if line.brings_back and is_at_or_below(line.path, path))

    def text_of(self, line: HandLine) -> str:
        """Return the line that a decision writes, or removes."""
        if line.text is None and line.edit.line is not None:
            return self._base.lines[line.edit.line - 1].text
        return line.text or ""

    def _git_ignores(self, path: str) -> bool:
        evidence = self._facts.evidence
        if evidence is None or evidence.has_tracked_below(path):
            return False
        return evidence.is_ignored(path)

    def _means(self, text: str, path: str) -> bool:
        """Whether a line matches ``path`` by its own name, not by that of a folder above."""
        dialect = self._facts.matcher.dialect
        try:
            matcher = read_matcher([(None, clean_pattern(text, dialect) or "")], dialect=dialect)
            return is_itself_matched(matcher, path)
        except IgnoreFileError:
            return False


__all__ = ["HandChoice"]
