"""What the manifests of a project name and show: files that a package's build reads, and that it reads ``.git``.

Opens the manifests that ``manifest_search`` found; what cannot be read says nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ctxopt.evidence.called_texts import TextFile
from ctxopt.evidence.cargo_workspace import crates_built
from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.git_history import (
    BuildTakings,
    compares_files,
    is_outside,
    without_waiting_profiles,
)
from ctxopt.evidence.manifest_search import GIT_DEPTH, ManifestFile
from ctxopt.evidence.manifests import MANIFESTS, Named, read_manifest
from ctxopt.evidence.needs import Clues, GitReason, Need
from ctxopt.evidence.recipes import program_of
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.paths import is_at_or_below, join, name, parent

_MAY_BE_MADE: Final = ("main", "files")
"""What a package publishes, which is often what its build makes."""
_CONFIGURES: Final = ".config."
"""In the names of files by which bundlers are told what to do."""


class ManifestNeeds(NamedTuple):
    """What the manifests tell, and their texts."""

    clues: Clues
    callers: tuple[TextFile, ...]
    """Files that may name a script which no step names."""


def needs_of_manifests(
    manifests: Iterable[ManifestFile],
    files: SentFiles,
    built: Iterable[str],
    *,
    with_solutions: bool,
) -> ManifestNeeds:
    """Read the manifests; ``built`` is what the build takes, ``""`` for everything.

    ``with_solutions`` says whether all projects that a solution lists are built.
    """
    roots = set(built)
    needs: list[Need] = []
    mentions: list[GitReason] = []
    callers: list[TextFile] = []
    texts = {manifest: files.text(manifest.path) for manifest in manifests}
    crates = _crates(texts, roots)
    packages = {item.folder for item in texts if item.name == "package.json"}
    for manifest, text in texts.items():
        if manifest.name in MANIFESTS or program_of(manifest.name):
            callers.append(TextFile(manifest.path, text))
        for named in read_manifest(manifest.name, text):
            if named.role == "project" and not with_solutions:
                continue
            reason = f"{manifest.path} reads it as {named.role}"
            needs += [
                Need(path, reason, manifest.path) for path in _meant(named, manifest.folder, files)
            ]
            if named.role == "workspaces" and "**" in named.path:
                needs += [
                    Need(path, reason, manifest.path)
                    for path in _packages_below(named, manifest, texts)
                ]
        shown = mention_of(manifest.path, text, files.catalog)
        # Whether a build works in a package is asked of its configuration later on, however deep it lies.
        is_configured = _CONFIGURES in manifest.name and manifest.folder in packages
        if shown and (
            is_configured or manifest.folder in crates or _is_near(manifest.folder, roots)
        ):
            mentions.append(shown)
    clues = Clues(needs=tuple(needs), mentions=tuple(mentions))
    return ManifestNeeds(clues, tuple(callers))


def roots_built(builds: Sequence[BuildTakings]) -> set[str]:
    """Return what the builds take; everything where no Dockerfile says it."""
    roots = {root for build in builds for taking in build.takings for root in taking.roots}
    if not builds:
        roots.add("")
    return roots


def _meant(named: Named, folder: str, files: SentFiles) -> Iterator[str]:
    """What there is of what a manifest in ``folder`` names."""
    inside = posixpath.normpath(posixpath.join(folder, named.path.lstrip("/")))
    if inside.startswith("..") or inside == ".":
        return
    for path in files.existing(inside.partition("/**")[0]):
        if named.role == "workspaces" and not files.has(join(path, "package.json")):
            continue  # the glob of a workspace meets folders that are no package
        if named.role not in _MAY_BE_MADE or files.is_input(path):
            yield path


def _packages_below(
    named: Named, manifest: ManifestFile, known: Iterable[ManifestFile]
) -> Iterator[str]:
    """The folders of the packages, on any level, that a workspace means by ``**``."""
    inside = posixpath.normpath(posixpath.join(manifest.folder, named.path.partition("**")[0]))
    for other in known:
        if other.name != "package.json" or other.folder in ("", manifest.folder):
            continue
        if inside == "." or is_at_or_below(other.folder, inside):
            yield other.folder


def mention_of(path: str, text: str, catalog: Catalog) -> GitReason | None:
    """Return what of the file at ``path``, or of a part of it, shows that the history is read; None where nothing does."""
    file = name(path)
    if file == "pom.xml":
        text = without_waiting_profiles(text)
    # Asked in this order because most names show nothing, and then no text has to be searched.
    shown = catalog.version_from_git(file, text)
    if not shown or is_outside(file, text):
        return None
    told = f"mentions {shown[0].strip()}"
    if shown[0] == file:
        told = "shows it"
    return GitReason(path, f"{path} {told}", compares_files(shown, text))


def _crates(texts: Mapping[ManifestFile, str], roots: set[str]) -> set[str]:
    """The folders of the crates that are built, however deep: a workspace builds all its members."""
    cargo = {item.folder: text for item, text in texts.items() if item.name == "Cargo.toml"}
    return crates_built(cargo, [folder for folder in cargo if _is_near(folder, roots)])


def _is_near(folder: str, roots: set[str]) -> bool:
    return any(_is_built_with(folder, root) for root in roots)


def _is_built_with(folder: str, root: str) -> bool:
    """Whether taking ``root`` builds the package in ``folder``: near its top, or right above it."""
    if not root:
        return folder.count("/") < GIT_DEPTH - 1
    if folder == parent(root):
        return True
    return is_at_or_below(folder, root) and folder.count("/") - root.count("/") < GIT_DEPTH
