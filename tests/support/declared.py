"""Recorded projects, laid on disk and asked about as their tools were."""

from __future__ import annotations

import json
import os
from typing import Any

from ctxopt.projects.bake.files import BakeRequest
from ctxopt.projects.bake.project import read_bake
from ctxopt.projects.compose.files import ComposeRequest
from ctxopt.projects.compose.project import read_compose
from ctxopt.projects.declared import DeclaredBuild
from ctxopt.projects.location import shown_path
from tests.support.trees import lay

SHOWN = "/CASE"


def options(case: dict[str, Any]) -> list[tuple[str, str]]:
    """The other options of a case, in pairs."""
    words = list(case.get("args") or [])
    found = []
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        found.append((name, value if equals else words.pop(0)))
    return found


def lay_project(case: dict[str, Any], folder: object) -> tuple[str, dict[str, Any]]:
    """Lay the tree of a case; its root, and the case with that root in place of ``/CASE``."""
    root = os.path.realpath(str(folder))
    case = json.loads(json.dumps(case).replace(SHOWN, root))
    lay(root, case["tree"])
    return root, case


def ask_compose(case: dict[str, Any], root: str) -> tuple[DeclaredBuild, ...]:
    """What ctxopt says the case's Compose project builds."""
    given = options(case)
    cwd = os.path.join(root, case.get("cwd") or "").rstrip("/")
    return read_compose(
        ComposeRequest(
            cwd=cwd,
            files=tuple(case.get("files") or ()),
            profiles=tuple(case.get("profiles") or ()),
            env_files=tuple(value for name, value in given if name == "--env-file"),
            project_directory=dict(given).get("--project-directory"),
            project_name=dict(given).get("-p"),
            variables=variables(case, cwd),
        )
    )


def ask_bake(case: dict[str, Any], root: str) -> tuple[DeclaredBuild, ...]:
    """What ctxopt says Bake builds of the case's files."""
    cwd = os.path.join(root, case.get("cwd") or "").rstrip("/")
    request = BakeRequest(
        cwd=cwd,
        files=tuple(case.get("files") or ()),
        targets=tuple(case.get("targets") or ()),
        overrides=tuple(value for name, value in options(case) if name == "--set"),
        variables=variables(case, cwd),
    )
    return read_bake(request).builds


def ask(case: dict[str, Any], root: str) -> tuple[DeclaredBuild, ...]:
    """What ctxopt says of a case of either kind."""
    return ask_compose(case, root) if case["kind"] == "compose" else ask_bake(case, root)


def variables(case: dict[str, Any], cwd: str) -> dict[str, str]:
    """The whole environment of a case."""
    return {"PATH": "/usr/bin:/bin", "HOME": "/home/dev", "PWD": cwd, **(case.get("env") or {})}


def answer(builds: tuple[DeclaredBuild, ...], root: str, kind: str) -> dict[str, Any]:
    """Builds as the recordings write them."""
    found: dict[str, Any] = {}
    for build in builds:
        assert build.context is not None
        found[build.name] = {
            "context": shown_path(build.context, root),
            "dockerfile": build.dockerfile and shown_path(build.dockerfile, root),
            "dockerfile_inline": build.dockerfile_inline,
            "target": build.target,
            "args": dict(build.args),
            "contexts": {name: shown_path(at, root) for name, at in build.contexts.items()},
        }
        if kind == "compose":
            found[build.name]["profiles"] = list(build.profiles)
    return found
