"""The workspaces of npm, Yarn and pnpm: their members, and which of them a manifest asks for. Pure.

Sources: the references of npm ("workspaces"), Yarn ("Workspaces") and pnpm ("pnpm-workspace.yaml").
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ctxopt.evidence.packages.model import Package, Workspace
from ctxopt.evidence.recipes import json_table
from ctxopt.paths import join

MANIFEST: Final = "package.json"
PNPM: Final = "pnpm-workspace.yaml"
_SECTIONS: Final = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
    "overrides",
    "resolutions",
)
_BY_PATH: Final = r"(?:file|link|portal):(.{1,300})"
_ALIAS: Final = r"(?:npm|workspace):(@?[^@\s]{1,200})"
_PACKAGES: Final = r"(?m)^packages:[ \t]*(\[[^\]]{0,5000}\]|(?:\n[ \t]*(?:-[^\n]*|#[^\n]*)?)*)"
_ITEM: Final = (
    r"""(?m)(?:^[ \t]*-|[\[,])[ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|([^"'\s,\]#][^\s,\]#]*))"""
)
_LIFECYCLE: Final = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare")  # fmt: skip


def read_workspace(manifests: Mapping[str, str], pnpm: str | None) -> Workspace | None:
    """Return the workspace at the context root; None where there is none.

    ``manifests`` are the texts of package.json by folder, ``pnpm`` that of pnpm-workspace.yaml, if there is one.
    """
    if "" not in manifests:
        return None
    globs = _globs_of_pnpm(pnpm) if pnpm is not None else _globs_of_npm(manifests[""])
    if not globs:
        return None
    members = {
        folder: _package(folder, text)
        for folder, text in manifests.items()
        if folder and is_listed(folder, globs)
    }
    root = _package("", manifests[""])
    by_name = {item.name: item.folder for item in members.values()}
    asks = {
        item.folder: tuple(_dependencies(item, members, by_name))
        for item in (root, *members.values())
    }
    return Workspace("node", root, members, asks)


def _dependencies(
    package: Package, members: Mapping[str, Package], by_name: Mapping[str, str]
) -> Iterator[str]:
    """The folders of the members that the manifest of ``package`` asks for, in any section."""
    for key, value in _wanted(json_table(package.text)):
        # A key may say where an override holds: parent>name, or name@range.
        for asked in (key, key.rpartition(">")[2], *re.findall(_ALIAS, value)):
            if asked in by_name:
                yield by_name[asked]
        for path in re.findall(_BY_PATH, value):
            found = posixpath.normpath(posixpath.join(package.folder, path))
            if found in members:
                yield found


def scripts_of(package: Package) -> dict[str, str]:
    """Return the scripts of a package by name."""
    scripts = json_table(package.text).get("scripts")
    if not isinstance(scripts, dict):
        return {}
    return {key: value for key, value in scripts.items() if isinstance(value, str)}


def install_scripts(package: Package) -> Iterator[str]:
    """Yield the scripts that an installation runs, unasked."""
    scripts = scripts_of(package)
    return (scripts[key] for key in _LIFECYCLE if key in scripts)


def _wanted(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    settings = table.get("pnpm")
    holders = [table]
    if isinstance(settings, dict):
        holders.append(settings)
    for holder in holders:
        for section in _SECTIONS:
            yield from _pairs(holder.get(section))


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    """The names and ranges of a section; overrides of npm lie in each other."""
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if isinstance(item, dict):
            yield str(key), ""
            yield from _pairs(item)
        else:
            yield str(key), str(item)


def _package(folder: str, text: str) -> Package:
    found = json_table(text).get("name")
    name = found if isinstance(found, str) else ""
    return Package(folder, name, join(folder, MANIFEST), text)


def _globs_of_npm(text: str) -> list[str]:
    value = json_table(text).get("workspaces")
    if isinstance(value, dict):
        value = value.get("packages")
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, str)]


def _globs_of_pnpm(text: str) -> list[str]:
    found = re.search(_PACKAGES, text)
    if found is None:
        return []
    return ["".join(item) for item in re.findall(_ITEM, found[1])]


def is_listed(folder: str, globs: Iterable[str]) -> bool:
    """Tell whether globs of folders list one; the last that means it decides, and ``!`` takes it out."""
    is_listed = False
    for glob in globs:
        plain = glob.removeprefix("!").removeprefix("./").strip("/")
        if re.fullmatch(_expression(plain), folder):
            is_listed = not glob.startswith("!")
    return is_listed


def _expression(glob: str) -> str:
    """Return a glob of folders as a regular expression; ``**`` is any number of folders, or none."""
    parts = re.split(r"(\*\*/|/\*\*$|\*)", glob)
    return "".join(_STARS.get(part, re.escape(part)) for part in parts)


_STARS: Final = {"**/": r"(?:[^/]+/)*", "/**": r"(?:/[^/]+)*", "*": r"[^/]*"}
