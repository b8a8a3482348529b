"""Compose files as Bake reads them: every profile, paths from the folder stood in, names without dots."""

from __future__ import annotations

from typing import Any

from ctxopt.projects.bake.files import BakeRequest
from ctxopt.projects.bake.targets import BakeConfig, BakeTarget, TargetGroup
from ctxopt.projects.compose.consistency import check_targets
from ctxopt.projects.compose.environment import Environment
from ctxopt.projects.compose.files import ComposeRequest, ProjectFiles
from ctxopt.projects.compose.load import load_model
from ctxopt.projects.compose.merge import pairs
from ctxopt.projects.compose.project import project_builds
from ctxopt.projects.declared import Problem
from ctxopt.projects.values import Fields


def read_services(
    paths: tuple[str, ...], request: BakeRequest, problems: list[Problem] | None = None
) -> BakeConfig:
    """Return the services of Compose files as targets, and the group of them all; raises ProjectError.

    With a list of ``problems`` a service that is refused goes there, and the others stay.

    Source: BX ``bake/compose.go``. ``COMPOSE_FILE`` and ``COMPOSE_PROFILES`` are not asked.
    """
    if not paths:
        return BakeConfig({}, {})
    environment = Environment([request.variables]).read_folder(request.cwd)
    asked = ComposeRequest(
        cwd=request.cwd, variables=request.variables, stdin=request.stdin, fallback_name="bake"
    )
    files = ProjectFiles(paths, request.cwd, environment)
    model = load_model(files, asked, problems)
    services = model.fields.get("services") or Fields()
    for service in services.values():
        _take_environment(service)
    targets = {}
    for build in project_builds(files, model, ("*",), problems, check=check_targets):
        contexts = {name: _linked(place) for name, place in build.contexts.items()}
        for name, place in _extra_contexts(services[build.name]).items():
            contexts.setdefault(name, place)
        name = build.name.replace(".", "_")
        targets[name] = BakeTarget(
            name=name,
            path=build.declared_in,
            line=build.line,
            context=build.context,
            dockerfile=build.dockerfile,
            dockerfile_inline=build.dockerfile_inline,
            target=build.target,
            args=build.args,
            contexts=contexts,
        )
    if not targets:
        return BakeConfig({}, {})
    return BakeConfig(targets, {"default": TargetGroup(tuple(targets), paths[0], None)})


def _linked(place: str) -> str:
    if place.startswith("service:"):
        return "target:" + place.removeprefix("service:").replace(".", "_")
    return place


def _take_environment(service: Any) -> None:
    """Give arguments without a value that of the service's ``environment``, which Bake asks first."""
    build = service.get("build") if isinstance(service, Fields) else None
    if not isinstance(build, Fields) or not build.get("args"):
        return
    known = {}
    for pair in pairs(service.get("environment")):
        name, equals, value = pair.partition("=")
        if equals:
            known[name] = value
    args = []
    for pair in pairs(build["args"]):
        bare = "=" not in pair and pair in known
        args.append(type(pair)(f"{pair}={known[pair]}", pair.line) if bare else pair)
    build["args"] = args


def _extra_contexts(service: Any) -> dict[str, str]:
    """The ``contexts`` of ``x-bake``."""
    build = service.get("build")
    extension = build.get("x-bake") if isinstance(build, Fields) else None
    contexts = extension.get("contexts") if isinstance(extension, Fields) else None
    return {name: str(place) for name, place in (contexts or {}).items()}
