"""The modules of the program: what each says of itself, and how long it may grow."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.support.places import ROOT

PACKAGE = ROOT / "ctxopt"

LONG = {
    "tree/reader.py": "one hot loop, of which every call costs",
}
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


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
