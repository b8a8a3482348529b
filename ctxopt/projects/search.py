"""Where the files are that may declare builds: by their names, without what other tools put there."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from ctxopt.languages.dockerfile.file_name import is_dockerfile_name

# Nothing below these is written by the people of the repository, and there can be a hundred thousand files in one.
_PRUNED = frozenset(
    (".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", "site-packages", ".tox", ".nox",
     ".terraform", ".mypy_cache", ".pytest_cache", ".cache", ".gradle", ".yarn", ".pnpm-store", "bower_components"),
)  # fmt: skip
# What lies below these belongs to others, or shows how something is done.
_APART = re.compile(
    r"(vendor|vendored|third[_-]?party|external|examples?|samples?|demos?|fixtures|__fixtures__"
    r"|test[-_]?(data|files?|fixtures)([-_].*)?)\Z"
)
_COMPOSE = re.compile(r"(.*[._-])?compose([._-].*)?\.ya?ml\Z")
_BAKE = re.compile(r"(.*[._-])?bake([._-].*)?\.(hcl|json)\Z")
_WORKFLOW = re.compile(r"(.*/)?\.github/workflows/[^/]+\.ya?ml\Z")

# What every name has that one of these, or a Dockerfile, could be called, among names with a slash between them.
_SOME = re.compile(
    r"(docker|container)file|\.(ya?ml|hcl)(/|\Z)|(bake|devcontainer)[^/]*\.json(/|\Z)", re.I
)


class FoundFiles(NamedTuple):
    """Absolute paths by kind, those near the root first."""

    compose: list[str]
    bake: list[str]
    dockerfiles: list[str]
    devcontainers: list[str]
    workflows: list[str]


def find_project_files(root: str) -> FoundFiles:
    """Return the files below ``root`` that may declare builds; opens only those in HCL that are called otherwise.

    Folders that cannot be read, and checkouts of other repositories, have none.
    """
    found = FoundFiles([], [], [], [], [])
    folders = [root]
    while folders:
        folder = folders.pop()
        names, inner = _list(folder)
        if folder != root and (".git" in names or ".git" in inner):
            continue
        folders += [os.path.join(folder, name) for name in inner if name not in _PRUNED]
        # One search of all the names spares most folders of a large repository a look at each.
        if not _SOME.search("/".join(names)):
            continue
        for name in names:
            _sort_in(name, os.path.join(folder, name), found)
    for paths in found:
        paths.sort(key=lambda path: (path.count("/"), path))
    return found


def may_declare(root: str) -> bool:
    """Tell whether the folder ``root`` itself has a file that may declare builds, by the names in it alone."""
    names, inner = _list(root)
    if any(re.fullmatch(_COMPOSE, name) or re.fullmatch(_BAKE, name) for name in names):
        return True
    if ".devcontainer.json" in names or ".devcontainer" in inner:
        return True
    return ".github" in inner and os.path.isdir(os.path.join(root, ".github", "workflows"))


def is_apart(path: str, root: str) -> bool:
    """Tell whether a file is vendored, or an example, by the folders it lies in."""
    inside = os.path.relpath(path, root).split("/")[:-1]
    return any(_APART.match(part.lower()) for part in inside)


def _list(folder: str) -> tuple[list[str], list[str]]:
    """The names of files and of folders; a link to a folder is neither."""
    try:
        with os.scandir(folder) as entries:
            both = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return [], []
    return [name for name, is_dir in both if not is_dir], [name for name, is_dir in both if is_dir]


def _sort_in(name: str, path: str, found: FoundFiles) -> None:
    # The ending is asked first: each expression costs.
    if name.endswith((".yml", ".yaml")):
        if _COMPOSE.match(name):
            found.compose.append(path)
        elif _WORKFLOW.match(path):
            found.workflows.append(path)
    elif name in ("devcontainer.json", ".devcontainer.json"):
        if name == ".devcontainer.json" or "/.devcontainer/" in path:
            found.devcontainers.append(path)
    elif _BAKE.match(name) or (name.endswith(".hcl") and _declares_targets(path)):
        found.bake.append(path)
    elif is_dockerfile_name(name):
        found.dockerfiles.append(path)


def _declares_targets(path: str) -> bool:
    """Whether a file in HCL is one of Bake's: others have it, too, for other things."""
    try:
        with open(path, "rb") as file:
            text = file.read(128 << 10)
    except OSError:
        return False
    return re.search(rb'(?m)^target\s+"[^"]+"\s*\{', text) is not None
