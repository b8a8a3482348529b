"""Which files of a build ask git for the history, and whether the build gets both of them together.

Pure: takes texts and what instructions take; whether ``.git`` is worth its bytes is for others to say.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from ctxopt.evidence.run_steps import makes_nothing
from ctxopt.evidence.shell_commands import calls
from ctxopt.languages.dockerfile import Build, RunStep, Source
from ctxopt.paths import is_at_or_below, name

if TYPE_CHECKING:
    from ctxopt.evidence.called_texts import ReachedTasks

_SCRIPTS: Final = (".sh", ".bash", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".go", ".ps1")
_RUNNERS: Final = {
    "makefile": "make", "gnumakefile": "make", ".mk": "make", "justfile": "just",
    "taskfile.yml": "task", "taskfile.yaml": "task",
}  # fmt: skip
"""Files that one program reads, by their name or its end: no step that runs it, no reading."""
_ASKS_GIT: Final = (
    r"""["'`]git["'`]|"""
    r"\bgit\s+(?:-C\s+\S+\s+)?(?:describe|rev-parse|rev-list|log|show|status|tag|ls-files|diff|archive|name-rev)\b|"
    r"\bPlainOpen(?:WithOptions)?\(|\bgit\.Repo\(|\bRepository::(?:open|discover)\b|\bRugged::Repository\b|"
    r"""\bpygit2\b|\bdulwich\b|["'](?:simple-git|isomorphic-git|nodegit|git-rev-sync)["'/]"""
)
"""The program, and the libraries that read a repository without it."""
_CALLS_DOCKER: Final = r"\bdocker\s+(?:buildx|build|compose|image|push|run|tag)\b|\bdocker-compose\b|\bpodman\s+build\b"
_COMPARES: Final = (
    r"--dirty|--broken|diff-(?:index|files)|ls-files|(?i:is_?dirty)|vcs\.modified|"
    r"\b(?i:git(?:_executable)?)\b[^;&|]{0,60}?\b(?:status|diff|checkout|stash)\b"
)
"""What looks at the working tree: a tracked file that is missing is a change to it."""
_READS_COMMITS: Final = frozenset(
    [
        "git describe",
        "rev-parse",
        "rev-list",
        "git log",
        "git show",
        "git tag",
        "git archive",
        "git rev-parse",
        'git", "describe',
        "git', 'describe",
        '"git"',
        "'git'",
        'Command::new("git")',
        'System.cmd("git"',
        ".git/",
        ".git/HEAD",
        "vcs.revision",
        "simple-git",
        "isomorphic-git",
        "git-rev-sync",
        "git-last-commit",
        "MinVer",
        "showLastUpdate",
        "lastUpdated",
        "enableGitInfo",
        "git-revision-date",
        "git-committers",
        "git-authors",
        "sphinx_last_updated_by_git",
    ]
)
"""Texts of the catalogue that ask for commits alone; of other tools some compare, so all count as such."""
_UNTOLD: Final = frozenset(
    [
        "COPY .git ",
        "source=.git",
        "src=.git",
        "safe.directory",
        "GIT_EXECUTABLE",
        "find_package(Git",
    ]
)
"""Texts that say that git is read, and not what for."""
_WAITS_FOR_GIT: Final = r"<exists>[^<>]{0,200}\.git(?:/HEAD)?\s{0,99}</exists>"
_GIVEN: Final = "PRETEND_VERSION"
"""In the names of variables that setuptools-scm and its like read. Source: their documentation, "Overrides"."""
_CAN_DO_WITHOUT: Final = r"failOnNoGitDirectory>\s*false|failOnNoGitDirectory\s*=\s*false"


class Taking(NamedTuple):
    """A source with the paths that it takes, each with all below it; ``""`` is everything."""

    source: Source
    roots: tuple[str, ...]

    def takes(self, path: str) -> bool:
        """Tell whether ``path`` comes along."""
        return any(is_at_or_below(path, root) for root in self.roots)


