"""What RUN steps read of what their stage was given: files they name, tests they run, the history they ask for.

Opens the files that a step names, to see whether they ask git.
"""

from __future__ import annotations

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
    is_script,
)
from ctxopt.evidence.named_paths import paths_in, start_folders
from ctxopt.evidence.needs import Clues, GitReason, Need
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.languages.dockerfile import Build, RunStep
from ctxopt.paths import join, name

_TRUSTED: Final = r"safe\.directory[\s=\"']+([^\s\"';&|]+)"
_SOLUTION_STEP: Final = (
    r"\b(?:dotnet\s+(?:restore|build|publish|test|pack)|msbuild)\b(?![^&|;\n]*\w\.\w*proj\b)"
)
_GO_RUNS: Final = r"\bgo\s+(?:run|test|generate)\b"
_MOST_SOURCES: Final = 40
"""Files of one package that are opened to see whether they ask git."""
_TEST_STAGES: Final = frozenset({"test", "tests", "testing", "ci", "e2e"})


def needs_of_steps(taken: BuildTakings, files: SentFiles, where: str = "") -> Clues:
    """Return what the steps of a build read; ``where`` says which Dockerfile it is if it is another one."""
    needs: list[Need] = []
    git: list[GitReason] = []
    mentions: list[GitReason] = []
    scripts: list[tuple[str, str]] = []
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
        folders = set(start_folders(run.workdir, takings, files))
        named = list(paths_in(run.script, takings, files, folders))
        needs += [Need(path, f"named by {place}") for path in named]
        for path in [*named, *_sources_run(run.script, named, files)]:
            if path in opened:
                continue
            opened.add(path)
            text = files.text(path)
            if is_script(path, text):
                scripts.append((path, text))
            if asks_git(path, text):
                told = f"{path}, named by {place}, asks git"
                mentions.append(GitReason(path, told, compares_in_script(text)))
    return Clues(
        needs=tuple(needs),
        git=tuple(git),
        mentions=tuple(mentions),
        scripts=tuple(scripts),
        tests=_test_command(taken.build, files.catalog),
    )


def _sources_run(script: str, named: Iterable[str], files: SentFiles) -> Iterator[str]:
    """The sources of the packages that Go compiles and runs at once, in a step that names their folders."""
    if re.search(_GO_RUNS, script) is None:
        return
    for path in named:
        folder = files.tree.folders.get(path)
        if folder is not None:
            sources = [folder.child(file) for file in folder.names if file.endswith(".go")]
            yield from (source for source in sources[:_MOST_SOURCES] if files.has(source))


def builds_solution(builds: Iterable[Build]) -> bool:
    """Tell whether a step of .NET names no project, so that it builds all that a solution lists.

    True without a Dockerfile: then nothing says what is built.
    """
    several = list(builds)
    scripts = (script for build in several for script in build.scripts())
    return not several or any(re.search(_SOLUTION_STEP, script) for script in scripts)


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
    trusted = re.findall(_TRUSTED, script)
    return any(not any(folder in other for other in cloning) for folder in trusted)


def _brings_git(taking: Taking, files: SentFiles) -> bool:
    return any(name(root) == ".git" or files.has(join(root, ".git")) for root in taking.roots)
