"""The ignore files of a whole repository written, each as ``fix`` writes one, and taken back; shows nothing.

Where one cannot be written the others are, and it is said which one was not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.context import BuildContext
from ctxopt.errors import WriteError
from ctxopt.evidence.measured_builds import MeasuredBuilds
from ctxopt.fix.own_files import OwnFile
from ctxopt.fix.plan import Fix
from ctxopt.fix.repository import ConfigOf, JudgedContext, JudgedRepository, bytes_with_named
from ctxopt.fix.run import (
    Outcome,
    Undone,
    Written,
    outcome_of,
    telling_what_is_written,
    undo_write,
    write_fix,
)
from ctxopt.projects.location import shown_path

MeasureAgain = Callable[[], MeasuredBuilds]


class FixedFile(NamedTuple):
    """One ignore file with the builds that it serves."""

    judged: JudgedContext
    builds: tuple[str, ...]
    """The names of the builds that it serves."""
    own: OwnFile | None
    """Why it is beside a Dockerfile that had none before; None for the file in force."""
    outcome: Outcome | None
    """What was planned for it, and the context after that; None where nothing asks for a line, and where none can be."""
    problem: str = ""
    """Why it was not written although there is something to write; empty where it was, or was not to be."""

    @property
    def path(self) -> str:
        """The ignore file, absolute."""
        if self.outcome is not None:
            return self.outcome.fix.path
        return self.judged.analysis.context.ignore_target


class FixedRepository(NamedTuple):
    """What became of all ignore files."""

    judged: JudgedRepository
    files: tuple[FixedFile, ...]
    after: Mapping[str, int]
    """The bytes that each build sends now, by its name: measured again where files were written, else foreseen."""

    @property
    def outcomes(self) -> list[Outcome]:
        """The ignore files with something to write, in the order of their contexts."""
        several = (file.outcome for file in self.files)
        return [each for each in several if each is not None and each.fix.new_content is not None]

    @property
    def failed(self) -> list[FixedFile]:
        """The ignore files that could not be written."""
        return [file for file in self.files if file.problem]


class UndoneRepository(NamedTuple):
    """The writes that were taken back, and why others were not."""

    undone: tuple[Undone, ...]
    problems: tuple[WriteError, ...]


def fix_repository(
    judged: JudgedRepository, config_of: ConfigOf, measure_again: MeasureAgain | None
) -> FixedRepository:
    """Write what was planned and measure again; with None for ``measure_again`` say only what would be written."""
    written: dict[str, Written] = {}
    problems: dict[str, str] = {}
    again: dict[str, Analysis] = {}
    if measure_again is not None:
        plans = [plan for context in judged.contexts for plan in context.plans]
        with telling_what_is_written(plans):
            for asked in plans:
                try:
                    written[asked.path] = write_fix(asked, asked.new_content or b"")
                except WriteError as error:
                    problems[asked.path] = error.message
            if written:
                found = measure_again()
                again = {
                    build.name: build.analysis for each in found.contexts for build in each.builds
                }

    def outcome(plan: Fix, names: Sequence[str]) -> Outcome:
        bandwidth = config_of(plan.measured.context.root).bandwidth
        after = again.get(names[0], plan.foreseen)
        return outcome_of(plan, after, bandwidth, written.get(plan.path))

    files = []
    for context in judged.contexts:
        for names, plan, own in _planned(context):
            done = None
            problem = context.refusal
            if plan is not None:
                done = outcome(plan, names)
                problem = problems.get(plan.path, "")
            files.append(FixedFile(context, names, own, done, problem))
    after = {build.name: build.after for build in judged.builds}
    after |= {name: bytes_with_named(analysis) for name, analysis in again.items()}
    return FixedRepository(judged, tuple(files), after)


def _planned(
    context: JudgedContext,
) -> Iterator[tuple[tuple[str, ...], Fix | None, OwnFile | None]]:
    """Yield the ignore files of a context, the one in force first: whom each serves, and what is to be written."""
    yield tuple(build.name for build in context.split.builds), context.plan, None
    for own in context.split.own:
        yield tuple(build.name for build in own.builds), own.plan, own


def undo_repository(contexts: Iterable[BuildContext], root: str) -> UndoneRepository:
    """Make the ignore files in force what they were before each was last written; those never written stay.

    ``root`` is that of the repository. Raises WriteError where none has a write that is kept.
    """
    from ctxopt.fix.last_write import NothingToUndoError

    undone = []
    problems = []
    several = {context.ignore_target: context for context in contexts}
    for path, context in several.items():
        try:
            undone.append(undo_write(context, shown_path(path, root)))
        except NothingToUndoError:
            continue
        except WriteError as error:
            problems.append(error)
    if not undone and not problems:
        raise NothingToUndoError(
            "there is nothing to undo: no write of ctxopt to an ignore file of these builds is kept"
        )
    return UndoneRepository(tuple(undone), tuple(problems))
