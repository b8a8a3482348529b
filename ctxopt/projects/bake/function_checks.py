"""What must hold of a function before any is called: its result names nothing that is not there, and not itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.bake import expression as x
from ctxopt.projects.bake.blocks import Definitions


def check_function(name: str, block: x.HclBlock, defined: Definitions, known: set[str]) -> None:
    """Raise ProjectError where the result of a function cannot be evaluated, whoever calls it.

    ``known`` are the functions of the language. Source: BX ``hclparser.go``, ``loadDeps``.
    """
    result = block.body.attributes.get("result")
    if result is None:
        reason = f"empty result not allowed for {name}"
        raise ProjectError(reason, path=block.body.path, line=block.line)
    own = parameters(block)
    # Bake evaluates all functions before it asks who is called, so an unused one can fail, too.
    for node in walk(result, frozenset(own)):
        if isinstance(node, x.Variable):
            there = node.name in defined.variables or node.name in defined.attributes
            if not there and not node.name.startswith("BAKE_"):
                raise _refuse(f"variable {node.name!r} does not exist", block, node.line)
        elif isinstance(node, x.Call) and node.name not in ("can", "try"):
            if node.name not in known and node.name not in defined.functions:
                raise _refuse(f"function {node.name!r} does not exist", block, node.line)
            if name in _reached(node.name, defined):
                raise _refuse(f"function cycle not allowed for {name}", block, node.line)


def parameters(block: x.HclBlock) -> list[str]:
    """Return the names of a function's parameters, the one that takes all others last."""
    names = []
    for key in ("params", "variadic_params"):
        node = block.body.attributes.get(key)
        items = node.items if isinstance(node, x.Tuple) else (node,)
        names += [item.name for item in items if isinstance(item, x.Variable)]
    return names


def walk(node: Any, local: frozenset[str]) -> Iterator[Any]:
    """Yield the calls in an expression, and the variables that are none of its own names."""
    if isinstance(node, x.Variable):
        if node.name not in local:
            yield node
        return
    if isinstance(node, x.Call):
        yield node
    inner = local
    if isinstance(node, x.For | x.TemplateFor):
        inner = local | set(node.names)
        yield from walk(node.collection, local)
    if is_dataclass(node):
        for field in fields(node):
            if field.name != "collection":
                yield from walk(getattr(node, field.name), inner)
    elif isinstance(node, tuple):
        for item in node:
            yield from walk(item, inner)


def _reached(name: str, defined: Definitions) -> set[str]:
    """The functions that a function calls, and those that these call, itself among them."""
    found: set[str] = set()
    queue = [name]
    while queue:
        one = queue.pop()
        block = defined.functions.get(one)
        if one in found or block is None:
            continue
        found.add(one)
        calls = walk(block.body.attributes.get("result"), frozenset())
        queue += [node.name for node in calls if isinstance(node, x.Call)]
    return found


def _refuse(reason: str, block: x.HclBlock, line: int) -> ProjectError:
    return ProjectError(reason, path=block.body.path, line=line)
