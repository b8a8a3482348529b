"""What a build reads through the texts that its steps call: scripts, and tasks of Makefiles and package.json.

Opens the scripts that are called, and files of tasks where steps call their programs; a bounded number of both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from ctxopt.evidence.called_texts import ReachedTasks, TaskFiles, TextFile, reach_tasks, read_tasks
from ctxopt.evidence.certainty import certainty_of
from ctxopt.evidence.git_history import (
    BuildTakings,
    Taking,
    asks_git,
    compares_in_script,
    is_script,
    runs_git,
)
from ctxopt.evidence.named_paths import paths_in, start_folders
from ctxopt.evidence.needs import Clues, GitReason, Need
from ctxopt.evidence.recipes import program_of
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.evidence.shell_commands import calls
from ctxopt.evidence.workspaces import MANAGERS, Workspaces
from ctxopt.languages.dockerfile import Build
from ctxopt.paths import join, name, parent

MOST_SCRIPTS: Final = 60
_OPENED_FOR: Final = (
    (
        r"\b(?:rake|rails)\b",
        ("Rakefile", "rakelib/*.rake", "lib/tasks/*.rake", "tasks/*.rake"),
    ),
    (r"\bmage", ("magefile.go", "magefiles/*.go")),
)
"""Files of tasks that are no manifests, by the program that a step has to call."""
_SHELL: Final = r"#![^\n]{0,100}sh\b"
_SAID: Final = r"(?m)(?:^|\s)#.*$|^[ \t]*(?:echo|printf)\b[^|>&;`$\n]*$"
"""Comments, and what is only printed."""
_NOTES: Final = r"(?m)^[ \t]{0,200}(?://|#|\*|--).*$"
"""Comments that take a line, in most languages."""
_QUOTED: Final = r"""["'`]([^"'`\n]{1,300})["'`]"""
_COMMAND: Final = (
    r"(?:npm|npx|pnpm|yarn|bun|make|just|task|rake|sh|bash|node|python3?|ruby|go|cp|cat|tar)\s|\S+$"
)
"""What is quoted in a program is a command or a path, or words for people."""
_ON_REQUEST: Final = (
    r"(?ms)^[ \t]{0,99}\(?[\w|\"' \t-]{0,99}\btests?\b[\w|\"' \t-]{0,99}\).{0,5000}?(?:;;|\besac\b)"
    r"|^(?:function[ \t]{1,9})?\w{0,50}test\w{0,50}[ \t]{0,9}(?:\(\))?[ \t]{0,9}\{.{0,5000}?^\}"
)
"""Parts of a script that run tests where they are asked for by name."""
_READERS: Final = (
    ("goreleaser.", "goreleaser"),
    (".goreleaser.", "goreleaser"),
    ("magefile", "mage"),
)
"""Files that one program alone reads, by how their names start."""
_SITES: Final = (("mkdocs.", "mkdocs"), ("conf.py", "sphinx"), ("hugo.", "hugo"))
"""The same for sites, which a container may also build when it starts."""
_OPAQUE: Final = r"(?<![\w.-])(?:invoke|inv|nox|tox|doit|bazel|bazelisk|earthly|gradlew?|mvnw?|ant|scons|waf)(?![\w-])"
"""Programs whose tasks are not followed."""
_COMPILES: Final = r"(?<![\w.-])(?:vue-)?tsc(?![\w.-])"
_NO_EMIT: Final = r"\"noEmit\"\s{0,9}:\s{0,9}true"
_BUNDLER: Final = r".*\.config\.\w+$"


class Called(NamedTuple):
    """What one build reaches of the texts in its context."""

    taken: BuildTakings
    clues: Clues
    """What that tells; its mentions are scripts that ask git, beside those that the steps name themselves."""
    texts: tuple[str, ...]
    """All that is run: steps, scripts, tasks."""
    tasks: Mapping[str, ReachedTasks]
    """What is reached of the files of tasks, by path."""
    known: TaskFiles
    """All files of tasks, by path."""
    workspaces: Workspaces

    def reaches(self, path: str, callers: Iterable[str]) -> bool:
        """Tell whether the build runs or reads the file at ``path``, as far as its texts and ``callers`` tell."""
        file = name(path).lower()
        for start, program in _READERS:
            if file.startswith(start):
                return any(calls(program, text) or file in text for text in self.texts)
        for start, program in _SITES:
            if file.startswith(start):
                return self._builds_site(program)
        if re.match(_BUNDLER, file):
            return self.workspaces.configures(path, self.texts)
        return self.taken.runs(path, (*self.texts, *callers))

    def _builds_site(self, program: str) -> bool:
        if not self.texts:
            return True  # nothing tells what the image is for
        started = (
            " ".join(item.args)
            for item in self.taken.build.dockerfile.instructions
            if item.keyword in ("CMD", "ENTRYPOINT")
        )
        return any(program in text or re.search(_OPAQUE, text) for text in (*self.texts, *started))

    def installed(self, path: str) -> str | None:
        """Return the packages that the package.json at ``path`` installs; None where that is not known."""
        found = self.known.get(path)
        if found is None:
            return None
        return found[1].always


class KnownTasks(NamedTuple):
    """The files of tasks that are known before anything is followed, read once for all builds."""

    read: TaskFiles
    packages: Mapping[str, str]
    """The texts of package.json, by folder."""


def know_tasks(files: Iterable[TextFile]) -> KnownTasks:
    """Take the files of tasks among ``files`` apart."""
    several = [file for file in files if program_of(file.path)]
    packages = {parent(file.path): file.text for file in several if program_of(file.path) == "npm"}
    return KnownTasks(read_tasks(several), packages)


class _Start(NamedTuple):
    """Where a chase begins."""

    texts: Sequence[TextFile]
    """Commands, with the place where they stand; without one, what they name is known already."""
    takings: Sequence[Taking]
    """What has been brought by then."""
    folders: Collection[str]
    """Where the commands are run."""
    values: Sequence[TextFile] = ()
    """What variables hold: a step or the image may read what is named there, and runs none of it."""


def follow_calls(
    taken: BuildTakings, scripts: Iterable[TextFile], tasks: KnownTasks, files: SentFiles
) -> Called:
    """Follow the steps of a build, and the ``scripts`` that they name, to what those call.

    ``tasks`` are the files of tasks that are known.
    """
    runs = [run for run in taken.build.runs if run.reachable]
    # A script that one step calls may read what only another one is given, through what it calls itself.
    arriving = {id(taking): taking for run in runs for taking in taken.arriving(run)}
    start = _Start(
        texts=[TextFile("", text) for text in taken.build.scripts()],
        takings=list(arriving.values()),
        folders={
            folder
            for run in runs
            for folder in start_folders(run.workdir, taken.arriving(run), files)
        },
    )
    return _Chase(taken, start, tasks, files).run(scripts)


def follow_start(
    taken: BuildTakings, tasks: KnownTasks, files: SentFiles, where: str = ""
) -> Called | None:
    """Follow what starts the image, as ``follow_calls`` does the steps; None where nothing is said to."""
    told = [
        (item, TextFile(f"{item.keyword} in line {item.line}{where}", " ".join(item.args)))
        for item in taken.build.dockerfile.instructions
    ]
    commands = [text for item, text in told if item.keyword in ("CMD", "ENTRYPOINT")]
    values = [text for item, text in told if item.keyword in ("ENV", "ARG") and "/" in text.text]
    if not commands and not values:
        return None
    folders = {root for taking in taken.takings for root in taking.roots}
    folders.update(start_folders(_last_workdir(taken.build), taken.takings, files))
    return _Chase(taken, _Start(commands, taken.takings, folders, values), tasks, files).run(())


def _last_workdir(build: Build) -> str:
    """Return where the image starts, as far as its own stages say it."""
    for stage in build.lineage(build.target):
        found = [item.path for item in build.workdirs if item.stage == stage]
        if found:
            return found[-1]
    return ""


class _Chase:
    """Reads what is called until nothing new is."""

    def __init__(
        self,
        taken: BuildTakings,
        start: _Start,
        tasks: KnownTasks,
        files: SentFiles,
    ) -> None:
        self._taken = taken
        self._files = files
        self._start = start
        self._steps = [text for _, text in start.texts]
        self._takings = start.takings
        self._named_by: dict[tuple[str, str, str], list[Need]] = {}
        self._tasks = {**tasks.read, **read_tasks(self._other_tasks())}
        self._workspaces = Workspaces(
            started=start.folders,
            copied=_copied(taken),
            packages=tasks.packages,
            is_managed=any(map(files.has, MANAGERS)),
        )

    def _other_tasks(self) -> Iterator[TextFile]:
        for program, globs in _OPENED_FOR:
            if any(re.search(program, text) for text in self._steps):
                for path in (path for glob in globs for path in self._files.existing(glob)):
                    yield TextFile(path, self._files.text(path))

    def run(self, scripts: Iterable[TextFile]) -> Called:
        known = {script.path: script.text for script in scripts}
        opened = set(known)
        while True:
            texts = [*self._steps, *(_commands(*item) for item in known.items())]
            tasks = reach_tasks(texts, self._tasks, self._workspaces)
            needs = [*self._named_at_start(), *self._named_by_scripts(known)]
            needs += self._named_by_tasks(tasks)
            fresh = {need.path: need for need in (*needs, *self._named_always(tasks))}
            waiting = [path for path in fresh if path not in opened][: MOST_SCRIPTS - len(opened)]
            # What is opened may call more; the round that opens nothing is the last one.
            if not waiting:
                break
            opened.update(waiting)
            for path in waiting:
                text = self._files.text(path)
                if is_script(path, text):
                    known[path] = text
        texts = [*texts, *(task.commands for task in tasks), *_always(tasks)]
        return Called(
            taken=self._taken._replace(tasks=self._emitting(tasks), texts=texts),
            clues=Clues(
                needs=tuple(needs),
                mentions=tuple(_asking(known, fresh, tasks)),
                tests=self._tests(known, tasks),
            ),
            texts=tuple(texts),
            tasks={task.path: task for task in tasks},
            known=self._tasks,
            workspaces=self._workspaces,
        )

    def _emitting(self, tasks: Iterable[ReachedTasks]) -> list[ReachedTasks]:
        """The tasks, with what ``tsconfig.json`` says put where the command line would say it."""
        return [
            task._replace(commands=re.sub(_COMPILES, r"\g<0> --noEmit", task.commands))
            if self._emits_nothing(task)
            else task
            for task in tasks
        ]

    def _emits_nothing(self, task: ReachedTasks) -> bool:
        config = join(parent(task.path), "tsconfig.json")
        if not re.search(_COMPILES, task.commands) or not self._files.has(config):
            return False
        return re.search(_NO_EMIT, self._files.text(config)) is not None

    def _named_at_start(self) -> Iterator[Need]:
        for place, text in (*self._start.texts, *self._start.values):
            if place:
                yield from self._named("", text, place)

    def _named_by_scripts(self, scripts: Mapping[str, str]) -> Iterator[Need]:
        for path, text in scripts.items():
            yield from self._named(path, _commands(path, text), path)

    def _named_by_tasks(self, tasks: Iterable[ReachedTasks]) -> Iterator[Need]:
        for task in tasks:
            yield from self._named(task.path, _commands(task.path, task.commands), task.path)

    def _named_always(self, tasks: Iterable[ReachedTasks]) -> Iterator[Need]:
        # A variable may hold what a script says, or name files that nothing reads: it is followed, and is no need.
        for task in tasks:
            for text in _always([task]):
                yield from self._named(task.path, text, task.path)

    def _named(self, path: str, text: str, by: str) -> list[Need]:
        # What was read stays read while the chase goes on; one text more is no reason to read all again.
        asked = (path, text, by)
        if asked not in self._named_by:
            folders = {parent(path), *self._start.folders}
            named = paths_in(text, self._takings, self._files, folders)
            self._named_by[asked] = [
                Need(found, f"named by {by}", path) for found in named if found != path
            ]
        return self._named_by[asked]

    def _tests(self, scripts: Mapping[str, str], tasks: Iterable[ReachedTasks]) -> str | None:
        test_command = self._files.catalog.test_command
        shell = [_commands(*item) for item in scripts.items() if _is_shell(*item)]
        texts = [re.sub(_ON_REQUEST, "", text) for text in shell]
        started = [text for place, text in self._start.texts if place]
        if started:
            # A script that starts an image does one thing or the other, as it is told.
            texts = [text for text in texts if _always_runs(text, test_command)]
        # Many packages have the same scripts.
        lines = dict.fromkeys(line for task in tasks for line in task.commands.splitlines())
        commands = (*started, *texts, "\n".join(lines))
        return next(filter(None, map(test_command, commands)), None)


@lru_cache(maxsize=1024)
def _always_runs(text: str, test_command: Callable[[str], str | None]) -> bool:
    return certainty_of(text, lambda command: bool(test_command(command))) == "always"


def _asking(
    scripts: Mapping[str, str], named: Mapping[str, Need], tasks: Iterable[ReachedTasks]
) -> Iterator[GitReason]:
    for task in tasks:
        if runs_git(task.commands):
            yield GitReason(task.path, f"{task.path} asks git", compares_in_script(task.commands))
    for path, text in scripts.items():
        if path in named and asks_git(path, text):
            told = f"{path}, {named[path].reason}, asks git"
            yield GitReason(path, told, compares_in_script(text))


def _always(tasks: Iterable[ReachedTasks]) -> Iterator[str]:
    """What is read of files of tasks in any case; that of package.json are names of packages."""
    return (task.always for task in tasks if program_of(task.path) != "npm")


def _copied(taken: BuildTakings) -> Iterator[str]:
    """The paths that instructions name: of the context, and of other stages, where they were made."""
    for taking in taken.takings:
        yield from taking.roots
    for source in taken.build.sources:
        if source.from_ is not None:
            yield from (path.text for path in source.paths)


# Builds that share a script ask for it again, and so does each round of a fix.
@lru_cache(maxsize=1024)
def _commands(path: str, text: str) -> str:
    """Return what a text gives to the shell, one command a line."""
    if _is_shell(path, text) or program_of(path) in ("make", "just", "task", "npm"):
        return re.sub(_SAID, "", text)
    quoted = re.findall(_QUOTED, re.sub(_NOTES, "", text))
    return "\n".join(words for words in quoted if re.match(_COMMAND, words))


def _is_shell(path: str, text: str) -> bool:
    return path.endswith((".sh", ".bash")) or re.match(_SHELL, text) is not None
