"""The arguments and options that several commands share, with their help."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


def whole_number(text: str | int) -> int:
    """Return the number that was typed; raises BadParameter for anything but digits."""
    if isinstance(text, int):
        return text  # Typer hands over the default, too
    if not (text.isascii() and text.isdigit()):
        raise typer.BadParameter(f"{text!r} is not a whole number of 0 or more")
    return int(text)


def complete_rule(incomplete: str) -> list[tuple[str, str]]:
    """Return the rules that a shell offers."""
    from ctxopt.cli.completion import rule_names

    return rule_names(incomplete)


def complete_commit(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the commits that a shell offers."""
    from ctxopt.cli.completion import git_refs

    return git_refs(ctx.params.get("path") or ".", incomplete)


# Typer takes choices as enumerations, and shows their values: members are called as they are typed.


class BuilderChoice(StrEnum):
    """Which builder to follow."""

    buildkit = "buildkit"
    classic = "classic"
    podman = "podman"


class ReportFormat(StrEnum):
    """How to write a report with findings."""

    text = "text"
    json = "json"
    markdown = "markdown"
    sarif = "sarif"
    github = "github"


class ListFormat(StrEnum):
    """How to write a listing."""

    text = "text"
    json = "json"


class FixFormat(StrEnum):
    """How to write a proposal."""

    text = "text"
    json = "json"
    diff = "diff"


class Color(StrEnum):
    """When to use colour."""

    auto = "auto"
    always = "always"
    never = "never"


class LevelChoice(StrEnum):
    """How bad a finding is."""

    info = "info"
    warning = "warning"
    error = "error"


Root = Annotated[
    str,
    typer.Argument(metavar="[PATH]", help="The context root: the folder `docker build` is given."),
]
DockerfileOption = Annotated[
    str | None,
    typer.Option(
        "-f",
        "--file",
        metavar="DOCKERFILE",
        help="The Dockerfile, from the current directory; - is stdin. Default: PATH/Dockerfile.",
    ),
]
Target = Annotated[
    str | None,
    typer.Option("--target", metavar="STAGE", help="The stage to build. Default: the last."),
]
BuildArgs = Annotated[
    list[str] | None,
    typer.Option("--build-arg", metavar="KEY[=VALUE]", help="A build argument; repeatable."),
]
BuildContexts = Annotated[
    list[str] | None,
    typer.Option("--build-context", metavar="NAME=PATH", help="A named context; repeatable."),
]
BuilderOption = Annotated[
    BuilderChoice | None,
    typer.Option("--builder", help="Whose rules to follow. Default: buildkit."),
]
Ignorefile = Annotated[
    str | None,
    typer.Option(
        "--ignorefile", metavar="FILE", help="The ignore file that Podman is given by that name."
    ),
]
ConfigOption = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The configuration. Default: ctxopt.toml or pyproject.toml at the context root.",
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="RULE",
        help="Run only this rule; repeatable.",
        autocompletion=complete_rule,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="RULE",
        help="Leave this rule out; repeatable.",
        autocompletion=complete_rule,
    ),
]
FailOnOption = Annotated[
    LevelChoice | None,
    typer.Option("--fail-on", help="Exit 1 if a finding is at least this bad."),
]
BaselineFile = Annotated[
    str | None,
    typer.Option("--baseline", metavar="FILE", help="Findings in this file are known."),
]
AllBuilds = Annotated[
    bool, typer.Option("--all", help="Every build that the repository at PATH declares.")
]
Services = Annotated[
    list[str] | None,
    typer.Option("--service", metavar="NAME", help="The build of a Compose service; repeatable."),
]
BakeTargets = Annotated[
    list[str] | None,
    typer.Option("--bake-target", metavar="NAME", help="A target or group of Bake; repeatable."),
]
StrictAll = Annotated[
    bool, typer.Option("--strict", help="With --all: exit 2 if anything could not be read.")
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write to FILE instead of stdout."),
]
ColorOption = Annotated[Color, typer.Option("--color", help="When to use colour.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress line, no notes on stderr.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say everything, notes included.")]
