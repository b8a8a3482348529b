"""What a build is known to read, so that nobody calls it superfluous: sources, manifests, git.

Reads the manifests and build files that can be reached; decides nothing about sizes.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import starmap, takewhile
from typing import Final, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.git_history import BuildTakings, Taking, asks_git, is_outside
from ctxopt.evidence.manifest_search import GIT_DEPTH, MOST_FILES, find_manifests
from ctxopt.evidence.manifests import MANIFESTS, read_manifest
from ctxopt.evidence.other_dockerfiles import find_dockerfiles, local_paths, read_siblings
from ctxopt.evidence.read_start import read_start
from ctxopt.evidence.source_imports import NAMES, named_beside, sources_among
from ctxopt.languages.dockerfile import Build
from ctxopt.languages.golang.paths import has_meta
from ctxopt.tree.lookup import ViewLookup

_MOST_BYTES: Final = 1 << 18
"""What is read of one file."""
_GENERATED: Final = frozenset({"dependencies", "build-output", "cache", "test-report"})
_PACKED: Final = (".whl", ".tar.gz", ".tgz", ".jar", ".war", ".deb", ".rpm", ".gem", ".nupkg")
_WORD: Final = re.compile(r"[\w./@+*?-]+")
_SOLUTION_STEP: Final = re.compile(
    r"\b(?:dotnet\s+(?:restore|build|publish|test|pack)|msbuild)\b(?![^&|;\n]*\w\.\w*proj\b)"
)
_MAKES: Final = frozenset(
    {"rm", "rmdir", "mkdir", "touch", "git", "echo", "printf", "ln", "chmod", "chown"}
)
"""Commands whose arguments are no files that they read."""


class Need(NamedTuple):
    """One reason why a path must stay."""

    path: str
    reason: str
    """One clause: ``named by COPY in line 4``, ``pyproject.toml reads it as readme``."""


class Needs(NamedTuple):
    """The reasons by path: what has to stay is the path, and a folder above it as far as it leads there."""

    needs: tuple[Need, ...] = ()
    git: tuple[str, ...] = ()
    """Why the build may read ``.git``; empty where nothing shows that it does."""
    tests: str | None = None
    """The test command that a RUN step gives, if one does."""
    named: tuple[Need, ...] = ()
    """What instructions name, there or not yet there: of a wildcard the folder before it."""
    served: tuple[str, ...] = ()
    """The other Dockerfiles that the ignore file serves."""
    elsewhere: tuple[str, ...] = ()
    """What other stages and Dockerfiles take with the same ignore file; ``""`` is everything."""

    def why(self, path: str) -> str | None:
        """Return why ``path`` or something below it must stay; None if nothing is known."""
        for need in self.needs:
            if need.path == path or need.path.startswith(path + "/"):
                return need.reason
        return None

    def reasons(self) -> dict[str, str]:
        """Return what ``why`` answers, for every path that it knows: for many questions."""
        found: dict[str, str] = {}
        for need in self.needs:
            path = need.path
            while path and path not in found:
                found[path] = need.reason
                path = path.rpartition("/")[0]
        return found


def gather_needs(analysis: Analysis, catalog: Catalog, known: Iterable[str] = ()) -> Needs:
    """Collect what Dockerfiles and manifests say; what cannot be read says nothing.

    ``known`` are files among which Dockerfiles may be that are not sent.
    """
    return _Gatherer(analysis, catalog, known).needs()


class _Gatherer:
    def __init__(self, analysis: Analysis, catalog: Catalog, known: Iterable[str]) -> None:
        self._analysis = analysis
        self._catalog = catalog
        self._sent = ViewLookup(analysis.permitted)
        plan = analysis.plan
        self._build: Build | None = plan.build if plan else None
        self._known = known
        self._uses = [
            Taking(use.source, use.roots)
            for use in (plan.sources.uses if plan else ())
            if use.context is None
        ]
        self._found: dict[str, str] = {}
        self._named: dict[str, str] = {}
        self._elsewhere: dict[str, None] = {}
        self._served: list[str] = []
        self._builds = [BuildTakings(self._build, self._uses)] if self._build else []
        """Every build that the ignore file serves."""
        self._mentions: dict[str, str] = {}
        """Files that show a reading of the history, and what of them does."""
        self._callers: list[str] = []
        """Manifests, which may name a script that no step names."""
        self._git: dict[str, None] = {}
        self._builds_solution = self._build is None
        """Whether a step of .NET names no project, so that it builds all that a solution lists."""
        self._entered: list[str] = []
        """The folders in which manifests may be the project's own."""

    def needs(self) -> Needs:
        self._from_sources()
        self._from_exceptions()
        tests = self._from_runs(self._builds[0]) if self._builds else None
        self._from_manifests()
        self._from_neighbours()
        self._from_other_stages()
        tests = self._from_siblings() or tests
        self._from_mentions()
        found = tuple(starmap(Need, self._found.items()))
        named = tuple(starmap(Need, self._named.items()))
        served = tuple(self._served)
        return Needs(found, tuple(self._git), tests, named, served, tuple(self._elsewhere))

    def _add(self, path: str, reason: str) -> None:
        if path:
            self._found.setdefault(path, reason)

    def _from_sources(self) -> None:
        for use in self._uses:
            kind = "bind mount" if use.source.mount else use.source.instruction
            self._name(local_paths(use.source), f"named by {kind} in line {use.source.line}")
            # A wildcard that takes everything names nothing.
            plain = {p.path.strip("/") for p in use.source.paths if p.kind == "local"}
            for root in use.roots:
                if root in plain or not any(_takes_all(root, path) for path in plain):
                    self._add(root, f"named by {kind} in line {use.source.line}")
                if posixpath.basename(root) == ".git" or "/.git/" in f"/{root}/":
                    self._git.setdefault(f"{kind} in line {use.source.line} names it")

    def _from_exceptions(self) -> None:
        """What the ignore file brings back by its whole name, somebody wants."""
        for pattern in self._analysis.matcher.patterns:
            if pattern.exception and pattern.line and not has_meta(pattern.text):
                self._add_existing(
                    pattern.text, f"brought back in line {pattern.line} of the ignore file"
                )

    def _name(self, paths: Iterable[str], reason: str) -> None:
        for path in paths:
            plain = "/".join(takewhile(lambda part: not has_meta(part), path.split("/")))
            if plain:
                self._named.setdefault(plain, reason)

    def _from_runs(self, taken: BuildTakings, where: str = "") -> str | None:
        tests = None
        for run in taken.build.runs:
            script = run.script
            # A stage for tests is built by name, and with the same ignore file.
            tests = tests or self._catalog.test_command(script)
            if not run.reachable:
                continue
            if taken.build is self._build:
                self._builds_solution |= bool(_SOLUTION_STEP.search(script))
            uses = taken.arriving(run)
            if uses and "git clone" not in script:
                shown = self._catalog.version_from_git("Dockerfile", script)
                if shown and any(self._brings_git(use) for use in uses):
                    self._git.setdefault(f"RUN in line {run.line}{where} runs {shown[0]}")
            for path in self._paths_in(script, uses):
                self._add(path, f"named by RUN in line {run.line}{where}")
                if path not in self._mentions and asks_git(path, self._read(path)):
                    self._mentions[path] = (
                        f"{path}, named by RUN in line {run.line}{where}, asks git"
                    )
        return tests

    def _from_other_stages(self) -> None:
        for source in self._build.sources if self._build else ():
            paths = [] if source.reachable else local_paths(source)
            self._take(paths, f"named by {source.instruction} in line {source.line}")

    def _from_siblings(self) -> str | None:
        """What the other Dockerfiles name, read and test that the same ignore file serves."""
        context, tree = self._analysis.context, self._analysis.tree
        active = context.dockerfile.inside if self._build else None
        paths = find_dockerfiles(tree, self._known, self._entered)
        tests = None
        others = [path for path in paths if path != active]
        read = read_siblings(context, others, lambda path: bool(self._existing(path)))
        for sibling in read.served:
            where = f" of {sibling.path}"
            self._served.append(sibling.path)
            takings = [
                Taking(source, self._take(meant, f"named in line {source.line}{where}"))
                for source, meant in sibling.sources()
            ]
            self._builds.append(BuildTakings(sibling.build, takings))
            tests = self._from_runs(self._builds[-1], where) or tests
        return tests

    def _take(self, paths: Iterable[str], reason: str) -> tuple[str, ...]:
        """Note what others than this build take; return what there is of it."""
        roots: dict[str, None] = {}
        for path in paths:
            folder, _, last = path.rpartition("/")
            if set(last) <= {"*"}:
                roots[folder] = None  # all of it is taken, and nothing is named
                continue
            found = self._existing(path)
            roots |= dict.fromkeys(found)
            for root in found:
                self._add(root, reason)
            self._name([path], reason)
        self._elsewhere |= roots
        return tuple(roots)

    def _add_existing(self, path: str, reason: str) -> None:
        inside = path.strip("/")
        if inside and set(inside) != {"*"}:
            for found in self._existing(inside):
                self._add(found, reason)

    def _brings_git(self, use: Taking) -> bool:
        return any(self._sent.find(_join(root, ".git")) is not None for root in use.roots)

    def _paths_in(self, script: str, uses: list[Taking]) -> Iterator[str]:
        if not uses:
            return
        for command in re.split(r"&&|\|\||[;|\n]", script):
            words = _WORD.findall(command)
            if not words or words[0] in _MAKES:
                continue
            for word in words:
                if len(word) < 200 and ("/" in word or "." in word.strip(".") or _is_capital(word)):
                    yield from self._resolve(word, uses)

    def _resolve(self, word: str, uses: list[Taking]) -> Iterator[str]:
        for use in uses:
            for root in use.roots:
                inside = word
                dest = use.source.dest.rstrip("/")
                if word.startswith("/"):
                    if not use.source.dest.startswith("/") or not word.startswith(dest + "/"):
                        continue
                    inside = word[len(dest) + 1 :]
                inside = posixpath.normpath(inside)
                if inside == "." or inside.startswith(("..", "/")):
                    continue
                options = [_join(root, inside)]
                if root and (inside == root or inside.startswith(root + "/")):
                    options.append(inside)
                if root and posixpath.basename(root) == inside:
                    options.append(root)
                for path in options:
                    yield from (p for p in self._existing(path) if self._is_input(p))

    def _existing(self, path: str) -> list[str]:
        if has_meta(path):
            return [] if "**" in path else (self._sent.glob(path) or [])
        return [path] if self._sent.find(path) is not None else []

    def _is_input(self, path: str) -> bool:
        """Whether a step that names ``path`` reads it, and does not make it itself."""
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            here = "/".join(parts[:depth])
            is_dir = depth < len(parts) or here in self._analysis.tree.folders
            kinds = {entry.kind for entry in self._catalog.match_path(here, is_dir)}
            if kinds & _GENERATED:
                return path.endswith(_PACKED)
        return True

    def _from_manifests(self) -> None:
        manifests, self._entered = find_manifests(self._sent, self._catalog)
        for folder, name in manifests:
            path = _join(folder, name)
            text = self._read(path)
            if name in MANIFESTS:
                self._callers.append(text)
            for named in read_manifest(name, text):
                if named.role == "project" and not self._builds_solution:
                    continue
                inside = posixpath.normpath(posixpath.join(folder, named.path.lstrip("/")))
                if inside.startswith("..") or inside == ".":
                    continue
                existing = self._existing(inside.partition("/**")[0])
                if named.role == "workspaces":
                    existing = [p for p in existing if self._sent.find(_join(p, "package.json"))]
                for found in existing:
                    if named.role not in ("main", "files") or self._is_input(found):
                        self._add(found, f"{path} reads it as {named.role}")
            shown = () if is_outside(text) else self._catalog.version_from_git(name, text)
            if shown and self._is_built(folder):
                what = "shows it" if shown[0] == name else f"mentions {shown[0].strip()}"
                self._mentions.setdefault(path, f"{path} {what}")

    def _from_neighbours(self) -> None:
        """What Go and Python sources name of folders that look superfluous."""
        opened = 0
        for path in self._entered:
            folder = self._analysis.tree.folders[path]
            folders = NAMES.intersection(folder.names)
            for name in sources_among(folder.names) if folders else ():
                opened += 1
                if opened > MOST_FILES:
                    return
                source = _join(path, name)
                for inside in named_beside(name, self._read(source), folders):
                    reason = f"named by {source}"
                    self._add_existing(_join(path, inside), reason)
                    self._name([_join(path, inside)], reason)

    def _from_mentions(self) -> None:
        """A file that asks for the history reads it where a stage holds both, and something runs it."""
        folders = [path for path in self._analysis.tree.folders if path.endswith("/.git")]
        histories = [".git", *folders]
        for path, reason in self._mentions.items():
            if not self._builds or any(
                build.runs(path, self._callers) and build.joins(path, histories)
                for build in self._builds
            ):
                self._git.setdefault(reason)

    def _is_built(self, folder: str) -> bool:
        """Whether the build takes the package in ``folder``: near the root of what a source takes."""
        roots = {root for use in self._uses for root in use.roots}
        if self._build is None:
            roots.add("")
        return any(
            folder == root
            or (not root and folder.count("/") < GIT_DEPTH - 1)
            or (
                bool(root)
                and folder.startswith(root + "/")
                and folder.count("/") - root.count("/") < 2
            )
            for root in roots
        ) or any(root.rpartition("/")[0] == folder and root for root in roots)

    def _read(self, path: str) -> str:
        """The start of a regular file; nothing where there is none any more."""
        content = read_start(os.path.join(self._analysis.tree.root, path), _MOST_BYTES)
        return (content or b"").decode("utf-8-sig", "surrogateescape")


def _takes_all(root: str, path: str) -> bool:
    """Whether ``root`` was found by the source ``path`` because that takes all there is."""
    last = path.rpartition("/")[2]
    return set(last) <= {"*"} and root.rpartition("/")[0] == path.rpartition("/")[0]


def _is_capital(word: str) -> bool:
    return word.isupper() and len(word) > 3


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
