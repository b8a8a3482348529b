"""Lines that read down, not across: the house rules of CONTRIBUTING.md that a program can check."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import cache

import pytest

from tests.support.places import ROOT

pytestmark = pytest.mark.slow
PACKAGE = ROOT / "ctxopt"
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
COMPOUND = (
    ast.FunctionDef, ast.ClassDef, ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match,
)  # fmt: skip


@cache
def nodes(module):
    return list(ast.walk(ast.parse((PACKAGE / module).read_text("utf-8"))))


def places(found):
    """The ``module:line`` of what ``found`` yields of each module."""
    return [f"{module}:{node.lineno}" for module in MODULES for node in found(nodes(module))]


def choices(node):
    """How many conditional expressions are in it."""
    return sum(isinstance(inner, ast.IfExp) for inner in ast.walk(node))


def test_a_function_fits_on_a_screen():
    def long(found):
        functions = (node for node in found if isinstance(node, ast.FunctionDef))
        return (node for node in functions if (node.end_lineno or 0) - node.lineno >= 60)

    assert places(long) == []


def test_one_conditional_expression_a_statement():
    def dense(found):
        statements = (node for node in found if isinstance(node, ast.stmt))
        plain = (node for node in statements if not isinstance(node, COMPOUND))
        return (node for node in plain if choices(node) > 1)

    assert places(dense) == []


def test_no_conditional_expression_is_iterated():
    def iterated(found):
        loops = (node.iter for node in found if isinstance(node, ast.For | ast.comprehension))
        return (node for node in loops if isinstance(node, ast.IfExp))

    assert places(iterated) == []


def test_keywords_from_six_arguments_on():
    # These are made a hundred thousand times, and keywords cost half as much again.
    hot = {"Folder", "Row", "Tally"}

    def crowded(found):
        calls = (node for node in found if isinstance(node, ast.Call) and len(node.args) >= 6)
        return (node for node in calls if ast.unparse(node.func) not in hot)

    assert places(crowded) == []


def test_conditional_expressions_are_rare_and_reasons_are_not():
    expressions = comments = code = 0
    for module in MODULES:
        text = (PACKAGE / module).read_text("utf-8")
        expressions += sum(isinstance(node, ast.IfExp) for node in nodes(module))
        lines = text.splitlines()
        comments += sum(line.lstrip().startswith("#") for line in lines)
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        filler = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
        code += len({token.start[0] for token in tokens if token.type not in filler})
    assert expressions * 1_000 <= 12 * code
    assert comments * 1_000 >= 15 * code


def test_words_are_plain():
    odd = re.compile(r"\b(nobody|somebody|anew|droppings)\b", re.IGNORECASE)
    found = [
        f"{module}:{number}"
        for module in MODULES
        for number, line in enumerate((PACKAGE / module).read_text("utf-8").splitlines(), 1)
        if odd.search(line)
    ]
    assert found == []
