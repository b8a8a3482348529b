"""Edits of the ignore file in force, tried on the measured tree before anyone proposes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from ctxopt.build.analysis import Analysis, matcher_for
from ctxopt.build.context import builder_named
from ctxopt.builder import DOCKERS, Builder
from ctxopt.config.load import Config
from ctxopt.errors import IgnoreFileError
from ctxopt.evidence.facts import Facts, Trial
from ctxopt.evidence.reach import Reach
from ctxopt.languages.ignore.edits import Edit, apply_edits
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.languages.ignore.pattern import (
    BadPatternError,
    IllegalExceptionError,
    Pattern,
    read_pattern,
)
from ctxopt.languages.ignore.text import IgnoreFile, clean_pattern, parse_ignore_file
from ctxopt.tree.replay import Difference, Replay, compare_views, hide, replay
from ctxopt.tree.view import files_below

NO_CHANGE: Final = Difference(
    lost=(), lost_bytes=0, lost_entries=0, gained=(), gained_bytes=0, gained_entries=0
)


def try_edits(facts: Facts, edits: Sequence[Edit]) -> Trial | None:
    """Make the edits and replay; None if Docker would refuse the file they make."""
    return try_file(facts, _edited(facts, edits))


def try_file(facts: Facts, edited: IgnoreFile) -> Trial | None:
    """Replay with ``edited`` in the place of the ignore file in force; None if Docker would refuse it."""
    known = facts.answered.trials
    text = edited.render()
    if text not in known:
        known[text] = _try(facts, edited)
    return known[text]


def _try(facts: Facts, edited: IgnoreFile) -> Trial | None:
    context, view = facts.analysis.context, facts.view
    try:
        matcher = matcher_for(context, edited, context.builder)
        replayed = replay(
            view.tree, matcher, builder=context.builder, before=facts.matcher, walked=view
        )
    except IgnoreFileError:
        return None
    if replayed.unseen and view.tree.errors:
        replayed = replayed._replace(unseen=_let_in(facts, replayed.unseen))
    return Trial(edited, matcher, replayed, compare_views(view, replayed))


def _let_in(facts: Facts, unseen: Sequence[str]) -> tuple[str, ...]:
    """Return what no walk has read without what the client enters already, and cannot read."""
    matcher = facts.matcher
    prunes = matcher.pruner(facts.builder)
    unreadable = {error.path for error in facts.view.tree.errors}
    return tuple(
        path
        for path in unseen
        if path not in unreadable or (matcher.decide(path).excluded and prunes(path))
    )


def edited_matcher(facts: Facts, edits: Sequence[Edit]) -> Matcher | None:
    """Return the patterns that the edits make; None if Docker would refuse the file."""
    context = facts.analysis.context
    edited = _edited(facts, edits)
    known = facts.answered.trials.get(edited.render())
    if known is not None:
        return known.matcher
    try:
        return matcher_for(context, edited, context.builder)
    except IgnoreFileError:
        return None


def _edited(facts: Facts, edits: Sequence[Edit]) -> IgnoreFile:
    """Return the ignore file with the edits made."""
    file = facts.ignore_file or parse_ignore_file(b"", facts.ignore_path)
    return apply_edits(file, edits)


def change_of(trial: Trial | None) -> Difference:
    """Return what a trial changes: nothing where there was none, or Docker would refuse the file."""
    if trial is None:
        return NO_CHANGE
    return trial.difference


def reach_of(facts: Facts, change: Difference) -> Reach | None:
    """Return how far the first of the lost paths travels; None where nothing is lost."""
    if not change.lost:
        return None
    return facts.reach(change.lost[0])


def hidden_by(facts: Facts, texts: Iterable[str]) -> dict[str, Difference]:
    """Return what each line would hide at the end of the file, as far as one pass can tell.

    An exception in the file or an odd line takes a trial of its own, and is left out.
    """
    # An exception behind a line may bring back what the line hides: one pass cannot see that.
    if any(item.exception for item in facts.matcher.patterns):
        return {}
    found: dict[str, Pattern] = {}
    for text in texts:
        try:
            dialect = facts.matcher.dialect
            pattern = read_pattern(clean_pattern(text, dialect) or "", dialect=dialect)
        except (BadPatternError, IllegalExceptionError):
            continue
        # A line that starts with # becomes a comment in the file, whatever it means as a pattern.
        if pattern is not None and not pattern.exception and not text.startswith("#"):
            found[text] = pattern
    try:
        differences = hide(facts.view, list(found.values()))
    except BadPatternError:
        return {}
    return dict(zip(found, differences, strict=True))


def other_readers(analysis: Analysis, config: Config) -> list[Builder]:
    """Return the other builders that read the ignore file in force, and that a change of it must not harm.

    They are those which the configuration names, else Docker's two.
    """
    context = analysis.context
    named = [builder_named(name) for name in config.builders] or DOCKERS
    # Only Podman is told of a file by name.
    if context.named.ignorefile is not None:
        return []
    return [
        builder
        for builder in named
        if builder is not context.builder and _reads(analysis, builder, context.ignore.path)
    ]


def _reads(analysis: Analysis, builder: Builder, path: str | None) -> bool:
    """Tell whether a builder reads the file in force, and none that it likes better."""
    if not builder.reads(path):
        return False
    root = analysis.tree.folders.get("")
    if root is None or path not in builder.ignore_endings:
        return True
    better = builder.ignore_endings[: builder.ignore_endings.index(path)]
    return not any(name in root.names for name in better)


def sent_by(facts: Facts, other: Builder) -> Replay | None:
    """Return what another builder would send with the ignore file in force; None where it would refuse that."""
    known = facts.answered.of_others
    if other not in known:
        context = facts.analysis.context
        file = context.ignore.file or parse_ignore_file(b"", facts.ignore_path)
        try:
            known[other] = replay(facts.view.tree, matcher_for(context, file, other), builder=other)
        except IgnoreFileError:
            known[other] = None
    return known[other]


def harms_other_builder(facts: Facts, trial: Trial) -> bool:
    """Whether another builder that reads the same file would send more or refuse."""
    others = other_readers(facts.analysis, facts.config)
    return any(_harms(facts, trial, other) for other in others)


def _harms(facts: Facts, trial: Trial, other: Builder) -> bool:
    context = facts.analysis.context
    patterns = (*facts.matcher.patterns, *trial.matcher.patterns)
    # Only exceptions make Docker's two walk differently: without any, what holds for one holds for both.
    is_alike = other in DOCKERS and context.builder in DOCKERS
    if is_alike and not any(pattern.exception for pattern in patterns):
        return False
    old = sent_by(facts, other)
    if old is None:
        # What it refuses already is no worse for a change.
        return False
    try:
        new = replay(facts.view.tree, matcher_for(context, trial.file, other), builder=other)
    except IgnoreFileError:
        return True
    # The two replays start from the walk each, so both list what differs from it, not from each other.
    change = compare_views(old.view, new._replace(changed=old.changed | new.changed))
    if change.gained or not set(new.unseen) <= set(old.unseen):
        return True
    # What is proven of the lines is proven of what they hide here: they may not hide anything else there.
    lost = set(files_below(old.view, change.lost))
    return not is_alike and not lost <= set(files_below(facts.view, trial.difference.lost))


__all__ = [
    "NO_CHANGE",
    "Trial",
    "change_of",
    "edited_matcher",
    "harms_other_builder",
    "hidden_by",
    "other_readers",
    "reach_of",
    "sent_by",
    "try_edits",
    "try_file",
]
