"""A context that a person looks through and changes: what keeping a path back, or bringing it back, would do.

Each step is tried on the measured tree before it is taken, and told with the harm that it does. Nothing is written but
by ``write``, which does it as every fix does.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

from ctxopt.build.fate_sums import FateSums
from ctxopt.build.survey import Survey
from ctxopt.config.load import Config
from ctxopt.errors import WriteError
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.gather import gather_facts
from ctxopt.fix.by_hand import HandLine, laid_out
from ctxopt.fix.hand_choice import HandChoice
from ctxopt.fix.harm import NOTHING_TOLD, Harms, Told
from ctxopt.fix.plan import Fix, Start, check_link, plan_fix, starting_point
from ctxopt.fix.run import Written, write_fix
from ctxopt.fix.unit import Saving
from ctxopt.fix.what_if import rewalked
from ctxopt.languages.ignore.escape import fits_a_line
from ctxopt.languages.ignore.text import parse_ignore_file
from ctxopt.paths import is_at_or_below, is_covered, name, overlaps, parent
from ctxopt.rules.registry import RULES
from ctxopt.rules.run import run_rules
from ctxopt.rules.trial import Trial, try_file
from ctxopt.tree.model import Flag


@dataclass(frozen=True, slots=True)
class Explored:
    """The context under the ignore file with the decisions so far."""

    facts: Facts
    """Of this build; its tree holds what is kept back, too."""
    sums: FateSums
    lines: tuple[HandLine, ...]
    content: bytes | None
    """What the ignore file holds then; None where there is none."""


class Toggled(NamedTuple):
    """One more decision, tried."""

    path: str
    after: Explored
    text: str
    """The line that it writes, or takes away."""
    is_written: bool
    """Whether it writes the line."""
    saving: Saving
    """What could be sent less than before; negative where more is."""
    reason: str
    """What is known of what it keeps back, in a clause; may be empty."""
    harm: str
    """What it does that may not be meant, in a clause; empty where nothing is known."""


class _Step(NamedTuple):
    """The decisions with one more, and the line that it is about."""

    path: str
    lines: tuple[HandLine, ...]
    text: str
    is_written: bool


class Exploration:
    """Tries what a person wants of single paths, one after the other."""

    def __init__(self, survey: Survey, config: Config) -> None:
        """Take a context that was measured with what the client skips; raises ConfigError."""
        analysis = survey.analysis
        facts = gather_facts(analysis, config)
        shared = facts.shared()
        self.refusal = ""
        """Why the ignore file cannot be edited; empty where it can."""
        proposed = None
        try:
            starting_point(analysis, per_dockerfile=False)
            check_link(analysis)
            start = Start(shared, run_rules(shared, RULES, config.selection))
            proposed = plan_fix(analysis, config, evidence=facts.evidence, start=start)
        except WriteError as error:
            self.refusal = error.message
        file = analysis.context.ignore.file
        self._base = file or parse_ignore_file(b"", facts.ignore_path)
        self._choice = HandChoice(shared, proposed, self._base)
        self._harms = Harms(shared)
        whole = dataclasses.replace(
            analysis, tree=survey.whole.tree, permitted=survey.whole, with_excluded=True
        )
        content = None
        if file is not None:
            content = file.render()
        self.start = Explored(
            dataclasses.replace(facts, analysis=whole), FateSums(whole), (), content
        )
        """The context as it is."""
        self.present = content
        """What the ignore file holds on the disk, as far as is known."""

    def toggle(self, now: Explored, path: str) -> Toggled | str:
        """Return what keeps ``path`` back, or brings it back where it is kept back; else why no line does."""
        if self.refusal:
            return self.refusal
        if not fits_a_line(path):
            return "no line of an ignore file can hold a line break"
        turn = self._keep_back
        if is_kept(now, path):
            turn = self._bring_back
        return turn(now, path) or "no line of the ignore file changes what becomes of it"

    def without_last(self, now: Explored) -> Explored:
        """Return the context without the last decision."""
        lines = now.lines[:-1]
        trial = self._tried(now, lines)
        if trial is None:
            return self.start
        return self._after(now, lines, trial)

    def may_write(self, now: Explored) -> bool:
        """Whether the ignore file would hold something else than it does."""
        return now.content is not None and now.content != self.present

    def write(self, now: Explored) -> Written:
        """Write the ignore file; return what is to be said of that.

        Raises WriteError where there is nothing to write, and where it has changed meanwhile or cannot be written.
        """
        if now.content is None or not self.may_write(now):
            raise WriteError("there is nothing to write")
        analysis = now.facts.analysis
        fix = Fix(
            path=analysis.context.ignore_target,
            shown=analysis.context.ignore_name,
            old_content=self.present,
            new_content=now.content,
            lines=(),
            possible=(),
            tracked=(),
            left_alone=(),
            other_dockerfiles=(),
            measured=self.start.facts.analysis,
            foreseen=analysis,
        )
        done = write_fix(fix, now.content)
        self.present = now.content
        return done

    def _keep_back(self, now: Explored, path: str) -> Toggled | None:
        gone = self._choice.taken_back(path, now.lines)
        if gone:
            lines = tuple(line for line in now.lines if line not in gone)
            step = _Step(path, lines, self._choice.text_of(gone[0]), gone[0].text is None)
            trial = self._tried(now, lines)
            if trial is not None and is_covered(path, trial.difference.lost):
                return self._told(now, step, trial)
        found = None
        is_dir = path in now.facts.analysis.tree.folders
        for line in self._choice.keeping_back(path, is_dir=is_dir):
            step = _Step(path, (*now.lines, line), line.text or "", True)
            trial = self._tried(now, step.lines)
            if trial is None or not is_covered(path, trial.difference.lost):
                continue
            told = self._harms.of_keeping_back(now.facts, trial, step.text, path)
            found = (step, trial, told)
            # What is more general has to be safe; of the path itself a person may know better.
            if not told.harm:
                break
        if found is None:
            return None
        return self._told(now, *found)

    def _bring_back(self, now: Explored, path: str) -> Toggled | None:
        """Return what brings ``path`` back and nothing beside it, a line less or an exception.

        What was decided about it before goes as a whole, and without a question.
        """
        for lines, text, is_own in self._choice.fewer(path, now.lines):
            trial = self._tried(now, lines)
            if trial is None or not _gains(trial, path, alone=not is_own):
                continue
            step = _Step(path, lines, text, False)
            if is_own:
                return self._told(now, step, trial)
            return self._told(now, step, trial, self._harms.of_bringing_back(trial))
        line = self._choice.exception(path)
        step = _Step(path, (*now.lines, line), line.text or "", True)
        trial = self._tried(now, step.lines)
        if trial is None or not _gains(trial, path):
            return None
        return self._told(now, step, trial, self._harms.of_bringing_back(trial))

    def _told(self, now: Explored, step: _Step, trial: Trial, told: Told = NOTHING_TOLD) -> Toggled:
        change = trial.difference
        return Toggled(
            path=step.path,
            after=self._after(now, step.lines, trial),
            text=step.text,
            is_written=step.is_written,
            saving=Saving(
                change.lost_bytes - change.gained_bytes, change.lost_entries - change.gained_entries
            ),
            reason=told.reason,
            harm=told.harm,
        )

    def _tried(self, now: Explored, lines: tuple[HandLine, ...]) -> Trial | None:
        """Return the ignore file with ``lines``, tried on the context as it is ``now``."""
        return try_file(now.facts, laid_out(self._base, lines))

    def _after(self, now: Explored, lines: tuple[HandLine, ...], trial: Trial) -> Explored:
        if not lines:
            return self.start
        analysis = rewalked(now.facts.analysis, trial)
        return Explored(
            facts=dataclasses.replace(now.facts, analysis=analysis),
            sums=FateSums(analysis),
            lines=lines,
            content=trial.file.render(),
        )


def is_kept(now: Explored, path: str) -> bool:
    """Tell whether nothing of ``path`` could be sent."""
    view = now.facts.view
    folder = view.tree.folders[parent(path)]
    flags = view.flags(folder)
    if flags is None or not flags[folder.names.index(name(path))] & Flag.EXCLUDED:
        return False
    return not view.sends_below(path)


def _gains(trial: Trial, path: str, *, alone: bool = False) -> bool:
    """Whether something of ``path`` is sent once more, and with ``alone`` nothing else changes."""
    change = trial.difference
    if alone and (change.lost or not all(is_at_or_below(other, path) for other in change.gained)):
        return False
    return any(overlaps(other, path) for other in change.gained)


__all__ = ["Exploration", "Explored", "Toggled", "is_kept"]
