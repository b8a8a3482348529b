"""Whether an image is built on the tools that compile its program, and could be made of what these make.

Opens the scripts that start the image, and ``package.json`` where its commands start it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ctxopt.evidence.development import is_for_development
from ctxopt.evidence.git_history import BuildTakings
from ctxopt.evidence.image_start import started_texts
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.languages.dockerfile import Build


class Toolchain(NamedTuple):
    """What compiles programs of one language."""

    language: str
    image: str
    """What the name of an image matches that brings it, without registry, digest and library."""
    compiles: str
    """What a step matches that makes the program."""
    runs: str
    """What a command matches that needs the tools, or the sources, while it runs."""
    runtime: str
    """An image that is enough to run what was made."""


_JDK: Final = r"(?:maven|gradle|(?:eclipse-temurin|openjdk|amazoncorretto|ibm-semeru-runtimes|sapmachine|azul/zulu-openjdk)(?!.*jre))(?:$|[:-])"
_NODE_OUTPUT: Final = (
    r"(?:^|[\s/\"'=])(?:dist|build|out|\.next|\.output|\.nuxt)(?:[/\s\"']|$)"
    r"|\b(?:next|nuxt|vite|astro)\s+(?:start|preview)\b|\bserve\b"
)

TOOLCHAINS: Final = (
    Toolchain(
        language="Go",
        image=r"golang(?:$|:)",
        compiles=r"\bgo\s+(?:build|install)\b|\bmake\b|\bmage\b",
        runs=r"\bgo\s+\w|\bmake\b|\bair\b",
        runtime="gcr.io/distroless/static",
    ),
    Toolchain(
        language="Rust",
        image=r"rust(?:$|:)|.*/(?:rust-musl-builder|cargo-chef)(?:$|:)",
        compiles=r"\bcargo\s+(?:build|install)\b",
        runs=r"\bcargo\s+\w",
        runtime="debian:stable-slim",
    ),
    Toolchain(
        language="Java",
        image=_JDK,
        compiles=r"\bmvnw?\b.*\b(?:package|install|verify)\b|\bgradlew?\b.*(?:[bB]uild|assemble|[jJ]ar|installDist)\b|\bjavac\b",
        runs=r"\bmvnw?\b|\bgradlew?\b|\bjavac\b|\bjshell\b",
        runtime="eclipse-temurin:21-jre",
    ),
    Toolchain(
        language=".NET",
        image=r"dotnet/(?:core/)?sdk(?:$|:)",
        compiles=r"\bdotnet\s+(?:publish|build)\b",
        runs=r"\bdotnet\s+(?:run|test|watch|build|ef|tool|msbuild)\b",
        runtime="mcr.microsoft.com/dotnet/aspnet",
    ),
    Toolchain(
        language="Node.js",
        image=r"(?:node|oven/bun)(?:$|:)",
        compiles=r"\b(?:npm|yarn|pnpm|bun)\s(?:[^&|;\n]*\s)?[\w:-]*build\b|\b(?:npx\s+)?(?:tsc|next\s+build|vite\s+build)\b",
        runs=r"\b(?:dev|develop|watch|test|nodemon|ts-node|tsx|storybook)\b",
        runtime="node:slim",
    ),
    Toolchain(
        language="Swift",
        image=r"swift(?:$|:)(?!.*slim)",
        compiles=r"\bswift\s+build\b",
        runs=r"\bswift\s+\w",
        runtime="swift:slim",
    ),
    Toolchain(
        language="C and C++",
        image=r"(?:gcc|silkeh/clang)(?:$|:)",
        compiles=r"\b(?:make|cmake|ninja|meson|gcc|g\+\+|clang)\b",
        runs=r"\b(?:make|ctest|gcc|g\+\+|clang)\b",
        runtime="debian:stable-slim",
    ),
    Toolchain(
        language="Elixir",
        image=r"(?:elixir|hexpm/elixir)(?:$|:)",
        compiles=r"\bmix\s+(?:[^&|;\n]*\s)?release\b",
        runs=r"\bmix\s|\biex\b",
        runtime="debian:stable-slim",
    ),
    Toolchain(
        language="Dart",
        image=r"(?:dart|cirruslabs/flutter)(?:$|:)",
        compiles=r"\bdart\s+compile\b|\bflutter\s+build\b",
        runs=r"\bdart\s+\w|\bflutter\s",
        runtime="scratch",
    ),
)

_LIBRARY: Final = r"^(?:docker\.io/|index\.docker\.io/|ghcr\.io/|quay\.io/|mcr\.microsoft\.com/|public\.ecr\.aws/docker/)?(?:library/)?"
_STARTS: Final = r"\b(?:npm|yarn|pnpm|bun)\s+(?:run\s+)?([\w:-]+)"
_TASK: Final = r"\"([\w:-]+)\"\s*:\s*\"((?:[^\"\\\n]|\\.)*)\""


def toolchain_of(taken: BuildTakings, files: SentFiles) -> Toolchain | None:
    """Return what the target's own base compiles with, where a step does and what starts the image needs none of it."""
    build = taken.build
    lineage = list(build.lineage(build.target))
    target, bottom = build.stages[build.target], build.stages[lineage[-1]]
    if bottom.base.kind != "image" or is_for_development(target.name or ""):
        return None
    image = re.sub(_LIBRARY, "", bottom.base.text.partition("@")[0])
    found = next((item for item in TOOLCHAINS if re.match(item.image, image)), None)
    if found is None or not _starts_something(build, lineage):
        return None
    scripts = [run.script for run in build.runs if run.stage in lineage]
    if not any(re.search(found.compiles, script) for script in scripts):
        return None
    commands = list(_commands(taken, files))
    if any(re.search(found.runs, command) for command in commands):
        return None
    # A program of Node.js runs from its sources, unless it is started from what was made of them.
    is_compiled = found.language != "Node.js" or any(
        re.search(_NODE_OUTPUT, command) for command in commands
    )
    return found if is_compiled else None


def _starts_something(build: Build, lineage: list[int]) -> bool:
    """Whether a stage of the image says what to start: else it is an image to work in, or what the base starts is its purpose."""
    for instruction in build.dockerfile.instructions:
        if instruction.keyword in ("CMD", "ENTRYPOINT"):
            stages = (stage.index for stage in build.stages if stage.line < instruction.line)
            if max(stages, default=-1) in lineage:
                return True
    return False


def _commands(taken: BuildTakings, files: SentFiles) -> Iterator[str]:
    """Yield what starts the image, the scripts that it names, and the commands of ``package.json`` that these call."""
    tasks: dict[str, str] = {}
    for started in started_texts(taken, files):
        yield started.text
        for called in re.findall(_STARTS, started.text):
            tasks = tasks or dict(re.findall(_TASK, files.text("package.json")))
            yield tasks.get(called, called)
