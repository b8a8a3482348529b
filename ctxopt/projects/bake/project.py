"""What ``docker buildx bake`` builds: the targets that are asked for, and those that they are linked to."""

from __future__ import annotations

import os

from ctxopt.errors import ProjectError
from ctxopt.projects.bake.compose_input import read_compose_files
from ctxopt.projects.bake.files import BakeRequest, find_files
from ctxopt.projects.bake.scope import BakeScope
from ctxopt.projects.bake.target_fields import read_targets
from ctxopt.projects.bake.targets import (
    BakeConfig,
    BakeTarget,
    Resolver,
    join_targets,
    read_override,
)
from ctxopt.projects.declared import Declared, DeclaredBuild
from ctxopt.projects.location import dockerfile_path, is_remote


def read_bake(request: BakeRequest) -> Declared:
    """Return the builds of ``docker buildx bake`` with these options, and what it passes over in silence.

    Raises ProjectError where Bake refuses. Source: BX ``bake/bake.go``, asked at 0.29.1.
    """
    overrides = tuple(read_override(text) for text in request.overrides)
    files = find_files(request)
    compose = read_compose_files(files.compose, request)
    own, problems = read_targets(BakeScope(list(files.bodies), request.variables))
    config = _joined(compose, own)
    asked = request.targets or ("default",)
    if request.everything:
        asked = tuple(name for name in config.targets if not name.startswith("_"))
    try:
        targets = Resolver(config, overrides, request.variables).resolve(asked)
    except ProjectError as problem:
        if problem.path is not None:
            raise
        # Nowhere in the files: the first of them stands for all.
        path = (*files.compose, *(body.path for body in files.bodies))[0]
        raise ProjectError(problem.reason, path=path) from problem
    return Declared(tuple(_build(target, request) for target in targets), tuple(problems))


def _joined(first: BakeConfig, second: BakeConfig) -> BakeConfig:
    targets = dict(first.targets)
    for name, target in second.targets.items():
        targets[name] = join_targets(targets[name], target) if name in targets else target
    return BakeConfig(targets, {**first.groups, **second.groups})


def _build(target: BakeTarget, request: BakeRequest) -> DeclaredBuild:
    cwd = request.cwd
    context = _placed(target.context or ".", cwd)
    # An inline Dockerfile wins over a file, whichever of them is inherited.
    inline = target.dockerfile_inline or None
    dockerfile = target.dockerfile or "Dockerfile"
    if dockerfile.startswith("cwd://"):
        dockerfile = _placed(dockerfile, cwd)
    args = dict(target.args)
    if "SOURCE_DATE_EPOCH" in request.variables:
        args.setdefault("SOURCE_DATE_EPOCH", request.variables["SOURCE_DATE_EPOCH"])
    contexts = {name: _placed(place, cwd) for name, place in target.contexts.items() if place}
    return DeclaredBuild(
        name=target.name,
        kind="bake",
        declared_in=target.path,
        line=target.line,
        context=context,
        dockerfile=None if inline else dockerfile_path(dockerfile, context),
        dockerfile_inline=inline,
        target=target.target or None,
        args=args,
        contexts=contexts,
    )


def _placed(place: str, cwd: str) -> str:
    """A context: remote ones stay, all others are in the folder stood in."""
    if place.startswith("cwd://"):
        place = place.removeprefix("cwd://")
    elif is_remote(place):
        return place
    return os.path.normpath(os.path.join(cwd, place))
