"""The modules of the program: what each says of itself, and how long it may grow."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

import ctxopt
from scripts import manual
from tests.support.places import ROOT

PACKAGE = ROOT / "ctxopt"

LONG: dict[str, str] = {}
"""Modules that may be longer than 400 lines, with the reason."""
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is(module):
    text = (PACKAGE / module).read_text()
    assert ast.get_docstring(ast.parse(text))
    assert text.count("\n") <= 400 or module in LONG


def test_exceptions_to_the_length_are_needed():
    assert all((PACKAGE / module).read_text().count("\n") > 400 for module in LONG)


@pytest.mark.slow
def test_the_public_names_are_what_they_say():
    code = (
        "from ctxopt import Measurement, measure, Entry, CtxoptError\n"
        "import ctxopt\n"
        "assert callable(measure) and callable(ctxopt.measure)\n"
        "assert all(hasattr(ctxopt, name) for name in ctxopt.__all__)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def public_names():
    """Every public class and type alias, with the modules that define one by that name."""
    found = defaultdict(list)
    for module in MODULES:
        for node in ast.parse((PACKAGE / module).read_text()).body:
            match node:
                case ast.ClassDef(name=name):
                    found[name].append(module)
                case (
                    ast.Assign(targets=[ast.Name(id=name)])
                    | ast.AnnAssign(target=ast.Name(id=name))
                ) if not name.isupper():
                    found[name].append(module)
    return {name: modules for name, modules in found.items() if not name.startswith("_")}


def test_one_meaning_a_word():
    doubled = {name: where for name, where in public_names().items() if len(where) > 1}
    assert doubled == {}


def test_no_module_is_named_by_what_it_does():
    # A rule's module is named by its id; these nouns are what the thing is called.
    nouns = {"finding", "grouping", "listing", "wording"}
    rooms = (module for module in MODULES if not re.match(r"rules/\w+/", module))
    words = {Path(module).stem.rpartition("_")[2] for module in rooms}
    assert {word for word in words if word.endswith("ing")} <= nouns


def test_the_image_is_sent_what_the_wheel_is_made_of():
    """A line of the ignore file that hides one of these breaks the build of the Dockerfile."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    named = {*wheel["packages"], *wheel["force-include"], wheel["hooks"]["custom"]["path"]}
    named |= {project["project"]["readme"], *project["project"]["license-files"]}
    for path in (manual.COMMANDS, Path(manual.__file__)):
        named.add(path.relative_to(ROOT).as_posix())
    assert named - {entry.path for entry in ctxopt.measure(str(ROOT)).entries} == set()
