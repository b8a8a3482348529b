"""Which tasks of a project the steps of a build reach, from one file of tasks to the next. Pure.

What only ``release`` runs is no part of a build whose steps never say ``release``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from ctxopt.evidence.recipes import Recipe, Recipes, program_of, read_recipes
from ctxopt.evidence.shell_commands import commands_in
from ctxopt.evidence.workspaces import Workspaces
from ctxopt.paths import parent


class TextFile(NamedTuple):
    """A file and its text."""

    path: str
    text: str


class ReachedTasks(NamedTuple):
    """What the steps reach of one file of tasks."""

    path: str
    always: str
    """What is read whenever its program starts."""
    commands: str
    """What is run of it."""
    names: frozenset[str] = frozenset()
    """The names of the tasks that are."""


TaskFiles: TypeAlias = Mapping[str, tuple[str, Recipes]]
"""Files of tasks by path, each with its program and what it holds."""
_CALLERS: Final[Mapping[str, frozenset[str]]] = {
    "make": frozenset({"make", "gmake"}),
    "just": frozenset({"just"}),
    "task": frozenset({"task", "go-task"}),
    "rake": frozenset({"rake", "rails"}),
    "mage": frozenset({"mage", "magefile.go", "mage.go"}),
    "npm": frozenset(
        [
            *("npm", "pnpm", "yarn", "bun", "node", "lerna", "turbo", "nx", "rush", "wsrun"),
            *("wireit", "npm-run-all", "npm-run-all2", "run-s", "run-p", "concurrently"),
        ]
    ),
}
"""What runs the tasks of each program's files."""
_PARTS: Final = (".mk", ".rake")
"""What another file of tasks reads, wherever it lies."""
_MOST_ROUNDS: Final = 30
"""Files that call each other in turn: people write a few in a row."""
_ONE_COMMAND: Final = frozenset({"npx", "bunx", "pnpx"})
"""What runs a program of a package, and no script."""
_INSTALL_WORDS: Final = frozenset({"ci", "i", "install", "add", "clean-install"})
_LIFECYCLE: Final = frozenset(
    ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"]
)
"""What package managers run at an installation, unasked."""
_NO_LIFECYCLE: Final = frozenset({"-g", "--global", "--ignore-scripts"})
_MANAGER_PREFIX: Final = r"^(?:npm|pnpm|yarn|bun|node):"


def read_tasks(files: Iterable[TextFile]) -> TaskFiles:
    """Return the files of tasks among ``files``, taken apart."""
    found: dict[str, tuple[str, Recipes]] = {}
    for file in files:
        program = program_of(file.path)
        recipes = read_recipes(file.path, file.text)
        if program is not None and recipes is not None:
            found[file.path] = program, recipes
    return found


def reach_tasks(
    texts: Sequence[str], files: TaskFiles, workspaces: Workspaces
) -> list[ReachedTasks]:
    """Return what ``texts``, those of steps and scripts, reach of the files of tasks ``files``."""
    return _Search(texts, files, workspaces).run()


def calls_tasks(command: str, tasks: Iterable[ReachedTasks]) -> bool:
    """Tell whether a command runs one of ``tasks``, which are all that a build reaches."""
    words = list(commands_in(command))
    for task in tasks:
        program = program_of(task.path) or ""
        for given in _given(program, words):
            # Make without a target, or with a folder, runs what is not said; the others name it.
            if task.names and (program == "make" or not task.names.isdisjoint(given - _LIFECYCLE)):
                return True
    return False


class _Search:
    """Goes from text to text until none names a task that is new."""

    def __init__(self, texts: Sequence[str], files: TaskFiles, workspaces: Workspaces) -> None:
        self._texts = list(texts)
        self._files = files
        self._workspaces = workspaces
        self._reached: dict[str, dict[str, str]] = {}
        self._given: dict[str, dict[frozenset[str], None]] = {program: {} for program in _CALLERS}
        """What all commands so far give to each program; many packages have the same scripts."""
        self._parsed: set[str] = set()

    def run(self) -> list[ReachedTasks]:
        for _ in range(_MOST_ROUNDS):
            if not self._go_on():
                break
        return [
            ReachedTasks(
                path=path,
                always=self._files[path][1].always,
                commands="\n".join(found.values()),
                names=frozenset(found),
            )
            for path, found in self._reached.items()
        ]

    def _go_on(self) -> bool:
        """Look once into every file; return whether something new was reached."""
        self._parse()
        scripts = _script_names(self._given["npm"])
        number = len(self._texts)
        for path, (program, recipes) in self._files.items():
            calls = self._given[program]
            if not calls or not (
                path.endswith(_PARTS) or self._workspaces.has_part(parent(path), self._texts)
            ):
                continue
            known = self._reached.setdefault(path, {})
            named: Iterable[str]
            if program == "npm":
                named = scripts.among(recipes.by_name)
            else:
                named = _with_needs(recipes, _named(program, recipes, calls))
            for key in named:
                if key not in known:
                    known[key] = recipes.by_name[key].text
                    self._texts.append(known[key])
        return len(self._texts) > number

    def _parse(self) -> None:
        for text in self._texts:
            if text in self._parsed:
                continue
            self._parsed.add(text)
            for program, words in _calls_in(text):
                self._given[program][words] = None


