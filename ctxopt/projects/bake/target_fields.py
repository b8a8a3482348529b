"""The blocks of targets and groups to their values, with the types that Bake demands of each attribute."""

from __future__ import annotations

from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.bake.blocks import BLOCK_KEYS, Definition
from ctxopt.projects.bake.conversion import EvaluationError, kind_of, to_bool, to_text
from ctxopt.projects.bake.expression import HclBlock
from ctxopt.projects.bake.scope import BakeScope
from ctxopt.projects.bake.targets import BakeConfig, BakeTarget, TargetGroup, join_targets
from ctxopt.projects.declared import Problem

_TEXTS = ("context", "dockerfile", "dockerfile-inline", "target")
_OTHER_TEXTS = ("description", "network", "call", "shm-size")
_FLAGS = ("no-cache", "pull")
_MAPS = ("args", "contexts")
_OTHER_MAPS = ("labels", "extra-hosts")
_LISTS = (
    "tags", "platforms", "output", "cache-from", "cache-to", "secret", "ssh", "attest", "annotations",
    "entitlements", "no-cache-filter", "ulimits",
)  # fmt: skip
_KNOWN = BLOCK_KEYS - {"targets"}


def read_targets(scope: BakeScope) -> tuple[BakeConfig, list[Problem]]:
    """Return the targets and groups of a scope, all evaluated, and what Bake passes over in silence.

    Raises ProjectError for the first expression that fails, also of a target that is not built: so does Bake.
    """
    scope.check_all()
    targets: dict[str, BakeTarget] = {}
    problems: list[Problem] = []
    for name, definitions in scope.defined.targets(scope.evaluate).items():

        def read_one(name: str = name, definitions: list[Definition] = definitions) -> None:
            for definition in definitions:
                problems.extend(_ignored(definition))
                target = _target(definition, scope)
                targets[name] = join_targets(targets[name], target) if name in targets else target

        scope.defined.guard(read_one)
    groups: dict[str, TargetGroup] = {}
    for label, names in scope.defined.matrices.items():
        known = [targets[name] for name in names if name in targets]
        if known:
            groups[label] = TargetGroup(tuple(names), known[0].path, known[0].line)
    for block in scope.defined.blocks["group"]:

        def read_group(block: HclBlock = block) -> None:
            reader = _Reader(Definition(block.labels[0], block.body, {}, block.line), scope)
            members = tuple(reader.texts("targets"))
            groups[block.labels[0]] = TargetGroup(members, block.body.path, block.line)

        scope.defined.guard(read_group)
    return BakeConfig(targets, groups), list(dict.fromkeys(problems))


def _target(definition: Definition, scope: BakeScope) -> BakeTarget:
    reader = _Reader(definition, scope)
    # No file that is sent depends on these, but Bake evaluates them all the same.
    scope.defined.guard(reader.check_rest, only_doubt=True)
    texts = {key: reader.text(key) for key in _TEXTS}
    maps = {key: reader.fields(key) for key in _MAPS}
    return BakeTarget(
        name=definition.name,
        path=definition.body.path,
        line=definition.line,
        inherits=tuple(reader.texts("inherits")),
        context=texts["context"],
        dockerfile=texts["dockerfile"],
        dockerfile_inline=texts["dockerfile-inline"],
        target=texts["target"],
        args=maps["args"],
        contexts=maps["contexts"],
    )


class _Reader:
    """The attributes of one definition."""

    def __init__(self, definition: Definition, scope: BakeScope) -> None:
        self.body = definition.body
        self.evaluator = scope.evaluator(definition.body.path, definition.local)

    def check_rest(self) -> None:
        """Evaluate what says nothing about contexts; raises ProjectError for what fails."""
        for key in _FLAGS:
            self.flag(key)
        for key in _LISTS:
            self.items(key)
        for key in _OTHER_TEXTS:
            self.text(key)
        for key in _OTHER_MAPS:
            self.fields(key)

    def value(self, key: str) -> Any:
        node = self.body.attributes.get(key)
        return None if node is None else self.evaluator.value(node)

    def text(self, key: str) -> str | None:
        value = self.value(key)
        if value is None:
            return None
        try:
            return to_text(value)
        except EvaluationError as problem:
            raise self.refuse(f"{key}: {problem}", key) from problem

    def flag(self, key: str) -> None:
        value = self.value(key)
        try:
            if value is not None:
                to_bool(value)
        except EvaluationError as problem:
            raise self.refuse(f"{key}: {problem}", key) from problem

    def items(self, key: str) -> list[Any]:
        value = self.value(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.refuse(f"{key}: a list is required, not {kind_of(value)}", key)
        if None in value:
            raise self.refuse(f"{key}: a null value is not allowed", key)
        return value

    def texts(self, key: str) -> list[str]:
        try:
            return [to_text(item) for item in self.items(key)]
        except EvaluationError as problem:
            raise self.refuse(f"{key}: {problem}", key) from problem

    def fields(self, key: str) -> dict[str, str]:
        value = self.value(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.refuse(f"{key}: a map is required, not {kind_of(value)}", key)
        found = {}
        for name, inner in value.items():
            if inner is None:
                if key == "contexts":
                    raise self.refuse(f"{key}: {name!r} is null", key)
                continue
            try:
                found[name] = to_text(inner)
            except EvaluationError as problem:
                raise self.refuse(f"{key}: {name!r}: {problem}", key) from problem
        return found

    def refuse(self, reason: str, key: str) -> ProjectError:
        return ProjectError(reason, path=self.body.path, line=self.body.lines.get(key))


def _ignored(definition: Definition) -> list[Problem]:
    """What Bake ignores without a word: a misspelled ``context`` makes the context ``.``."""
    from difflib import get_close_matches

    body = definition.body
    found = []
    for key in body.attributes:
        if key not in _KNOWN:
            near = get_close_matches(key, _KNOWN, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            message = f"target {definition.name}: Bake ignores the unknown attribute {key}{meant}"
            found.append(Problem(body.path, body.lines[key], message, refused=False))
    for block in body.blocks:
        meant = (
            f"; {block.kind} = {{ ... }} is what it reads"
            if block.kind in _MAPS + _OTHER_MAPS
            else ""
        )
        message = f"target {definition.name}: Bake ignores the block {block.kind}{meant}"
        found.append(Problem(body.path, block.line, message, refused=False))
    return found
