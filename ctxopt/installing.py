"""Whether a build installs packages by itself, as far as its steps tell. Reads nothing."""

from __future__ import annotations

import re
from typing import Final

from ctxopt.dockerfile import Build

_INSTALLER: Final = re.compile(
    r"(?<![\w.-])(?:npm|npx|pnpm|yarn|bun|corepack|deno|lerna|nx|turbo|pip[\d.]*|uv|poetry|pipenv|pdm|conda|mamba|"
    r"composer|bundle|bundler|bin/setup|mix|rebar3|bower|jspm|go|cargo|carthage|pod|swift|stack|cabal|renv|packrat|Rscript|"
    r"r-lib|gradlew?|mvnw?|sbt|dotnet|nuget|make|just|task|invoke|bazel|buck|flutter|dart|pub)(?![\w-])|\.sh\b"
)
"""What installs packages, or may do so in a script."""


def installs_nothing(build: Build) -> bool:
    """Tell whether the build has steps, and none of them may install packages."""
    scripts = [
        text
        for run in build.runs
        if run.reachable
        for text in (run.shell, *(heredoc.content for heredoc in run.heredocs))
    ]
    return bool(scripts) and not any(map(_INSTALLER.search, scripts))
