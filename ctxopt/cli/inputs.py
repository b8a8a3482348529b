"""From options and configuration to what the use cases take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ctxopt.errors import ConfigError, ContextError

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

    from ctxopt.build.analysis import Analysis
    from ctxopt.build.context import BuildContext
    from ctxopt.build.request import BuildRequest
    from ctxopt.build.survey import Survey
    from ctxopt.cli.options import BuilderChoice, LevelChoice, ReportFormat
    from ctxopt.config.load import Config
    from ctxopt.tree.workers import Walker


class Given(NamedTuple):
    """The options about one build, as they were given."""

    path: str = "."
    file: str | None = None
    target: str | None = None
    build_args: list[str] | None = None
    build_contexts: list[str] | None = None
    builder: BuilderChoice | None = None
    ignorefile: str | None = None
    config: str | None = None
    select: list[str] | None = None
    ignore: list[str] | None = None
    fail_on: LevelChoice | None = None
    limits: Mapping[str, object] | None = None
    """By the key that sets them."""
    baseline: str | None = None


class Shape(NamedTuple):
    """How much to show, and whether in colour."""

    depth: int
    top: int
    is_full: bool
    color: bool = False
    quiet: bool = False
    verbose: bool = False


class Picked(NamedTuple):
    """The builds that were asked for by name; without names all of them."""

    services: tuple[str, ...] = ()
    bake_targets: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.services or self.bake_targets)

    @property
    def words(self) -> list[str]:
        """The options that ask for them."""
        words = []
        for service in self.services:
            words += ["--service", service]
        for target in self.bake_targets:
            words += ["--bake-target", target]
        return words


class Asked(NamedTuple):
    """What is asked of a scan, whichever builds it is about."""

    format: ReportFormat | None
    """None where the configuration decides."""
    shape: Shape
    output: str | None
    with_excluded: bool
    strict: bool
    picked: Picked


class Inputs(NamedTuple):
    """One build's context, configuration and request."""

    context: BuildContext
    config: Config
    request: BuildRequest


def read_inputs(given: Given) -> Inputs:
    """Find the context and join options with the configuration; raises CtxoptError."""
    from ctxopt.build.context import find_context

    config, request = read_settings(given)
    try:
        context = find_context(
            given.path or ".",
            dockerfile=config.dockerfile,
            builder=config.builder,
            ignorefile=config.ignorefile,
        )
    except ContextError as error:
        # What the configuration names is looked for from the context root, and nothing was typed.
        if given.file is None and config.dockerfile is not None:
            hint = f"dockerfile is {config.origin('dockerfile')}"
            raise ContextError(error.message, hint=hint) from error
        raise
    return Inputs(context, config, request)


def read_settings(given: Given) -> tuple[Config, BuildRequest]:
    """Join options with the configuration; raises CtxoptError."""
    from ctxopt.build.request import BuildRequest
    from ctxopt.config.load import load_config

    arguments = _arguments(given.build_args)
    config = load_config(
        given.path,
        config_file=given.config,
        overrides={
            "dockerfile": given.file,
            "target": given.target,
            "builder": _value(given.builder),
            "ignorefile": given.ignorefile,
            # Repeatable options are empty lists where they are not given.
            "select": given.select or None,
            "ignore": given.ignore or None,
            "fail-on": _value(given.fail_on),
            "baseline": given.baseline,
            **(given.limits or {}),
        },
    )
    # As for every other key, what is typed wins over what the project configured.
    request = BuildRequest(
        config.target, {**config.build_args, **arguments}, _contexts(given.build_contexts)
    )
    return config, request


def refuse_about_one(given: Given, others: Mapping[str, object]) -> None:
    """Raise ConfigError for options about one build, where all are asked about; ``others`` are more of them, by name."""
    refused = {
        "--file": given.file,
        "--target": given.target,
        "--build-arg": given.build_args,
        "--build-context": given.build_contexts,
        "--ignorefile": given.ignorefile,
        **others,
    }
    for name, value in refused.items():
        if value:
            raise ConfigError(
                f"{name} is about one build, and --all measures each as it is declared",
                hint="leave one of them out",
            )


def wanted_format(config: Config, given: ReportFormat | None) -> ReportFormat:
    """Return the format that was given, else the configured one; raises ConfigError for what nothing knows."""
    from ctxopt.cli.options import ReportFormat
    from ctxopt.config.load import check_format, check_rules
    from ctxopt.rules.registry import RULE_IDS

    check_rules(config, RULE_IDS)
    if given is not None:
        return given
    check_format(config, [item.value for item in ReportFormat])
    return ReportFormat(config.format)


def measure_inputs(
    inputs: Inputs, *, with_excluded: bool, quiet: bool, reads_dockerfile: bool = True
) -> Analysis:
    """Measure with as many processes as help, and with a progress line for the patient."""
    request = None
    if reads_dockerfile:
        request = inputs.request
    return _measure(inputs.context, request, with_excluded=with_excluded, quiet=quiet)


def survey_inputs(inputs: Inputs, *, quiet: bool) -> Survey:
    """Measure as ``measure_inputs`` does, and also what the client skips."""
    from ctxopt.build.survey import survey

    with _walking(quiet=quiet) as walker:
        return survey(inputs.context, inputs.request, walker=walker)


def measurer(request: BuildRequest, *, quiet: bool) -> Callable[[BuildContext], Analysis]:
    """Return what measures a context as ``measure_inputs`` does, for use cases that find their own."""
    return partial(_measure, request=request, with_excluded=False, quiet=quiet)


def _measure(
    context: BuildContext, request: BuildRequest | None, *, with_excluded: bool, quiet: bool
) -> Analysis:
    from ctxopt.build.analysis import analyze

    with _walking(quiet=quiet) as walker:
        return analyze(context, request, with_excluded=with_excluded, walker=walker)


@contextmanager
def _walking(*, quiet: bool) -> Iterator[Walker]:
    """Lend what walks with as many processes as help, and a progress line."""
    from ctxopt.report.progress import ScanProgress
    from ctxopt.tree.workers import default_walker

    progress = ScanProgress(enabled=not quiet)
    try:
        yield default_walker(progress)
    finally:
        # Also after an error: its message must not stand behind a half-drawn line.
        progress.close()


def _value(choice: StrEnum | None) -> str | None:
    if choice is None:
        return None
    return choice.value


def _arguments(items: list[str] | None) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for item in items or ():
        name, given, value = item.partition("=")
        if not name:
            raise ConfigError(
                f"--build-arg {item!r} has no name", hint="write VERSION=1.2, or VERSION alone"
            )
        found[name] = None
        # Without "=" the value comes from the environment, as with `docker build`.
        if given:
            found[name] = value
    return found


def _contexts(items: list[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in items or ():
        name, given, value = item.partition("=")
        if not given or not name or not value:
            raise ConfigError(
                f"--build-context {item!r} is not NAME=PATH", hint="write extra=../shared"
            )
        # BuildKit compares the names of contexts and stages without regard to case.
        found[name.lower()] = value
    return found
