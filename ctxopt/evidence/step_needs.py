"""What RUN steps read of what their stage was given: files they name, tests they run, the history they ask for.

Opens the files that a step names, to see whether they ask git.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Final

from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.git_history import (
    BuildTakings,
    Taking,
    asks_git,
    compares_files,
    compares_in_script,
)
from ctxopt.evidence.needs import Clues, GitReason, Need
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.languages.dockerfile import Build, RunStep
from ctxopt.paths import is_at_or_below, join, name

_COMMAND_END: Final = re.compile(r"&&|\|\||[;|\n]")
_WORD: Final = re.compile(r"[\w./@+*?-]+")
_TRUSTED: Final = re.compile(r"safe\.directory[\s=\"']+([^\s\"';&|]+)")
_LONGEST_WORD: Final = 200
"""Longer words are keys and hashes."""
_SOLUTION_STEP: Final = re.compile(
    r"\b(?:dotnet\s+(?:restore|build|publish|test|pack)|msbuild)\b(?![^&|;\n]*\w\.\w*proj\b)"
)
_TEST_STAGES: Final = frozenset({"test", "tests", "testing", "ci", "e2e"})
_MAKES: Final = frozenset(
    {"rm", "rmdir", "mkdir", "touch", "git", "echo", "printf", "ln", "chmod", "chown"}
)
"""Commands whose arguments are no files that they read."""


def needs_of_steps(taken: BuildTakings, files: SentFiles, where: str = "") -> Clues:
    """Return what the steps of a build read; ``where`` says which Dockerfile it is if it is another one."""
    needs: list[Need] = []
    git: list[GitReason] = []
    mentions: list[GitReason] = []
    opened: set[str] = set()
    for run in taken.build.runs:
        if not run.reachable:
            continue
        place = f"RUN in line {run.line}{where}"
        takings = taken.arriving(run)
        asked = _asks_history(run, taken, files)
        if asked:
            compares = compares_files(asked, run.script)
            git.append(GitReason("", f"{place} runs {asked[0]}", compares))
        for path in _paths_in(run.script, takings, files):
            needs.append(Need(path, f"named by {place}"))
            if path in opened:
                continue
            opened.add(path)
            text = files.text(path)
            if asks_git(path, text):
                told = f"{path}, named by {place}, asks git"
                mentions.append(GitReason(path, told, compares_in_script(text)))
    return Clues(
        needs=tuple(needs),
        git=tuple(git),
        mentions=tuple(mentions),
        tests=_test_command(taken.build, files.catalog),
    )


def builds_solution(builds: Iterable[Build]) -> bool:
    """Tell whether a step of .NET names no project, so that it builds all that a solution lists.

    True without a Dockerfile: then nothing says what is built.
    """
    several = list(builds)
    scripts = (script for build in several for script in build.scripts())
    return not several or any(map(_SOLUTION_STEP.search, scripts))


def _test_command(build: Build, catalog: Catalog) -> str | None:
    # A stage for tests is built by name, and with the same ignore file: it counts, reached or not.
    commands = (catalog.test_command(run.script) for run in build.runs)
    found = next((command for command in commands if command), None)
    return found or _test_stage(build)


def _test_stage(build: Build) -> str | None:
    """The stage whose image others start to run the tests in it; no step of its own need say so."""
    filled = {source.stage for source in build.sources if source.mount is None}
    for stage in build.stages:
        is_for_tests = (stage.name or "").lower() in _TEST_STAGES
        if is_for_tests and not filled.isdisjoint(build.lineage(stage.index)):
            return f"stage {stage.name}"
    return None


def _asks_history(run: RunStep, taken: BuildTakings, files: SentFiles) -> tuple[str, ...]:
    """The words by which a step asks for the history of the context."""
    if "git clone" in run.script:
        return ()  # it asks for the history of what it has cloned
    asked = files.catalog.version_from_git("Dockerfile", run.script)
    takings = taken.arriving(run)
    if "safe.directory" in asked:
        if not _trusts_context(run.script, taken.build):
            asked = tuple(text for text in asked if text != "safe.directory")
        else:
            # Git is often set up before the sources come, so what comes later counts as well.
            takings = [*takings, *taken.arriving_later(run)]
    if not any(_brings_git(taking, files) for taking in takings):
        return ()
    return asked


def _trusts_context(script: str, build: Build) -> bool:
    """Whether a step lets git read a folder of another owner, and no step has cloned that folder."""
    cloning = [other for other in build.scripts() if "git clone" in other]
    trusted = _TRUSTED.findall(script)
    return any(not any(folder in other for other in cloning) for folder in trusted)


def _brings_git(taking: Taking, files: SentFiles) -> bool:
    return any(name(root) == ".git" or files.has(join(root, ".git")) for root in taking.roots)


def _paths_in(script: str, takings: list[Taking], files: SentFiles) -> Iterator[str]:
    """The files that a script names, of those that instructions have brought."""
    if not takings:
        return
    for command in _COMMAND_END.split(script):
        words = _WORD.findall(command)
        if not words or words[0] in _MAKES:
            continue
        for word in filter(_may_be_path, words):
            yield from _resolve(word, takings, files)


def _may_be_path(word: str) -> bool:
    """Whether a word may name a file: with a slash, a dot or, as LICENSE, in capitals."""
    if len(word) >= _LONGEST_WORD:
        return False
    is_capital = word.isupper() and len(word) > 3
    return "/" in word or "." in word.strip(".") or is_capital


def _resolve(word: str, takings: Iterable[Taking], files: SentFiles) -> Iterator[str]:
    """The files of the context that a word may mean, whatever the working directory is."""
    for taking in takings:
        inside = _below_destination(word, taking.source.dest)
        if inside is None:
            continue
        for root in taking.roots:
            for option in _readings(inside, root):
                yield from filter(files.is_input, files.existing(option))


def _below_destination(word: str, dest: str) -> str | None:
    """What a word names below the place to which a source was copied; None where it leaves that."""
    inside = word
    if word.startswith("/"):
        # Where a relative destination lies is for WORKDIR to say, which another stage may have set.
        start = dest.rstrip("/") + "/"
        if not dest.startswith("/") or not word.startswith(start):
            return None
        inside = word.removeprefix(start)
    inside = posixpath.normpath(inside)
    if inside == "." or inside.startswith(("..", "/")):
        return None
    return inside


def _readings(inside: str, root: str) -> Iterator[str]:
    """The paths of the context that ``inside`` may mean where an instruction took ``root``."""
    yield join(root, inside)
    if not root:
        return
    # COPY may have laid the folder's content, the folder, or all that leads to it.
    if is_at_or_below(inside, root):
        yield inside
    if name(root) == inside:
        yield root
