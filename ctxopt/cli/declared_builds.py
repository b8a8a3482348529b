"""The builds that a repository declares, as the commands about all of them or some ask for them."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from ctxopt.cli.builds import tell_problems
from ctxopt.cli.inputs import Given, Picked, read_settings
from ctxopt.config.load import check_rules
from ctxopt.errors import ContextError
from ctxopt.evidence.measured_builds import MeasuredBuilds, contexts_of, measure_builds
from ctxopt.projects.choice import choose_builds
from ctxopt.projects.repository import read_repository
from ctxopt.rules.registry import RULE_IDS

if TYPE_CHECKING:
    from ctxopt.build.context import BuildContext
    from ctxopt.builder import BuilderName
    from ctxopt.config.load import Config
    from ctxopt.projects.declared import Declared, DeclaredBuild


class DeclaredBuilds:
    """The declared builds of the repository that ``given`` names, read once, with the configuration of each context."""

    def __init__(self, given: Given, *, quiet: bool, verbose: bool) -> None:
        """Read what is declared; raises ContextError where there is no folder."""
        self._given = given
        self._is_quiet = quiet
        self._is_verbose = verbose
        self._configs: dict[str, Config] = {}
        self._variables = dict(os.environ)
        self.root = os.path.realpath(given.path or ".")
        if not os.path.isdir(self.root):
            raise ContextError(f"{given.path!r} is not a folder")
        self.declared: Declared = read_repository(self.root, self._variables)

    @property
    def has_refused(self) -> bool:
        """Whether builds are missing because a file could not be read."""
        return any(problem.refused for problem in self.declared.problems)

    def tell_problems(self) -> None:
        """Write to stderr what could not be read, unless that was not to be said."""
        if not self._is_quiet:
            tell_problems(self.declared, self.root, verbose=self._is_verbose)

    def chosen(self, picked: Picked, *, with_apart: bool) -> tuple[DeclaredBuild, ...]:
        """Return the builds of these names, ``with_apart`` also vendored ones and examples; tell what could not be read.

        None are returned where that is all there is. Raises ConfigError for a name that nothing has, and ContextError where nothing is declared and all could be read.
        """
        declared = self.declared
        if not with_apart:
            declared = declared._replace(apart=())
        builds = choose_builds(
            declared,
            self.root,
            self._variables,
            services=picked.services,
            targets=picked.bake_targets,
        )
        self.tell_problems()
        if not builds and not self.has_refused:
            raise ContextError(
                f"no builds are declared in {self._given.path!r}",
                hint="ctxopt builds lists what Compose, Bake and other files declare",
            )
        return builds

    def config_of(self, root: str) -> Config:
        """Return the configuration of a context root, as a scan of it would read it; raises ConfigError."""
        known = self._configs.get(root)
        if known is None:
            known, _ = read_settings(self._given._replace(path=root))
            check_rules(known, RULE_IDS)
            self._configs[root] = known
        return known

    def measure(self, builds: tuple[DeclaredBuild, ...]) -> MeasuredBuilds:
        """Measure ``builds``; the others bear witness to what they take of the same contexts."""
        from ctxopt.report.progress import ScanProgress
        from ctxopt.tree.workers import default_walker

        declared = self.declared
        several = (*declared.builds, *declared.apart, *declared.repeated)
        witnesses = [build for build in several if build not in builds]
        progress = ScanProgress(enabled=not self._is_quiet)
        try:
            return measure_builds(
                builds,
                self.root,
                self._builder_of,
                walker=default_walker(progress),
                witnesses=witnesses,
            )
        finally:
            # Also after an error: its message must not stand behind a half-drawn line.
            progress.close()

    def contexts(self, builds: tuple[DeclaredBuild, ...]) -> list[BuildContext]:
        """Return what ``builds`` are given, without measuring it."""
        return contexts_of(builds, self.root, self._builder_of)

    def _builder_of(self, root: str) -> BuilderName:
        return self.config_of(root).builder


def command_about_all(name: str, *options: str, asked: Picked, root: str) -> str:
    """Return the command ``name`` about the builds that were asked for."""
    words = ["ctxopt", name, "--all", *options, *asked.words]
    if root not in ("", "."):
        words.append(root)
    return shlex.join(words)
