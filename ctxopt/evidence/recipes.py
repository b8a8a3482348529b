"""What the files hold that name tasks to run: scripts of package.json, targets of a Makefile, tasks of Rake. Pure.

Each is taken apart into what is read whenever its program starts and what one name stands for. A text may be hostile,
so every repetition below is bounded, and a file that cannot be read names nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from ctxopt.paths import name


class Recipe(NamedTuple):
    """What one name stands for: the commands, and the names of the same file that are run with them."""

    text: str
    needs: tuple[str, ...] = ()


class Recipes(NamedTuple):
    """One file of tasks, taken apart."""

    always: str
    """What is read whenever the program starts: variables, settings."""
    by_name: Mapping[str, Recipe]
    default: str | None = None
    """What is run where nothing is named."""
    patterns: tuple[str, ...] = ()
    """The names that stand for others: patterns, and variables that are not known."""


class _Rule(NamedTuple):
    """A rule as it is written: its targets, what they need, and its commands."""

    names: str
    needed: str
    body: list[str]


_WORD: Final = r"[\w./@%+:-]{1,200}"
_RULE: Final = r"([^\s:=#][^:=#]{0,500}?)[ \t]{0,99}::?(?!=)([^=]{0,5000})$"
_JUST_RULE: Final = r"@?([A-Za-z_][\w-]{0,100})[^:\n]{0,300}:(?!=)(.{0,2000})$"
_VARIABLE: Final = (
    r" {0,99}(?:export[ \t]{1,9})?([\w.-]{1,100})[ \t]{0,99}(?:::?|[?+])?=(.{0,5000})$"
)
_USED: Final = r"\$[({]([\w.-]{1,100})[)}]"
_GOAL: Final = r"(?m)^\.DEFAULT_GOAL[ \t]{0,9}[:?]?=[ \t]{0,9}(\S{1,100})"
_MOST_PATTERNS: Final = 200
_MOST_EXPANDED: Final = 1 << 20
_LONGEST_VALUE: Final = 5000
_TASK: Final = r"[ \t]{0,99}(?:multi)?task[ \t(]{1,9}[:'\"]?([\w:-]{1,100})(.{0,500})$"
_FUNCTION: Final = r"func (?:\([^)\n]{0,100}\) )?(\w{1,100})\("
_MAGE_DEFAULT: Final = r"(?m)^var Default[ \t]{0,9}=[ \t]{0,9}(\w{1,100})"
_KEY: Final = r"([ \t]{1,8})([\"']?)([\w:.-]{1,100})\2:(?:[ \t].{0,500})?$"
_ONLY_COMMANDS: Final = ("semantic-release", "genversion")
"""Packages that do nothing before a script calls them."""


def read_recipes(path: str, text: str) -> Recipes | None:
    """Return what the file at ``path`` names; None for one that names no tasks."""
    reader = _READERS.get(program_of(path) or "")
    if reader is None:
        return None
    found = reader(text)
    if path.endswith((".mk", ".rake", ".just")):
        # It is read by another file, whose default holds.
        return found._replace(default=None)
    return found


def program_of(path: str) -> str | None:
    """Return the program that runs the tasks in the file at ``path``; None where there is no such program."""
    file = name(path).lower()
    if file.startswith("magefile") and file.endswith(".go"):
        return "mage"
    return _PROGRAMS.get(file) or _PROGRAMS.get(posixpath.splitext(file)[1])


def _makefile(text: str) -> Recipes:
    text = text.replace("\\\n", " ").replace("$(MAKE)", "make").replace("${MAKE}", "make")
    rules, always = _rules(text.splitlines())
    variables = _Variables(always)
    found: dict[str, Recipe] = {}
    for rule in rules:
        commands = [variables.expand(line) for line in rule.body]
        wanted = re.findall(_WORD, variables.expand(rule.needed))
        # What a target needs is named and does nothing, as the arguments of a colon do.
        recipe = Recipe("\n".join((*(f": {word}" for word in wanted), *commands)), tuple(wanted))
        for target in variables.expand(rule.names).split():
            found[target] = _together(found.get(target), recipe)
    goal = re.search(_GOAL, text)
    first = next((target for target in found if not target.startswith(".")), None)
    if goal:
        first = goal[1]
    patterns = [key for key in found if "$" in key or "%" in key][:_MOST_PATTERNS]
    return Recipes("\n".join(always), found, first, tuple(patterns))


def _rules(lines: Iterable[str]) -> tuple[list[_Rule], list[str]]:
    """The rules of a Makefile, and the lines that belong to none."""
    rules: list[_Rule] = []
    always: list[str] = []
    for line in lines:
        if line.startswith("\t"):
            if rules:
                rules[-1].body.append(line.strip().lstrip("@-+ "))
            continue
        match = re.match(_RULE, line)
        if match is None:
            always.append(line.partition("#")[0])
            continue
        needed, _, command = match[2].partition(";")
        rules.append(_Rule(match[1], needed.partition("#")[0], [command.strip()]))
    return rules, always


class _Variables:
    """The variables of a Makefile, put in place of their names; a bounded number of characters in all."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._left = _MOST_EXPANDED
        found: dict[str, dict[str, None]] = {}
        for line in lines:
            match = re.match(_VARIABLE, line)
            if match:
                # Which of several values holds depends on conditions, so all of them may.
                found.setdefault(match[1], {})[match[2]] = None
        self._values = {key: " ".join(values)[:_LONGEST_VALUE] for key, values in found.items()}

    def expand(self, text: str) -> str:
        # A variable may hold others; one that holds itself would never end.
        for _ in range(3):
            if "$" not in text or self._left <= 0:
                break
            text = re.sub(_USED, self._value, text, count=50)
            self._left -= len(text)
        return text

    def _value(self, match: re.Match[str]) -> str:
        return self._values.get(match[1], match[0])


