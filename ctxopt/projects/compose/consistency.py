"""What Compose demands of the services of a project together; one that fails ends the whole project."""

from __future__ import annotations

import os
from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.compose.merge import listed, pairs
from ctxopt.projects.values import Fields, line_of

INCOMPLETE = "has neither an image nor a build context specified"
_RESOURCES = ("secrets", "configs", "networks")


def check_builds(model: Fields, active: Fields, path: str) -> list[ProjectError]:
    """Return what is wrong with the builds of services, each for itself, and take those services out."""
    found = []
    for name, service in list(active.items()):
        checker = _Checker(model, active, name, service, path)
        try:
            checker.check_build()
            checker.check_contexts()
        except ProjectError as problem:
            found.append(problem)
            active.pop(name)
    return found


def check_services(model: Fields, active: Fields, path: str) -> None:
    """Raise ProjectError, in ``path``, where the active services of a model do not hold together.

    Source: CG ``loader/validate.go``, ``types/project.go``.
    """
    for name, service in active.items():
        checker = _Checker(model, active, name, service, path)
        checker.check_build()
        checker.check_contexts()
        checker.check_dependencies()
        checker.check_resources()
        checker.check_volumes()
        checker.check_network()
        checker.check_env_files()
    _check_cycles(active, path)


def check_targets(model: Fields, active: Fields, path: str) -> None:
    """Raise ProjectError where Bake refuses a service: it asks for less than Compose."""
    for name, service in active.items():
        checker = _Checker(model, active, name, service, path)
        checker.check_build()
        checker.check_contexts()
        checker.check_env_files()


class _Checker:
    def __init__(self, model: Fields, active: Fields, name: str, service: Fields, path: str) -> None:  # fmt: skip
        self.model = model
        self.active = active
        self.name = name
        self.service = service
        self.path = path
        build = service.get("build")
        self.build = build if isinstance(build, Fields) else None

    def check_build(self) -> None:
        if self.build is None:
            if not self.service.get("image") and not self.service.get("provider"):
                raise self.refuse(INCOMPLETE)
            return
        if self.build.get("dockerfile") and self.build.get("dockerfile_inline"):
            raise self.refuse("declares mutually exclusive dockerfile and dockerfile_inline")
        platform, platforms = self.service.get("platform"), self.build.get("platforms")
        if platform and platforms and platform not in platforms:
            raise self.refuse(f"build.platforms must include service.platform {platform!r}")

    def check_contexts(self) -> None:
        if self.build is None:
            return
        for pair in pairs(self.build.get("additional_contexts")):
            context, _, place = pair.partition("=")
            if not place.startswith("service:"):
                continue
            other = place.removeprefix("service:")
            if other not in self.active:
                reason = f"declares unknown service {other!r} as additional context {context}"
                raise self.refuse(reason, line_of(pair))
            if self.active[other].get("build") is None:
                reason = f"declares non-buildable service {other!r} as additional context {context}"
                raise self.refuse(reason, line_of(pair))

    def check_dependencies(self) -> None:
        for other, required in dependencies(self.service).items():
            if required and other not in self.active:
                raise self.refuse(f"depends on undefined service {other!r}")

    def check_resources(self) -> None:
        for section in _RESOURCES:
            known = self.model.get(section) or {}
            used = self.service.get(section)
            entries = list(used) if isinstance(used, list | Fields) else []
            # Secrets of the build are declared where those of the running container are.
            if section == "secrets" and self.build is not None:
                entries += self.build.get("secrets") or []
            for entry in entries:
                name = entry.get("source") if isinstance(entry, Fields) else entry
                if isinstance(name, str) and name not in known and (section, name) != ("networks", "default"):  # fmt: skip
                    raise self.refuse(f"refers to undefined {section[:-1]} {name}")

    def check_volumes(self) -> None:
        known = self.model.get("volumes") or {}
        for volume in self.service.get("volumes") or ():
            name = None
            if isinstance(volume, Fields):
                if volume.get("type") == "volume":
                    name = volume.get("source")
            elif ":" in str(volume) and not str(volume).startswith((".", "/", "~")):
                name = str(volume).partition(":")[0]
            if name and name not in known:
                raise self.refuse(f"refers to undefined volume {name}")

    def check_network(self) -> None:
        if self.service.get("network_mode") and self.service.get("networks"):
            raise self.refuse("declares mutually exclusive network_mode and networks")

    def check_env_files(self) -> None:
        files = self.service.get("env_file")
        if files is None:
            return
        for entry in listed(files):
            required: Any = True
            place = entry
            if isinstance(entry, Fields):
                place, required = entry.get("path"), entry.get("required", True)
            if isinstance(place, str) and required and not os.path.exists(place):
                raise self.refuse(f"needs the env file {place}, which does not exist")

    def refuse(self, reason: str, line: int | None = None) -> ProjectError:
        return ProjectError(
            f"service {self.name!r} {reason}",
            path=self.path,
            line=line or line_of(self.build) or line_of(self.service),
        )


def dependencies(service: Fields) -> dict[str, bool]:
    """Return the services that one depends on, and whether each of them has to be there."""
    found = dict.fromkeys(_shared(service), True)
    value = service.get("depends_on")
    if isinstance(value, list):
        return found | {str(name): True for name in value}
    for name, options in (value or {}).items():
        required = options.get("required", True) if isinstance(options, Fields) else True
        found[name] = bool(required)
    return found


def _shared(service: Fields) -> list[str]:
    """The services whose network, processes or volumes a service uses."""
    names = []
    for key in ("network_mode", "pid", "ipc"):
        mode = service.get(key)
        if isinstance(mode, str) and mode.startswith("service:"):
            names.append(mode.removeprefix("service:"))
    names += [str(link).partition(":")[0] for link in service.get("links") or ()]
    for source in service.get("volumes_from") or ():
        if not str(source).startswith("container:"):
            names.append(str(source).partition(":")[0])
    return names


def _check_cycles(active: Fields, path: str) -> None:
    done: set[str] = set()
    for start in active:
        # An explicit stack: a chain of dependencies is as long as the file likes.
        stack = [(start, iter(dependencies(active[start])))]
        trail = [start]
        while stack:
            for other in stack[-1][1]:
                if other in trail:
                    shown = " -> ".join([*trail[trail.index(other) :], other])
                    reason = f"dependency cycle detected: {shown}"
                    raise ProjectError(reason, path=path, line=line_of(active[start]))
                if other in active and other not in done:
                    stack.append((other, iter(dependencies(active[other]))))
                    trail.append(other)
                    break
            else:
                done.add(trail.pop())
                stack.pop()
