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
        "builds": [build_fields(build, root) for build in declared.builds],
        "apart": [build_fields(build, root) for build in declared.apart],
        "problems": [problem_fields(problem, root) for problem in declared.problems],
    }
    yield json.dumps(document, indent=2) + "\n"


def build_fields(build: DeclaredBuild, root: str) -> dict[str, Any]:
    """Return the keys of a declared build, as every document that lists builds has them."""
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


def problem_fields(problem: Problem, root: str) -> dict[str, Any]:
    """Return the keys of what could not be read, or is passed over by its tool."""
    return {
        "file": _shown(problem.file, root),
        "line": problem.line,
        "message": problem.message,
        "refused": problem.refused,
    }
