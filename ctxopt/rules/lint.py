"""The use case of ``lint``: the rules about ignore files, for single files that are named.

Unlike a scan it does not ask which file Docker would pick, and says something of every file,
also of one whose context is not known.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final, NamedTuple

from ctxopt.build.analysis import Analysis, build_matcher
from ctxopt.build.context import BuildContext, builder_named, context_under, named_ignore
from ctxopt.build.found_files import DockerfileLocation, IgnoreChoice
from ctxopt.builder import Builder
from ctxopt.config.load import Config
from ctxopt.errors import ConfigError, ContextError, DockerfileError, IgnoreFileError
from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.gather import gather_facts
from ctxopt.evidence.needs import Needs
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.languages.ignore.matcher import with_slashes
from ctxopt.languages.ignore.text import IgnoreFile, parse_ignore_file
from ctxopt.read_file import read_regular
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.ignore_file.inactive_ignore_file import counts_as_empty
from ctxopt.rules.ignore_file.invalid_pattern import RULE as INVALID
from ctxopt.rules.ignore_file.invalid_pattern import invalid_patterns
from ctxopt.rules.ignore_file.pattern_quirk import BACKSLASH
from ctxopt.rules.ignore_file.pattern_quirk import RULE as QUIRK
from ctxopt.rules.registry import RULES
from ctxopt.rules.run import run_rules
from ctxopt.severity import Severity
from ctxopt.tree.model import ContextTree, Folder
from ctxopt.tree.view import View

NAME: Final = ".dockerignore"

Measure = Callable[[BuildContext, bool], Analysis]
"""Measures a context, and its Dockerfile as well if that is wanted."""


class Linted(NamedTuple):
    """What was found in one file."""

    path: str
    """As it was given."""
    findings: tuple[Finding, ...]
    """In the order of the lines."""
    knows_context: bool = True
    """False where only what follows from the lines alone could be said."""


def context_of(path: str, config: Config) -> str | None:
    """Return the context root of an ignore file; None where nothing says what it is.

    ``config`` is that of the working directory, whose Dockerfile an ignore file may belong to.
    Raises ConfigError for a file that Docker would not take for an ignore file.
    """
    folder, name = os.path.split(path)
    endings = builder_named(config.builder).ignore_endings
    if name in endings:
        return folder or "."
    if not name.endswith(endings):
        hint = f"Docker reads {NAME} and, beside a Dockerfile, NAME{NAME}"
        if name.endswith(".containerignore"):
            hint = "only Podman reads it: add --builder podman"
        raise ConfigError(f"{path!r} is no ignore file", hint=hint)
    # Any folder may be the context of such a file: only the configuration says which one is.
    own = config.dockerfile
    if own is not None and config.file is not None:
        dockerfile = _without_ending(path)
        if os.path.realpath(dockerfile) == os.path.realpath(own):
            return os.path.dirname(config.file) or "."
    return None


def _without_ending(path: str) -> str:
    """Return the name of the Dockerfile to which an ignore file would belong."""
    return path.removesuffix(NAME).removesuffix(".containerignore")


def lint_file(path: str, root: str | None, config: Config, measure: Measure) -> Linted:
    """Run the rules on the file at ``path``, against the files of the context ``root``.

    Raises CtxoptError where the file or the context cannot be read; what Docker refuses is found.
    """
    content = read_regular(
        path,
        "ignore file",
        ContextError,
        hint="correct the path",
        kind_hint="rename or remove it",
    )
    builder = builder_named(config.builder)
    try:
        dialect = dialect_of(builder)
        file = parse_ignore_file(content, os.path.basename(path), dialect)
    except IgnoreFileError as error:
        return Linted(path, (_refused(error, builder),), root is not None)
    found = _refused_lines(file, builder)
    if not found:
        try:
            facts = _facts(path, file, root, config, measure)
        except IgnoreFileError as error:
            found.append(_refused(error, builder))
            facts = _facts_alone(path, file, config)
        rules = [rule for rule in RULES if rule.about == "lines"]
        # Of a line that Docker refuses, no other rule has anything true to say.
        refused = {finding.location.line for finding in found}
        reported = run_rules(facts, rules, config.selection).reported
        found += [item for item in reported if item.location.line not in refused]
    found += _other_backslashes(file, found)
    if root is not None and os.path.islink(path) and builder.loads_on_demand:
        found += _not_followed(path, root, builder)
    found.sort(key=lambda finding: (finding.location.line or 0, finding.sort_key))
    return Linted(path, tuple(found), root is not None)


def _not_followed(path: str, root: str, builder: Builder) -> list[Finding]:
    """Return what is wrong with a link at the root of the context that BuildKit does not follow."""
    if os.path.basename(path) != NAME:
        return []
    choice = named_ignore(os.path.realpath(root), builder)
    if choice.file is not None:
        return []
    return [counts_as_empty(NAME, choice.reason)]


def _refused_lines(file: IgnoreFile, builder: Builder) -> list[Finding]:
    """The lines with which no build works: with one of them, no other says anything."""
    return [
        Finding(
            rule=INVALID.id,
            severity=Severity.ERROR,
            message=f"{builder.brand} refuses {item.pattern}: {item.reason}",
            location=Location(file.path, item.line),
            subject=item.pattern,
            help=item.help,
        )
        for item in invalid_patterns(file)
        if item.fails_at_once
    ]


def _other_backslashes(file: IgnoreFile, found: list[Finding]) -> list[Finding]:
    """Return the lines that Docker takes and that mean slashes, as one that it refuses does: who mends that has to mend them, too."""
    if not any(
        item.rule == INVALID.id and with_slashes(item.subject) != item.subject for item in found
    ):
        return []
    told = {item.location.line for item in found}
    return [
        Finding(
            rule=QUIRK.id,
            severity=QUIRK.severity,
            message=f"{text} is not what it looks like: {BACKSLASH}",
            location=Location(file.path, line),
            subject=text,
            help=f"write {plain}",
        )
        for line, text in file.patterns()
        if line not in told and (plain := with_slashes(text)) != text
    ]


def _refused(error: IgnoreFileError, builder: Builder) -> Finding:
    place = error.path or NAME
    return Finding(
        rule=INVALID.id,
        severity=Severity.ERROR,
        message=f"{builder.brand} refuses the file: {error.reason}",
        location=Location(place, error.line),
        subject=error.reason.rpartition(": ")[2],
        help=error.hint or "",
    )


def _facts(
    path: str, file: IgnoreFile, root: str | None, config: Config, measure: Measure
) -> Facts:
    if root is None:
        return _facts_alone(path, file, config)
    dockerfile = config.dockerfile
    folder, name = os.path.split(path)
    # NAME.dockerignore is read for the Dockerfile NAME beside it, and for no other.
    if _without_ending(name):
        dockerfile = os.path.join(folder, _without_ending(name))
    if dockerfile is not None and not os.path.isfile(dockerfile):
        dockerfile = None
    context = context_under(root, file, path, dockerfile=dockerfile, builder=config.builder)
    try:
        analysis = measure(context, True)
    except IgnoreFileError:
        raise
    except (ContextError, DockerfileError):
        # What is wrong with a Dockerfile is no fault of the ignore file's lines; ``scan`` tells it.
        analysis = measure(context, False)
    return gather_facts(analysis, config)


def _facts_alone(path: str, file: IgnoreFile, config: Config) -> Facts:
    """The facts of a context that holds nothing, and of which nothing else is known."""
    location = DockerfileLocation(_without_ending(path), "", None, found=False)
    choice = IgnoreChoice(file.path, os.path.abspath(path), "it was named", file)
    context = BuildContext("", "", builder_named(config.builder), location, choice)
    tree = ContextTree("", {"": Folder("", "", b"", b"", b"")})
    analysis = Analysis(context, build_matcher(context), tree, View(tree), with_excluded=True)
    return Facts(analysis, config, load_catalog(), None, Needs())
