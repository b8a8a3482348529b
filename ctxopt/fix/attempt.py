"""Each change that may be proposed, tried alone on the measured tree; where a wide one may not be made, its parts. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from ctxopt.evidence.facts import Facts
from ctxopt.fix.choose import repairs
from ctxopt.fix.confidence import Confidences
from ctxopt.fix.safety import Safety, lost_sources
from ctxopt.fix.unit import Saving, Tried, Unit
from ctxopt.fix.what_if import rewritten
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.escape import fits_a_line
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.text import clean_pattern
from ctxopt.rules.rule import add_line
from ctxopt.rules.trial import Trial, hidden_by, try_edits
from ctxopt.rules.written import line_of
from ctxopt.tree.replay import Difference
from ctxopt.tree.view import View, files_below

_MOST_PARTS: Final = 50


class _LostFiles(Collection[str]):
    """What ``view`` sends at or below the ``lost`` paths, folders left out; listed only where one of them is asked for."""

    def __init__(self, view: View, lost: Sequence[str]) -> None:
        self._view = view
        self._lost = lost

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(files_below(self._view, self._lost))

    def __iter__(self) -> Iterator[str]:
        return iter(self._sorted)

    def __len__(self) -> int:
        return len(self._sorted)

    def __contains__(self, path: object) -> bool:
        return path in self._sorted


class Attempts:
    """Tries one unit after the other; notes in ``left`` why one is out of the question."""

    def __init__(self, facts: Facts, left: dict[str, str]) -> None:
        self._facts = facts
        self._left = left
        self._safety = Safety(facts)
        self._confidences = Confidences(facts)

    def try_alone(self, units: Sequence[Unit]) -> list[Tried]:
        """Return what each unit does alone, and the parts of those that may not be made as they are."""
        hidden = self._hidden_by(units)
        tried: list[Tried] = []
        waiting: dict[str, Unit] = {}
        for unit in units:
            change = hidden.get(unit.name) if unit.is_plain else None
            found = self._try(unit, change)
            if isinstance(found, Tried):
                tried.append(found)
            else:
                self._left.setdefault(unit.name, found)
            if isinstance(found, str) or found.confidence == "possible":
                waiting |= {part.name: part for part in self._parts(unit, change)}
        known = {unit.name for unit in units}
        parts = [part for text, part in waiting.items() if text not in known]
        hidden = self._hidden_by(parts)
        for part in parts:
            found = self._try(part, hidden.get(part.name))
            # The doubt about the whole is told; of the parts only what is surer is news.
            if isinstance(found, Tried) and found.confidence != "possible":
                tried.append(found)
        return tried

    def _hidden_by(self, units: Sequence[Unit]) -> Mapping[str, Difference]:
        """Return what the lines that only add hide: one pass over the tree, as a replay each would cost far more."""
        return hidden_by(self._facts, (unit.name for unit in units if unit.is_plain))

    def _parts(self, unit: Unit, change: Difference | None) -> Iterator[Unit]:
        """Yield a line for each path that a pattern hides, where there are several worth one."""
        if not unit.is_plain or not has_meta(unit.name):
            return
        if change is None:
            trial = try_edits(self._facts, unit.edits)
            if trial is None or not trial.is_exact:
                return
            change = trial.difference
        if not 1 < len(change.lost) <= _MOST_PARTS:
            return
        for path in change.lost:
            if fits_a_line(path):
                line = add_line(line_of(self._facts, path), unit.edits[0].reason)
                yield unit._replace(edits=(line,))

    def _try(self, unit: Unit, change: Difference | None) -> Tried | str:
        """Return the unit alone, or why it is out of the question; ``change`` is known of plain ones."""
        facts = self._facts
        trial = None
        if change is None:
            trial = try_edits(facts, unit.edits)
            if trial is None:
                return f"{facts.builder.brand} would refuse the file"
            change = trial.difference
            if change.gained or not trial.is_exact:
                return "it would send more than now"
        if unit.is_pruning and change.lost:
            return "it does something"
        if not change.lost and not repairs(unit):
            return "it saves nothing"
        files = _LostFiles(facts.view, change.lost)
        refusal = self._refusal(unit, trial, lost=change.lost, files=files)
        if refusal is not None:
            return refusal
        assurance = self._confidences.of(change.lost, files)
        return Tried(
            unit=unit,
            lost=change.lost,
            saving=Saving(change.lost_bytes, change.lost_entries),
            confidence=assurance.confidence,
            reason=assurance.reason,
            is_ignored=assurance.is_ignored,
        )

    def _refusal(
        self, unit: Unit, trial: Trial | None, *, lost: Sequence[str], files: Collection[str]
    ) -> str | None:
        """Return why ``lost``, with ``files`` in it, must stay; ``trial`` is None for plain units."""
        facts, safety = self._facts, self._safety
        if trial is not None:
            matcher = trial.matcher
        else:
            matcher = read_matcher([(None, clean_pattern(unit.name) or "")])
        refusal = safety.refusal(lost, files, matcher)
        if refusal is not None or not safety.meets_source(lost):
            return refusal
        # Resolving every source again is slow, so only where one of them can be hit.
        trial = trial or try_edits(facts, unit.edits)
        return lost_sources(facts, rewritten(facts, trial)) if trial is not None else None
