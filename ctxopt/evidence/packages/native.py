"""The workspaces of Cargo, uv and Go: their members, what these ask for, and the files that the tools want of each. Pure.

Sources: the Cargo book ("Workspaces", "Cargo Targets"), the documentation of uv ("Using workspaces"), the Go modules reference ("Workspaces").
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from ctxopt.evidence.manifests import table_at, tables_in
from ctxopt.evidence.packages.model import Package, Workspace, WorkspaceTool
from ctxopt.evidence.packages.node import is_listed
from ctxopt.paths import join

CARGO: Final = "Cargo.toml"
PYPROJECT: Final = "pyproject.toml"
GO_WORK: Final = "go.work"
GO_MOD: Final = "go.mod"
_CARGO_SECTIONS: Final = ("dependencies", "dev-dependencies", "build-dependencies")
_TARGETS: Final = (("bin", "src/bin"), ("test", "tests"), ("bench", "benches"), ("example", "examples"))  # fmt: skip
_REQUIREMENT: Final = r"\s*([\w.-]{1,200})"
_USE: Final = r"(?m)^[ \t]*use[ \t]*(?:\(([^)]{0,20000})\)|([^\s(]\S{0,300}))"
_MODULE: Final = r"(?m)^module[ \t]+\"?([^\s\"]{1,300})"
_REQUIRE: Final = r"(?m)^[ \t]*(?:require[ \t]+)?([\w./~-]{1,300})[ \t]+v\d"
_REPLACE: Final = r"(?m)=>[ \t]*(\.\.?/\S{1,300})"


def read_cargo(manifests: Mapping[str, str], exists: Callable[[str], bool]) -> Workspace | None:
    """Return Cargo's workspace at the context root; ``manifests`` are texts of Cargo.toml by folder."""
    tables = {folder: _toml(text) for folder, text in manifests.items()}
    top = table_at(tables.get("", {}), "workspace")
    listed = _strings(top.get("members"))
    if not listed:
        return None
    excluded = _strings(top.get("exclude"))
    shared = table_at(top, "dependencies")
    asked = {folder: set(_cargo_paths(folder, table, shared)) for folder, table in tables.items()}
    asked[""] |= {join("", path) for path in _paths_of("", table_at(tables[""], "patch"))}
    found = {
        folder
        for folder in manifests
        if folder and is_listed(folder, listed) and not is_listed(folder, excluded)
    }
    waiting = ["", *found]
    while waiting:
        # A dependency by path is a member without being listed.
        more = {path for path in asked[waiting.pop()] if path in manifests and path} - found
        found |= more
        waiting += more
    members = {
        folder: Package(
            folder,
            _name(table_at(tables[folder], "package")),
            join(folder, CARGO),
            manifests[folder],
            tuple(filter(exists, _cargo_targets(folder, tables[folder]))),
        )
        for folder in sorted(found)
    }
    has_root = "package" in tables[""]
    return _workspace("cargo", CARGO, manifests[""], members, asked, has_root=has_root)


def read_uv(manifests: Mapping[str, str]) -> Workspace | None:
    """Return uv's workspace at the context root; ``manifests`` are texts of pyproject.toml by folder."""
    tables = {folder: _toml(text) for folder, text in manifests.items()}
    top = table_at(tables.get("", {}), "tool", "uv", "workspace")
    listed = _strings(top.get("members"))
    if not listed:
        return None
    globs = [*listed, *(f"!{item}" for item in _strings(top.get("exclude")))]
    members = {
        folder: Package(
            folder, _name(table_at(tables[folder], "project")), join(folder, PYPROJECT), text
        )
        for folder, text in manifests.items()
        if folder and is_listed(folder, globs)
    }
    by_name = {_plain(item.name): item.folder for item in members.values()}
    asked = {folder: set(_uv_paths(folder, tables[folder], by_name)) for folder in ("", *members)}
    has_root = "project" in tables[""]
    return _workspace("uv", PYPROJECT, manifests[""], members, asked, has_root=has_root)


