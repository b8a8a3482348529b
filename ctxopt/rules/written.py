"""The lines of the ignore file as rules speak of them: where they stand, what they say; judges nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ctxopt.build.source_text import tell_check
from ctxopt.build.sources import CheckKind, SourceCheck
from ctxopt.builder import CLASSIC, PODMAN
from ctxopt.config.load import Config
from ctxopt.evidence.facts import Facts
from ctxopt.languages.dockerfile import Source
from ctxopt.languages.ignore.dialect import DOCKER, Dialect, dialect_of
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.languages.ignore.escape import escape_pattern
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.languages.ignore.text import BOM, Line
from ctxopt.paths import parent
from ctxopt.rules.finding import Location

MOST_SHOWN = 50
"""Paths of a list that may be long."""


@dataclass(frozen=True, slots=True)
class WrittenPattern:
    """A pattern of the ignore file with its place in the matcher and its line."""

    index: int
    pattern: Pattern
    line: Line

    @property
    def written(self) -> str:
        """The line as it is written, without what surrounds it."""
        return self.line.text.removeprefix(BOM).strip()


def written_patterns(facts: Facts) -> Iterator[WrittenPattern]:
    """Yield the patterns in force that stand in the ignore file, in order."""
    file = facts.ignore_file
    if file is None:
        return
    for index, pattern in enumerate(facts.matcher.patterns):
        if pattern.line is not None:
            yield WrittenPattern(index, pattern, file.lines[pattern.line - 1])


def dialect_of_lines(config: Config) -> Dialect:
    """Return how lines are escaped: for Podman where it is the builder or the configuration names it."""
    if PODMAN.name in (config.builder, *config.builders):
        # What it needs means the same to Docker, and is longer.
        return dialect_of(PODMAN)
    return DOCKER


def line_of(facts: Facts, path: str) -> str:
    """Return the line that means ``path`` alone, to the builder and to those that the configuration names."""
    return escape_pattern(path, dialect_of_lines(facts.config))


def place(facts: Facts, line: int | None) -> Location:
    """Return a line of the ignore file in force as the place of a finding."""
    return Location(facts.ignore_path, line)


def several_lines(line: int, texts: Sequence[str], reason: str, after: int | None) -> list[Edit]:
    """Return the edits that write ``texts`` in the place of one line.

    ``after`` is the number of the next line, None where there is none.
    """
    # Replacing the line keeps its place, and with it what exceptions below it bring back.
    first, *others = texts
    edits = [Edit(EditKind.REPLACE, line, first, reason)]
    return edits + [Edit(EditKind.ADD, after, text, reason) for text in others]


def line_after(facts: Facts, line: int) -> int | None:
    """Return the number of the line after ``line``; None at the end of the file."""
    file = facts.ignore_file
    if file is None or line >= len(file.lines):
        return None
    return line + 1


def slash_trap(facts: Facts, path: str) -> str:
    """Return what to know of a line for folders that hides the file ``path``, in a clause; empty for other lines."""
    decision = facts.matcher.decide(path)
    file = facts.ignore_file
    if decision.index is None or file is None:
        return ""
    line = facts.matcher.patterns[decision.index].line
    above = parent(path)
    # In an excluded folder the line means what it says.
    if line is None or (above and facts.matcher.decide(above).excluded):
        return ""
    written = file.lines[line - 1].text.strip()
    if not written.endswith("/") or os.path.isdir(os.path.join(facts.view.tree.root, path)):
        return ""
    return f"; {written} in line {line} hides files, too, where {written}** is about what is in folders"


def dockerfile_line(facts: Facts, source: Source) -> Location:
    """Return the instruction that names a source as the place of a finding."""
    return Location(facts.analysis.context.dockerfile.path, source.line)


def checks_of(facts: Facts, *kinds: CheckKind) -> Iterator[SourceCheck]:
    """Yield what the build says of its sources, of the kinds given, each only once."""
    plan = facts.plan
    if plan is not None:
        checks: Iterable[SourceCheck] = plan.sources.checks
    elif facts.builder is CLASSIC:
        # The other builders know what they load, and the scans of few people are about this one.
        from ctxopt.rules.classic_sources import check_sources

        checks = check_sources(facts)
    else:
        return
    # An instruction that several stages share is checked once for each of them.
    seen = set()
    for check in checks:
        key = (check.kind, check.source.line, check.text, check.paths)
        if check.kind in kinds and key not in seen:
            seen.add(key)
            yield check


def source_message(facts: Facts, check: SourceCheck) -> str:
    """Return what a check says in a sentence, with the ignore file in force by its name."""
    return tell_check(check, facts.analysis.context.ignore.path)


def is_main(check: SourceCheck) -> bool:
    """Whether a source is one of the main context, to which the ignore file in force belongs."""
    return check.source.from_ is None


def remove_line(line: int, reason: str) -> Edit:
    """Return the edit that removes one line of the ignore file."""
    return Edit(EditKind.REMOVE, line, None, reason)


def shown(paths: Iterable[str], most: int = MOST_SHOWN) -> tuple[str, ...]:
    """Return the first paths of a list that may be long."""
    return tuple(path for path, _ in zip(paths, range(most), strict=False))
