"""Lines that read down, not across: the house rules of CONTRIBUTING.md that a program can check."""

from __future__ import annotations

import ast
import io
import re
import tokenize

import pytest

from tests.support.places import ROOT

PACKAGE = ROOT / "ctxopt"
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
COMPOUND = (
    ast.FunctionDef, ast.ClassDef, ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match,
)  # fmt: skip


def nodes(module):
    return list(ast.walk(ast.parse((PACKAGE / module).read_text("utf-8"))))


def choices(node):
    """How many conditional expressions are in it."""
    return sum(isinstance(inner, ast.IfExp) for inner in ast.walk(node))


@pytest.mark.parametrize("module", MODULES)
def test_a_function_fits_on_a_screen(module):
    functions = [node for node in nodes(module) if isinstance(node, ast.FunctionDef)]
    assert [item.name for item in functions if (item.end_lineno or 0) - item.lineno >= 60] == []


@pytest.mark.parametrize("module", MODULES)
def test_one_conditional_expression_a_statement(module):
    statements = (
        node for node in nodes(module) if isinstance(node, ast.stmt) and not isinstance(node, COMPOUND)
    )  # fmt: skip
    assert [node.lineno for node in statements if choices(node) > 1] == []


@pytest.mark.parametrize("module", MODULES)
def test_no_conditional_expression_is_iterated(module):
    loops = (node.iter for node in nodes(module) if isinstance(node, ast.For | ast.comprehension))
    assert [item.lineno for item in loops if isinstance(item, ast.IfExp)] == []


@pytest.mark.parametrize("module", MODULES)
def test_keywords_from_six_arguments_on(module):
    # These are made a hundred thousand times, and keywords cost half as much again.
    hot = {"Folder", "Row", "Tally"}
    calls = (node for node in nodes(module) if isinstance(node, ast.Call) and len(node.args) >= 6)
    assert [node.lineno for node in calls if ast.unparse(node.func) not in hot] == []


def test_conditional_expressions_are_rare_and_reasons_are_not():
    expressions = comments = code = 0
    for module in MODULES:
        text = (PACKAGE / module).read_text("utf-8")
        expressions += choices(ast.parse(text))
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
