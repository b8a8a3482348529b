"""What becomes of each file of a context: how far one build takes it. Arithmetic on what was measured."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.image import Image
from ctxopt.build.share_out import Takers
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.paths import parent, upwards
from ctxopt.tree.model import Flag, Folder

Fate = Literal["final", "stage", "unused", "sent", "unasked", "kept"]
"""Reaches the final image; reaches a stage or a step only; is sent and taken by nothing; is sent, and nothing is known
of what takes it; could be sent, and this build does not ask for it; is kept back by the ignore file."""

FATES: Final[tuple[Fate, ...]] = ("final", "stage", "unused", "sent", "unasked", "kept")
"""In the order in which reports list them."""


class Course(NamedTuple):
    """What is known of all that lies in one folder."""

    takers: int
    is_uniform: bool
    """Whether the takers of the folder are those of everything below it."""


class Fates:
    """Tells the fates of files, folder by folder on the way down from the root."""

    def __init__(self, analysis: Analysis) -> None:
        self._permitted = analysis.permitted
        self._sent = None
        """What is sent, where that is less than what is permitted and known."""
        self._asked: Matcher | None = None
        """What the client filters by: to it, what is excluded is what is asked for."""
        self._untaken: Fate = "unasked"
        self._final = 0
        self._takers: Takers | None = None
        plan = analysis.plan
        if plan is None:
            if not analysis.context.builder.loads_on_demand:
                self._untaken = "sent"
            return
        self._untaken = "unused"
        transfer = plan.main.transfer
        if not transfer.is_whole:
            self._sent = transfer.view
            self._asked = read_matcher((None, path) for path in transfer.includes or ())
        # A plan that was foreseen has the image of the context as it was.
        taken = tuple(plan.image.taken.values())
        image = Image(plan.build, plan.loads, plan.sources.uses, taken)
        self._takers = Takers(image.sources)
        self._final = sum(1 << place for place in image.final_sources)

    def root(self) -> Course:
        """Return the course of the context root."""
        if self._takers is None:
            return Course(0, True)
        return Course(self._takers.root, False)

    def enter(self, course: Course, path: str) -> Course:
        """Return the course of the folder ``path``, which lies in that of ``course``."""
        if course.is_uniform or self._takers is None:
            return course
        takers = self._takers.of(path, course.takers, is_folder=True)
        return Course(takers, self._takers.are_uniform(path, takers))

    def of_files(self, course: Course, folder: Folder) -> list[Fate]:
        """Return what becomes of each entry of ``folder``, were it a file."""
        seen = self._permitted.tree.folders.get(folder.path)
        # The client does not look into it.
        if seen is None:
            return ["kept"] * len(folder.kinds)
        permitted = self._permitted.flags(seen)
        asked = permitted
        is_asked = True
        if self._sent is not None:
            loaded = self._sent.tree.folders.get(folder.path)
            is_asked = loaded is not None
            if loaded is not None:
                asked = self._sent.flags(loaded)
        # Most folders have one answer for all.
        if permitted is not None and permitted.count(Flag.EXCLUDED) == len(permitted):
            return ["kept"] * len(permitted)
        if course.is_uniform and is_asked and not (permitted or asked):
            return [self._fate_with(course.takers)] * len(folder.kinds)
        fates: list[Fate] = []
        for index, name in enumerate(folder.names):
            if permitted is not None and permitted[index] & Flag.EXCLUDED:
                fates.append("kept")
            elif not is_asked or (asked is not None and asked[index] & Flag.EXCLUDED):
                fates.append("unasked")
            else:
                fates.append(self._taken(course, folder, name))
        return fates

    def of_let_in(self, path: str) -> Fate:
        """Return what would become of the file ``path``, which is kept back or not there yet, if nothing kept it back."""
        if self._takers is None:
            return self._untaken
        if self._asked is not None and not self._asked.decide(path).excluded:
            return "unasked"
        takers = self._takers.root
        for folder in reversed([*upwards(parent(path))][:-1]):
            takers = self._takers.of(folder, takers, is_folder=True)
        return self._fate_with(self._takers.of(path, takers, is_folder=False))

    def _taken(self, course: Course, folder: Folder, name: str) -> Fate:
        takers = course.takers
        if not course.is_uniform and self._takers is not None:
            takers = self._takers.of(folder.child(name), takers, is_folder=False)
        return self._fate_with(takers)

    def _fate_with(self, takers: int) -> Fate:
        if takers & self._final:
            return "final"
        if takers:
            return "stage"
        return self._untaken


__all__ = ["FATES", "Course", "Fate", "Fates"]