class _ScriptNames(NamedTuple):
    """The names of scripts of package.json that commands give."""

    whole: Set[str]
    """As they are given, with what npm runs before and after them by itself."""
    parts: Mapping[str, str]
    """What Nx gives after a project and Turbo after a package, by the whole word."""
    starts: Sequence[str]
    """Those that end in a star, without it."""

    def among(self, scripts: Mapping[str, Recipe]) -> Iterator[str]:
        yield from (key for key in scripts if key in self.whole)
        for word, part in self.parts.items():
            if word not in scripts:
                yield from (key for key in _around(part) if key in scripts)
        for start in self.starts:
            yield from (key for key in scripts if key.startswith(start))


def _script_names(calls: Iterable[Collection[str]]) -> _ScriptNames:
    words = {word for given in calls for word in given}
    # `npm run build:*` and `nx run app:build` name tasks by a part; sets make the look-up one step.
    return _ScriptNames(
        whole={key for word in words for key in _around(word)},
        parts={word: re.split("[:#]", word)[-1] for word in words if ":" in word or "#" in word},
        starts=[word.rstrip("*") for word in words if len(word) > 1 and word.endswith("*")],
    )


def _around(script: str) -> tuple[str, str, str]:
    return (f"pre{script}", script, f"post{script}")


def _with_needs(recipes: Recipes, named: Iterable[str]) -> Iterator[str]:
    """The tasks ``named`` and those that run with them, each once."""
    waiting = list(dict.fromkeys(named))
    seen = set(waiting)
    while waiting:
        key = waiting.pop()
        yield key
        fresh = [
            each for each in _matching(recipes, recipes.by_name[key].needs) if each not in seen
        ]
        seen.update(fresh)
        waiting += fresh


def _named(program: str, recipes: Recipes, calls: Iterable[Collection[str]]) -> Iterator[str]:
    """The tasks of one file that calls name."""
    for words in calls:
        found = _matching(recipes, [option for word in words for option in _readings(word)])
        # Words after make may be folders and jobs; those after the others are tasks, of another file at most.
        takes_default = not found and (program == "make" or not words)
        if takes_default and recipes.default in recipes.by_name:
            yield str(recipes.default)
        yield from found


def _readings(word: str) -> tuple[str, ...]:
    """The names that a word may mean: Rake and Mage put namespaces before them."""
    last = word.rpartition(":")[2].partition("[")[0]
    return (word, last, last.lower())


def _matching(recipes: Recipes, words: Iterable[str]) -> list[str]:
    wanted = dict.fromkeys(words)
    found = [word for word in wanted if word in recipes.by_name]
    # A variable that is not known may stand for any target, and a pattern for many.
    found += [
        key
        for key in recipes.patterns
        if "$" in key or ("%" in key and _meets_pattern(key, wanted))
    ]
    return found


def _meets_pattern(pattern: str, words: Iterable[str]) -> bool:
    before, _, after = pattern.partition("%")
    return any(word.startswith(before) and word.endswith(after) for word in words)


@lru_cache(maxsize=4096)
def _calls_in(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Take the text of commands; return what they give to which program. Several builds have the same scripts."""
    commands = list(commands_in(text))
    return tuple(
        (program, frozenset(words)) for program in _CALLERS for words in _given(program, commands)
    )


def _given(program: str, commands: Iterable[Sequence[str]]) -> Iterator[set[str]]:
    """Yield the words that each command gives to a program."""
    callers = _CALLERS[program]
    for words in commands:
        for place, word in enumerate(words):
            if word.rpartition("/")[2].partition("@")[0] in callers:
                yield _arguments(program, words[place + 1 :])
                break
            if program == "npm" and word in _ONE_COMMAND:
                yield set()


def _arguments(program: str, words: Sequence[str]) -> set[str]:
    given = {word for word in words if not word.startswith("-") and "=" not in word}
    if program != "npm":
        return given
    given = {re.sub(_MANAGER_PREFIX, "", word) for word in given}
    if not given or not given.isdisjoint(_INSTALL_WORDS):
        given -= _INSTALL_WORDS
        if _NO_LIFECYCLE.isdisjoint(words):
            given |= _LIFECYCLE
    return given
