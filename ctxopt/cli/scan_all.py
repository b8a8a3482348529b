"""``ctxopt scan --all``: the declared builds of a repository, measured and judged together."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, assert_never

from ctxopt.cli import options as o
from ctxopt.cli.boundary import deliver, refuse_inputs
from ctxopt.cli.builds import tell_problems
from ctxopt.cli.inputs import Asked, Given, read_settings, refuse_about_one, wanted_format
from ctxopt.config.load import check_rules
from ctxopt.errors import ContextError, ExitCode
from ctxopt.evidence.measured_builds import MeasuredBuilds, measure_builds, out_of_reach
from ctxopt.fix.repository import JudgedRepository, at_least, judge_repository
from ctxopt.projects.choice import choose_builds
from ctxopt.projects.repository import read_repository
from ctxopt.report import console
from ctxopt.rules.registry import RULE_IDS

if TYPE_CHECKING:
    from ctxopt.builder import BuilderName
    from ctxopt.config.load import Config
    from ctxopt.projects.declared import Declared, DeclaredBuild
    from ctxopt.report.scan_all_text import FixStep


def scan_all(given: Given, asked: Asked) -> int:
    """Measure and report the builds that are declared, or those that were picked; return the exit code."""
    lists = {
        "--full, --depth or --top": asked.shape.is_full,
        "--with-excluded": asked.with_excluded,
    }
    refuse_about_one(given, lists)
    root = os.path.realpath(given.path or ".")
    if not os.path.isdir(root):
        raise ContextError(f"{given.path!r} is not a folder")
    scan = _Scan(given, asked, root)
    declared = read_repository(root, scan.variables)
    return scan.run(declared)


def scan_declared(given: Given, asked: Asked) -> int | None:
    """Do as ``scan_all`` where files declare a build that can be measured here; None where none does.

    A Dockerfile alone declares nothing: with which folder it is built is a guess.
    """
    root = os.path.realpath(given.path or ".")
    scan = _Scan(given, asked, root)
    declared = read_repository(root, scan.variables)
    if any(build.kind != "dockerfile" and not out_of_reach(build) for build in declared.builds):
        return scan.run(declared)
    if not asked.shape.quiet:
        tell_problems(declared, root, verbose=asked.shape.verbose)
    return None


class _Scan:
    """One run over the builds of the repository at ``root``."""

    def __init__(self, given: Given, asked: Asked, root: str) -> None:
        self._given = given
        self._asked = asked
        self._root = root
        self._configs: dict[str, Config] = {}
        self.variables: Mapping[str, str] = dict(os.environ)

    def run(self, declared: Declared) -> int:
        asked = self._asked
        # Before anything is measured: a mistake in an option must not cost a walk.
        wanted = wanted_format(self._config_of(self._root), asked.format)
        builds = choose_builds(
            declared,
            self._root,
            self.variables,
            services=asked.services,
            targets=asked.bake_targets,
        )
        if not asked.shape.quiet:
            tell_problems(declared, self._root, verbose=asked.shape.verbose)
        refused = any(problem.refused for problem in declared.problems)
        if not builds:
            if refused:
                return ExitCode.USAGE
            raise ContextError(
                f"no builds are declared in {self._given.path!r}",
                hint="ctxopt builds lists what Compose, Bake and other files declare",
            )
        judged = judge_repository(self._measure(builds), self._root, self._config_of)
        for build in judged.builds:
            refuse_inputs(asked.output, build.analysis.context)
        deliver(iter((self._render(wanted, judged, declared),)), asked.output)
        is_wrong = refused or any(item.is_wrong for item in judged.unmeasured)
        if is_wrong and (asked.strict or not judged.builds):
            return ExitCode.USAGE
        if at_least(judged, self._config_of):
            return ExitCode.FINDINGS
        return ExitCode.OK

    def _config_of(self, root: str) -> Config:
        """Return the configuration of a context root, as a scan of it would read it; raises ConfigError."""
        known = self._configs.get(root)
        if known is None:
            known, _ = read_settings(self._given._replace(path=root))
            check_rules(known, RULE_IDS)
            self._configs[root] = known
        return known

    def _builder_of(self, root: str) -> BuilderName:
        return self._config_of(root).builder

    def _measure(self, builds: Sequence[DeclaredBuild]) -> MeasuredBuilds:
        from ctxopt.report.progress import ScanProgress
        from ctxopt.tree.workers import default_walker

        progress = ScanProgress(enabled=not self._asked.shape.quiet)
        try:
            return measure_builds(
                builds, self._root, self._builder_of, walker=default_walker(progress)
            )
        finally:
            # Also after an error: its message must not stand behind a half-drawn line.
            progress.close()

    def _render(self, wanted: o.ReportFormat, judged: JudgedRepository, declared: Declared) -> str:
        match wanted:
            case o.ReportFormat.text:
                return self._text(judged, declared)
            case o.ReportFormat.json:
                from ctxopt.report import scan_all_json

                return scan_all_json.render_all(judged, declared)
            case o.ReportFormat.markdown:
                from ctxopt.report import scan_all_markdown

                return scan_all_markdown.render_all(judged, declared)
            case o.ReportFormat.github:
                from ctxopt.report import scan_all_hosts

                return scan_all_hosts.render_annotations(judged)
            case o.ReportFormat.sarif:
                from ctxopt.report import scan_all_hosts

                return scan_all_hosts.render_log(judged)
            case _:
                assert_never(wanted)

    def _text(self, judged: JudgedRepository, declared: Declared) -> str:
        from ctxopt.report import scan_all_text
        from ctxopt.report.terminal import Look

        shape = self._asked.shape
        look = Look(console.width_of(sys.stdout), shape.color, shape.verbose)
        if shape.quiet:
            return scan_all_text.render_headline(judged, look)
        full = ["ctxopt", "scan", "--all", "-v"]
        for service in self._asked.services:
            full += ["--service", service]
        for target in self._asked.bake_targets:
            full += ["--bake-target", target]
        if self._given.path not in ("", "."):
            full.append(self._given.path)
        steps = _fix_steps(judged)
        return scan_all_text.render_all(judged, declared, steps, full=shlex.join(full), look=look)


def _fix_steps(judged: JudgedRepository) -> list[FixStep]:
    """The commands that write lines, what saves most first."""
    from ctxopt.report.scan_all_text import FixStep

    steps = []
    for context in judged.contexts:
        if context.plan is None or context.plan.new_content is None:
            continue
        # Lines for tomorrow alone are no reason to go there today.
        if all(line.is_preventive for line in context.plan.lines):
            continue
        said = ["ctxopt", "fix"]
        dockerfile = context.analysis.context.dockerfile
        # An ignore file of its own is written only for the Dockerfile that it belongs to.
        if context.analysis.context.ignore.path not in (None, ".dockerignore"):
            said += ["-f", os.path.relpath(dockerfile.absolute)]
        folder = os.path.relpath(context.analysis.context.root)
        if folder != ".":
            said.append(folder)
        steps.append(FixStep(shlex.join(said), context))
    return sorted(steps, key=lambda step: -sum(build.saved for build in step.context.builds))
