"""``ctxopt lint``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver
from ctxopt.cli.inputs import Given, Inputs, measure_inputs, read_settings
from ctxopt.errors import ExitCode
from ctxopt.report import console
from ctxopt.report.lint_text import render_lint
from ctxopt.rules.scan import level_of

if TYPE_CHECKING:
    from ctxopt.build.analysis import Analysis
    from ctxopt.build.context import BuildContext
    from ctxopt.build.plan import BuildRequest
    from ctxopt.config.load import Config
    from ctxopt.rules.lint import Linted


Files = Annotated[
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
    files: Files,
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
    """Hold ignore files against the rules about their lines."""
    from ctxopt.config.load import check_rules
    from ctxopt.rules import RULE_IDS
    from ctxopt.rules.lint import NAME, context_of, lint_file
    from ctxopt.severity import Severity

    given = Given(".", None, None, None, None, builder, config, select, ignore, fail_on)
    here, request = read_settings(given)
    check_rules(here, RULE_IDS)
    found: list[tuple[Linted, Severity | None]] = []
    for path in dict.fromkeys(files):
        root = context_of(path, here)
        if context is not None and os.path.basename(path) != NAME:
            root = context
        settings = here
        if root is not None:
            settings, request = read_settings(given._replace(path=root))
            check_rules(settings, RULE_IDS)
        measure = _Measure(settings, request, quiet=quiet)
        found.append((lint_file(path, root, settings, measure), level_of(settings)))
    lines = [line for linted, _ in found for line in render_lint(linted, verbose=verbose)]
    deliver(iter(lines), output)
    unknown = [linted.path for linted, _ in found if not linted.knows_context]
    if unknown and not quiet:
        shown = ", ".join(map(console.printable, unknown))
        console.note(f"note: no context is known for {shown}: --context names it")
    failed = any(
        level is not None and finding.severity >= level
        for linted, level in found
        for finding in linted.findings
    )
    return ExitCode.FINDINGS if failed else ExitCode.OK


class _Measure:
    """Measures with as many processes as help."""

    def __init__(self, config: Config, request: BuildRequest, *, quiet: bool) -> None:
        self._config = config
        self._request = request
        self._quiet = quiet

    def __call__(self, context: BuildContext, reads_dockerfile: bool) -> Analysis:
        inputs = Inputs(context, self._config, self._request)
        return measure_inputs(
            inputs, with_excluded=False, quiet=self._quiet, reads_dockerfile=reads_dockerfile
        )
