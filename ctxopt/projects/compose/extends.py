"""``extends``: a service laid over another one, of the same file or of another one. CG ``loader/extends.go``."""

from __future__ import annotations

import os
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.compose.merge import merge, pairs, remove
from ctxopt.projects.location import local_path
from ctxopt.projects.values import Fields, Text, line_of
from ctxopt.projects.yaml_text import Path

# The model of another file, interpolated, with nothing in it extended or included.
ReadModel = Callable[[str], Fields]
_MAX_CHAIN = 100


class Extender:
    """Resolves the ``extends`` of one file; ``folder`` is where the names of other files start."""

    def __init__(self, path: str, folder: str, read: ReadModel, home: str | None) -> None:
        """Take the file, and how to read another one."""
        self.path = path
        self.folder = folder
        self.read = read
        self.home = home

    def extend(self, services: Fields, name: str, marked: tuple[Path, ...]) -> None:
        """Replace a service that extends another one by the result, in place.

        What ``marked`` names is taken out of the base first. Raises ProjectError with the line.
        """
        services[name] = self.extended(services, name, marked, ())

    def extended(
        self, services: Fields, name: str, marked: tuple[Path, ...], chain: tuple[Path, ...]
    ) -> Any:
        """Return the service ``name`` with all that it extends below it."""
        service = services[name]
        if not isinstance(service, Fields) or "extends" not in service:
            return service
        line = service.line_of("extends")
        if len(chain) > _MAX_CHAIN:
            raise self.refuse(f"extends more than {_MAX_CHAIN} services in a row", line)
        if (self.path, name) in chain:
            raise self.refuse(f"circular reference: service {name!r} extends itself", line)
        chain = (*chain, (self.path, name))
        base_name, file = self.reference(service["extends"], name, line)
        base = deepcopy(self.base(services, name, base_name, file, chain))
        if isinstance(base, Fields):
            around = Fields((("services", Fields(((name, base),))),))
            for at in marked:
                remove(around, at)
        merged = merge(base, service, self.path, ("services", name))
        merged.pop("extends", None)
        _unite(merged, "profiles")
        services[name] = merged
        return merged

    def reference(self, extends: Any, name: str, line: int | None) -> tuple[str, str | None]:
        """The service that is extended, and the file that it is in."""
        if isinstance(extends, str):
            return extends, None
        if not isinstance(extends, Fields):
            raise self.refuse(f'cannot extend service {name!r}: service "" not found', line)
        service = extends.get("service")
        if not isinstance(service, str):
            raise self.refuse(f"extends.{name}.service is required", line)
        file = extends.get("file")
        return service, str(file) if file else None

    def base(
        self,
        services: Fields,
        name: str,
        base_name: str,
        file: str | None,
        chain: tuple[Path, ...],
    ) -> Any:
        line = line_of(services[name]["extends"]) or services[name].line_of("extends")
        if file is None:
            if base_name not in services:
                reason = f"cannot extend service {name!r}: service {base_name!r} not found"
                raise self.refuse(reason, line)
            return self.extended(services, base_name, (), chain)
        path = os.path.normpath(os.path.join(self.folder, file))
        try:
            found = self.read(path).get("services")
        except ProjectError as problem:
            if problem.path == path and problem.line is None:
                raise self.refuse(f"cannot extend service {name!r}: {problem}", line) from problem
            raise
        if not isinstance(found, Fields) or base_name not in found:
            reason = f"cannot extend service {name!r}: service {base_name!r} not found in {file}"
            raise self.refuse(reason, line)
        other = Extender(path, os.path.dirname(path), self.read, self.home)
        base = deepcopy(other.extended(found, base_name, (), chain))
        resolve_service(base, os.path.dirname(path), self.home)
        return base

    def refuse(self, reason: str, line: int | None) -> ProjectError:
        return ProjectError(reason, path=self.path, line=line)


def resolve_service(service: Any, folder: str, home: str | None) -> None:
    """Make the paths of a service absolute, in place: those that are there, none is added."""
    if not isinstance(service, Fields):
        return
    build = service.get("build")
    if isinstance(build, str):
        service["build"] = _moved(build, folder, home)
    elif isinstance(build, Fields):
        if isinstance(build.get("context"), str):
            build["context"] = _moved(build["context"], folder, home)
        contexts = build.get("additional_contexts")
        if contexts:
            build["additional_contexts"] = _moved_contexts(contexts, folder, home)
    files = service.get("env_file")
    if files is not None:
        entries = files if isinstance(files, list) else [files]
        service["env_file"] = [_moved_env_file(entry, folder, home) for entry in entries]


def _moved(place: str, folder: str, home: str | None) -> Text:
    return Text(local_path(place, folder, home), line_of(place) or 0)


def _moved_contexts(contexts: Any, folder: str, home: str | None) -> list[Text]:
    moved = []
    for pair in pairs(contexts):
        name, equals, place = pair.partition("=")
        moved.append(Text(name + equals + local_path(place, folder, home), pair.line))
    return moved


def _moved_env_file(entry: Any, folder: str, home: str | None) -> Any:
    if isinstance(entry, str):
        return _moved(entry, folder, home)
    if isinstance(entry, Fields) and isinstance(entry.get("path"), str):
        entry = entry.shallow()
        entry["path"] = _moved(entry["path"], folder, home)
    return entry


def _unite(service: Fields, key: str) -> None:
    if isinstance(service.get(key), list):
        service[key] = list(dict.fromkeys(map(str, service[key])))
