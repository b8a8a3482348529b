"""``ctxopt scan --all``: the declared builds of a repository, measured and judged together."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, assert_never

from ctxopt.cli import options as o
from ctxopt.cli.boundary import deliver, refuse_inputs
from ctxopt.cli.declared_builds import DeclaredBuilds, command_about_all
from ctxopt.cli.inputs import Asked, Given, refuse_about_one, wanted_format
from ctxopt.errors import ExitCode
from ctxopt.evidence.measured_builds import out_of_reach
from ctxopt.fix.repository import JudgedRepository, at_least, judge_repository
from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.projects.declared import Declared


def scan_all(given: Given, asked: Asked) -> int:
    """Measure and report the builds that are declared, or those that were picked; return the exit code."""
    lists = {
        "--full, --depth or --top": asked.shape.is_full,
        "--with-excluded": asked.with_excluded,
    }
    refuse_about_one(given, lists)
    return _Scan(given, asked).run()


def scan_declared(given: Given, asked: Asked) -> int | None:
    """Do as ``scan_all`` where files declare a build that can be measured here; None where none does.

    A Dockerfile alone declares nothing: with which folder it is built is a guess.
    """
    scan = _Scan(given, asked)
    if any(
        build.kind != "dockerfile" and not out_of_reach(build) for build in scan.all.declared.builds
    ):
        return scan.run()
    scan.all.tell_problems()
    return None


class _Scan:
    """One run over the builds of a repository."""

    def __init__(self, given: Given, asked: Asked) -> None:
        self._given = given
        self._asked = asked
        self.all = DeclaredBuilds(given, quiet=asked.shape.quiet, verbose=asked.shape.verbose)

    def run(self) -> int:
        asked, every = self._asked, self.all
        # Before anything is measured: a mistake in an option must not cost a walk.
        wanted = wanted_format(every.config_of(every.root), asked.format)
        builds = every.chosen(asked.picked, with_apart=True)
        if not builds:
            return ExitCode.USAGE
        judged = judge_repository(every.measure(builds), every.root, every.config_of)
        for build in judged.builds:
            refuse_inputs(asked.output, build.analysis.context)
        deliver(iter((self._render(wanted, judged, every.declared),)), asked.output)
        is_wrong = every.has_refused or any(item.is_wrong for item in judged.unmeasured)
        if is_wrong and (asked.strict or not judged.builds):
            return ExitCode.USAGE
        if at_least(judged, every.config_of):
            return ExitCode.FINDINGS
        return ExitCode.OK

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
        steps = scan_all_text.StepsForAll(
            fix=command_about_all("fix", asked=self._asked.picked, root=self._given.path),
            full=command_about_all("scan", "-v", asked=self._asked.picked, root=self._given.path),
        )
        return scan_all_text.render_all(judged, declared, steps, look=look)
