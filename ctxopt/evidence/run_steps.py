"""Whether a build installs packages, or makes output, by itself, as far as its steps tell. Reads nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ctxopt.languages.dockerfile import Build

_INSTALLER: Final = (
    r"(?<![\w.-])(?:npm|npx|pnpm|yarn|bun|corepack|deno|lerna|nx|turbo|pip[\d.]*|uv|poetry|pipenv|pdm|conda|mamba|"
    r"composer|bundle|bundler|bin/setup|mix|rebar3|bower|jspm|go|cargo|carthage|pod|swift|stack|cabal|renv|packrat|Rscript|"
    r"r-lib|gradlew?|mvnw?|sbt|dotnet|nuget|make|just|task|invoke|bazel|buck|flutter|dart|pub)(?![\w-])|\.sh\b"
)
"""What installs packages, or may do so in a script."""


IDLE: Final = frozenset(
    [
        "adduser",
        "addgroup",
        "apk",
        "apt",
        "apt-get",
        "apt-cache",
        "apt-key",
        "aptitude",
        "cat",
        "cd",
        "chgrp",
        "chmod",
        "chown",
        "command",
        "corepack",
        "cp",
        "curl",
        "date",
        "dnf",
        "dpkg",
        "echo",
        "env",
        "exit",
        "export",
        "false",
        "find",
        "getent",
        "git",
        "gpg",
        "groupadd",
        "head",
        "id",
        "install",
        "ln",
        "locale-gen",
        "ls",
        "mkdir",
        "microdnf",
        "mktemp",
        "mv",
        "nslookup",
        "pacman",
        "passwd",
        "printf",
        "pwd",
        "rm",
        "rmdir",
        "sed",
        "set",
        "setcap",
        "sha256sum",
        "sleep",
        "source",
        "sudo",
        "tail",
        "tar",
        "tdnf",
        "tee",
        "test",
        "touch",
        "true",
        "tzdata",
        "uname",
        "unlink",
        "unset",
        "unzip",
        "update-ca-certificates",
        "useradd",
        "usermod",
        "wget",
        "which",
        "xz",
        "yum",
        "zypper",
        ".",
        ":",
        "[",
        "[[",
        "do",
        "done",
        "else",
        "fi",
        "if",
        "then",
        "for",
        "while",
        "case",
        "esac",
        "!",
        "{",
        "}",
    ]
)
"""Commands that make nothing out of sources."""
_FETCHES: Final = (
    r"(?:npm|pnpm|bun)\s+(?:-\S+\s+)*(?:ci|i|install|add|config|cache|set|prune|fund|audit)\b(?!\s+\.)"
    r"|yarn(?:\s+(?:install|add|config|cache|set)\b|\s+-|\s*$)"
    r"|(?:pip[\d.]*|python[\d.]*\s+-m\s+pip)\s+install\b(?!.*\s\.)"
    r"|bundle\s+(?:install|config)\b|composer\s+install\b|gem\s+install\b"
)
"""Commands that install packages of others."""
_HELPER: Final = r"(?:upload|publish|push|download|fetch|entrypoint|health|wait)[^/]*\.sh$"
_SEPARATOR: Final = r"&&|\|\||[;|\n&]"
_KEYWORDS: Final = r"^(?:\s|[({!]|(?:if|then|else|elif|do|while|until)\b|case\s{1,9}\S{1,200}\s{1,9}in\b|[\w.*|\"'-]{1,50}\))+"
_ASSIGNMENT: Final = r"^(?:\w+=(?:\"[^\"]*\"|'[^']*'|\S*)\s+)+"
_INSTALLED: Final = r"^(?:~|\$\{?\w{1,99}\}?)?(?:/[^/\s]{1,99}){0,20}/bin/(?=[a-z])"
"""Where a program lies that is called by its whole path."""


MAKES: Final = (
    r"(?<![\w./-])(?:(?:npm|pnpm|yarn|bun)\s(?:[^&|;\n]*\s)?[\w:-]*(?:build|compile|bundle|generate|dist)|"
    r"(?:npx\s+|pnpm\s+|yarn\s+|bunx\s+)?(?:vite|next|nuxt|tsc|webpack|turbo|nx|ng|rollup|parcel|esbuild|gulp|grunt)|"
    r"make|cmake|ninja|meson|just|task|cargo|trunk|go\s+(?:build|install)|mage|dotnet\s+(?:build|publish|restore)|"
    r"(?:\./)?(?:mvnw?|gradlew?)|sbt|ant|mix|rake|rails|bin/rails|bundle\s+exec|python[\d.]*\s+(?:-m\s+build|setup\.py|manage\.py)|"
    r"pip[\d.]*\s+(?:wheel|install\s(?:[^&|;\n]*\s)?-?e?\s*\.)|poetry|uv|hatch|pdm|swift|xcodebuild|stack|cabal|"
    r"bazel|buck2|plz|mkdocs|sphinx-build|hugo|flutter|dart|sam|cdk|composer|deno\s+(?:bundle|compile|task))(?![\w-])"
)
"""What makes output of sources."""


def makes_nothing(build: Build) -> bool:
    """Tell whether no step of the build can make output of sources: all only fetch and arrange files."""
    return not any(map(may_make, _commands(build)))


def _commands(build: Build) -> Iterator[str]:
    for script in build.scripts():
        for command in re.split(_SEPARATOR, script.replace("\\\n", " ")):
            yield command.strip()


def is_known_maker(command: str) -> bool:
    """Tell whether a command is known to make output of sources."""
    if not may_make(command):
        return False
    return re.search(MAKES, re.sub(_INSTALLED, "", command)) is not None


def fetches(command: str) -> bool:
    """Tell whether a command installs packages of others, and does no more."""
    return re.match(_FETCHES, re.sub(_ASSIGNMENT, "", command)) is not None


def may_make(command: str) -> bool:
    """Tell whether a command may make output of sources: it does more than fetch and arrange files."""
    command = re.sub(_ASSIGNMENT, "", re.sub(_KEYWORDS, "", command))
    if not command or command.startswith("#"):
        return False
    word = command.split()[0]
    return word not in IDLE and not re.match(_FETCHES, command) and not re.search(_HELPER, word)


def installs_nothing(build: Build) -> bool:
    """Tell whether the build has steps, and none of them may install packages."""
    scripts = list(build.scripts())
    return bool(scripts) and not any(re.search(_INSTALLER, script) for script in scripts)
