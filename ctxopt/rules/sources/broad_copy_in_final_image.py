"""An image that is built on a toolchain and takes the whole context, although what runs is compiled.

Sources, tests and manifests are in it, and with them the compiler: hundreds of megabytes that nothing needs while the program
runs. What the program does need besides is not known, so it is a note. Compile in one stage, and copy what that makes into another.

Go, Rust, C and C++:

    FROM golang AS build
    WORKDIR /src
    COPY . .
    RUN go build -o /app ./cmd
    FROM gcr.io/distroless/static
    COPY --from=build /app /app
    CMD ["/app"]

Java, with Maven or Gradle:

    FROM maven AS build
    WORKDIR /src
    COPY . .
    RUN mvn package
    FROM eclipse-temurin:21-jre
    COPY --from=build /src/target /app
    CMD java -jar /app/app.jar

.NET:

    FROM dotnet/sdk AS build
    WORKDIR /src
    COPY . .
    RUN dotnet publish -o /app
    FROM dotnet/aspnet
    COPY --from=build /app /app
    CMD ["dotnet", "/app/App.dll"]

Node.js, with a step that builds:

    FROM node AS build
    WORKDIR /src
    COPY . .
    RUN npm ci && npm run build
    FROM node:slim
    WORKDIR /app
    COPY package*.json ./
    RUN npm ci --omit=dev
    COPY --from=build /src/dist dist
    CMD ["node", "dist"]

Left alone are languages that run from sources, images that start the tools (`go run`, `npm run dev`), that start nothing,
and those for development and tests.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import dockerfile_line
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for the first instruction that takes the whole context into such an image."""
    broad = [
        use
        for use in facts.main_uses
        if "" in use.roots and use.reach == "final" and use.source.mount is None
    ]
    taken = facts.own_build
    if taken is None or not broad:
        return
    # Most images do not take the whole context.
    from ctxopt.evidence.development import is_for_development
    from ctxopt.evidence.sent_files import SentFiles
    from ctxopt.evidence.toolchain_image import toolchain_of

    place = facts.analysis.context.dockerfile.inside or ""
    # Tests that run in the image need their sources there.
    if facts.needs.tests or is_for_development(place):
        return
    found = toolchain_of(taken, SentFiles(facts.analysis, facts.catalog, facts.needs.texts))
    if found is None:
        return
    source = broad[0].source
    sources = " ".join(source.raw)
    yield Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"{source.instruction} {sources} leaves all sources and the toolchain of {found.language}"
        " in the image, though what starts is made of them before",
        location=dockerfile_line(facts, source),
        subject=f"{broad[0].stage} {sources}",
        reach="final",
        help=f"compile in a stage of its own, and copy what that makes into one from {found.runtime}:"
        f" ctxopt rules {RULE.id} shows how",
    )


RULE = Rule(
    "broad-copy-in-final-image",
    "Sources in an image of compiled code",
    Severity.INFO,
    check,
    about="sources",
)
