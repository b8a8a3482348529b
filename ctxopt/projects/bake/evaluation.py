"""Expressions to values, as HCL evaluates them; what cannot be evaluated is said with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, DecimalException
from typing import Any, Protocol

from ctxopt.errors import ProjectError
from ctxopt.projects.bake import expression as x
from ctxopt.projects.bake.conversion import (
    MAX_ITEMS,
    MAX_TEXT,
    NUMBERS,
    EvaluationError,
    is_equal,
    kind_of,
    to_bool,
    to_list,
    to_number,
    to_text,
    unify,
    weigh,
)

# What an expression costs, where a text or an item costs one.
_STEP = 10


class Namespace(Protocol):
    """What is asked for its members one at a time, such as ``target``."""

    def member(self, name: str) -> Any:
        """Return a member; raises EvaluationError where there is none."""


class Names(Protocol):
    """What an expression can name."""

    def variable(self, name: str) -> Any:
        """Return the value of a global name; raises EvaluationError where there is none."""

    def call(self, name: str, arguments: list[Any]) -> Any:
        """Return the result of a function; raises EvaluationError."""

    def count(self, steps: int) -> None:
        """Take note of work that is done; raises EvaluationError where it has no end."""

    def knows_function(self, name: str) -> bool:
        """Tell whether there is such a function."""


class Evaluator:
    """Evaluates the expressions of one file with some local names above the global ones."""

    def __init__(self, names: Names, path: str, local: Mapping[str, Any]) -> None:
        """Take the global names, the file, and the local names."""
        self.names = names
        self.path = path
        self.local = local

    def value(self, node: x.Expression) -> Any:
        """Return the value of ``node``; raises ProjectError with the line where it has none."""
        try:
            self.names.count(_STEP)
            found = getattr(self, "eval_" + type(node).__name__.lower())(node)
        except EvaluationError as problem:
            raise ProjectError(str(problem), path=self.path, line=node.line) from problem
        except DecimalException as problem:
            reason = "this cannot be calculated"
            raise ProjectError(reason, path=self.path, line=node.line) from problem
        except RecursionError as problem:
            reason = "is nested too deep"
            raise ProjectError(reason, path=self.path, line=node.line) from problem
        if isinstance(found, str | list | dict) and len(found) > MAX_TEXT:
            raise ProjectError("grows without end", path=self.path, line=node.line)
        return found

    def within(self, local: Mapping[str, Any]) -> Evaluator:
        """Return the same with more local names."""
        return Evaluator(self.names, self.path, {**self.local, **local})

    def eval_literal(self, node: x.Literal) -> Any:
        return node.value

    def eval_template(self, node: x.Template) -> Any:
        if len(node.parts) == 1 and not isinstance(node.parts[0], str | x.TemplateIf | x.TemplateFor):  # fmt: skip
            # A template of one interpolation keeps its type, null included.
            return self.value(node.parts[0])
        return "".join(self.part(part) for part in node.parts)

    def part(self, part: x.TemplatePart) -> str:
        if isinstance(part, str):
            return part
        if isinstance(part, x.TemplateIf):
            chosen = part.then if to_bool(self.value(part.condition)) else part.otherwise
            return to_text(self.value(chosen)) if chosen.parts else ""
        if isinstance(part, x.TemplateFor):
            texts = []
            for inner, _, _ in self.each(part.names, self.value(part.collection)):
                texts.append("".join(inner.part(one) for one in part.body.parts))
            return "".join(texts)
        found = self.value(part)
        if found is None:
            raise EvaluationError("the value in a template is null")
        return to_text(found)

    def eval_variable(self, node: x.Variable) -> Any:
        if node.name in self.local:
            return self.local[node.name]
        return self.names.variable(node.name)

    def eval_attr(self, node: x.Attr) -> Any:
        return self.member(self.value(node.object), node.name)

    def member(self, value: Any, key: Any) -> Any:
        """An attribute or an index of a value."""
        if hasattr(value, "member"):
            return value.member(to_text(key))
        if isinstance(value, dict):
            name = to_text(key)
            if name in value:
                return value[name]
            raise EvaluationError(f"there is no attribute {name!r}")
        if kind_of(value) == "list":
            place = int(to_number(key))
            if 0 <= place < len(value):
                return value[place]
            raise EvaluationError(f"there is no element {place}: the list has {len(value)}")
        raise EvaluationError(f"{kind_of(value)} has no attribute or index {key!s}")

    def eval_index(self, node: x.Index) -> Any:
        return self.member(self.value(node.object), self.value(node.key))

    def eval_splat(self, node: x.Splat) -> Any:
        source = self.value(node.object)
        if source is None:
            return []
        items = source if isinstance(source, list) else [source]
        found = []
        for item in items:
            for step in node.steps:
                item = self.member(item, step if isinstance(step, str) else self.value(step))
            found.append(item)
        return found

    def eval_call(self, node: x.Call) -> Any:
        if node.name in ("can", "try") and not node.expands:
            return self.attempt(node)
        if not self.names.knows_function(node.name):
            raise EvaluationError(f"there is no function named {node.name!r}")
        arguments = [self.value(argument) for argument in node.arguments]
        if node.expands:
            arguments += to_list(arguments.pop())
        self.names.count(weigh(arguments))
        return self.names.call(node.name, arguments)

    def attempt(self, node: x.Call) -> Any:
        """``can`` and ``try``, whose arguments may fail."""
        for argument in node.arguments:
            try:
                found = self.value(argument)
            except ProjectError:
                if node.name == "can":
                    return False
            else:
                return True if node.name == "can" else found
        raise EvaluationError("no expression succeeded")

    def eval_unary(self, node: x.Unary) -> Any:
        value = self.value(node.operand)
        if node.operator == "!":
            return not to_bool(value)
        return NUMBERS.minus(to_number(value))

    def eval_binary(self, node: x.Binary) -> Any:
        # Without short circuit: what is wrong on either side is wrong.
        left, right = self.value(node.left), self.value(node.right)
        self.names.count(weigh([left, right]))
        return operate(node.operator, left, right)

    def eval_conditional(self, node: x.Conditional) -> Any:
        condition = self.value(node.condition)
        if condition is None:
            raise EvaluationError("the condition is null")
        chosen, other = node.then, node.otherwise
        if not to_bool(condition):
            chosen, other = other, chosen
        found = self.value(chosen)
        try:
            beside = self.value(other)
        except ProjectError:
            # Only the type of the other side counts, and what fails has none.
            return found
        return unify(found, beside)

    def eval_tuple(self, node: x.Tuple) -> Any:
        return [self.value(item) for item in node.items]

    def eval_object(self, node: x.Object) -> Any:
        found = {}
        for key, value in node.items:
            name = self.value(key)
            if name is None:
                raise EvaluationError("the key of an object is null")
            found[to_text(name)] = self.value(value)
        return found

    def eval_for(self, node: x.For) -> Any:
        items: list[Any] = []
        fields: dict[str, Any] = {}
        for inner, _, _ in self.each(node.names, self.value(node.collection)):
            if node.condition is not None and not to_bool(inner.value(node.condition)):
                continue
            if node.key is None:
                items.append(inner.value(node.value))
                continue
            key = to_text(inner.value(node.key))
            if node.grouped:
                fields.setdefault(key, []).append(inner.value(node.value))
            elif key in fields:
                raise EvaluationError(f"two items have the key {key!r}")
            else:
                fields[key] = inner.value(node.value)
        return items if node.key is None else fields

    def each(self, names: tuple[str, ...], collection: Any) -> Iterator[tuple[Evaluator, Any, Any]]:
        """The evaluator for each item of a collection, with its key and value."""
        if collection is None:
            raise EvaluationError("a null value cannot be iterated over")
        pairs: list[tuple[Any, Any]]
        if isinstance(collection, dict):
            pairs = [(key, collection[key]) for key in sorted(collection)]
        elif kind_of(collection) == "set":
            pairs = [(value, value) for value in collection]
        else:
            pairs = [(Decimal(place), value) for place, value in enumerate(to_list(collection))]
        if len(pairs) > MAX_ITEMS:
            raise EvaluationError("too many items")
        for key, value in pairs:
            local = {names[-1]: value}
            if len(names) > 1:
                local[names[0]] = key
            yield self.within(local), key, value


def operate(operator: str, left: Any, right: Any) -> Any:
    """Return what a binary operator makes of two values; raises EvaluationError."""
    if operator in ("==", "!="):
        return is_equal(left, right) == (operator == "==")
    if operator in ("&&", "||"):
        both = to_bool(left), to_bool(right)
        return all(both) if operator == "&&" else any(both)
    # All others are about numbers: HCL turns text into them, and refuses what is none.
    one, other = to_number(left), to_number(right)
    match operator:
        case "+":
            return NUMBERS.add(one, other)
        case "-":
            return NUMBERS.subtract(one, other)
        case "*":
            return NUMBERS.multiply(one, other)
        case "/":
            return NUMBERS.divide(one, other)
        case "%":
            return NUMBERS.remainder(one, other)
        case "<":
            return one < other
        case "<=":
            return one <= other
        case ">":
            return one > other
        case ">=":
            return one >= other
        case _:
            raise EvaluationError(f"there is no operator {operator!r}")