class BuildTakings(NamedTuple):
    """A build with what its sources take, and what its steps call where that is known."""

    build: Build
    takings: Sequence[Taking]
    tasks: Sequence[ReachedTasks] = ()
    texts: Sequence[str] = ()
    """All that is run: steps, scripts, tasks."""

    def arriving(self, run: RunStep) -> list[Taking]:
        """Return what the stage of a step, and those it is built on, take before or at the step."""
        # A stage below starts with all that its base has; a mount is there for its own step only.
        lineage = set(self.build.lineage(run.stage))
        return [
            taking
            for taking in self.takings
            if taking.source.stage in lineage
            and (taking.source.stage != run.stage or taking.source.line <= run.line)
            and (taking.source.mount is None or taking.source.line == run.line)
        ]

    def arriving_later(self, run: RunStep) -> list[Taking]:
        """Return what the stages take that go on from the stage of a step, and that stage itself."""
        lineages = (self.build.lineage(stage.index) for stage in self.build.stages)
        later = {
            stage for lineage in map(set, lineages) if run.stage in lineage for stage in lineage
        }
        return [taking for taking in self.takings if taking.source.stage in later]

    def joins(self, path: str, histories: Iterable[str]) -> bool:
        """Tell whether some stage holds ``path`` and one of the folders ``histories``."""
        stages = self._stages_with(path)
        return bool(stages) and any(stages & self._stages_with(other) for other in histories)

    def runs(self, path: str, callers: Iterable[str]) -> bool:
        """Tell whether a step may read the file ``path``, itself or through the texts ``callers``.

        What has no runner of its own is read, for all that is known.
        """
        file = name(path).lower()
        ending = posixpath.splitext(file)[1]
        runner = _runner_of(path)
        scripts = "\n".join(self.build.scripts())
        if runner is not None:
            return calls(runner, scripts)
        if ending == ".rs" or file == "cargo.toml":
            return not makes_nothing(self.build)
        # A shell script runs where something names it; a module of a program may be imported anywhere.
        if ending not in (".sh", ".bash"):
            return True
        return any(file in text.lower() for text in (scripts, *callers))

    def _stages_with(self, path: str) -> set[int]:
        found = {taking.source.stage for taking in self.takings if taking.takes(path)}
        return {
            stage.index
            for stage in self.build.stages
            if not found.isdisjoint(self.build.lineage(stage.index))
        }


def asks_git(path: str, text: str) -> bool:
    """Tell whether the script at ``path`` runs git on the repository it is in."""
    # Prose and data mention git as well, and run nothing.
    return is_script(path, text) and runs_git(text) and not is_outside(path, text)


# Several builds reach the same scripts, which may be long, and each round of a fix asks again.
@lru_cache(maxsize=1024)
def runs_git(text: str) -> bool:
    """Tell whether commands or a program ask for what a repository holds, by git or by a library."""
    return re.search(_ASKS_GIT, text) is not None


def is_script(path: str, text: str) -> bool:
    """Tell whether a file is one to run, by its ending or its first line."""
    return path.lower().endswith(_SCRIPTS) or text.startswith("#!")


def is_outside(path: str, text: str) -> bool:
    """Tell whether a file is for the machine that builds images, or can do without the history."""
    if re.search(_CAN_DO_WITHOUT, text):
        return True
    # A Makefile holds what is run outside beside what a step runs: the step that calls make decides.
    return _runner_of(path) is None and bool(re.search(_CALLS_DOCKER, text))


def is_version_given(build: Build) -> bool:
    """Tell whether a Dockerfile hands the version to the tools that would ask git for it."""
    return any(_GIVEN in item.text for item in build.dockerfile.instructions)


def without_waiting_profiles(text: str) -> str:
    """Return a manifest of Maven without the profiles that are on only where there is ``.git``: without it, all builds.

    Source: Maven's activation by file, https://maven.apache.org/guides/introduction/introduction-to-profiles.html.
    """
    if "<exists>" not in text:
        return text
    parts = text.split("<profile>")
    kept = [parts[0]]
    for part in parts[1:]:
        profile, _, rest = part.partition("</profile>")
        if re.search(_WAITS_FOR_GIT, profile):
            profile = ""
        kept += [profile, rest]
    return "\n".join(kept)


def compares_files(shown: Iterable[str], text: str) -> bool | None:
    """Tell whether what asks git by the texts ``shown`` would notice a tracked file that is missing.

    ``text`` is all of it, the command's options included; None where ``shown`` tells no purpose.
    """
    if re.search(_COMPARES, text):
        return True
    told = set(shown) - _UNTOLD
    if not told:
        return None
    return not told <= _READS_COMMITS


def compares_in_script(text: str) -> bool:
    """Tell whether a script that runs git itself would notice a tracked file that is missing."""
    return bool(re.search(_COMPARES, text))


def _runner_of(path: str) -> str | None:
    """The program that alone reads the file at ``path``; None where there is no such program."""
    file = name(path).lower()
    return _RUNNERS.get(file) or _RUNNERS.get(posixpath.splitext(file)[1])