def _together(before: Recipe | None, recipe: Recipe) -> Recipe:
    if before is None:
        return recipe
    return Recipe(f"{before.text}\n{recipe.text}", (*before.needs, *recipe.needs))


def _justfile(text: str) -> Recipes:
    rules: list[_Rule] = []
    always: list[str] = []
    for line in text.replace("\\\n", " ").splitlines():
        match = re.match(_JUST_RULE, line)
        if line[:1] in (" ", "\t"):
            if rules:
                rules[-1].body.append(line.strip().lstrip("@-"))
        elif match:
            rules.append(_Rule(match[1], match[2], []))
        else:
            always.append(line.partition("#")[0])
    found = {
        rule.names: Recipe(
            "\n".join(rule.body), tuple(re.findall(_WORD, "\n".join((rule.needed, *rule.body))))
        )
        for rule in rules
    }
    return Recipes("\n".join(always), found, next(iter(found), None))


def _taskfile(text: str) -> Recipes:
    before, _, tasks = f"\n{text}".partition("\ntasks:")
    found: dict[str, list[str]] = {}
    depth = ""
    body: list[str] = []
    for line in tasks.splitlines():
        match = re.match(_KEY, line)
        if match and (not depth or match[1] == depth):
            depth = match[1]
            body = found.setdefault(match[3], [])
        body.append(line)
    return Recipes(
        before,
        {
            key: Recipe("\n".join(lines), tuple(re.findall(_WORD, "\n".join(lines))))
            for key, lines in found.items()
        },
        "default",
    )


def _rakefile(text: str) -> Recipes:
    always: list[str] = []
    found: dict[str, list[str]] = {}
    body = always
    for line in text.splitlines():
        match = re.match(_TASK, line)
        if match:
            # In which namespace it lies is not followed, so its own name counts alone.
            body = found.setdefault(_last(match[1]), [])
            line = match[2]
        elif line and not line[0].isspace() and line.strip() != "end":
            body = always
        body.append(line)
    return Recipes(
        "\n".join(always),
        {
            key: Recipe("\n".join(lines), tuple(map(_last, re.findall(_WORD, "\n".join(lines)))))
            for key, lines in found.items()
        },
        "default",
    )


def _magefile(text: str) -> Recipes:
    always: list[str] = []
    found: dict[str, list[str]] = {}
    body = always
    for line in text.splitlines():
        match = re.match(_FUNCTION, line)
        if match:
            body = found.setdefault(match[1].lower(), [])
            line = line[match.end() :]
        body.append(line)
    default = re.search(_MAGE_DEFAULT, text)
    return Recipes(
        "\n".join(always),
        {
            key: Recipe("\n".join(lines), tuple(re.findall(r"\w+", "\n".join(lines).lower())))
            for key, lines in found.items()
        },
        default and default[1].lower(),
    )


def _last(task: str) -> str:
    return task.strip(":").rpartition(":")[2]


def _package_json(text: str) -> Recipes:
    table = json_table(text)
    scripts = table.get("scripts")
    if not isinstance(scripts, dict):
        scripts = {}
    # What is installed may ask git by itself; what only other programs read, or a script names, is left out.
    installed = [
        key
        for group in ("dependencies", "devDependencies", "optionalDependencies")
        for key in _keys(table.get(group))
        if not any(word in key for word in _ONLY_COMMANDS)
    ]
    found = {key: Recipe(text) for key, text in scripts.items() if isinstance(text, str)}
    return Recipes("\n".join(installed), found)


def _keys(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    return [key for key in value if isinstance(key, str)]


def json_table(text: str) -> Mapping[str, Any]:
    """Return the object that ``text`` is in JSON; an empty one for anything else."""
    import json  # few contexts need it

    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(table, dict):
        return {}
    return table


_Reader: TypeAlias = Callable[[str], Recipes]
_READERS: Final[Mapping[str, _Reader]] = {
    "make": _makefile,
    "just": _justfile,
    "task": _taskfile,
    "rake": _rakefile,
    "mage": _magefile,
    "npm": _package_json,
}
_PROGRAMS: Final = {
    "makefile": "make", "gnumakefile": "make", ".mk": "make", "justfile": "just", ".just": "just",
    "taskfile.yml": "task", "taskfile.yaml": "task", "rakefile": "rake", ".rake": "rake",
    "package.json": "npm",
}  # fmt: skip
