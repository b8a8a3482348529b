"""Which Dockerfiles of a context get an ignore file of their own: where builds send far less by it. Writes nothing.

It is the one that can do without what the others need, or the one that needs what the others can do without. Two files have
to be kept in step for ever. That pays where a build sends less by a second at the configured bandwidth, which people notice,
and by a fifth of what it would send with one file for all, so that a large build is not split for little.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.plan import taken_of
from ctxopt.config.load import Config
from ctxopt.evidence.facts import AskedOnce, Facts
from ctxopt.evidence.measured_builds import MeasuredBuild, SharedContext
from ctxopt.fix.options import FixOptions
from ctxopt.fix.plan import Fix, plan_fix
from ctxopt.paths import topmost
from ctxopt.tree.overlap import bytes_below

_SHARE: Final = 5
"""One in so many bytes."""


class OwnFile(NamedTuple):
    """An ignore file that would serve the builds of one Dockerfile alone."""

    dockerfile: str
    """From the context root."""
    builds: tuple[MeasuredBuild, ...]
    plan: Fix
    saved: int
    """The bytes that all builds of the context send less than with one file for all."""
    pays: bool


class Split(NamedTuple):
    """The ignore files of a context: the one that builds share, and those beside Dockerfiles."""

    builds: tuple[MeasuredBuild, ...]
    """Those that share the ignore file at the root."""
    plan: Fix | None
    """What is to be written there; None where nothing asks for a line."""
    own: tuple[OwnFile, ...] = ()
    declined: tuple[OwnFile, ...] = ()
    """Those that would save something, and too little for a second file."""


def split_files(
    shared: SharedContext,
    facts: Facts,
    plan: Fix | None,
    options: FixOptions,
    tied: frozenset[str],
) -> Split:
    """Give Dockerfiles a file of their own as long as that pays, what saves most first; the last one keeps the shared file.

    ``plan`` is that of one file for all, and ``facts`` those about all builds with it. ``tied`` are Dockerfiles, by their
    real paths, that are built with other folders as well, where their own file would be in force, too.
    """
    splitting = _Splitting(shared, facts, options, tied)
    return splitting.run(plan)


def foreseen_bytes(analysis: Analysis, plan: Fix | None) -> int:
    """Return the bytes that a build sends of its context with the lines of a plan."""
    if plan is None or plan.new_content is None:
        return analysis.sent.total.bytes
    permitted = plan.foreseen.permitted
    if analysis.plan is None:
        return permitted.total.bytes
    return taken_of(analysis.plan, permitted, plan.foreseen.matcher).view.total.bytes


class _Splitting:
    def __init__(
        self, shared: SharedContext, facts: Facts, options: FixOptions, tied: frozenset[str]
    ) -> None:
        self._shared = shared
        self._facts = facts
        self._config: Config = facts.config
        self._options = options
        self._tied = tied
        self._plans: dict[str, Fix] = {}
        """The plans of own files, by Dockerfile: they do not depend on what the others do."""

    def run(self, plan: Fix | None) -> Split:
        rest = self._shared.builds
        own: list[OwnFile] = []
        while True:
            best = self._best(rest, plan)
            if best is None:
                return Split(rest, plan, tuple(own))
            others = tuple(build for build in rest if build not in best.builds)
            gone = frozenset((*(each.dockerfile for each in own), best.dockerfile))
            plan_of_others = self._plan_rest(others, gone)
            best = self._measured(best, plan, others, plan_of_others)
            if not best.pays:
                declined = (best,) if best.saved > 0 else ()
                return Split(rest, plan, tuple(own), declined)
            own.append(best)
            rest, plan = others, plan_of_others

    def _best(self, rest: Sequence[MeasuredBuild], plan: Fix | None) -> OwnFile | None:
        """Return the own file that promises most; None where none promises enough."""
        groups: dict[str, tuple[MeasuredBuild, ...]] = {}
        for build in rest:
            path = _dockerfile_of(build)
            groups[path] = (*groups.get(path, ()), build)
        blocked = self._blocked(plan)
        if len(groups) < 2 or self._heaviest(rest, blocked) < self._second:
            return None
        hidden = {path: self._hidden(path, builds, blocked) for path, builds in groups.items()}
        promises = []
        for path, builds in groups.items():
            if path not in self._plans or self._plans[path].new_content is None:
                continue
            # Either it can do without what the others need, or the others without what it needs.
            alone = sum(_sent(builds, each) for each in topmost(hidden[path]))
            others = [build for build in rest if build not in builds]
            all_hide = set(blocked).intersection(*(hidden[each] for each in groups if each != path))
            freed = sum(_sent(others, each) for each in topmost(all_hide))
            promises.append((alone + freed, alone, path))
        most, _, path = max(promises, default=(0, 0, ""))
        if most < self._second:
            return None
        return OwnFile(path, groups[path], self._plans[path], most, pays=True)

    def _blocked(self, plan: Fix | None) -> list[str]:
        """What is sent with one file for all, and may be superfluous for some of the builds."""
        permitted = self._facts.view
        unsure: set[str] = set()
        if plan is not None:
            permitted = plan.foreseen.permitted
            # What is only possible for all of them is no more for one of them.
            unsure.update(path for line in plan.possible for path in line.paths)
        found = [*(item.path for item in self._facts.candidates.found), *self._in_packages]
        return [path for path in found if path not in unsure and bytes_below(permitted, path)]

    @cached_property
    def _in_packages(self) -> list[str]:
        """The folders in packages of a workspace that one of the builds does without for certain."""
        outside = self._facts.needs.outside
        plans = [build.analysis.plan for build in self._shared.builds]
        if outside is None or outside.about is None:
            return []
        packages = {
            item.folder
            for plan in plans
            if plan is not None
            for item in outside.about(plan.build).of_first
            if item.doubt is None
        }
        # The files beside a manifest stay.
        folders = self._facts.view.tree.folders
        return [path for package in sorted(packages) for path in folders[package].subfolders()]

    def _heaviest(self, builds: Iterable[MeasuredBuild], paths: Iterable[str]) -> int:
        """The most that one of the builds sends of these paths, in bytes."""
        several = list(paths)
        return max(sum(_sent([build], path) for path in several) for build in builds)

    def _hidden(
        self, path: str, builds: tuple[MeasuredBuild, ...], blocked: Iterable[str]
    ) -> set[str]:
        """What of the ``blocked`` an own file would hide; nothing where there can be none."""
        if not path or not self._can_have_one(builds[0]):
            return set()
        own = self._plans.get(path)
        if own is None:
            witnesses = tuple(each for each in self._shared.witnesses if each.path == path)
            options = dataclasses.replace(self._options, per_dockerfile=True)
            own = self._plan(SharedContext(builds, witnesses).analysis, options)
            self._plans[path] = own
        view = own.foreseen.permitted
        return {each for each in blocked if not bytes_below(view, each)}

    def _can_have_one(self, build: MeasuredBuild) -> bool:
        context = build.analysis.context
        return (
            context.builder.reads_own_ignore_file
            and context.ignore.path in (None, *context.builder.ignore_endings)
            and context.dockerfile.is_file
            and os.path.realpath(context.dockerfile.absolute) not in self._tied
        )

    def _measured(
        self, own: OwnFile, plan: Fix | None, others: Iterable[MeasuredBuild], rest: Fix
    ) -> OwnFile:
        """Return ``own`` with what it saves of all the builds, ``rest`` being the plan of the ``others``."""
        several = [(build, own.plan) for build in own.builds] + [(build, rest) for build in others]
        saved = 0
        pays = False
        for build, new in several:
            before = foreseen_bytes(build.analysis, plan)
            less = before - foreseen_bytes(build.analysis, new)
            saved += less
            pays = pays or (less >= self._second and less * _SHARE >= before)
        return own._replace(saved=saved, pays=pays)

    @property
    def _second(self) -> int:
        """The bytes of a second."""
        return self._config.bandwidth // 8

    def _plan_rest(self, rest: tuple[MeasuredBuild, ...], gone: frozenset[str]) -> Fix:
        witnesses = tuple(each for each in self._shared.witnesses if each.path not in gone)
        analysis = SharedContext(rest, witnesses).analysis
        return self._plan(dataclasses.replace(analysis, split_off=gone), self._options)

    def _plan(self, analysis: Analysis, options: FixOptions) -> Fix:
        # What was asked about all of the builds is no answer about some of them.
        before = dataclasses.replace(self._facts, asked=AskedOnce())
        return plan_fix(analysis, self._config, options, evidence=before.evidence, before=before)


def _sent(builds: Iterable[MeasuredBuild], path: str) -> int:
    """The bytes that all of the builds send at or below a path."""
    return sum(bytes_below(build.analysis.sent, path) for build in builds)


def _dockerfile_of(build: MeasuredBuild) -> str:
    """The Dockerfile of a build from its context root; empty where it is in no file of it."""
    if build.declared.dockerfile_inline is not None:
        return ""
    return build.analysis.context.dockerfile.inside or ""
