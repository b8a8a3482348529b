"""The use case behind ``ctxopt explain``: decisions about given paths, with what lies below them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ctxopt.analysis import analyze, build_matcher
from ctxopt.context import BuildContext
from ctxopt.errors import ContextError
from ctxopt.explain import Explanation, explain
from ctxopt.gopath import clean
from ctxopt.tree import Tally


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one path."""

    explanation: Explanation
    ignore_file: str | None
    exists: bool
    below: Tally | None
    """The sums below a folder; None for anything else."""


def answer_paths(context: BuildContext, paths: list[str]) -> list[Answer]:
    """Explain ``paths``, relative to the context root or absolute; they need not exist."""
    matcher = build_matcher(context)
    inside = [_inside(context, path) for path in paths]
    folders = [path for path in inside if _is_folder(context, path)]
    totals = analyze(context, with_excluded=True).permitted.totals if folders else {}
    return [
        Answer(
            explain(matcher, path, prunes=context.builder == "buildkit"),
            context.ignore.path,
            os.path.lexists(os.path.join(context.root, path)),
            totals.get(path) if path in folders else None,
        )
        for path in inside
    ]


def _is_folder(context: BuildContext, path: str) -> bool:
    full = os.path.join(context.root, path)
    return os.path.isdir(full) and not os.path.islink(full)


def _inside(context: BuildContext, given: str) -> str:
    """The path below the root; raises ContextError for the root and for what is outside."""
    path = given
    if os.path.isabs(given):
        path = os.path.relpath(given, context.root)
        if path.startswith(".."):
            path = os.path.relpath(
                os.path.join(os.path.realpath(os.path.dirname(given)), os.path.basename(given)),
                context.root,
            )
    path = clean(path)
    if path == ".." or path.startswith(("../", "/")):
        raise ContextError(
            f"{given!r} is outside the context {context.root}",
            hint="paths are relative to the context root; --context names another one",
        )
    if path == ".":
        raise ContextError("the context root itself is always sent", hint="name a path in it")
    return path
