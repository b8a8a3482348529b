"""What the manifests name with which a step builds, and the ignore file hides: members, modules, embedded texts.

Opens the manifests in the folder of the step, and the first sources of a crate; only what stops the tool counts.
Sources: the Cargo book, "Workspaces"; the reference of Go modules, "replace" and "use"; the POM reference, "Aggregation".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

from ctxopt.evidence.hidden_files import HiddenFiles, StageFiles, inside_image
from ctxopt.evidence.manifests import Named, read_manifest
from ctxopt.evidence.source_references import references
from ctxopt.languages.golang.paths import has_meta
from ctxopt.paths import join, name, parent

Lacking: TypeAlias = tuple[str, str, bool]
"""A path of the context, one clause why it is needed, and whether the tool surely stops without it."""

HISTORY: Final = ".git"


class _Here(NamedTuple):
    """Where a step works."""

    folder: str
    """In the image."""
    stage: StageFiles
    hidden: HiddenFiles

    def sent(self, file: str) -> tuple[str, str] | None:
        """Return the path and text of a file in the folder that the context brings."""
        path = self.stage.sent_at(join(self.folder, file))
        if path is None:
            return None
        return path, self.hidden.text(path)

    def lacks(self, named: str) -> str | None:
        """Return what of the context is hidden of that which is named from the folder."""
        place = inside_image(self.folder, named)
        return place and self.stage.hidden_at(place)

    def lacks_package(self, folder: str, manifest: str) -> str | None:
        """Return the hidden package that is named: its folder, or the manifest where only that is hidden."""
        path = self.lacks(posixpath.join(folder, manifest))
        if path is None:
            return None
        return self.lacks(folder) or path

    def matching(self, pattern: str, beside: str) -> list[str]:
        """Return which folders on disk a pattern of the manifest ``beside`` matches, from the step's folder."""
        start = parent(beside)
        skip = len(start) + bool(start)
        return [path[skip:] for path in self.hidden.matching(join(start, pattern))]


def needs_of_step(
    command: list[str], folder: str, stage: StageFiles, hidden: HiddenFiles
) -> Iterator[Lacking]:
    """Yield what the tool that ``command`` calls in the image's ``folder`` does not find."""
    text = " ".join(command)
    for expression, reader in _READERS:
        called = re.search(expression, text)
        if called is None:
            continue
        place = inside_image(folder, called.groupdict().get("project") or "") or folder
        yield from reader(_Here(place, stage, hidden))


def _cargo(here: _Here) -> Iterator[Lacking]:
    found = here.sent("Cargo.toml")
    if found is None:
        return
    path, text = found
    for named in read_manifest("Cargo.toml", text):
        if named.role == "workspace member":
            yield from _members(here, path, named)
        elif named.role in ("target", "build"):
            missing = here.lacks(named.path)
            if missing:
                yield missing, f"{path} names it as {named.role}", True
    for inside in re.findall(_BY_PATH, text):
        missing = here.lacks_package(inside, "Cargo.toml")
        if missing:
            yield missing, f"{path} names it as a dependency", True
    for source in ("src/lib.rs", "src/main.rs", "build.rs"):
        yield from _included(here, source)


def _members(here: _Here, path: str, named: Named) -> Iterator[Lacking]:
    """Yield the members of a workspace that Cargo would ask for: of a pattern any, where nothing is left of it."""
    pattern = named.path.rstrip("/")
    folders = [pattern]
    if has_meta(pattern):
        place = inside_image(here.folder, pattern)
        if place is None or here.stage.has_match(place):
            return
        folders = here.matching(pattern, path)
    for folder in folders:
        missing = here.lacks_package(folder, "Cargo.toml")
        if missing:
            yield missing, f"{path} names it as {named.role}", True


def _included(here: _Here, source: str) -> Iterator[Lacking]:
    """Yield the texts that a source takes in when it is compiled."""
    found = here.sent(source)
    if found is None:
        return
    path, text = found
    place = join(here.folder, source)
    for options in references(place, text):
        # A module may lie in two places, and is needed in one of them.
        if any(map(here.stage.has, options)):
            continue
        for option in options:
            missing = here.stage.hidden_at(option)
            if missing and _is_always_read(text, name(option)):
                yield missing, f"{path} names it", True
                break


def _is_always_read(text: str, last: str) -> bool:
    """Whether a source names a file outside of what only documentation or a feature reads."""
    stem = last.removesuffix(".rs")
    lines = [line for line in text.splitlines() if stem in line]
    return any("cfg" not in line for line in lines)


def _go(here: _Here) -> Iterator[Lacking]:
    for file in ("go.mod", "go.work"):
        found = here.sent(file)
        if found is None:
            continue
        path, text = found
        for named in read_manifest(file, re.sub(r"//[^\n]*", "", text)):
            missing = here.lacks_package(named.path, "go.mod")
            if missing:
                yield missing, f"{path} names it as {named.role}", True


def _maven(here: _Here) -> Iterator[Lacking]:
    found = here.sent("pom.xml")
    if found is None:
        return
    path, text = found
    # A profile that is not active asks for nothing, and so does a comment.
    for named in read_manifest("pom.xml", re.sub(_ASIDE, "", text)):
        missing = here.lacks_package(named.path, "pom.xml")
        if missing:
            yield missing, f"{path} names it as {named.role}", True


