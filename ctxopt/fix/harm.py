"""What a line that a person chooses would do that may not be meant, in a clause before it is done. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final, NamedTuple

from ctxopt.evidence.facts import Facts
from ctxopt.fix.confidence import NOT_TAKEN, Assurance, Confidences
from ctxopt.fix.safety import Safety, lost_sources
from ctxopt.fix.what_if import rewritten
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.text import clean_pattern
from ctxopt.paths import is_covered
from ctxopt.rules.grouping import travels
from ctxopt.rules.trial import Trial, harms_other_builder
from ctxopt.tree.view import files_below

_MOST_LOOKED_AT: Final = 20_000
"""Files that come back and whose names are looked up among those of secrets."""


class Told(NamedTuple):
    """What is said of a line before it is taken, each in a clause."""

    reason: str
    """What is known of what it hides."""
    harm: str
    """Empty where nothing is known to miss what it hides."""


NOTHING_TOLD: Final = Told("", "")


class Harms:
    """Asks of a line what every proposed one is asked, and answers in words."""

    def __init__(self, shared: Facts) -> None:
        """``shared`` are the facts about every build with the ignore file, as it is."""
        self._facts = shared
        self._safety = Safety(shared)
        self._confidences = Confidences(shared)
        self._candidates = {item.path for item in shared.candidates.found}

    def of_keeping_back(self, now: Facts, trial: Trial, text: str, path: str) -> Told:
        """Judge the line ``text`` for ``path``, tried on the context as it is ``now``."""
        lost = trial.difference.lost
        files = sorted(files_below(now.view, lost))
        assurance = self._confidences.of(lost, files)
        dialect = now.matcher.dialect
        pattern = clean_pattern(text, dialect) or ""
        harm = self._safety.refusal(lost, files, read_matcher([(None, pattern)], dialect=dialect))
        if harm is None and self._safety.meets_source(lost):
            harm = lost_sources(now, rewritten(now, trial))
        if harm is None and (trial.difference.gained or harms_other_builder(now, trial)):
            harm = "another builder that reads the file would send more"
        if not self._speaks_for(lost, assurance):
            assurance = Assurance("possible", "nothing shows that the build does without it")
        if harm is None and assurance.confidence == "possible":
            harm = f"it {travels(now, now.reaches.of(path))}, and {assurance.reason}"
        return Told(f"{assurance.confidence}: {assurance.reason}", harm or "")

    def _speaks_for(self, lost: Iterable[str], assurance: Assurance) -> bool:
        """Whether more than the wish of a person speaks for hiding ``lost``: sources are no candidates."""
        if assurance.is_ignored or assurance.reason == NOT_TAKEN:
            return True
        return all(is_covered(path, self._candidates) for path in lost)

    def of_bringing_back(self, trial: Trial) -> Told:
        """Judge what comes back by its names."""
        files = files_below(trial.replay.view, trial.difference.gained)
        for path in islice(files, _MOST_LOOKED_AT):
            for entry in self._facts.catalog.match_path(path, is_dir=False):
                if entry.kind == "secret" and entry.confidence == "high":
                    return Told("", f"{path} may hold a secret")
        return NOTHING_TOLD


__all__ = ["NOTHING_TOLD", "Harms", "Told"]
