"""A line that another line makes superfluous: a duplicate, a special case, or one that is undone.

Such lines do no harm by themselves; they hide what the file says. Only what follows from the lines
alone is reported, and only after removing the line was replayed, so a line that excludes what a
clean checkout lacks is never called superfluous for matching nothing today.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.rules.finding import Finding
from ctxopt.rules.ignore_file.comment_trap import cure
from ctxopt.rules.rule import Rule
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import WrittenPattern, place, remove_line, written_patterns
from ctxopt.severity import Severity

_OPERATORS = frozenset("|^{}\\[]")
_CATCH_ALL = ("*", "**", "**/*")


class _Covered(NamedTuple):
    """A line that another one makes superfluous, and the edit that removes it."""

    item: WrittenPattern
    other: WrittenPattern
    why: str
    edit: Edit


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line that another one makes superfluous."""
    # ``comment-trap`` tells of a line with a comment in it, whose pattern is not the one meant.
    patterns = [
        item for item in written_patterns(facts) if not cure(item.line.number, item.line.text)
    ]
    for found in _removable(facts, list(_all_covered(patterns))):
        item, other = found.item, found.other
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=f"{item.written} is superfluous: {found.why} in line {other.line.number}"
            f" ({other.written})",
            location=place(facts, item.line.number),
            subject=item.written,
            edits=(found.edit,),
            help="the line may go; fix leaves it unless it is asked to tidy up",
        )


def _removable(facts: Facts, covered: Sequence[_Covered]) -> Iterator[_Covered]:
    """Yield those without which the file does the same, as a replay shows.

    All are tried at once, and halves of them where that changes something: a file that was written by a program may
    say the same thousands of times, and each replay reads all of it.
    """
    if not covered:
        return
    trial = try_edits(facts, [found.edit for found in covered])
    if trial is not None and not trial.difference and trial.is_exact:
        yield from covered
    elif len(covered) > 1:
        middle = len(covered) // 2
        yield from _removable(facts, covered[:middle])
        yield from _removable(facts, covered[middle:])


def _all_covered(patterns: Sequence[WrittenPattern]) -> Iterator[_Covered]:
    lines = _Lines(patterns)
    for at, item in enumerate(patterns):
        found = lines.covering(at)
        if found is not None:
            other, why = found
            edit = remove_line(item.line.number, f"{why} in line {other.line.number}")
            yield _Covered(item, other, why, edit)


