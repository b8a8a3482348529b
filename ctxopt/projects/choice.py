"""Some of the builds of a repository, by the names that Compose and Bake know them by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final, NoReturn

from ctxopt.errors import ConfigError, ProjectError
from ctxopt.projects.declared import Declared, DeclaredBuild

_COMPOSE: Final = "compose"
_BAKE: Final = "bake"


def choose_builds(
    declared: Declared,
    root: str,
    variables: Mapping[str, str],
    *,
    services: Sequence[str] = (),
    targets: Sequence[str] = (),
) -> tuple[DeclaredBuild, ...]:
    """Return the builds of these services, and of these targets and groups of Bake; without names all.

    A name may be that of a build which another file declares as well; one that is set apart is meant where no other has
    the name. What a build has as a named context, the tools build with it, also where its Dockerfile does not ask for
    it: such builds are among them. Raises ConfigError for a name that nothing has.
    """
    if not services and not targets:
        return declared.builds
    found: list[DeclaredBuild] = []
    for name in services:
        _add(found, _named(declared, _COMPOSE, name) or _refuse(declared, _COMPOSE, name))
    for name in targets:
        several = _named(declared, _BAKE, name) or _of_group(root, name, variables)
        _add(found, several or _refuse(declared, _BAKE, name))
    # What is found along the way is looked at as well.
    for build in found:
        _add(found, _linked(declared, build))
    return tuple(found)


def _add(found: list[DeclaredBuild], builds: Iterable[DeclaredBuild]) -> None:
    for build in builds:
        if build not in found:
            found.append(build)


def _all(declared: Declared, kind: str) -> list[DeclaredBuild]:
    several = (*declared.builds, *declared.repeated, *declared.apart)
    return [build for build in several if build.kind == kind]


def _named(declared: Declared, kind: str, name: str) -> list[DeclaredBuild]:
    """The builds of this name; those that are set apart where no other has it."""
    found = [build for build in _all(declared, kind) if build.name == name]
    return [build for build in found if build not in declared.apart] or found


def _linked(declared: Declared, build: DeclaredBuild) -> Iterator[DeclaredBuild]:
    """Yield the builds that are named contexts of ``build``; of several with one name, those of its own file."""
    for place in build.contexts.values():
        kind, _, name = place.partition(":")
        if kind not in ("service", "target"):
            continue
        several = [other for other in _all(declared, build.kind) if other.name == name]
        yield from [other for other in several if other.declared_in == build.declared_in] or several


def _of_group(root: str, name: str, variables: Mapping[str, str]) -> tuple[DeclaredBuild, ...]:
    """What Bake builds at the root for a name that no target has: that of a group."""
    # What reads HCL is slow to load, and few ask for a group.
    from ctxopt.projects.bake.files import BakeRequest
    from ctxopt.projects.bake.project import read_bake

    try:
        return read_bake(BakeRequest(cwd=root, targets=(name,), variables=variables)).builds
    except ProjectError:
        return ()


def _refuse(declared: Declared, kind: str, name: str) -> NoReturn:
    what = {_COMPOSE: "service", _BAKE: "target or group of Bake"}[kind]
    known = sorted({build.name for build in _all(declared, kind)})
    hint = "ctxopt builds lists what is declared"
    near = get_close_matches(name, known, 1)
    if near:
        hint = f"there is {near[0]!r}"
    raise ConfigError(f"there is no {what} {name!r} with a build", hint=hint)
