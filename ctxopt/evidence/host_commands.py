"""What a repository runs on the host before it has an image built: such commands may make input of the image.

Opens workflows, Makefiles and scripts, sent or not: they run beside the context, and no instruction speaks of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ctxopt.evidence.read_start import read_start
from ctxopt.paths import join, name

_FOLDERS: Final = (
    "", ".github/workflows", ".circleci", ".woodpecker", ".buildkite", "scripts", "script", "bin", "ci", ".ci", "hack",
    "tools", "docker", "deploy", "build", "dev", "make",
)  # fmt: skip
"""Folders in which such files are looked for; the root is the first."""
_NAMES: Final = frozenset(
    [
        "makefile", "gnumakefile", "justfile", "taskfile.yml", "taskfile.yaml", "jenkinsfile", "package.json",
        ".gitlab-ci.yml", "azure-pipelines.yml", "bitbucket-pipelines.yml", "cloudbuild.yaml", "cloudbuild.yml",
        ".drone.yml", ".travis.yml",
    ]
)  # fmt: skip
_SCRIPTS: Final = (".sh", ".bash", ".mk")
_CONFIGURED: Final = (".yml", ".yaml")
_MOST_FILES: Final = 100
_MOST_BYTES: Final = 1 << 18
_BUILDS_IMAGE: Final = (
    r"\b(?:docker|podman|buildah|nerdctl)\b[^\n]{0,200}?\b(?:build|bake|bud)\b"
    r"|\bdocker-compose\b[^\n]{0,200}?\bbuild\b|docker/(?:build-push|bake)-action|kaniko"
)
_TARGET: Final = r"(?m)^(?P<names>[\w./%-][\w./% -]{0,200}?)[ \t]*::?(?!=)(?P<needs>.*)$"
_WORD: Final = r"[\w./-]+"


class HostCommands(NamedTuple):
    """What one file runs before an image is built."""

    path: str
    text: str


def find_host_commands(root: str) -> Iterator[HostCommands]:
    """Yield what runs in the context ``root`` before an image is built, one file after the other."""
    for path in _files(root):
        content = read_start(os.path.join(root, path), _MOST_BYTES) or b""
        text = content.decode("utf-8-sig", "surrogateescape")
        builds = list(re.finditer(_BUILDS_IMAGE, text))
        if not builds:
            continue
        if _is_makefile(path):
            yield HostCommands(path, _before_in_makefile(text))
        elif name(path) == "package.json":
            # Scripts of a package stand in no order; what one calls of the others is a script as well.
            yield HostCommands(path, text)
        else:
            yield HostCommands(path, text[: builds[-1].start()])


def _files(root: str) -> list[str]:
    found: list[str] = []
    for folder in _FOLDERS:
        try:
            names = sorted(os.listdir(os.path.join(root, folder)))
        except OSError:
            continue
        found += [join(folder, each) for each in names if _may_build_images(folder, each)]
    return found[:_MOST_FILES]


def _may_build_images(folder: str, file_name: str) -> bool:
    lowered = file_name.lower()
    if lowered in _NAMES or lowered.endswith(_SCRIPTS):
        return True
    return folder.startswith(".") and lowered.endswith(_CONFIGURED)


def _is_makefile(path: str) -> bool:
    last = name(path).lower()
    return last in ("makefile", "gnumakefile", "justfile") or last.endswith(".mk")


def _before_in_makefile(text: str) -> str:
    """Return what the targets that build images run before that, and the targets that they need."""
    recipes, needs = _read_targets(text)
    waiting = [target for target, recipe in recipes.items() if re.search(_BUILDS_IMAGE, recipe)]
    builders = set(waiting)
    seen = set(waiting)
    found: list[str] = []
    while waiting:
        target = waiting.pop()
        recipe = recipes.get(target, "")
        if target in builders:
            last = list(re.finditer(_BUILDS_IMAGE, recipe))[-1]
            recipe = recipe[: last.start()]
        found.append(f"{needs.get(target, '')}\n{recipe}")
        # A recipe calls other targets by their names, through $(MAKE) or just.
        called = {word for word in re.findall(_WORD, found[-1]) if word in recipes} - seen
        seen |= called
        waiting += sorted(called)
    return "\n".join(found)


def _read_targets(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the recipes and the prerequisites of a Makefile by target."""
    recipes: dict[str, str] = {}
    needs: dict[str, str] = {}
    matches = list(re.finditer(_TARGET, text))
    ends = [match.start() for match in matches[1:]] + [len(text)]
    for match, end in zip(matches, ends, strict=True):
        for target in match["names"].split():
            recipes[target] = recipes.get(target, "") + text[match.end() : end]
            needs[target] = f"{needs.get(target, '')} {match['needs']}"
    return recipes, needs
