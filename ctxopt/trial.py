"""Edits of the ignore file in force, tried on the measured tree before anyone proposes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ctxopt.build.analysis import matcher_for
from ctxopt.build.sources import CheckKind, SourceCheck
from ctxopt.builder import Builder
from ctxopt.errors import IgnoreFileError
from ctxopt.evidence.facts import Facts
from ctxopt.finding import Location
from ctxopt.languages.dockerfile import Source
from ctxopt.languages.ignore.edits import Edit, EditKind, apply_edits
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.languages.ignore.pattern import (
    BadPatternError,
    IllegalExceptionError,
    Pattern,
    read_pattern,
)
from ctxopt.languages.ignore.text import IgnoreFile, Line, clean_pattern, parse_ignore_file
from ctxopt.tree.replay import Difference, Replay, compare, hide, replay

MOST_SHOWN = 50
"""Paths of a list that may be long."""


class Trial(NamedTuple):
    """The ignore file with edits made, and what that changes."""

    file: IgnoreFile
    matcher: Matcher
    replay: Replay
    difference: Difference

    @property
    def is_exact(self) -> bool:
        """Whether the walk has read everything that the edited file lets in."""
        return not self.replay.unseen


@dataclass(frozen=True, slots=True)
class WrittenPattern:
    """A pattern of the ignore file with its place in the matcher and its line."""

    index: int
    pattern: Pattern
    line: Line

    @property
    def written(self) -> str:
        """The line as it is written, without what surrounds it."""
        return self.line.text.removeprefix("\ufeff").strip()


def written_patterns(facts: Facts) -> Iterator[WrittenPattern]:
    """Yield the patterns in force that stand in the ignore file, in order."""
    file = facts.analysis.context.ignore.file
    if file is None:
        return
    for index, pattern in enumerate(facts.analysis.matcher.patterns):
        if pattern.line is not None:
            yield WrittenPattern(index, pattern, file.lines[pattern.line - 1])


def place(facts: Facts, line: int | None) -> Location:
    """Return a line of the ignore file in force as the place of a finding."""
    return Location(facts.ignore_path, line)


def try_edits(facts: Facts, edits: Sequence[Edit]) -> Trial | None:
    """Make the edits and replay; None if Docker would refuse the file they make."""
    context = facts.analysis.context
    file = context.ignore.file or parse_ignore_file(b"", facts.ignore_path)
    try:
        edited = apply_edits(file, edits)
        matcher = matcher_for(context, edited, context.builder)
        replayed = replay(
            facts.analysis.tree, matcher, builder=context.builder, before=facts.analysis.matcher
        )
    except IgnoreFileError:
        return None
    return Trial(edited, matcher, replayed, compare(facts.analysis.permitted, replayed))


def hidden_by(facts: Facts, texts: Iterable[str]) -> dict[str, Difference]:
    """Return what each line would hide at the end of the file, as far as one pass can tell.

    An exception in the file or an odd line takes a trial of its own, and is left out.
    """
    if any(item.exception for item in facts.analysis.matcher.patterns):
        return {}
    found: dict[str, Pattern] = {}
    for text in texts:
        try:
            pattern = read_pattern(clean_pattern(text) or "")
        except (BadPatternError, IllegalExceptionError):
            continue
        if pattern is not None and not pattern.exception and not text.startswith("#"):
            found[text] = pattern
    try:
        differences = hide(facts.analysis.permitted, list(found.values()))
    except BadPatternError:
        return {}
    return dict(zip(found, differences, strict=True))


def harms_other_builder(facts: Facts, trial: Trial) -> bool:
    """Whether the other builder, which reads the same file, would send more or refuse.

    Only exceptions make the two walk differently: without any, what holds for one holds for both.
    """
    context = facts.analysis.context
    file = context.ignore.file
    patterns = (*facts.analysis.matcher.patterns, *trial.matcher.patterns)
    if file is None or context.ignore.path != ".dockerignore":
        return False
    if not any(pattern.exception for pattern in patterns):
        return False
    other: Builder = "buildkit" if context.builder == "classic" else "classic"
    tree = facts.analysis.tree
    old = replay(tree, matcher_for(context, file, other), builder=other)
    try:
        new = replay(tree, matcher_for(context, trial.file, other), builder=other)
    except IgnoreFileError:
        return True
    change = compare(old.view, new._replace(changed=old.changed | new.changed))
    return bool(change.gained) or not set(new.unseen) <= set(old.unseen)


def several_lines(line: int, texts: Sequence[str], reason: str, after: int | None) -> list[Edit]:
    """Return the edits that write ``texts`` in the place of one line.

    ``after`` is the number of the next line, None where there is none.
    """
    first, *others = texts
    edits = [Edit(EditKind.REPLACE, line, first, reason)]
    return edits + [Edit(EditKind.ADD, after, text, reason) for text in others]


def line_after(facts: Facts, line: int) -> int | None:
    """Return the number of the line after ``line``; None at the end of the file."""
    file = facts.analysis.context.ignore.file
    return line + 1 if file is not None and line < len(file.lines) else None


def dockerfile_line(facts: Facts, source: Source) -> Location:
    """Return the instruction that names a source as the place of a finding."""
    return Location(facts.analysis.context.dockerfile.path, source.line)


def checks_of(facts: Facts, *kinds: CheckKind) -> Iterator[SourceCheck]:
    """Yield what the build says of its sources, of the kinds given, each only once."""
    plan = facts.analysis.plan
    seen = set()
    for check in plan.sources.checks if plan else ():
        key = (check.kind, check.source.line, check.text, check.paths)
        if check.kind in kinds and key not in seen:
            seen.add(key)
            yield check


def is_main(check: SourceCheck) -> bool:
    """Whether a source is one of the main context, to which the ignore file in force belongs."""
    return check.source.from_ is None


def remove_line(line: int, reason: str) -> Edit:
    """Return the edit that removes one line of the ignore file."""
    return Edit(EditKind.REMOVE, line, None, reason)


def shown(paths: Iterable[str], most: int = MOST_SHOWN) -> tuple[str, ...]:
    """Return the first paths of a list that may be long."""
    return tuple(path for path, _ in zip(paths, range(most), strict=False))
