"""What lines are worth in rebuilds: in how many of the last commits they would have kept a step in the cache. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Final

from ctxopt.evidence.facts import Facts
from ctxopt.evidence.past_rebuilds import Commits, PastRebuilds
from ctxopt.fix.unit import Tried, only_adds
from ctxopt.languages.ignore.edits import Edit
from ctxopt.rules.trial import edited_matcher

_LEAST: Final = 2
"""Rebuilds for which a line is worth writing, whatever its bytes."""


def worth_writing(
    facts: Facts, light: Sequence[Tried], heavy: Iterable[Tried]
) -> Collection[Tried]:
    """Return those of the ``light`` lines without which two more commits would have made steps run again.

    ``heavy`` are the lines that come along anyway. Two lines may save together what neither saves alone: a line is
    weighed beside all others that stay.
    """
    past = None
    if light:
        past = facts.rebuilds
    if past is None:
        return ()
    others = [edit for item in heavy for edit in item.unit.edits]
    kept = list(light)
    saved = _saved(facts, past, [*others, *_edits(kept)])
    is_settled = not saved
    if is_settled:
        return ()
    while not is_settled:
        is_settled = True
        # The lightest goes first: of two that do the same, the heavier one is left.
        for item in reversed(list(kept)):
            rest = [other for other in kept if other is not item]
            without = _saved(facts, past, [*others, *_edits(rest)], among=saved)
            if len(saved) - len(without) < _LEAST:
                kept, saved, is_settled = rest, without, False
    return kept


def rebuilds_of(facts: Facts, chosen: Sequence[Tried]) -> Sequence[int | None]:
    """Return how many commits each line saves beside those before it; None for each where that is not known."""
    past = None
    if chosen:
        past = facts.rebuilds
    if past is None:
        return [None] * len(chosen)
    # The last sum is asked for first: no fewer lines save more.
    sums = list(accumulate([*item.unit.edits] for item in chosen))
    whole = _saved(facts, past, sums[-1])
    counts = [0, *(len(_saved(facts, past, edits, among=whole)) for edits in sums)]
    return [after - before for before, after in pairwise(counts)]


def saved_by_each(facts: Facts, several: Sequence[Sequence[Edit]]) -> list[int | None]:
    """Return how many commits edits save by themselves; None for no edits, and where that is not known."""
    past = None
    if any(several):
        past = facts.rebuilds
    if past is None:
        return [None] * len(several)
    new = {edit.text: edit for edits in several for edit in edits if only_adds([edit])}
    # What no new line saves, not even beside all others, none of them saves alone.
    whole = _saved(facts, past, [*new.values()])
    found: list[int | None] = []
    for edits in several:
        among = whole if only_adds(edits) else None
        found.append(len(_saved(facts, past, edits, among)) if edits else None)
    return found


def _saved(
    facts: Facts, past: PastRebuilds, edits: Sequence[Edit], among: Commits | None = None
) -> Commits:
    after = None
    # Where nothing is left to save, no patterns have to be read.
    if among is None or among:
        after = edited_matcher(facts, edits)
    if after is None:
        return frozenset()
    return past.saved(facts.matcher, after, among)


def _edits(items: Iterable[Tried]) -> list[Edit]:
    return [edit for item in items for edit in item.unit.edits]
