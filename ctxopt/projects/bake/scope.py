"""The global names of Bake's files together: variables, attributes, functions, targets; evaluated when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from ctxopt.errors import ProjectError
from ctxopt.projects.bake import expression as x
from ctxopt.projects.bake.blocks import BLOCK_KEYS, Definition, collect
from ctxopt.projects.bake.conversion import EvaluationError, to_bool, to_text, weigh
from ctxopt.projects.bake.evaluation import Evaluator
from ctxopt.projects.bake.function_checks import check_function, parameters
from ctxopt.projects.bake.functions import call_function, functions
from ctxopt.projects.bake.variable_types import convert, from_environment, read_type

# Part of every file, whatever it says itself.
_BUILT_IN = {"BAKE_CMD_CONTEXT": "cwd://", "BAKE_LOCAL_PLATFORM": "linux/amd64"}
_MAX_CALLS = 25
_MAX_STEPS = 1_000_000


class Unset(NamedTuple):
    """A variable with a type and without a value: an error where it is used."""

    name: str


class BakeScope:
    """Everything that the files define, by name; what is asked for twice is evaluated once."""

    def __init__(self, bodies: list[x.HclBody], variables: Mapping[str, str]) -> None:
        """Take the files in their order, and the environment."""
        self.defined = collect(bodies)
        self.environment = variables
        self.values: dict[str, Any] = {}
        self.failed: dict[str, ProjectError] = {}
        self.steps = 0
        self.open: list[str] = []
        self.calls: list[str] = []

    def variable(self, name: str) -> Any:
        """Return the value of a variable or attribute, or the namespace ``target`` or ``group``."""
        if name in _BUILT_IN:
            return _BUILT_IN[name]
        if name in ("target", "group"):
            return Members(self, name)
        found = self.once(name)
        if isinstance(found, Unset):
            raise EvaluationError(f"variable {found.name} has no value")
        return found

    def once(self, name: str) -> Any:
        """A value, evaluated where it was not before; a cycle is an error."""
        if name in self.values:
            return self.values[name]
        if name in self.failed:
            raise self.failed[name]
        if name in self.open:
            raise EvaluationError(f"variable cycle not allowed for {name}")
        if len(self.open) > _MAX_CALLS:
            raise EvaluationError(f"{name} is needed too deep in other values")
        self.open.append(name)
        try:
            if name in self.defined.attributes:
                definition = self.defined.attributes[name]
                found = self.evaluator(definition.path).value(definition.expression)
            elif name in self.defined.variables:
                found = self.declared(name)
            else:
                raise EvaluationError(f"there is no variable named {name!r}")
        except ProjectError as problem:
            # Without its history, which grows with every name on the way.
            kept = ProjectError(problem.reason, path=problem.path, line=problem.line)
            self.failed[name] = kept
            raise kept from None
        finally:
            self.open.pop()
        self.values[name] = found
        return found

    def evaluator(self, path: str, local: Mapping[str, Any] | None = None) -> Evaluator:
        """Return what evaluates the expressions of a file."""
        return Evaluator(self, path, local or {})

    def evaluate(self, node: x.Expression, path: str, local: Mapping[str, Any]) -> Any:
        """Return the value of an expression of the file ``path``; raises ProjectError."""
        return self.evaluator(path, local).value(node)

    def declared(self, name: str) -> Any:
        """The value of a ``variable`` block: its default, or what the environment says instead."""
        block = self.defined.variables[name]
        body = block.body
        default = None
        if "default" in body.attributes:
            default = self.evaluator(body.path).value(body.attributes["default"])
        try:
            wanted = None
            if "type" in body.attributes:
                wanted = read_type(body.attributes["type"])
            is_set, value = from_environment(name, wanted, default, self.environment)
            if is_set:
                return value
            if "default" not in body.attributes:
                return "" if wanted is None else Unset(name)
            if wanted is not None:
                self.count(weigh(default))
                return convert(default, wanted)
        except (EvaluationError, ValueError) as problem:
            line = body.lines.get("default") or block.line
            reason = f"invalid value for variable {name}: {problem}"
            raise ProjectError(reason, path=body.path, line=line) from problem
        return default

    def count(self, steps: int) -> None:
        """Take note of work that is done; raises EvaluationError where it has no end."""
        self.steps += steps
        if self.steps > _MAX_STEPS:
            raise EvaluationError("takes too many steps")

    def knows_function(self, name: str) -> bool:
        """Tell whether a function is defined, here or by Bake."""
        return name in self.defined.functions or name in functions()

    def call(self, name: str, arguments: list[Any]) -> Any:
        """Return the result of a function; raises EvaluationError."""
        block = self.defined.functions.get(name)
        if block is None:
            return call_function(name, arguments)
        if name in self.calls or len(self.calls) > _MAX_CALLS:
            raise EvaluationError(f"function cycle not allowed for {name}")
        names = parameters(block)
        rest = [names.pop()] if "variadic_params" in block.body.attributes else []
        if len(arguments) < len(names) or (len(arguments) > len(names) and not rest):
            raise EvaluationError(f"{name} takes {len(names)} argument(s), not {len(arguments)}")
        local = dict(zip(names, arguments, strict=False))
        for one in rest:
            local[one] = arguments[len(names) :]
        result = block.body.attributes.get("result")
        if result is None:
            raise EvaluationError(f"function {name} has no result")
        self.calls.append(name)
        try:
            return self.evaluator(block.body.path, local).value(result)
        finally:
            self.calls.pop()

    def check_all(self) -> None:
        """Evaluate every variable and attribute, and the validations; raises ProjectError for what fails."""
        guard = self.defined.guard
        for name, block in self.defined.functions.items():
            guard(partial(check_function, name, block, self.defined, set(functions())))
        for name, definition in self.defined.attributes.items():
            guard(partial(self.located, name, definition.path, definition.line))
        own = {
            name: block for name, block in self.defined.variables.items() if name not in _BUILT_IN
        }
        for name, block in own.items():
            guard(partial(self.located, name, block.body.path, block.line))
        for name, block in own.items():
            for inner in block.body.blocks:
                if inner.kind == "validation":
                    guard(partial(self.validate, name, inner))

    def located(self, name: str, path: str, line: int) -> None:
        """Evaluate one name, and say where it stands if that fails."""
        try:
            self.once(name)
        except EvaluationError as problem:
            raise ProjectError(str(problem), path=path, line=line) from problem

    def validate(self, name: str, block: x.HclBlock) -> None:
        """Raise ProjectError where the condition of a validation does not hold."""
        evaluator = self.evaluator(block.body.path)
        condition = block.body.attributes.get("condition")
        if condition is None or to_bool(evaluator.value(condition)):
            return
        message = block.body.attributes.get("error_message")
        shown = "validation failed" if message is None else to_text(evaluator.value(message))
        raise ProjectError(f"variable {name}: {shown}", path=block.body.path, line=block.line)


class Members:
    """``target`` or ``group``, whose members are blocks."""

    def __init__(self, scope: BakeScope, kind: str) -> None:
        """Take the scope and the kind of block."""
        self.scope = scope
        self.kind = kind

    def member(self, name: str) -> BlockMembers:
        """Return the block of that name; raises EvaluationError."""
        definitions = self.scope.defined.blocks_of(self.kind, name, self.scope.evaluate)
        if not definitions:
            raise EvaluationError(f"there is no {self.kind} named {name!r}")
        return BlockMembers(self.scope, f"{self.kind}.{name}", definitions)


class BlockMembers:
    """A target or group as others see it: its own attributes, not what it inherits."""

    def __init__(self, scope: BakeScope, name: str, definitions: list[Definition]) -> None:
        """Take the definitions of a block, of which the later one counts."""
        self.scope = scope
        self.name = name
        self.definitions = definitions

    def member(self, name: str) -> Any:
        """Return the value of an attribute; raises EvaluationError."""
        full = f"{self.name}.{name}"
        if full in self.scope.open:
            raise EvaluationError(f"reference cycle not allowed for {full}")
        self.scope.open.append(full)
        try:
            found: Any = None
            known = False
            for definition in self.definitions:
                node = definition.body.attributes.get(name)
                if node is None:
                    continue
                value = self.scope.evaluator(definition.body.path, definition.local).value(node)
                both = isinstance(found, dict) and isinstance(value, dict)
                found = {**found, **value} if both else value
                known = True
        finally:
            self.scope.open.pop()
        if not known and name not in BLOCK_KEYS:
            raise EvaluationError(f"{self.name} has no attribute {name!r}")
        return found
