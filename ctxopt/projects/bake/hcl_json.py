"""Bake files in JSON: the same structure as in HCL, with every text a template."""

from __future__ import annotations

from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.bake import expression as x
from ctxopt.projects.bake.hcl_text import read_expression
from ctxopt.projects.bake.template import read_template
from ctxopt.projects.compose.merge import listed
from ctxopt.projects.json_text import read_json
from ctxopt.projects.values import Fields, Text, line_of

# What is a block, and whether it has a label, by the kind of block that it stands in.
_BLOCKS = {
    "": {"variable": True, "function": True, "group": True, "target": True},
    "variable": {"validation": False},
}
# Attributes that are code although they are written as text.
_CODE = {("variable", "type")}


def read_hcl_json(text: str, path: str) -> x.HclBody:
    """Return a file of Bake's JSON; raises ProjectError with the line of what is wrong."""
    value = read_json(text, path)
    if not isinstance(value, Fields):
        raise ProjectError("top level must be an object", path=path, line=line_of(value) or 1)
    return _body(value, "", path)


def _body(fields: Fields, kind: str, path: str) -> x.HclBody:
    made = x.HclBody({}, {}, [], path)
    for key, value in fields.items():
        if key == "//":
            continue
        line = fields.lines[key]
        if key in _BLOCKS.get(kind, {}):
            for one in listed(value):
                made.blocks.extend(_blocks(key, one, _BLOCKS[kind][key], path, line))
        elif (kind, key) in _CODE and isinstance(value, str):
            made.attributes[key] = read_expression(value, path, line)
        elif (kind, key) in (("function", "params"), ("function", "variadic_params")):
            made.attributes[key] = _names(value, line)
        else:
            made.attributes[key] = _expression(value, path, line)
        made.lines[key] = line
    return made


def _blocks(kind: str, value: Any, labelled: bool, path: str, line: int) -> list[x.HclBlock]:
    if not isinstance(value, Fields):
        raise ProjectError(f"{kind} must be an object", path=path, line=line_of(value) or line)
    if not labelled:
        return [x.HclBlock(kind, (), _body(value, kind, path), value.line)]
    found = []
    for name, bodies in value.items():
        here = value.lines[name]
        for body in listed(bodies):
            if not isinstance(body, Fields):
                raise ProjectError(f"{kind} {name} must be an object", path=path, line=here)
            found.append(x.HclBlock(kind, (name,), _body(body, kind, path), here))
    return found


def _names(value: Any, line: int) -> x.Expression:
    if isinstance(value, list):
        return x.Tuple(tuple(_names(item, line) for item in value), line)
    return x.Variable(str(value), line_of(value) or line)


def _expression(value: Any, path: str, line: int) -> x.Expression:
    line = line_of(value) or line
    if isinstance(value, Text):
        return read_template(value, path, line, read_expression)
    if isinstance(value, list):
        return x.Tuple(tuple(_expression(item, path, line) for item in value), line)
    if isinstance(value, Fields):
        items = []
        for key, inner in value.items():
            here = value.lines[key]
            items.append(
                (read_template(key, path, here, read_expression), _expression(inner, path, here))
            )
        return x.Object(tuple(items), line)
    return x.Literal(value, line)
