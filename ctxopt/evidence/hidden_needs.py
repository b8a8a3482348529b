"""What later steps of a build need of its context although the ignore file hides it.

A COPY --from that names it in a stage, a step that runs or reads it; of manifests see ``hidden_manifests``. The paths
come as instructions and steps say them, so what a condition guards, or a step makes first, is left alone.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ctxopt.evidence.certainty import certainty_of
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.git_history import is_version_given
from ctxopt.evidence.hidden_files import (
    HiddenFiles,
    StageFiles,
    inside_image,
    stages_of,
    working_folder,
)
from ctxopt.evidence.hidden_manifests import HISTORY, needs_of_step
from ctxopt.evidence.run_steps import MAKES
from ctxopt.evidence.shell_commands import commands_in
from ctxopt.languages.dockerfile import Build, RunStep
from ctxopt.paths import name

_INTERPRETERS: Final = (
    r"(?:ba|da|a|z|k)?sh|python[\d.]*|node|ruby|perl|php|source|\.|deno|bun|Rscript|lua"
)
_WRAPPERS: Final = frozenset({"sudo", "exec", "time", "env", "nice", "nohup", "set"})
_ASSIGNMENT: Final = r"\w+=\S*"
_REQUIREMENTS: Final = r"(?:^|\s)(?:-r|-c|--requirement|--constraint)[ =]{1,3}([\w./-]{1,200})"
_INSTALLERS: Final = r"(?:^|/)(?:pip[\d.]*|python[\d.]*|uv)$"
_COPIES: Final = frozenset({"cp", "mv"})
_MAKERS: Final = frozenset(
    ["curl", "wget", "git", "tee", "tar", "unzip", "touch", "mkdir", "rsync", "svn", "gh", "aws"]
)
_VARIABLE: Final = r"[$*?~{}]"
_OUTPUT: Final = (
    ".js",
    ".mjs",
    ".css",
    ".map",
    ".html",
    ".json",
    ".wasm",
    ".so",
    ".d.ts",
    ".pb.go",
)
"""What builds write, which a repository may track all the same."""
_OUTPUT_FOLDERS: Final = frozenset({"generated", "static", "public", "assets", "lib", "bin"})


class HiddenNeed(NamedTuple):
    """Something that a build lacks because the ignore file hides it."""

    path: str
    """In the context."""
    reason: str
    """One clause about it: ``COPY --from=build in line 6 takes it from there``."""
    is_certain: bool
    """Whether the build surely fails without it."""


def find_hidden_needs(facts: Facts) -> list[HiddenNeed]:
    """Return what the build of a Dockerfile lacks, each path once, in the order of the Dockerfile."""
    plan = facts.plan
    if plan is None or not facts.matcher.patterns:
        return []
    build = plan.build
    hidden = HiddenFiles(facts)
    stages = list(stages_of(build, hidden))
    found: dict[str, HiddenNeed] = {}
    for need in (
        *_taken_from_stages(build, stages, hidden),
        *_read_by_steps(build, stages, hidden),
    ):
        found.setdefault(need.path, need)
    return list(found.values())


def _taken_from_stages(
    build: Build, stages: list[StageFiles], hidden: HiddenFiles
) -> Iterator[HiddenNeed]:
    for source in build.sources:
        origin = source.from_
        if not source.reachable or origin is None or origin.stage is None:
            continue
        stage = stages[origin.stage]
        for named in source.paths:
            if named.vague or named.kind != "local":
                continue
            path = stage.hidden_at(named.path.strip("/"))
            if path is None or _is_made(path, stage.scripts):
                continue
            # What a step may compile need not come from the context.
            is_certain = hidden.is_tracked(path) and not _may_be_output(path, stage.scripts)
            place = f"{source.instruction} --from={origin.text} in line {source.line}"
            yield HiddenNeed(path, f"{place} takes it from there", is_certain)


def _read_by_steps(
    build: Build, stages: list[StageFiles], hidden: HiddenFiles
) -> Iterator[HiddenNeed]:
    is_told = is_version_given(build)
    for run in build.runs:
        if not run.reachable or run.heredocs:
            continue
        stage = stages[run.stage]
        place = f"RUN in line {run.line}"
        for folder, command in _commands(run):
            yield from _named(run, stage, folder, command, hidden)
            for path, reason, is_certain in needs_of_step(command, folder, stage, hidden):
                if not _is_made(path, stage.scripts) and not (path == HISTORY and is_told):
                    told = f"{reason} and {place} builds with that"
                    yield HiddenNeed(path, told, is_certain and hidden.is_tracked(path))


def _commands(run: RunStep) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of a step with the folder of the image in which each starts, empty for its root."""
    folder: str | None = working_folder(run)
    for words in commands_in(run.shell):
        if words[0] == "cd" and len(words) > 1:
            if folder is not None:
                folder = inside_image(folder, words[1])
            if re.search(_VARIABLE, words[1]):
                folder = None
        elif folder is not None:
            yield folder, words


