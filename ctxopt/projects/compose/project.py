"""A Compose project as ``docker compose`` builds it: the active services, and the build of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.compose.consistency import check_builds, check_services
from ctxopt.projects.compose.environment import Environment
from ctxopt.projects.compose.files import ComposeRequest, ProjectFiles, find_project
from ctxopt.projects.compose.load import Model, load_model
from ctxopt.projects.compose.merge import pairs, scalar_text
from ctxopt.projects.declared import Declared, DeclaredBuild, Problem, problem_of
from ctxopt.projects.location import dockerfile_path
from ctxopt.projects.values import Fields, Text, line_of


def read_compose(request: ComposeRequest) -> tuple[DeclaredBuild, ...]:
    """Return the builds of ``docker compose build`` with these options; raises ProjectError as Compose would.

    Source: CG ``cli/options.go`` and ``loader/loader.go``, asked at 2.9.1.
    """
    files = find_project(request)
    model = load_model(files, request)
    profiles = request.profiles or _profiles_of(model.environment)
    return project_builds(files, model, profiles)


def read_compose_files(request: ComposeRequest) -> Declared:
    """Return the builds of all services, whatever their profiles, and what is wrong with the others.

    Raises ProjectError only where nothing can be read.
    """
    files = find_project(request)
    problems: list[Problem] = []
    model = load_model(files, request, problems)
    builds = project_builds(files, model, ("*",), problems)
    return Declared(builds, tuple(dict.fromkeys(problems)), model.files)


def _profiles_of(environment: Environment) -> tuple[str, ...]:
    value = environment.get("COMPOSE_PROFILES") or ""
    return tuple(name.strip() for name in value.split(",") if name.strip())


def project_builds(
    files: ProjectFiles,
    model: Model,
    profiles: Sequence[str],
    problems: list[Problem] | None = None,
    *,
    check: Callable[[Fields, Fields, str], None] = check_services,
) -> tuple[DeclaredBuild, ...]:
    """Return the builds of the services that ``profiles`` make active; raises ProjectError.

    With a list of ``problems`` a service that is refused goes there, and the others stay; else ``check`` says
    whether they hold together.
    """
    active = active_services(model.fields, profiles)
    if problems is None:
        check(model.fields, active, files.paths[0])
    else:
        refused = check_builds(model.fields, active, files.paths[0])
        problems += [problem_of(problem) for problem in refused]
    found: list[DeclaredBuild] = []
    for name, service in sorted(active.items()):
        try:
            found += _builds_of(name, service, model, files)
        except ProjectError as problem:
            if problems is None:
                raise
            problems.append(problem_of(problem))
    return tuple(found)


def _builds_of(
    name: str, service: Fields, model: Model, files: ProjectFiles
) -> list[DeclaredBuild]:
    """The build of a service; none where it has an image alone."""
    if not isinstance(service.get("build"), Fields):
        return []
    place = model.places.get(name, (files.paths[0], line_of(service)))
    return [_build(name, service, model.environment, files, place)]


def active_services(model: Fields, profiles: Sequence[str]) -> Fields:
    """Return the services without profiles, and those with one that is asked for; ``*`` asks for all."""
    kept = Fields()
    services = model.get("services") or Fields()
    for name, service in services.items():
        wanted = {str(profile) for profile in service.get("profiles") or ()}
        if not wanted or "*" in profiles or wanted.intersection(profiles):
            kept.place(name, service, services.line_of(name) or 0)
    return kept


def _build(
    name: str,
    service: Fields,
    environment: Environment,
    files: ProjectFiles,
    declared: tuple[str, int | None],
) -> DeclaredBuild:
    build = service["build"]
    # A base from another file that names no context gets this project's folder, not its own.
    context = build.get("context") or files.directory
    inline = build.get("dockerfile_inline") or None
    dockerfile = None
    if inline is None:
        dockerfile = dockerfile_path(build.get("dockerfile") or "Dockerfile", context)
    contexts = (pair.partition("=") for pair in pairs(build.get("additional_contexts")))
    return DeclaredBuild(
        name=name,
        kind="compose",
        declared_in=declared[0],
        line=declared[1],
        context=str(context),
        dockerfile=dockerfile,
        dockerfile_inline=_text(inline),
        target=_text(build.get("target") or None),
        args=build_args(build.get("args"), environment, declared[0]),
        contexts={key: place for key, _, place in contexts},
        profiles=tuple(str(profile) for profile in service.get("profiles") or ()),
    )


def build_args(args: Any, environment: Environment, path: str) -> dict[str, str]:
    """Return the build arguments: one without a value takes the environment's, or is left out.

    Of a name that stands twice the last one counts. Raises ProjectError for a space before ``=``.
    """
    given: dict[str, str | None] = {}
    if isinstance(args, Fields):
        for key, value in args.items():
            given[key] = None if value is None else scalar_text(value)
        args = []
    # A list or a mapping, as people write them; the list may name an argument twice.
    for pair in args or ():
        name, equals, value = pair.partition("=")
        if equals and name != name.rstrip():
            line = pair.line if isinstance(pair, Text) else None
            raise ProjectError(f"space before = in build arg {pair!r}", path=path, line=line)
        given[name] = value if equals else None
    found = {}
    for name, value in given.items():
        if value is None:
            value = environment.get(name)
        if value is not None:
            found[name] = value
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
