"""``ctxopt lint``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver
from ctxopt.cli.inputs import Given, Inputs, measure_inputs, read_settings
from ctxopt.errors import ExitCode
from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.build.analysis import Analysis
    from ctxopt.build.context import BuildContext
    from ctxopt.build.request import BuildRequest
    from ctxopt.config.load import Config
    from ctxopt.rules.lint import Linted, Measure
    from ctxopt.severity import Severity


LintedFiles = Annotated[
    list[str],
    typer.Argument(metavar="FILE...", help="Ignore files: .dockerignore or NAME.dockerignore."),
]
LintRootOption = Annotated[
    str | None,
    typer.Option(
        "-C",
        "--context",
        metavar="ROOT",
        help="The context root of NAME.dockerignore; that of .dockerignore is its folder.",
    ),
]
LintFailOnOption = Annotated[
    o.LevelChoice | None,
    typer.Option("--fail-on", help="Exit 1 if a finding is at least this bad. Default: warning."),
]


@command
def lint(
    files: LintedFiles,
    context: LintRootOption = None,
    builder: o.BuilderOption = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    fail_on: LintFailOnOption = None,
    config: o.ConfigOption = None,
    output: o.Output = None,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
) -> int:
    """Check ignore files against the rules about their lines."""
    from ctxopt.config.load import check_rules
    from ctxopt.report.lint_text import render_lint
    from ctxopt.rules.lint import context_of, lint_file
    from ctxopt.rules.registry import RULE_IDS
    from ctxopt.rules.scan import level_of

    given = Given(builder=builder, config=config, select=select, ignore=ignore, fail_on=fail_on)
    here, request_here = read_settings(given)
    check_rules(here, RULE_IDS)
    lines: list[str] = []
    unknown: list[str] = []
    notes = 0
    failed = False
    # Each file once: a hook that splits its list may name one twice.
    for path in dict.fromkeys(files):
        root = _root_of(path, context, context_of(path, here))
        settings, request = here, request_here
        if root is not None:
            # The configuration of the file's own context: it may switch rules off for it.
            settings, request = read_settings(given._replace(path=root))
            check_rules(settings, RULE_IDS)
        linted = lint_file(path, root, settings, _measurer(settings, request, quiet=quiet))
        lines += render_lint(linted, verbose=verbose)
        notes += len(linted.findings)
        failed = failed or _fails(linted, level_of(settings))
        if not linted.knows_context:
            unknown.append(path)
    deliver(iter(lines), output)
    if unknown and not quiet:
        shown = ", ".join(map(console.printable, unknown))
        console.note(f"note: no context is known for {shown}: --context names it")
    if not lines and not quiet:
        _tell_clean(len(set(files)), notes)
    if failed:
        return ExitCode.FINDINGS
    return ExitCode.OK


def _tell_clean(files: int, notes: int) -> None:
    """Tell a person that nothing is wrong; a hook or a log is told by the exit code."""
    from ctxopt.units import count

    if sys.stderr is None or not sys.stderr.isatty():
        return
    found = "nothing found"
    if notes:
        found = f"nothing wrong; {count(notes, 'note')} with -v"
    console.note(f"{count(files, 'file')} checked: {found}")


def _root_of(path: str, given: str | None, found: str | None) -> str | None:
    """Return the context root of an ignore file: ``given`` is not for a ``.dockerignore``."""
    from ctxopt.builder import PODMAN

    if given is not None and os.path.basename(path) not in PODMAN.ignore_endings:
        return given
    return found


def _fails(linted: Linted, level: Severity | None) -> bool:
    if level is None:
        return False
    return any(finding.severity >= level for finding in linted.findings)


def _measurer(config: Config, request: BuildRequest, *, quiet: bool) -> Measure:
    def measure(context: BuildContext, reads_dockerfile: bool) -> Analysis:
        return measure_inputs(
            Inputs(context, config, request),
            with_excluded=False,
            quiet=quiet,
            reads_dockerfile=reads_dockerfile,
        )

    return measure