def _python(here: _Here) -> Iterator[Lacking]:
    found = here.sent("pyproject.toml")
    if found is None:
        return
    path, text = found
    if _is_versioned_by_git(text) and here.stage.lacks_history_at(join(here.folder, HISTORY)):
        yield HISTORY, f"{path} takes the version from git", False
    backend = re.search(_BACKEND, text)
    # setuptools says that there is no readme, and builds the package all the same.
    if backend is None or backend[1].startswith("setuptools"):
        return
    for named in read_manifest("pyproject.toml", text):
        missing = None
        if named.role in ("readme", "license", "force-include"):
            missing = here.lacks(named.path)
        if missing:
            yield missing, f"{path} names it as {named.role}", True


def _is_versioned_by_git(text: str) -> bool:
    """Whether a package cannot be built where there is no history."""
    is_dynamic = re.search(_DYNAMIC, text) and re.search(_FROM_HISTORY, text)
    return bool(is_dynamic) and not re.search(_WITHOUT_HISTORY, text)


def _node(here: _Here) -> Iterator[Lacking]:
    found = here.sent("package.json")
    if found is None:
        return
    path, text = found
    patterns = [
        named.path for named in read_manifest("package.json", text) if named.role == "workspaces"
    ]
    listed = here.sent("pnpm-workspace.yaml")
    if listed is not None:
        path = listed[0]
        patterns += re.findall(_LISTED, listed[1])
    members = [
        folder
        for pattern in patterns
        if not pattern.startswith("!")
        for folder in here.matching(pattern.rstrip("/"), path)
    ]
    texts = [text, *_texts(here, members)]
    # A member that nothing depends on may be left out: the install does without it.
    for folder in members:
        missing = here.lacks_package(folder, "package.json")
        if missing and _is_wanted(here, missing, texts):
            yield missing, f"another package of {path} depends on it", False


def _texts(here: _Here, folders: list[str]) -> Iterator[str]:
    for folder in folders:
        found = here.sent(join(folder, "package.json"))
        if found is not None:
            yield found[1]


def _is_wanted(here: _Here, missing: str, texts: list[str]) -> bool:
    """Whether one of the manifests ``texts`` depends on the package in the hidden folder."""
    manifest = join(missing.removesuffix("/package.json"), "package.json")
    called = re.search(r"\"name\"\s*:\s*\"([^\"\n]+)\"", here.hidden.text(manifest))
    if called is None:
        return False
    dependency = re.compile(rf"\"{re.escape(called[1])}\"\s*:\s*\"")
    return any(map(dependency.search, texts))


_BY_PATH: Final = (
    r"(?m)^[ \t]*[\w-]+[ \t]*=[ \t]*\{[^}\n]*\bpath[ \t]*=[ \t]*[\"']([^\"'\n]{1,200})[\"']"
)
_ASIDE: Final = r"(?s)<profiles>.*?</profiles>|<!--.*?-->"
_BACKEND: Final = r"(?m)^[ \t]*build-backend\s*=\s*[\"']([\w.]+)"
_LISTED: Final = r"(?m)^[ \t]*-\s*[\"']?([^\"'#\n]+?)[\"']?\s*$"
_FROM_HISTORY: Final = r"setuptools[_-]scm|hatch-vcs"
_DYNAMIC: Final = r"(?m)^[ \t]*dynamic\s*=\s*\[[^\]]*[\"']version[\"']"
_WITHOUT_HISTORY: Final = r"(?m)fallback[_-]version|^[ \t]*package\s*=\s*false"
_INSTALLS_PATH: Final = r"\bpip[\d.]*\s+(?:install|wheel)\b.*\s(?P<project>(?:\./|/)[\w./-]{1,200})(?:\[[^\]\s]*\])?(?:\s|$)"
_INSTALLS_PROJECT: Final = (
    r"\bpip[\d.]*\s+(?:install|wheel)\b.*\s\.(?:\[[^\]\s]*\])?(?:\s|$)|\bpython[\d.]*\s+-m\s+build\b|^(?:hatch|flit|uv)\s+build\b"
    r"|^uv\s+sync\b(?!.*--no-install-(?:project|workspace))"
)
_Reader: TypeAlias = Callable[[_Here], Iterator[Lacking]]
_READERS: Final[tuple[tuple[str, _Reader], ...]] = (
    (r"^cargo\s+(?:\+\S+\s+)?(?:build|b|install|run|test|check|clippy|fetch|chef)\b", _cargo),
    (r"^go\s+(?:build|install|test|run|vet|generate|mod)\b", _go),
    (r"^(?:\./)?mvnw?\b", _maven),
    (_INSTALLS_PROJECT, _python),
    (_INSTALLS_PATH, _python),
    (r"^(?:npm\s+(?:ci|i|install)|pnpm\s+(?:i|install)|yarn(?:\s+install)?)\b", _node),
)
"""Which commands have which manifest read. An installer that only warns where something is missing is not among them."""
