"""Whether a step is one that people wait for: it installs packages, or makes output of sources. Reads nothing."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from ctxopt.evidence.run_steps import is_known_maker
from ctxopt.languages.dockerfile import RunStep

StepCost: TypeAlias = Literal["installs packages", "compiles"]

_SYSTEM: Final = (
    r"(?:apt|apt-get|aptitude|dnf|microdnf|tdnf|yum)\s(?:[^&|;\n]*\s)?install\b|apk\s(?:[^&|;\n]*\s)?add\b|"
    r"zypper\s(?:[^&|;\n]*\s)?(?:in|install)\b|pacman\s+-S"
)
_LANGUAGES: Final = (
    r"(?:npm|pnpm|bun|yarn)\s(?:[^&|;\n]*\s)?(?:ci|i|install|add|fetch)\b|yarn(?:\s+-\S+)*\s*$|"
    r"uv\s+(?:sync|pip\s+(?:install|sync))\b|(?:poetry|pdm|pipenv|hatch)\s+(?:install|sync)\b|"
    r"(?:pip[\d.]*|python[\d.]*\s+-m\s+pip)\s(?:[^&|;\n]*\s)?(?:install|wheel|download)\b|"
    r"(?:conda|mamba|micromamba)\s(?:[^&|;\n]*\s)?(?:install|create|update)\b|"
    r"go\s+(?:mod\s+download|get)\b|cargo\s+(?:fetch|install|chef\s+cook|vendor)\b|"
    r"composer\s(?:[^&|;\n]*\s)?(?:install|update|require)\b|(?:bundle|gem)\s(?:[^&|;\n]*\s)?install\b|"
    r"dotnet\s(?:[^&|;\n]*\s)?restore\b|nuget\s+restore\b|mix\s(?:[^&|;\n]*\s)?deps\.get\b|swift\s+package\s+resolve\b|"
    r"(?:flutter|dart)\s+pub\s+get\b|\S*mvnw?\s[^&|;\n]*dependency:\S+|\S*gradlew?\s[^&|;\n]*dependencies\b"
)
_INSTALLS: Final = rf"(?<![\w.-])(?:{_SYSTEM}|{_LANGUAGES})"
_COMPILERS: Final = r"(?<![\w./-])(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|rustc|javac|kotlinc|ghc|nim|zig|crystal|ocamlfind|dune)\s"
_SCRIPT: Final = (
    r"(?:\w+=\S*\s+)*(?:(?:ba|da|z)?sh\s+(?:-\w+\s+)*)?(?:[\w.-]*/)+[\w.-]*build[\w.-]*(?:\s|$)"
)
"""A script of the project that is called after what it does."""
_QUICK: Final = r"cargo\s+(?:new|init|chef\s+prepare)\b"
_WRAPPED: Final = r"(?<![\w./-])xx-(?=\w)"
"""Tools that call the compiler of another platform."""
_SEPARATOR: Final = r"&&|\|\||[;|\n]"


def cost_of(run: RunStep) -> StepCost | None:
    """Return what makes a RUN step expensive; None where nothing shows that it is."""
    script = re.sub(_WRAPPED, "", run.script.replace("\\\n", " "))
    commands = [part.strip() for part in re.split(_SEPARATOR, script)]
    if any(re.search(_INSTALLS, command) for command in commands):
        return "installs packages"
    if any(map(_compiles, commands)):
        return "compiles"
    return None


def _compiles(command: str) -> bool:
    if re.search(_QUICK, command):
        return False
    if re.match(_SCRIPT, command) or re.search(_COMPILERS, command):
        return True
    return is_known_maker(command)