def _named(
    run: RunStep, stage: StageFiles, folder: str, command: list[str], hidden: HiddenFiles
) -> Iterator[HiddenNeed]:
    """Yield what one command runs or reads and does not find."""
    for word in _files_read(command):
        if re.search(_VARIABLE, word):
            continue
        place = inside_image(folder, word)
        path = place and stage.hidden_at(place)
        if not path or _is_made(path, stage.scripts) or not _is_sure(run.shell, word):
            continue
        yield HiddenNeed(path, f"RUN in line {run.line} needs it", hidden.is_tracked(path))


def _files_read(command: list[str]) -> Iterator[str]:
    """Yield the words of a command that are files without which it fails."""
    words = list(command)
    while words and (words[0] in _WRAPPERS or re.fullmatch(_ASSIGNMENT, words[0])):
        words.pop(0)
    if not words:
        return
    first, rest = words[0], words[1:]
    if "/" in first:
        yield first
    # Only what fails without the file: a program may do without most of what its arguments name.
    if re.fullmatch(_INTERPRETERS, posixpath.basename(first)):
        yield from _script_of(rest)
    elif first in _COPIES:
        yield from [word for word in rest if not word.startswith("-")][:-1]
    if "install" in rest and re.search(_INSTALLERS, first):
        yield from re.findall(_REQUIREMENTS, " ".join(rest))


def _script_of(arguments: list[str]) -> Iterator[str]:
    """Yield the script that an interpreter is given, where that is a file."""
    for word in arguments:
        if not word.startswith("-"):
            # A sub-command, as in ``bun install``, is no file.
            if "." in word or "/" in word:
                yield word
            return
        # Text, a module, or an option that takes a word.
        if not re.fullmatch(r"-[euxo]+|-[uBE]", word) or word in ("-e",):
            return


def _is_sure(script: str, word: str) -> bool:
    """Whether a step always uses a file, and fails without it."""
    if re.search(rf"{re.escape(word)}[^\n;&|]*\|\|", script):
        return False

    def uses(command: str) -> bool:
        return any(word in _files_read(words) for words in commands_in(command))

    return certainty_of(script, uses) == "always"


def _is_made(path: str, scripts: Iterable[str]) -> bool:
    """Whether a step may put a file of this name there itself."""
    last = name(path)
    return any(
        _makes(words, last) for script in scripts if last in script for words in commands_in(script)
    ) or any(re.search(rf">\s*\S*{re.escape(last)}", script) for script in scripts)


def _makes(words: list[str], last: str) -> bool:
    if words[0] in (*_COPIES, "ln", "install"):
        is_read = any(name(word) == last for word in words[1:-1])
        return last in words[-1] and not is_read
    return words[0] in _MAKERS and any(last in word for word in words)


def _may_be_output(path: str, scripts: Iterable[str]) -> bool:
    """Whether a compiler gives its output such a name, and a step may call one."""
    if not path.endswith(_OUTPUT) and name(path) not in _OUTPUT_FOLDERS:
        return False
    return any(re.search(MAKES, script) for script in scripts)
