"""Files to one Compose model: parsed, interpolated, extended, included, merged, checked, in Compose's order."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any, NamedTuple

from ctxopt.errors import ProjectError
from ctxopt.projects.compose.environment import Environment
from ctxopt.projects.compose.extends import Extender, resolve_service
from ctxopt.projects.compose.files import ComposeRequest, ProjectFiles
from ctxopt.projects.compose.interpolation import Lookup, interpolate
from ctxopt.projects.compose.merge import long_build, merge, remove
from ctxopt.projects.compose.schema import check_model
from ctxopt.projects.declared import Problem, problem_of
from ctxopt.projects.location import local_path
from ctxopt.projects.values import Fields, line_of, read_limited
from ctxopt.projects.yaml_text import MAX_BYTES, Document, read_documents

_MAX_INCLUDES = 200
_SECTIONS = ("services", "networks", "volumes", "secrets", "configs", "models")


class Model(NamedTuple):
    """What the files say together: paths are absolute, profiles not yet chosen.

    ``places`` has, for each service with a ``build``, the file and line that declare it first; ``files`` are
    all that were read.
    """

    fields: Fields
    environment: Environment
    places: dict[str, tuple[str, int | None]]
    files: tuple[str, ...]


def load_model(
    files: ProjectFiles, request: ComposeRequest, problems: list[Problem] | None = None
) -> Model:
    """Return the model of a project; raises ProjectError with the file and line that Compose refuses.

    With a list of ``problems`` a service or an include that is refused goes there, and the others stay.
    Source: CG ``loader/loader.go``.
    """
    loader = _Loader(request, problems)
    name = loader.project_name(files, request)
    environment = Environment([{"COMPOSE_PROJECT_NAME": name}, *files.environment.layers])
    fields = loader.load(ProjectFiles(files.paths, files.directory, environment), ())
    return Model(fields, environment, loader.places, tuple(loader.parsed))


class _Loader:
    def __init__(self, request: ComposeRequest, problems: list[Problem] | None) -> None:
        self.home = request.variables.get("HOME")
        self.stdin = request.stdin
        self.problems = problems
        self.includes = 0
        self.parsed: dict[str, list[Document]] = {}
        self.places: dict[str, tuple[str, int | None]] = {}

    def documents(self, path: str) -> list[Document]:
        """The documents of a file, parsed once a run; whoever changes them takes a copy."""
        if path not in self.parsed:
            content = read_limited(path, MAX_BYTES, self.stdin)
            self.parsed[path] = read_documents(content, path)
        return self.parsed[path]

    def project_name(self, files: ProjectFiles, request: ComposeRequest) -> str:
        named = request.project_name or files.environment.get("COMPOSE_PROJECT_NAME")
        if named:
            return named
        name = request.fallback_name or os.path.basename(files.directory)
        for path in files.paths:
            for document in self.documents(path):
                self.check_mapping(document.value, path)
                if isinstance(document.value.get("name"), str):
                    one = Fields(((("name"), document.value["name"]),))
                    name = interpolate(one, files.environment.get, path)["name"]
        return re.sub(r"[^a-z0-9_-]", "", name.lower()).lstrip("_-")

    def load(self, files: ProjectFiles, included: tuple[str, ...]) -> Fields:
        model = Fields()
        for path in files.paths:
            model = self.add_file(model, path, files, included)
        if not model and not self.problems:
            raise ProjectError("empty compose file", path=files.paths[0])
        # Paths are relative to the project until here; an include has a folder of its own.
        for section in ("secrets", "configs"):
            for item in (model.get(section) or {}).values():
                if isinstance(item, Fields) and isinstance(item.get("file"), str):
                    item["file"] = local_path(item["file"], files.directory, self.home)
        for service in _services(model).values():
            if isinstance(service, Fields):
                if "build" in service:
                    service["build"] = long_build(service["build"])
                resolve_service(service, files.directory, self.home)
        return model

    def add_file(
        self, model: Fields, path: str, files: ProjectFiles, included: tuple[str, ...]
    ) -> Fields:
        for document in self.documents(path):
            self.check_mapping(document.value, path)
            lookup = files.environment.get
            fields = self.interpolated(deepcopy(document.value), lookup, path)
            extender = Extender(path, files.directory, self.reader(files.environment), self.home)
            services = _services(fields)
            for name in list(services):
                self.guard(
                    services, name, partial(extender.extend, services, name, document.marked)
                )
            self.note_places(fields, path)
            for at in document.marked:
                remove(model, at)
            self.include_all(fields, path, files, (*included, path))
            model = merge(model, fields, path)
            self.check(model, path)
        return model

    def guard(self, fields: Fields, name: str, action: Callable[[], object]) -> None:
        """Do something about one item; where it is refused, it goes, if the others may stay."""
        try:
            action()
        except ProjectError as problem:
            if self.problems is None:
                raise
            self.problems.append(problem_of(problem))
            fields.pop(name, None)

    def interpolated(self, fields: Fields, lookup: Lookup, path: str) -> Fields:
        services = fields.get("services")
        if self.problems is None or not isinstance(services, Fields):
            made: Fields = interpolate(fields, lookup, path)
            return made
        rest = fields.shallow()
        rest["services"] = None
        made = interpolate(rest, lookup, path)
        made["services"] = services
        for name in list(services):

            def one(name: str = name) -> None:
                services[name] = interpolate(services[name], lookup, path, ("services", name))

            self.guard(services, name, one)
        return made

    def check(self, model: Fields, path: str) -> None:
        try:
            check_model(model, path)
        except ProjectError:
            services = model.get("services")
            if self.problems is None or not isinstance(services, Fields):
                raise
            for name in list(services):
                only = Fields((("services", Fields(((name, services[name]),))),))
                only["services"].lines = services.lines
                self.guard(services, name, partial(check_model, only, path))
            check_model(model, path)

    def check_mapping(self, value: Any, path: str) -> None:
        if not isinstance(value, Fields):
            line = line_of(value) or 1
            raise ProjectError("top-level object must be a mapping", path=path, line=line)

    def reader(self, environment: Environment) -> Any:
        """How ``extends`` reads another file: merged, not validated, its ``include`` left aside."""

        def read(path: str) -> Fields:
            model = Fields()
            for document in self.documents(path):
                self.check_mapping(document.value, path)
                fields = interpolate(deepcopy(document.value), environment.get, path)
                model = merge(model, fields, path)
            return model

        return read

    def note_places(self, fields: Fields, path: str) -> None:
        services = _services(fields)
        for name, service in services.items():
            if isinstance(service, Fields) and service.get("build") is not None:
                self.places.setdefault(name, (path, services.line_of(name)))

    def include_all(
        self, fields: Fields, path: str, files: ProjectFiles, included: tuple[str, ...]
    ) -> None:
        entries = fields.pop("include", None)
        if entries is None:
            return
        if not isinstance(entries, list):
            raise ProjectError("include must be a list", path=path, line=fields.line_of("include"))
        for entry in entries:
            line = line_of(entry) or fields.line_of("include")
            kept = Fields((("entry", entry),))

            def one(entry: Any = entry, line: int | None = line) -> None:
                model = self.include(entry, files, included, path, line)
                self.import_model(fields, model, path, line)

            self.guard(kept, "entry", one)

    def include(
        self,
        entry: Any,
        files: ProjectFiles,
        included: tuple[str, ...],
        path: str,
        line: int | None,
    ) -> Fields:
        """The model that one entry of ``include`` brings. CG ``loader/include.go``."""
        if isinstance(entry, str):
            entry = Fields((("path", entry),))
        if not isinstance(entry, Fields) or not entry.get("path"):
            raise ProjectError("include needs a path", path=path, line=line)
        paths = [os.path.normpath(os.path.join(files.directory, name)) for name in _texts(entry["path"])]  # fmt: skip
        # Each file is counted, however deep: files that include each other twice would grow without end.
        for name in paths:
            self.includes += 1
            if self.includes > _MAX_INCLUDES:
                reason = f"more than {_MAX_INCLUDES} files are included"
                raise ProjectError(reason, path=path, line=line)
            if name in included:
                raise ProjectError(f"include cycle detected: {name}", path=path, line=line)
            if not os.path.exists(name):
                reason = f"included file {name} does not exist"
                raise ProjectError(reason, path=path, line=line)
        directory = os.path.dirname(paths[0])
        if entry.get("project_directory"):
            directory = os.path.normpath(os.path.join(files.directory, str(entry["project_directory"])))  # fmt: skip
            if not os.path.isdir(directory):
                directory = os.path.dirname(directory)
        environment = self.included_environment(entry, files, directory, path, line)
        return self.load(ProjectFiles(tuple(paths), directory, environment), included)

    def included_environment(
        self, entry: Fields, files: ProjectFiles, directory: str, path: str, line: int | None
    ) -> Environment:
        env_files = [os.path.join(files.directory, name) for name in _texts(entry.get("env_file"))]
        if not env_files:
            return files.environment.read_folder(directory)
        for name in env_files:
            if not os.path.exists(name):
                raise ProjectError(f"env file {name} does not exist", path=path, line=line)
        kept = [name for name in env_files if os.path.isfile(name)]
        return files.environment.read_all(kept)

    def import_model(self, fields: Fields, model: Fields, path: str, line: int | None) -> None:
        """Put what was included beside what the file declares itself; the two may not disagree."""
        for section in _SECTIONS:
            source = model.get(section)
            if not isinstance(source, Fields):
                continue
            if not isinstance(fields.get(section), Fields):
                fields.place(section, Fields(), 0)
            target = fields[section]
            for name, value in source.items():
                if name in target and target[name] != value:
                    own = target.line_of(name) or line
                    reason = f"{section}.{name} conflicts with imported resource"
                    raise ProjectError(reason, path=path, line=own)
                if name not in target:
                    target.place(name, value, source.lines.get(name, 0))


def _services(model: Fields) -> Fields:
    services = model.get("services")
    return services if isinstance(services, Fields) else Fields()


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list):
        return [str(item) for item in value]
    return [str(value)]
