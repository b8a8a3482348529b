"""GitHub workflows: the builds of ``docker/build-push-action`` and ``docker/bake-action``.

Their default context is git itself: no ignore file of the working tree counts there, and no file that an earlier
step made. What stands in ``${{ }}`` only a run of the workflow tells.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.compose.merge import listed, scalar_text
from ctxopt.projects.declared import Declared, DeclaredBuild, Problem, problem_of
from ctxopt.projects.location import dockerfile_path, is_remote
from ctxopt.projects.values import Fields, read_limited
from ctxopt.projects.yaml_text import MAX_BYTES, read_documents

FROM_GIT = (
    "the context is what git has: no .dockerignore of the working tree and no untracked file counts"
)
_UNKNOWN = "only a run of the workflow tells"
_DEFAULT_CONTEXT = re.compile(r"\{\{\s*defaultContext\s*\}\}(?::(.*))?\Z")
_WORKSPACE = re.compile(r"\$\{\{\s*github\.workspace\s*\}\}")
# From this version on Bake's action takes git as its default context.
_GIT_SINCE = 6


def read_workflow(path: str, root: str, variables: Mapping[str, str]) -> Declared:
    """Return the builds of a workflow; what is wrong with it is a problem."""
    try:
        documents = read_documents(read_limited(path, MAX_BYTES), path)
    except ProjectError as problem:
        return Declared(problems=(problem_of(problem),))
    builds: list[DeclaredBuild] = []
    problems: list[Problem] = []
    checkout = path[: path.rindex("/.github/")] or root
    for document in documents:
        for name, step in _steps(document.value):
            reader = _Step(path, checkout, name, step)
            action = str(step["uses"]).partition("@")[0].lower()
            if action == "docker/build-push-action":
                builds.append(reader.build())
            elif action == "docker/bake-action":
                found = reader.bake(variables)
                builds += found.builds
                problems += found.problems
    return Declared(tuple(builds), tuple(problems), (path,))


def _steps(workflow: Any) -> Iterator[tuple[str, Fields]]:
    """The steps that use an action, each with a name."""
    jobs = workflow.get("jobs") if isinstance(workflow, Fields) else None
    if not isinstance(jobs, Fields):
        return
    for job, body in jobs.items():
        steps = body.get("steps") if isinstance(body, Fields) else None
        # A workflow that GitHub would refuse has nothing to say; telling so is its own tool's part.
        for place, step in enumerate(listed(steps or []), 1):
            if isinstance(step, Fields) and isinstance(step.get("uses"), str):
                yield f"{job}/{step.get('id') or step.get('name') or place}", step


class _Step:
    def __init__(self, path: str, checkout: str, name: str, step: Fields) -> None:
        self.path = path
        self.checkout = checkout
        self.name = name
        self.step = step
        given = step.get("with")
        self.given = given if isinstance(given, Fields) else Fields()
        self.unknown: list[str] = []

    def text(self, key: str) -> str:
        """An input, without what only a run knows: that is empty, and remembered."""
        value = self.given.get(key)
        if value is None:
            return ""
        found = _WORKSPACE.sub(".", scalar_text(value)).strip()
        if "${{" in found:
            self.unknown.append(key)
            return ""
        return found

    def lines(self, key: str) -> list[str]:
        """An input of several lines, without those that only a run knows."""
        value = self.given.get(key)
        rows = [row.strip() for row in scalar_text(value or "").splitlines() if row.strip()]
        if any("${{" in row for row in rows):
            self.unknown.append(key)
        return [row for row in rows if "${{" not in row]

    def build(self) -> DeclaredBuild:
        context, from_git = self.context()
        file = self.text("file")
        dockerfile = None
        # A Dockerfile is relative to the checkout, but where git is the context, to the context.
        if context is not None and "file" not in self.unknown:
            base = context if from_git or not file else self.checkout
            dockerfile = dockerfile_path(file or "Dockerfile", base)
        notes = [FROM_GIT] if from_git else []
        args = dict(row.split("=", 1) for row in self.lines("build-args") if "=" in row)
        contexts = {}
        for row in self.lines("build-contexts"):
            name, _, place = row.partition("=")
            contexts[name] = place if is_remote(place) else self.inside(place)
        target = self.text("target") or None
        if self.unknown:
            notes.append(f"{', '.join(dict.fromkeys(self.unknown))}: {_UNKNOWN}")
        return DeclaredBuild(
            name=self.name,
            kind="workflow",
            declared_in=self.path,
            line=self.step.line_of("uses"),
            context=context,
            dockerfile=dockerfile,
            target=target,
            args=args,
            contexts=contexts,
            from_git=from_git,
            note="; ".join(notes) or None,
        )

    def context(self) -> tuple[str | None, bool]:
        """The context, None where only a run tells, and whether it comes from git."""
        if not self.given.get("context"):
            return self.checkout, True
        given = self.text("context")
        if "context" in self.unknown:
            return None, False
        default = _DEFAULT_CONTEXT.match(given)
        if default:
            return self.inside(default[1] or "."), True
        return (given, False) if is_remote(given) else (self.inside(given), False)

    def inside(self, place: str) -> str:
        return os.path.normpath(os.path.join(self.checkout, place))

    def bake(self, variables: Mapping[str, str]) -> Declared:
        """The builds of a Bake file as the action runs it."""
        from ctxopt.projects.bake.files import BakeRequest
        from ctxopt.projects.bake.project import read_bake

        source = self.text("source")
        from_git = not source and self.version() >= _GIT_SINCE
        files = tuple(row.removeprefix("cwd://") for row in _split(self.lines("files")))
        request = BakeRequest(
            cwd=self.inside(self.text("workdir") or (source if not is_remote(source) else ".")),
            files=files,
            targets=tuple(_split(self.lines("targets"))),
            overrides=tuple(self.lines("set")),
            variables=variables,
        )
        line = self.step.line_of("uses")
        # What only the running workflow knows cannot be read here, and is said instead.
        if is_remote(source) or {"files", "targets", "workdir", "source"} & set(self.unknown):
            message = f"{self.name}: what Bake builds here, {_UNKNOWN}"
            return Declared(problems=(Problem(self.path, line, message, refused=False),))
        try:
            found = read_bake(request)
        except ProjectError as problem:
            message = f"{self.name}: {problem.reason}"
            return Declared(problems=(Problem(self.path, line, message, refused=False),))
        note = FROM_GIT if from_git else None
        builds = (
            build._replace(
                name=f"{self.name}/{build.name}",
                kind="workflow",
                declared_in=self.path,
                line=line,
                from_git=from_git and not is_remote(build.context or ""),
                note=note,
            )
            for build in found.builds
        )
        return Declared(tuple(builds))

    def version(self) -> int:
        """The major version of the action; a commit is taken for a new one."""
        found = re.search(r"@v(\d+)", str(self.step["uses"]))
        return int(found[1]) if found else _GIT_SINCE


def _split(rows: list[str]) -> list[str]:
    """Names that stand on lines or behind commas."""
    return [name.strip() for row in rows for name in row.split(",") if name.strip()]