def read_go(work: str, manifests: Mapping[str, str]) -> Workspace | None:
    """Return Go's workspace at the context root: ``work`` is go.work, ``manifests`` texts of go.mod by folder."""
    used = [
        posixpath.normpath(path.strip('"'))
        for block, single in re.findall(_USE, work)
        for path in [*re.sub(r"//.*", "", block).split(), single]
        if path
    ]
    members = {
        folder: Package(
            folder, _found(_MODULE, manifests[folder]), join(folder, GO_MOD), manifests[folder]
        )
        for folder in used
        if folder in manifests
    }
    if len(members) < len({path for path in used if path != "."}):
        return None  # one of them lies outside, or is not sent
    by_name = {item.name: item.folder for item in members.values()}
    asked = {
        folder: {
            *(by_name[item] for item in re.findall(_REQUIRE, text) if item in by_name),
            *(_inside(folder, path) for path in re.findall(_REPLACE, text)),
        }
        for folder, text in manifests.items()
    }
    asked.setdefault("", set()).update(_inside("", path) for path in re.findall(_REPLACE, work))
    has_root = "." in used
    return _workspace("go", GO_WORK, work, members, asked, has_root=has_root)


def _workspace(
    tool: WorkspaceTool,
    manifest: str,
    text: str,
    members: Mapping[str, Package],
    asked: Mapping[str, Iterable[str]],
    *,
    has_root: bool,
) -> Workspace:
    return Workspace(
        tool=tool,
        root=Package("", "", manifest, text),
        members=members,
        asks={
            folder: tuple(sorted(path for path in asked[folder] if path in members))
            for folder in ("", *members)
        },
        has_root=has_root,
    )


def _cargo_paths(folder: str, table: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[str]:
    """The folders that a crate depends on by path, of its own or by what the workspace says."""
    holders = [table, *tables_in(table.get("target"))]
    for holder in holders:
        for section in _CARGO_SECTIONS:
            wanted = table_at(holder, section)
            yield from _paths_of(folder, wanted)
            inherited = [
                key
                for key, value in wanted.items()
                if table_at(wanted, key).get("workspace") or value is True
            ]
            for key in inherited:
                yield from _paths_of("", {key: shared.get(key)})


def _paths_of(folder: str, wanted: Mapping[str, Any]) -> Iterator[str]:
    for value in wanted.values():
        if isinstance(value, dict):
            path = value.get("path")
            if isinstance(path, str):
                yield _inside(folder, path)
            else:
                yield from _paths_of(folder, value)


def _cargo_targets(folder: str, table: Mapping[str, Any]) -> Iterator[str]:
    """The files without which Cargo refuses the manifest of a crate, whether or not it is built."""
    package = table_at(table, "package")
    paths = ["src/lib.rs", "src/main.rs", package.get("build"), table_at(table, "lib").get("path")]
    for kind, place in _TARGETS:
        for target in tables_in(table.get(kind)):
            name = target.get("name")
            paths += [target.get("path"), f"{place}/{name}.rs", f"{place}/{name}/main.rs"]
    return (_inside(folder, path) for path in paths if isinstance(path, str))


def _uv_paths(folder: str, table: Mapping[str, Any], by_name: Mapping[str, str]) -> Iterator[str]:
    """The folders of the members that a project depends on, by name or by path."""
    project, settings = table_at(table, "project"), table_at(table, "tool", "uv")
    wanted = [*_strings(project.get("dependencies")), *_strings(settings.get("dev-dependencies"))]
    wanted += _strings(table_at(table, "build-system").get("requires"))
    for groups in (
        table_at(project, "optional-dependencies"),
        table_at(table, "dependency-groups"),
    ):
        wanted += [item for group in groups.values() for item in _strings(group)]
    for item in wanted:
        name = _plain(_found(_REQUIREMENT, item))
        if name in by_name:
            yield by_name[name]
    yield from _paths_of(folder, table_at(settings, "sources"))


def _plain(name: str) -> str:
    """Return the name of a Python project as all that mean it are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _inside(folder: str, path: str) -> str:
    found = posixpath.normpath(posixpath.join(folder, path))
    return "" if found == "." else found


def _found(expression: str, text: str) -> str:
    match = re.search(expression, text)
    return match[1] if match else ""


def _toml(text: str) -> dict[str, Any]:
    import tomllib  # few contexts need it

    try:
        return tomllib.loads(text)
    # Tables nested without end are no manifest of anything that is built.
    except (ValueError, RecursionError):
        return {}


def _strings(value: Any) -> list[str]:
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, str)]


def _name(table: Mapping[str, Any]) -> str:
    found = table.get("name")
    return found if isinstance(found, str) else ""
