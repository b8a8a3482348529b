"""``devcontainer.json``: JSON with comments, and the build or the Compose project that it names."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.declared import Declared, DeclaredBuild, Problem, problem_of
from ctxopt.projects.json_text import MAX_BYTES, read_json
from ctxopt.projects.location import dockerfile_path
from ctxopt.projects.values import Fields, read_limited

_VARIABLE = re.compile(r"\$\{(localEnv|env|localWorkspaceFolder|localWorkspaceFolderBasename)(?::([^}:]*)(?::([^}]*))?)?\}")  # fmt: skip


def read_devcontainer(path: str, root: str, variables: Mapping[str, str]) -> Declared:
    """Return the builds of a devcontainer; what is wrong with it is a problem.

    Source: devcontainers/cli ``spec-node/utils.ts``.
    """
    try:
        text = read_limited(path, MAX_BYTES).decode("utf-8", "replace")
        value = read_json(text, path, with_comments=True)
        if not isinstance(value, Fields):
            return Declared(problems=(Problem(path, 1, "top level must be an object"),))
        return _Reader(path, root, variables, value).read()
    except ProjectError as problem:
        return Declared(problems=(problem_of(problem),))


class _Reader:
    def __init__(self, path: str, root: str, variables: Mapping[str, str], value: Fields) -> None:
        self.path = path
        self.root = root
        self.variables = variables
        self.value = value
        self.folder = os.path.dirname(path)

    def read(self) -> Declared:
        if self.value.get("dockerComposeFile"):
            return self.compose()
        build = self.value.get("build")
        if not isinstance(build, Fields):
            build = Fields()
        dockerfile = build.get("dockerfile") or self.value.get("dockerFile")
        if not isinstance(dockerfile, str):
            return Declared()
        dockerfile = os.path.normpath(os.path.join(self.folder, self.text(dockerfile)))
        context = build.get("context") or self.value.get("context")
        place = os.path.dirname(dockerfile)
        if isinstance(context, str):
            place = os.path.normpath(os.path.join(self.folder, self.text(context)))
        args = build.get("args")
        given = args.items() if isinstance(args, Fields) else ()
        note = None
        if self.value.get("features"):
            # The tool copies the Dockerfile elsewhere to put the features behind it.
            note = "with features, the Dockerfile's own .dockerignore is not used"
        name: Any = self.value.get("name")
        if not isinstance(name, str):
            name = os.path.relpath(self.folder, self.root)
        target = build.get("target")
        made = DeclaredBuild(
            name=str(name),
            kind="devcontainer",
            declared_in=self.path,
            line=self.value.line_of("build") or self.value.line_of("dockerFile"),
            context=place,
            dockerfile=dockerfile_path(dockerfile, place),
            target=self.text(target) if isinstance(target, str) else None,
            args={key: self.text(str(value)) for key, value in given},
            note=note,
        )
        return Declared((made,), (), (self.path,))

    def compose(self) -> Declared:
        """The builds of the Compose project, whose folder is that of its first file."""
        from ctxopt.projects.compose.files import ComposeRequest
        from ctxopt.projects.compose.project import read_compose_files

        named: Any = self.value["dockerComposeFile"]
        if not isinstance(named, list):
            named = [named]
        files = tuple(self.text(str(name)) for name in named)
        request = ComposeRequest(cwd=self.folder, files=files, variables=self.variables)
        found = read_compose_files(request)
        builds = (build._replace(kind="devcontainer") for build in found.builds)
        return found._replace(builds=tuple(builds))

    def text(self, text: str) -> str:
        """A text with its variables replaced; an unset one is empty."""

        def value(found: re.Match[str]) -> str:
            if found[1] == "localWorkspaceFolder":
                return self.root
            if found[1] == "localWorkspaceFolderBasename":
                return os.path.basename(self.root)
            return self.variables.get(found[2] or "") or found[3] or ""

        return _VARIABLE.sub(value, text)
