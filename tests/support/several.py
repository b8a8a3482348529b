"""All builds of a repository, read, measured and judged as ``scan --all`` does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ctxopt.builder import BuilderName
from ctxopt.config.load import Config
from ctxopt.evidence.measured_builds import MeasuredBuilds, measure_builds
from ctxopt.fix.repository import JudgedRepository, judge_repository
from ctxopt.projects.declared import Declared
from ctxopt.projects.repository import read_repository
from tests.support.trees import lay

TAKES_ALL = "FROM a\nCOPY . .\n"


def compose(**builds: str) -> str:
    """Return a Compose file with a service for each of ``builds``, in flow style: ``{context: .}``."""
    lines = [f"  {name}: {{build: {build}}}\n" for name, build in builds.items()]
    return "services:\n" + "".join(lines)


def declared(folder: object, tree: Mapping[str, Any]) -> tuple[str, Declared]:
    """Lay a tree; its root, and what it declares."""
    root = lay(folder, tree)
    return root, read_repository(root, {})


def measured(
    folder: object, tree: Mapping[str, Any], builder: BuilderName = "buildkit"
) -> MeasuredBuilds:
    """Lay a tree and measure what it declares."""
    root, found = declared(folder, tree)
    return measure_builds(found.builds, root, lambda _: builder)


def measured_at(root: str, builder: BuilderName = "buildkit") -> MeasuredBuilds:
    """Measure what the repository at ``root`` declares; what is set apart bears witness."""
    found = read_repository(root, {})
    witnesses = (*found.apart, *found.repeated)
    return measure_builds(found.builds, root, lambda _: builder, witnesses=witnesses)


def judged(
    folder: object, tree: Mapping[str, Any], config: Config | None = None
) -> JudgedRepository:
    """Lay a tree, and judge what it declares."""
    root, found = declared(folder, tree)
    builds = measure_builds(found.builds, root, lambda _: "buildkit")
    return judge_repository(builds, root, lambda _: config or Config())
