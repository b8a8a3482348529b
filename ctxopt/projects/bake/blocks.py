"""What Bake's files define, sorted by kind: the later definition of a name replaces or joins the earlier one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from ctxopt.errors import ProjectError
from ctxopt.projects.bake import expression as x
from ctxopt.projects.bake.conversion import EvaluationError, to_list, to_text

# An expression of the file ``path``, with local names, to its value.
Evaluate: TypeAlias = Callable[[x.Expression, str, Mapping[str, Any]], Any]
_NAME = re.compile(r"[a-zA-Z0-9_-]+\Z")
_MAX_COMBINATIONS = 10_000
# What a target or a group may say; what it does not say is null for those that refer to it.
BLOCK_KEYS = frozenset(
    """annotations args attest cache-from cache-to call context contexts description dockerfile dockerfile-inline
    entitlements extra-hosts inherits labels matrix name network no-cache no-cache-filter output platforms policy pull
    secret shm-size ssh tags target targets ulimits""".split()  # noqa: SIM905 - read as a table
)
_LABELLED = ("variable", "function", "group", "target")


class GlobalAttribute(NamedTuple):
    """An attribute at the top level of a file."""

    expression: x.Expression
    path: str
    line: int


class Definition(NamedTuple):
    """A target or group under the name that it is built by, with the values of its matrix."""

    name: str
    body: x.HclBody
    local: Mapping[str, Any]
    line: int


class Definitions:
    """All that the files define."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.attributes: dict[str, GlobalAttribute] = {}
        self.variables: dict[str, x.HclBlock] = {}
        self.functions: dict[str, x.HclBlock] = {}
        self.blocks: dict[str, list[x.HclBlock]] = {"group": [], "target": []}
        self.expanded: dict[str, list[Definition]] | None = None
        # The targets that a block with a matrix stands for, by its label.
        self.matrices: dict[str, list[str]] = {}
        self.opening = False
        # Where it is set, what is wrong with one block goes there, and the others stay.
        self.refused: list[ProjectError] | None = None
        # The same for what is wrong with a part that no build depends on.
        self.doubts: list[ProjectError] = []

    def guard(self, action: Callable[[], None], *, only_doubt: bool = False) -> None:
        """Do something about one definition; where it is refused, go on if the others may stay."""
        try:
            action()
        except ProjectError as problem:
            if self.refused is None:
                raise
            kept = self.doubts if only_doubt else self.refused
            kept.append(problem)

    def blocks_of(self, kind: str, name: str, evaluate: Evaluate) -> list[Definition]:
        """Return the definitions of a target or group; those of a group: the last one."""
        if kind == "group":
            blocks = [block for block in self.blocks["group"] if block.labels[0] == name]
            return [Definition(name, block.body, {}, block.line) for block in blocks[-1:]]
        return self.targets(evaluate).get(name, [])

    def targets(self, evaluate: Evaluate) -> dict[str, list[Definition]]:
        """Return the targets by the name that they are built by, those of matrices among them."""
        if self.expanded is not None:
            return self.expanded
        if self.opening:
            # A name of a matrix that refers to a target: only those without a matrix are known yet.
            plain = [
                block for block in self.blocks["target"] if "matrix" not in block.body.attributes
            ]
            return {block.labels[0]: [Definition(block.labels[0], block.body, {}, block.line)] for block in plain}  # fmt: skip
        self.opening = True
        found: dict[str, list[Definition]] = {}
        for block in self.blocks["target"]:

            def one(block: x.HclBlock = block) -> None:
                for definition in self.expand(block, evaluate):
                    found.setdefault(definition.name, []).append(definition)

            self.guard(one)
        self.expanded = found
        return found

    def expand(self, block: x.HclBlock, evaluate: Evaluate) -> list[Definition]:
        """One target, or those of all combinations of its matrix."""
        label, body = block.labels[0], block.body
        matrix, name = body.attributes.get("matrix"), body.attributes.get("name")
        if matrix is None:
            if name is not None:
                raise _refuse("name requires matrix", block)
            return [Definition(label, body, {}, block.line)]
        value = evaluate(matrix, body.path, {})
        if not isinstance(value, dict):
            raise _refuse("matrix must be a map", block)
        found: dict[str, Definition] = {}
        for local in self.combinations(value, block):
            one = label
            if name is not None:
                one = self.named(evaluate(name, body.path, local), block)
            if one in found:
                raise _refuse(f"duplicate name {one!r}", block)
            found[one] = Definition(one, body, local, block.line)
        if name is not None:
            self.matrices[label] = list(found)
        return list(found.values())

    def combinations(self, matrix: dict[str, Any], block: x.HclBlock) -> list[dict[str, Any]]:
        size = 1
        lists = []
        for key, values in matrix.items():
            try:
                lists.append([(key, value) for value in to_list(values)])
            except EvaluationError as problem:
                raise _refuse(f"matrix: {problem}", block) from problem
            size *= len(lists[-1])
        if size > _MAX_COMBINATIONS:
            raise _refuse(f"more than {_MAX_COMBINATIONS:,} combinations", block)
        return [dict(pairs) for pairs in itertools.product(*lists)]

    def named(self, value: Any, block: x.HclBlock) -> str:
        try:
            name = to_text(value)
        except EvaluationError as problem:
            raise _refuse(f"name: {problem}", block) from problem
        if not _NAME.match(name):
            raise _refuse(f'name {name!r}: only "[a-zA-Z0-9_-]+" are allowed', block)
        return name


def collect(bodies: list[x.HclBody]) -> Definitions:
    """Return what files define, in their order; raises ProjectError for a block without a name."""
    found = Definitions()
    for body in bodies:
        for name, node in body.attributes.items():
            found.attributes[name] = GlobalAttribute(node, body.path, body.lines[name])
        for block in body.blocks:
            if block.kind not in _LABELLED:
                continue
            if len(block.labels) != 1:
                raise _refuse(f"a {block.kind} block must have 1 label, its name", block)
            name = block.labels[0]
            # Of variables and functions the last one counts; groups and targets are merged later.
            if block.kind in ("group", "target"):
                if not _NAME.match(name):
                    raise _refuse(f'name {name!r}: only "[a-zA-Z0-9_-]+" are allowed', block)
                if block.kind == "group" and {"matrix", "name"} & set(block.body.attributes):
                    raise _refuse("a group has no matrix and no name", block)
                found.blocks[block.kind].append(block)
            elif block.kind == "variable":
                found.variables[name] = block
            else:
                found.functions[name] = block
    return found


def _refuse(reason: str, block: x.HclBlock) -> ProjectError:
    return ProjectError(reason, path=block.body.path, line=block.line)
