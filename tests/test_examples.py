"""The example at the top of every room is true: what it calls is there, and takes what it is given."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
import tomllib
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "ctxopt"
ROOMS = sorted(
    path.parent.relative_to(PACKAGE).as_posix()
    for path in PACKAGE.rglob("__init__.py")
    if path.parent != PACKAGE
)
WITHOUT_EXAMPLE = {"report"}
"""A shelf of formats: there is no one way to call them."""

PURE = ("languages", "languages/golang", "languages/ignore")


def example_of(room: str) -> str:
    """The indented lines of a room's docstring."""
    tree = ast.parse((PACKAGE / room / "__init__.py").read_text())
    docstring = ast.get_docstring(tree) or ""
    lines = [line for line in docstring.splitlines() if line.startswith("    ")]
    return textwrap.dedent("\n".join(lines))


@cache
def layers() -> list[list[str]]:
    """The rooms of every floor, the highest first, as the import contract has them."""
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    found = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    return [layer.split(" | ") for layer in found]


@cache
def modules_from(room: str) -> list[Path]:
    """The modules of a room and of all below it."""
    top = room.split("/")[0]
    floor = next(index for index, layer in enumerate(layers()) if top in layer)
    names = {top, *(name for layer in layers()[floor + 1 :] for name in layer)}
    modules = PACKAGE.rglob("*.py")
    return [path for path in modules if path.relative_to(PACKAGE).parts[0].removesuffix(".py") in names]  # fmt: skip


@cache
def definitions(path: Path) -> dict[str, set[str]]:
    """Functions, classes and values of a module by name, each with its own methods and fields."""
    found: dict[str, set[str]] = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = names_in(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
            found.update((target.id, set()) for target in targets if isinstance(target, ast.Name))
    return found


def names_in(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    if isinstance(node, ast.FunctionDef):
        return set()
    found = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    for item in ast.walk(node):
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            found.add(item.target.id)
        elif isinstance(item, ast.AnnAssign | ast.Assign):
            targets = [item.target] if isinstance(item, ast.AnnAssign) else item.targets
            found.update(target.attr for target in targets if isinstance(target, ast.Attribute))
    return found


def find(room: str, name: str) -> list[Path]:
    """The modules of the room or below that define ``name``."""
    return [path for path in modules_from(room) if name in definitions(path)]


def load(path: Path, name: str) -> object:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return getattr(importlib.import_module(".".join(parts)), name)


def takes(function: object, call: ast.Call) -> bool:
    """Whether a function takes as many arguments as the call gives, and calls them so."""
    assert callable(function)
    named = {keyword.arg: None for keyword in call.keywords if keyword.arg}
    try:
        inspect.signature(function).bind(*call.args, **named)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_shows_how_it_is_called(room):
    has_example = bool(example_of(room))
    assert has_example is (room not in WITHOUT_EXAMPLE)


@pytest.mark.parametrize("room", ROOMS)
def test_what_an_example_calls_is_there(room):
    for node in ast.walk(ast.parse(example_of(room))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name = node.func.id
        homes = find(room, name)
        assert homes, f"{name} is nowhere in {room} or below"
        taken = [path for path in homes if takes(load(path, name), node)]
        assert taken, f"{ast.unparse(node)} is called otherwise"


@pytest.mark.parametrize("room", ROOMS)
def test_what_an_example_asks_of_values_is_there(room):
    known: set[str] = set()
    for path in modules_from(room):
        known.update(definitions(path), *definitions(path).values())
    for node in ast.walk(ast.parse(example_of(room))):
        if isinstance(node, ast.Attribute):
            assert node.attr in known, f"nothing in {room} or below has .{node.attr}"


@pytest.mark.parametrize("room", PURE)
def test_an_example_without_files_runs(room):
    source = example_of(room)
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    homes = {name: find(room, name) for name in names}
    values = {name: load(paths[0], name) for name, paths in homes.items() if paths}
    for statement in ast.parse(source).body:
        text = ast.unparse(statement)
        if not isinstance(statement, ast.Expr):
            exec(text, values)
            continue
        result = eval(text, values)
        # A comment that begins with a value says what comes out.
        comment = source.splitlines()[statement.lineno - 1].partition("#")[2]
        told = re.match(r' ("[^"]*"|True|False|None)', comment)
        if told:
            assert result == ast.literal_eval(told[1])
