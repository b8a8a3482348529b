"""The file with a list in it, tried under both builders until what it sends is right.

Pure. What the file in force excludes stays out, and what the builds take stays in.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from ctxopt.build.analysis import Analysis, matcher_for
from ctxopt.config.load import Config
from ctxopt.errors import AllowListError
from ctxopt.fix.allow_list.admission import Admission
from ctxopt.fix.allow_list.entries import AllowedEntry, ListLine, exception_form, list_lines
from ctxopt.fix.allow_list.leftovers import HEAD, Leftovers, is_catch_all, part_leftovers
from ctxopt.fix.allow_list.sent import sent_under
from ctxopt.languages.ignore.dialect import Dialect
from ctxopt.languages.ignore.escape import escape_pattern
from ctxopt.languages.ignore.text import BOM, IgnoreFile, parse_ignore_file
from ctxopt.paths import is_covered, topmost
from ctxopt.rules.trial import Trial, other_readers
from ctxopt.rules.written import dialect_of_lines
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.replay import compare_views, replay

_ROUNDS: Final = 4
"""The first finds what the classic client misses, the second what old lines do to the list."""
_MOST_REPAIRS: Final = 50


class Draft(NamedTuple):
    """A file that is tried, and what it was made of."""

    trial: Trial
    lines: tuple[ListLine, ...]
    repairs: tuple[ListLine, ...]
    """Lines at the end, where the old lines that stay and the list disagree."""
    removed: tuple[str, ...]
    """Old lines that do nothing beside the list."""


class _Change(NamedTuple):
    """What a draft does that it must not."""

    lost: set[str]
    """Wanted, and sent no more by some builder."""
    gained: set[str]
    """Sent by some builder, and was not."""


def draft_list(
    analysis: Analysis, config: Config, file: IgnoreFile, admission: Admission, there: ViewLookup
) -> Draft | None:
    """Return ``file`` with the list; None where the file in force does the same already.

    ``there`` looks paths up in the tree with nothing excluded. Raises AllowListError where the
    lines of the file and a list do not go together.
    """
    return _Drafting(analysis, config, file, admission, there).draft()


def try_file(analysis: Analysis, file: IgnoreFile) -> Trial:
    """Return what the context would be under ``file``."""
    builder = analysis.context.builder
    matcher = matcher_for(analysis.context, file, builder)
    replayed = replay(analysis.tree, matcher, builder=builder, before=analysis.matcher)
    return Trial(file, matcher, replayed, compare_views(analysis.permitted, replayed))


class _Drafting:
    """The loop of drafts: what one gets wrong, the next one has lines for."""

    def __init__(
        self,
        analysis: Analysis,
        config: Config,
        file: IgnoreFile,
        admission: Admission,
        there: ViewLookup,
    ) -> None:
        self._analysis = analysis
        self._file = file
        self._admission = admission
        self._there = there
        self._dialect = dialect_of_lines(config)
        readers = [analysis.context.builder, *other_readers(analysis, config)]
        self._now = {builder: sent_under(analysis, file, builder) for builder in readers}

    def draft(self) -> Draft | None:
        entries = list(self._admission.entries)
        repairs: list[ListLine] = []
        change = _Change(set(), set())
        for _ in range(_ROUNDS):
            draft = self._try(entries, repairs)
            change = self._change(draft.trial.file)
            if not change.lost and not change.gained:
                if len(repairs) > _MOST_REPAIRS or not draft.trial.is_exact:
                    break
                if self._is_done(draft):
                    return None
                return draft
            known = {entry.path for entry in entries}
            spelled = _spelled_out(entries, change.lost, self._dialect)
            by_name = [entry for entry in spelled if entry.path not in known]
            entries += by_name
            # Names may mend it all; lines at the end are for what they do not.
            if not by_name:
                repairs += _repairs(change, self._dialect)
        raise self._conflict(change)

    def _try(self, entries: Sequence[AllowedEntry], repairs: Sequence[ListLine]) -> Draft:
        lines = list_lines(entries, self._admission.unlisted, self._dialect)
        kept = part_leftovers(self._file, entries, self._admission.barred, self._files(entries))
        file = _written(self._file, lines, kept, repairs)
        # A line that the list has, too, has not gone.
        still_there = {"*", *(line.text for line in lines)}
        return Draft(
            trial=try_file(self._analysis, file),
            lines=tuple(lines),
            repairs=tuple(repairs),
            removed=tuple(line.text for line in kept.removed if line.pattern not in still_there),
        )

    def _files(self, entries: Iterable[AllowedEntry]) -> frozenset[str]:
        """Return what the entries name that is there and no folder."""
        paths = (entry.path for entry in entries if entry.path is not None)
        files = (path for path in paths if path not in self._analysis.tree.folders)
        return frozenset(path for path in files if self._there.find(path) is not None)

    def _change(self, file: IgnoreFile) -> _Change:
        """Compare what each builder sends with what it sends now.

        Where builders disagree about the file in force, what this build sends is nothing new.
        """
        change = _Change(set(), set())
        now = self._now[self._analysis.context.builder]
        known: frozenset[str] = frozenset()
        if now is not None:
            known = now.paths
        for builder, old in self._now.items():
            new = sent_under(self._analysis, file, builder)
            # A builder that refuses the file in force has nothing to lose.
            if old is None or new is None:
                continue
            worse = (old.paths - new.paths) | (new.empty - old.empty)
            more = new.own - old.paths - known
            change.lost.update(p for p in worse if is_covered(p, self._admission.wanted))
            change.gained.update(p for p in more if not self._admission.comes_back(p))
        return change

    def _conflict(self, change: _Change) -> AllowListError:
        name = self._analysis.context.ignore.path or ".dockerignore"
        detail = ""
        paths = topmost(change.lost | change.gained)
        if paths:
            what = "be lost" if paths[0] in change.lost else "come back"
            detail = f": {paths[0]} would {what}"
        return AllowListError(
            f"the lines in {name} and a list of exceptions do not go together{detail}",
            hint="remove the lines that bring files back, or run ctxopt fix without --allow-list",
        )

    def _is_done(self, draft: Draft) -> bool:
        """Whether the file in force is such a list, and lets in the same under every builder."""
        patterns = [line.pattern for line in self._file.lines if line.pattern]
        if not any(map(is_catch_all, patterns)):
            return False
        # No comparison of what is sent can see that a file to come is let in.
        if any(self._analysis.matcher.decide(path).excluded for path in self._to_come()):
            return False
        for builder, old in self._now.items():
            new = sent_under(self._analysis, draft.trial.file, builder)
            if old and new and (old.files, old.empty) != (new.files, new.empty):
                return False
        return True

    def _to_come(self) -> Iterator[str]:
        """Yield what the list names and is not there yet."""
        for entry in self._admission.entries:
            if entry.path is not None and self._there.find(entry.path) is None:
                yield entry.path


def _repairs(change: _Change, dialect: Dialect) -> Iterator[ListLine]:
    for path in topmost(change.lost):
        yield ListLine(f"!{exception_form(path, dialect)}", "the file brings it back now")
    for path in topmost(change.gained):
        yield ListLine(escape_pattern(path, dialect), "the file excludes it now")


def _written(
    file: IgnoreFile, lines: Sequence[ListLine], kept: Leftovers, repairs: Sequence[ListLine]
) -> IgnoreFile:
    """Write the list first, then what stays of the file, with its line endings and its mark."""
    head = HEAD
    if file.lines and file.lines[0].text.startswith(BOM):
        head = BOM + HEAD
    texts = [head, "*", *(line.text for line in lines)]
    others = [*kept.kept, *(line.text for line in repairs)]
    if others:
        # The blank line ends the list: the next run knows by it which lines are its own.
        texts += ["", *others]
    content = "".join(text + file.ending for text in texts)
    return parse_ignore_file(os.fsencode(content), file.path)


def _spelled_out(
    entries: Sequence[AllowedEntry], lost: Collection[str], dialect: Dialect
) -> Iterator[AllowedEntry]:
    """Yield by name what a wildcard takes and a client does not look for."""
    for entry in entries:
        if entry.path is not None:
            continue
        for path in entry.taken:
            if path in lost:
                reasons = tuple(f"{reason}, for the classic builder" for reason in entry.reasons)
                yield AllowedEntry(exception_form(path, dialect), path, reasons, (path,))


__all__ = ["Draft", "draft_list", "try_file"]