class _Lines:
    """The lines of a file by their texts, so that no line has to be held against all others."""

    def __init__(self, patterns: Sequence[WrittenPattern]) -> None:
        self._patterns = patterns
        self._exceptions = [at for at, item in enumerate(patterns) if item.pattern.exception]
        self._exclusions = [at for at, item in enumerate(patterns) if not item.pattern.exception]
        self._places: dict[tuple[str, bool], list[int]] = {}
        self._any_depth: list[str] = []
        for at, item in enumerate(patterns):
            places = self._places.setdefault((item.pattern.text, item.pattern.exception), [])
            if not places and item.pattern.text.startswith("**/") and not item.pattern.exception:
                self._any_depth.append(item.pattern.text)
            places.append(at)
        # Few lengths occur: a line of thousands of folders has as many beginnings, and they are never cut out.
        self._lengths = {len(text) for text, _ in self._places}
        self._most_parts = max((text.count("/") for text in self._any_depth), default=0)

    def covering(self, at: int) -> tuple[WrittenPattern, str] | None:
        """Return the line that makes line ``at`` superfluous, and why; None if there is none."""
        item = self._patterns[at]
        text, exception = item.pattern.text, item.pattern.exception
        other = self._last_before(at, [text], exception=exception)
        if other is not None:
            return other, "the same stands already"
        if exception:
            return self._let_in_already(at, text)
        wide = list(self._covering_texts(text))
        # After an exception a pattern may have been skipped, and then it covers nothing.
        if not self._exceptions or at < self._exceptions[0]:
            other = self._last_before(at, wide, exception=False)
            if other is not None:
                return other, "it is excluded already by a pattern"
        if not self._exceptions:
            other = self._first_after(at, wide, exception=False)
            if other is not None:
                return other, "it is excluded as well by a pattern"
        other = self._first_after(at, (text, f"**/{text}"), exception=True)
        if other is not None:
            return other, "it is undone by an exception"
        return None

    def _let_in_already(self, at: int, text: str) -> tuple[WrittenPattern, str] | None:
        """Return the exception for a folder above that lets in all that line ``at`` would."""
        # Where some patterns exclude less than everything, the folder itself may never be excluded, so that its exception is
        # never tried; between a pattern for everything and this line only exceptions may stand.
        last = bisect_left(self._exclusions, at) - 1
        if last < 0 or self._patterns[self._exclusions[last]].pattern.text not in _CATCH_ALL:
            return None
        start = self._exclusions[last]
        end = text.find("/")
        while end >= 0:
            places: list[int] = []
            if end in self._lengths:
                places = self._places.get((text[:end], True), [])
            after = bisect_right(places, start)
            if after < len(places) and places[after] < at:
                return self._patterns[places[after]], "it is let in already by an exception"
            end = text.find("/", end + 1)
        return None

    def _covering_texts(self, narrow: str) -> Iterator[str]:
        """Yield the texts that match whatever ``narrow`` matches, or a folder that it is in."""
        if not _OPERATORS.isdisjoint(narrow):
            return
        yield from (text for text in _CATCH_ALL if text != narrow)
        parts = narrow.split("/")
        end = narrow.find("/")
        while end >= 0:
            if end in self._lengths:
                yield narrow[:end]
            end = narrow.find("/", end + 1)
        for wide in self._at_any_depth(parts):
            name = wide.removeprefix("**/")
            if wide != narrow and name and not name.startswith("**"):
                yield wide

    def _at_any_depth(self, parts: Sequence[str]) -> Iterator[str]:
        """Yield the texts ``**/NAME`` whose NAME is among ``parts``, whole components in a row."""
        # Whichever is shorter: the pieces of this line, or the lines of that form.
        if len(parts) * self._most_parts < len(self._any_depth):
            for start in range(len(parts)):
                for end in range(start + 1, min(start + self._most_parts, len(parts)) + 1):
                    yield "**/" + "/".join(parts[start:end])
            return
        line = f"/{'/'.join(parts)}/"
        for wide in self._any_depth:
            # Slashes around both let a name end only where a component does.
            if f"{wide[2:]}/" in line:
                yield wide

    def _last_before(
        self, at: int, texts: Iterable[str], *, exception: bool
    ) -> WrittenPattern | None:
        """The nearest of the lines ``texts`` above ``at`` with no line of the other sort between."""
        nearest = -1
        for text in texts:
            places = self._places.get((text, exception), [])
            before = bisect_left(places, at)
            if before:
                nearest = max(nearest, places[before - 1])
        if nearest < 0 or self._is_turned(nearest, at):
            return None
        return self._patterns[nearest]

    def _first_after(
        self, at: int, texts: Iterable[str], *, exception: bool
    ) -> WrittenPattern | None:
        nearest = len(self._patterns)
        for text in texts:
            places = self._places.get((text, exception), [])
            after = bisect_right(places, at)
            if after < len(places):
                nearest = min(nearest, places[after])
        if nearest == len(self._patterns):
            return None
        return self._patterns[nearest]

    def _is_turned(self, start: int, end: int) -> bool:
        """Whether exclusion and exception change places between two lines that are of one sort."""
        between = bisect_left(self._exceptions, end) - bisect_left(self._exceptions, start)
        if self._patterns[end].pattern.exception:
            return between != end - start
        return between > 0


RULE = Rule("redundant-pattern", "Redundant pattern", Severity.INFO, check, about="lines")
