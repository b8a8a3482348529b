"""The builds that a repository declares as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ctxopt.projects.location import shown_path
from ctxopt.report.json_fields import VERSION

if TYPE_CHECKING:
    from ctxopt.projects.declared import Declared, DeclaredBuild, Problem


def render_builds_json(declared: Declared, root: str) -> Iterator[str]:
    """Yield the document; paths are relative to ``root``, absolute where they leave it, URLs as they stand."""
    document = {
        "version": VERSION,
        "builds": [_build(build, root) for build in declared.builds],
        "apart": [_build(build, root) for build in declared.apart],
        "problems": [_problem(problem, root) for problem in declared.problems],
    }
    yield json.dumps(document, indent=2) + "\n"


def _build(build: DeclaredBuild, root: str) -> dict[str, Any]:
    return {
        "name": build.name,
        "kind": build.kind,
        "declared_in": shown_path(build.declared_in, root),
        "line": build.line,
        "context": _shown(build.context, root),
        "dockerfile": _shown(build.dockerfile, root),
        "dockerfile_inline": build.dockerfile_inline,
        "target": build.target,
        "args": dict(build.args),
        "contexts": {name: shown_path(place, root) for name, place in build.contexts.items()},
        "profiles": list(build.profiles),
        "from_git": build.from_git,
        "note": build.note,
    }


def _shown(place: str | None, root: str) -> str | None:
    return None if place is None else shown_path(place, root)


def _problem(problem: Problem, root: str) -> dict[str, Any]:
    return {
        "file": _shown(problem.file, root),
        "line": problem.line,
        "message": problem.message,
        "refused": problem.refused,
    }
