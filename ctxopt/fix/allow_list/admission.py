"""Which exceptions an allow-list may hold: what the file in force excludes on purpose stays out. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ctxopt.build.analysis import Analysis
from ctxopt.fix.allow_list.entries import AllowedEntry
from ctxopt.fix.allow_list.leftovers import after_catch_all
from ctxopt.fix.proposal import LeftAlone
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.paths import is_at_or_below, is_covered
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.replay import replay
from ctxopt.tree.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What a list lets in, and what not."""

    entries: tuple[AllowedEntry, ...]
    barred: tuple[AllowedEntry, ...]
    """Those that a line of the file excludes, so that the line has to stay."""
    wanted: frozenset[str]
    """The paths that the entries are for."""
    back: frozenset[str]
    """Paths that are excluded now, let in for sources that find nothing."""
    unlisted: View
    """What the file lets through without its last line that excludes everything."""
    left_alone: tuple[LeftAlone, ...]
    """The barred entries, with the line that excludes each."""

    def comes_back(self, path: str) -> bool:
        """Whether a path is let in for a source that finds nothing now, or lies on the way."""
        if is_covered(path, self.back):
            return True
        return any(is_at_or_below(other, path) for other in self.back)


def admit(
    analysis: Analysis, file: IgnoreFile, entries: Iterable[AllowedEntry], there: ViewLookup
) -> Admission:
    """Leave out what a line of ``file`` excludes on purpose; note what comes back.

    ``there`` looks paths up in the tree with nothing excluded.
    """
    # A line that excludes everything says nothing of a single path; those after it do.
    specific = read_matcher((line.number, line.pattern or "") for line in after_catch_all(file))
    now = ViewLookup(analysis.permitted)
    admitted: list[AllowedEntry] = []
    barred: list[AllowedEntry] = []
    wanted: set[str] = set()
    back: set[str] = set()
    left_alone: list[LeftAlone] = []
    for entry in entries:
        is_sent = any(now.find(path) is not None for path in entry.taken)
        excluded = {path for path in entry.taken if specific.decide(path).excluded}
        if entry.path is not None and not is_sent and excluded:
            left_alone.append(_told(entry, entry.path, specific))
            barred.append(entry)
            continue
        if not is_sent:
            found = (path for path in entry.taken if there.find(path) is not None)
            back.update(path for path in found if path not in excluded)
        wanted.update(entry.taken)
        admitted.append(entry)
    return Admission(
        entries=tuple(admitted),
        barred=tuple(barred),
        wanted=frozenset(wanted),
        back=frozenset(back),
        unlisted=replay(analysis.tree, specific).view,
        left_alone=tuple(left_alone),
    )


def _told(entry: AllowedEntry, path: str, specific: Matcher) -> LeftAlone:
    index = specific.decide(path).index
    line = None if index is None else specific.patterns[index].line
    why = f"line {line} excludes it, though it is taken by {entry.reasons[0]}"
    return LeftAlone(f"!{entry.pattern}", why)


__all__ = ["Admission", "admit"]
