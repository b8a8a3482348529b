"""What ``docker buildx bake`` builds: the targets that are asked for, and those that they are linked to."""

from __future__ import annotations

import os

from ctxopt.errors import ProjectError
from ctxopt.projects.bake.compose_input import read_services
from ctxopt.projects.bake.files import BakeRequest, find_files
from ctxopt.projects.bake.scope import BakeScope
from ctxopt.projects.bake.target_fields import read_targets
from ctxopt.projects.bake.targets import (
    BakeConfig,
    BakeTarget,
    Resolver,
    check_overrides,
    join_targets,
    read_override,
)
from ctxopt.projects.declared import Declared, DeclaredBuild, Problem, problem_of
from ctxopt.projects.location import dockerfile_path, is_remote


def read_bake(request: BakeRequest) -> Declared:
    """Return the builds of ``docker buildx bake`` with these options, and what it passes over in silence.

    Raises ProjectError where Bake refuses. Source: BX ``bake/bake.go``, asked at 0.29.1.
    """
    overrides = tuple(read_override(text) for text in request.overrides)
    files = find_files(request)
    compose = read_services(files.compose, request)
    own, problems = read_targets(BakeScope(list(files.bodies), request.variables))
    config = _joined(compose, own)
    check_overrides(overrides, config)
    asked = request.targets or ("default",)
    try:
        targets = Resolver(config, overrides, request.variables).resolve(asked)
    except ProjectError as problem:
        if problem.path is not None:
            raise
        # Nowhere in the files: the first of them stands for all.
        path = (*files.compose, *(body.path for body in files.bodies))[0]
        raise ProjectError(problem.reason, path=path) from problem
    return Declared(tuple(_build(target, request) for target in targets), tuple(problems))


def read_bake_files(request: BakeRequest) -> Declared:
    """Return the builds of all targets, and what is wrong with the others, whatever ``default`` is.

    A target that only lends its attributes is none. Raises ProjectError where nothing
    can be read.
    """
    refused: list[ProjectError] = []
    problems: list[Problem] = []
    files = find_files(request, refused)
    compose = read_services(files.compose, request, problems)
    scope = BakeScope(list(files.bodies), request.variables)
    scope.defined.refused = refused
    own, ignored = read_targets(scope)
    config = _joined(compose, own)
    resolver = Resolver(config, (), request.variables)
    found: dict[str, BakeTarget] = {}
    for name in _built(config):
        try:
            found.update((target.name, target) for target in resolver.resolve_target(name))
        except ProjectError as problem:
            refused.append(problem)
    problems += ignored + [problem_of(problem) for problem in refused]
    doubts = (problem_of(problem) for problem in scope.defined.doubts)
    problems += [problem._replace(refused=False) for problem in doubts]
    builds = tuple(_build(target, request) for target in found.values())
    return Declared(builds, tuple(dict.fromkeys(problems)))


def _built(config: BakeConfig) -> list[str]:
    """The targets that are there to be built: not those that only lend their attributes to others."""
    lent = {parent for target in config.targets.values() for parent in target.inherits}
    grouped = {name for group in config.groups.values() for name in group.members} | {"default"}
    return [
        name
        for name in config.targets
        if name in grouped or not (name in lent or name.startswith("_"))
    ]


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
