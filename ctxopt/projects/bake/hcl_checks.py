"""Line breaks that HCL refuses and python-hcl2 lets pass."""

from __future__ import annotations

import itertools
from typing import Any

_BRACKETS = {"LPAR", "LSQB", "INTERP_START", "DIRECTIVE_START", "FULL_SPLAT_START"}


def check_separate(items: list[Any]) -> Any:
    """Return the first of the definitions of a body that starts on the line where the one before ends."""
    for before, item in itertools.pairwise(items):
        if item.meta.line <= _last_line(before):
            return item
    return None


def check_separators(tree: Any) -> Any:
    """Return the first value of an object that neither a comma nor a line break parts from the one before."""
    before = None
    for child in tree.children:
        if hasattr(child, "type"):
            before = None
        elif child is not None and child.data == "object_elem":
            if before is not None and child.meta.line <= _last_line(before):
                return child
            before = child
    return None


def _last_line(tree: Any) -> int:
    """The line of the last token that is no line break; a heredoc takes the break behind it along."""
    for child in reversed(tree.children):
        if hasattr(child, "type"):
            if child.type == "NL_OR_COMMENT":
                continue
            taken = child.type.startswith("HEREDOC")
            return int(child.end_line) - int(taken)
        if child is not None and child.data != "new_line_or_comment":
            found = _last_line(child)
            if found:
                return found
    return 0


def check_newlines(tree: Any, *, inside: bool = False) -> Any:
    """Return the operator of an expression that a line break stands before or behind.

    Inside of parentheses, brackets and templates line breaks are free; the values of an object are not inside.
    """
    if hasattr(tree, "type"):
        return None
    data = str(tree.data)
    # The parser takes line breaks anywhere; Bake refuses those that end an expression too early.
    if data == "object_elem":
        inside = False
    if not inside and data in ("conditional", "binary_term"):
        for child in tree.children[:-1]:
            if "\n" in _break_of(child):
                return child
    for child in tree.children:
        if hasattr(child, "type") and child.type in _BRACKETS:
            inside = True
        elif hasattr(child, "children"):
            found = check_newlines(child, inside=inside or data in ("arguments", "for_object_expr"))
            if found is not None:
                return found
    return None


def _break_of(child: Any) -> str:
    """The line break that a token or a tree of its own carries."""
    if hasattr(child, "type"):
        return str(child)
    if child is None or child.data not in ("new_line_or_comment", "binary_operator"):
        return ""
    return "".join(map(str, child.children))
