"""The rooms of the program: who may import whom, and how large they may grow."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from tests.recordings import ROOT

PACKAGE = ROOT / "ctxopt"


def layers():
    """The layer of every room, from the table in ARCHITECTURE.md."""
    found = {}
    for line in (ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines():
        if row := re.match(r"\| (\d)[^|]*\| ([^|]*) \|", line):
            for room in re.findall(r"`([^`]+)`", row[2]):
                found[room.removesuffix("/")] = int(row[1])
    return found | {"__init__": 0}


LAYER = layers()
THIRD_PARTY = {
    "typer": tuple(f"cli/{path.name}" for path in (PACKAGE / "cli").glob("*.py")),
    "rich": (
        "console.py",
        "reporters/text.py",
        "reporters/finding_text.py",
        "reporters/asking.py",
        "reporters/check_text.py",
        "reporters/fixing_text.py",
    ),
    "tqdm": ("progress.py",),
}
LONG = {
    "walk.py": "one hot loop, of which every call costs",
}
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def room_of(module):
    return module.split("/")[0].removesuffix(".py")


def imported(module):
    """Dotted names that a module imports while it runs, types aside."""
    tree = ast.parse((PACKAGE / module).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: imports are absolute"
            if node.module == "ctxopt":
                yield from (f"ctxopt.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


@pytest.mark.parametrize("module", MODULES)
def test_nobody_imports_from_above(module):
    room = room_of(module)
    assert room in LAYER, f"{room} has no layer"
    for name in imported(module):
        if name.startswith("ctxopt."):
            other = name.split(".")[1]
            other = "__init__" if other.startswith("__version") else other
            assert LAYER[other] <= LAYER[room], f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES)
def test_each_library_has_its_room(module):
    tree = ast.parse((PACKAGE / module).read_text())
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    for library, rooms in THIRD_PARTY.items():
        if module not in rooms:
            assert not any(name.split(".")[0] == library for name in names)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is(module):
    text = (PACKAGE / module).read_text()
    assert ast.get_docstring(ast.parse(text))
    assert text.count("\n") <= 400 or module in LONG


def test_exceptions_to_the_length_are_needed():
    assert all((PACKAGE / module).read_text().count("\n") > 400 for module in LONG)


def test_every_module_imports_alone():
    names = ["ctxopt." + m.removesuffix(".py").replace("/", ".") for m in MODULES if "__" not in m]
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}:\n"
        "    for known in [m for m in sys.modules if m.partition('.')[0] == 'ctxopt']:\n"
        "        del sys.modules[known]\n"
        "    importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_public_names_are_what_they_say():
    code = (
        "from ctxopt import Measurement, measure, Entry, CtxoptError\n"
        "import ctxopt\n"
        "assert callable(measure) and callable(ctxopt.measure)\n"
        "assert all(hasattr(ctxopt, name) for name in ctxopt.__all__)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
