"""The rule ``broad-copy-in-final-image``: images of compiled code, and twice as many that need what they take."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.evidence.needs import Needs
from ctxopt.severity import Severity
from tests.support.judging import catches, catches_not

RULE = "broad-copy-in-final-image"
TREE: dict[str, Any] = {"src/a": "1", "tests/a": "1"}
GO = ("FROM golang:1.24", "COPY . .", "RUN go build -o /a .", 'CMD ["/a"]')
NODE = ("FROM node:22", "COPY . .", "RUN npm ci && npm run build")

KEEPS_ALL: dict[str, tuple[str, tuple[str, ...]]] = {
    "go": ("Go", GO),
    "go by digest": ("Go", ("FROM docker.io/library/golang:1@sha256:" + "0" * 64, *GO[1:])),
    "go by make": ("Go", (*GO[:2], "RUN make build", 'ENTRYPOINT ["/app/bin/a"]')),
    "go in a stage below": ("Go", ("FROM golang AS build", *GO[1:3], "FROM build", GO[3])),
    "rust": (
        "Rust",
        ("FROM rust:1-slim", "ADD . /a", "RUN cargo build --release", "CMD ./target/release/a"),
    ),
    "maven": (
        "Java",
        (
            "FROM maven:3-eclipse-temurin-21",
            "COPY . .",
            "RUN mvn -B package",
            "CMD java -jar a.jar",
        ),
    ),
    "a wrapper of gradle": (
        "Java",
        ("FROM eclipse-temurin:21-jdk", "COPY . .", "RUN ./gradlew bootJar", "CMD java -jar a.jar"),
    ),
    "dotnet": (
        ".NET",
        (
            "FROM mcr.microsoft.com/dotnet/sdk:9.0",
            "COPY . .",
            "RUN dotnet publish -o /o",
            "CMD dotnet /o/a.dll",
        ),
    ),
    "node": ("Node.js", (*NODE, 'CMD ["node", "dist/main.js"]')),
    "node with next": ("Node.js", (*NODE, "CMD npx next start")),
    "bun": ("Node.js", ("FROM oven/bun:1", "COPY . .", "RUN bun run build", "CMD bun dist/a.js")),
    "swift": ("Swift", ("FROM swift:6", "COPY . .", "RUN swift build -c release", "CMD .build/a")),
    "c": ("C and C++", ("FROM gcc:14", "COPY . .", "RUN make", "CMD ./a")),
    "elixir": ("Elixir", ("FROM elixir", "COPY . .", "RUN mix do compile, release", "CMD bin/a")),
    "dart": ("Dart", ("FROM dart", "COPY . .", "RUN dart compile exe a.dart", "CMD ./a.exe")),
}


def dockerfile(lines: tuple[str, ...]) -> dict[str, Any]:
    """Return a context with a Dockerfile of these lines."""
    return {**TREE, "Dockerfile": "\n".join((*lines, ""))}


@pytest.mark.parametrize("case", KEEPS_ALL)
def test_sources_stay_beside_what_compiles_them(case):
    language, lines = KEEPS_ALL[case]
    found = catches(RULE, dockerfile(lines), line=2)
    assert f"the toolchain of {language} in the image" in found.message
    assert (found.severity, found.reach, found.size) == (Severity.INFO, "final", 0)


@pytest.mark.parametrize("script", ["node dist/a.js", "next start -p 80"])
def test_what_npm_starts_is_looked_up(script):
    tree = dockerfile((*NODE, "CMD npm start"))
    catches(RULE, {**tree, "package.json": f'{{"scripts": {{"start": "{script}"}}}}'}, line=2)


SPARED: dict[str, tuple[str, ...]] = {
    "a stage of its own": (
        "FROM golang AS build", *GO[1:3], "FROM scratch", "COPY --from=build /a /", GO[3],
    ),
    "another target": (*GO, "FROM alpine", "CMD sh"),
    "one folder": ("FROM golang", "COPY src src", *GO[2:]),
    "a mount": ("FROM golang", "RUN --mount=type=bind,target=. go build -o /a .", GO[3]),
    "nothing compiles": (*GO[:2], "RUN go mod download", GO[3]),
    "nothing starts": GO[:3],
    "only another stage starts": ("FROM alpine AS other", "CMD sh", *GO[:3]),
    "go run": (*GO[:3], "CMD go run ."),
    "tests at the start": (*GO[:3], "CMD go test ./..."),
    "make at the start": (*GO[:3], 'CMD ["make", "serve"]'),
    "reloads": (*GO[:3], "CMD air"),
    "for development": ("FROM golang AS dev", *GO[1:]),
    "for tests": ("FROM golang AS integration-tests", *GO[1:]),
    "an image of a team": ("FROM example.org/team/base:1", *GO[1:]),
    "a name that only begins so": ("FROM golangci/golangci-lint", *GO[1:]),
    "cargo at the start": (
        "FROM rust", "COPY . .", "RUN cargo build", "CMD cargo run --release",
    ),
    "maven at the start": ("FROM maven", "COPY . .", "RUN mvn package", "CMD mvn jetty:run"),
    "a runtime of java": (
        "FROM eclipse-temurin:21-jre", "COPY . .", "RUN ./mvnw package", "CMD java -jar a.jar",
    ),
    "dotnet run": (
        "FROM mcr.microsoft.com/dotnet/sdk", "COPY . .", "RUN dotnet build", "CMD dotnet run",
    ),
    "a runtime of .NET": (
        "FROM mcr.microsoft.com/dotnet/aspnet", "COPY . .", "RUN dotnet build", "CMD dotnet a.dll",
    ),
    "node without a build": ("FROM node", "COPY . .", "RUN npm ci", "CMD node server.js"),
    "node from its sources": (*NODE, "CMD node server.js"),
    "node by npm, unknown": (*NODE, "CMD npm start"),
    "node for development": (*NODE, "CMD npm run dev -- --dir dist"),
    "python": ("FROM python:3", "COPY . .", "RUN pip install .", "CMD python -m a"),
    "python that compiles": ("FROM python:3", "COPY . .", "RUN make", "CMD python -m a"),
    "ruby": ("FROM ruby:3", "COPY . .", "RUN rake assets:precompile", "CMD rails server"),
    "php": ("FROM php:8-apache", "COPY . .", "RUN composer install", "CMD apache2-foreground"),
    "elixir from its sources": ("FROM elixir", "COPY . .", "RUN mix compile", "CMD mix phx.server"),
    "elixir without a release": ("FROM elixir", "COPY . .", "RUN mix compile", "CMD bin/server"),
    "swift run": ("FROM swift", "COPY . .", "RUN swift build", "CMD swift run"),
    "dart run": ("FROM dart", "COPY . .", "RUN dart compile exe a.dart", "CMD dart run"),
    "debian": ("FROM debian", "COPY . .", "RUN make", "CMD ./a"),
    "scratch": ("FROM scratch", "COPY . .", 'CMD ["/a"]'),
}  # fmt: skip


@pytest.mark.parametrize("case", SPARED)
def test_what_needs_its_sources_or_leaves_them_behind(case):
    catches_not(RULE, dockerfile(SPARED[case]))


def test_there_are_twice_as_many_that_are_spared():
    assert len(SPARED) >= 2 * len(KEEPS_ALL)


def test_a_script_that_calls_the_tools():
    tree = dockerfile((*GO[:3], 'ENTRYPOINT ["./start.sh"]'))
    catches_not(RULE, {**tree, "start.sh": "#!/bin/sh\ngo generate ./...\nexec /a\n"})
    catches(RULE, {**tree, "start.sh": "#!/bin/sh\nexec /a\n"}, line=2)


def test_an_image_in_which_tests_run():
    catches_not(RULE, dockerfile(GO), needs=Needs(tests="compose.yaml"))


@pytest.mark.parametrize("path", ["Dockerfile.dev", "tests/Dockerfile", "docker/dev.Dockerfile"])
def test_a_dockerfile_for_development(path):
    catches_not(RULE, {**TREE, path: "\n".join((*GO, ""))}, dockerfile=path)


def test_one_image_is_told_once():
    catches(RULE, dockerfile((*GO[:2], "COPY . /again", *GO[2:])), line=2)
