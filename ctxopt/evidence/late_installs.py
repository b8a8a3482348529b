"""Which steps install packages after a COPY of all sources, although what they read could come first.

Opens the manifests of such a step. Where one reads more than manifests, or an earlier step has installed the same, nothing is
said: what remains runs again on every change for nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ctxopt.evidence.development import is_for_development
from ctxopt.evidence.git_history import BuildTakings, Taking
from ctxopt.evidence.installers import (
    InstallCommand,
    install_commands,
    is_conditional,
    is_setup,
)
from ctxopt.evidence.named_paths import paths_in, start_folders
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.languages.dockerfile import RunStep, Source
from ctxopt.paths import is_at_or_below, join, name, parent, relative
from ctxopt.tree.model import FILE

_PACKAGES: Final = frozenset(
    {"node_modules", "vendor", ".venv", "venv", "site-packages", "deps", ".m2", ".gradle"}
    | {".nuget", "registry", "target", "bundle", "mod"}
)
"""What installed packages are called, where another stage has made them."""
_NO_SOURCE: Final = (
    ".txt", ".in", ".lock", ".toml", ".json", ".yaml", ".yml", ".md", ".cfg", ".xml", ".ini",
)  # fmt: skip
_LOCKS: Final = r"lock\b|lockb$|-lock\.|\.sum$|/$"
"""Manifests that say nothing of where packages come from."""
_KEEPS: Final = r"\btype=(?:bind|cache)\b"
_INCLUDED: Final = r"(?m)^\s*(?:-r|-c|--requirement|--constraint)[ =]?\s*(\S+)"


class LateInstall(NamedTuple):
    """A command that runs again whenever a source changes."""

    run: RunStep
    source: Source
    """The instruction that brings the sources."""
    command: InstallCommand
    manifests: tuple[str, ...]
    """What it reads, in the context."""
    lines: tuple[str, ...]
    """What to write above ``source``; nothing where no lines hold for every project."""
    has_more_first: bool
    """Whether other commands come before it, which may set up what it needs."""


def find_late_installs(taken: BuildTakings, files: SentFiles) -> Iterator[LateInstall]:
    """Yield the commands of a build that install after a broad COPY what they could install before it."""
    search = _Search(taken, files)
    for run in taken.build.runs:
        if run.reachable and run.onbuild is None and not run.heredocs:
            yield from search.in_step(run)


class _Search:
    """Asks the steps of one build."""

    def __init__(self, taken: BuildTakings, files: SentFiles) -> None:
        self._taken = taken
        self._files = files
        self._flags = {item.line: item.flags for item in taken.build.dockerfile.instructions}

    def in_step(self, run: RunStep) -> Iterator[LateInstall]:
        # Most steps that install do so before any folder is there: their commands need not be read.
        if not any(map(self._is_wide, self._takings(run))):
            return
        commands = install_commands(run.script)
        if not commands or is_conditional(run.script) or self._is_spared(run):
            return
        told = set()
        for command in commands:
            manifests = self._manifests(run, command)
            first = next(iter(manifests), None)
            if first is None or (command.installer.tool, first) in told:
                continue
            source = self._broad(run, first)
            if source is None or self._is_done(run, command, first):
                continue
            if self._needs_more(command, list(manifests)):
                continue
            told.add((command.installer.tool, first))
            lines = self._lines(run, source, command, manifests)
            yield LateInstall(
                run=run,
                source=source,
                command=command,
                manifests=tuple(manifests),
                lines=lines,
                has_more_first=self._has_more_first(run, source, command),
            )

    def _is_spared(self, run: RunStep) -> bool:
        """Whether a step keeps what it fetches in a mount, or reads its manifests there; or is for development."""
        mounts = [flag for flag in self._flags.get(run.line, ()) if flag.startswith("--mount=")]
        if any(re.search(_KEEPS, flag) or "type=" not in flag for flag in mounts):
            return True
        return is_for_development(self._taken.build.stages[run.stage].name or "")

    def _is_wide(self, taking: Taking) -> bool:
        return any(root in self._files.tree.folders for root in taking.roots)

    def _takings(self, run: RunStep) -> list[Taking]:
        """Return what a stage was given before a step, in the order of the steps."""
        found = [taking for taking in self._taken.arriving(run) if taking.source.mount is None]
        order = self._order(run)
        return sorted(found, key=lambda taking: (order[taking.source.stage], taking.source.line))

    def _order(self, run: RunStep) -> dict[int, int]:
        lineage = list(self._taken.build.lineage(run.stage))
        return {stage: -place for place, stage in enumerate(lineage)}

    def _is_before(self, run: RunStep) -> Callable[[RunStep | Source], bool]:
        """Return what tells of a step whether it comes before ``run`` in its stage or in those that this is built on."""
        order = self._order(run)
        last = (order[run.stage], run.line)
        return lambda step: step.stage in order and (order[step.stage], step.line) < last

    def _manifests(self, run: RunStep, command: InstallCommand) -> dict[str, str]:
        """Return what a command reads, with the folder of each as the step would name it; nothing where that is not known."""
        if command.folder is None:
            return {}
        takings = self._takings(run)
        workdir = posixpath.join(run.workdir, command.folder)
        folders = list(start_folders(workdir, takings, self._files))
        if command.named:
            return self._named(run, command, takings, folders)
        for folder in folders:
            for wanted in command.installer.manifests:
                found = self._existing(folder, wanted)
                if len(found) == 1:
                    return {found[0]: command.folder} | self._beside(
                        folder, command, command.folder
                    )
        return {}

    def _named(
        self,
        run: RunStep,
        command: InstallCommand,
        takings: Sequence[Taking],
        folders: Sequence[str],
    ) -> dict[str, str]:
        found: dict[str, str] = {}
        for word in command.named:
            # Where COPY says a relative place, an absolute name is told from where the step starts.
            inside = relative(word, run.workdir) or word
            path = next(paths_in(inside, takings, self._files, folders), None)
            if path is None:
                return {}
            place = posixpath.dirname(posixpath.join(command.folder or "", word))
            found |= {path: place} | self._beside(parent(path), command, place)
            if not self._include(path, place, found):
                return {}
        return found

    def _include(self, path: str, place: str, found: dict[str, str]) -> bool:
        """Add what a list of requirements includes; tell whether all of it is there."""
        for named in re.findall(_INCLUDED, self._files.text(path)):
            inside = self._existing(parent(path), named)
            if not inside:
                return False
            if inside[0] in found:
                continue
            found[inside[0]] = posixpath.dirname(posixpath.join(place, named))
            if not self._include(inside[0], found[inside[0]], found):
                return False
        return True

    def _beside(self, folder: str, command: InstallCommand, place: str) -> dict[str, str]:
        found = {}
        for wanted in command.installer.beside:
            for path in self._existing(folder, wanted.rstrip("/")):
                found[path] = place
                if wanted.endswith("/"):
                    found[path] = posixpath.join(place, name(path))
        return found

    def _existing(self, folder: str, wanted: str) -> list[str]:
        path = posixpath.normpath(join(folder, wanted))
        if path.startswith(".."):
            return []
        return self._files.existing(path)

    def _broad(self, run: RunStep, manifest: str) -> Source | None:
        """Return the first instruction that brings a manifest along with sources."""
        for taking in self._takings(run):
            for root in taking.roots:
                is_above = root != manifest and is_at_or_below(manifest, root)
                if is_above and self._has_sources(root):
                    return taking.source
        return None

    def _has_sources(self, folder: str) -> bool:
        for row in self._files.lookup.view.rows(folder):
            ending = posixpath.splitext(row.path)[1]
            if row.kind == FILE and row.is_sent and ending and ending not in _NO_SOURCE:
                return True
        return False

    def _is_done(self, run: RunStep, command: InstallCommand, manifest: str) -> bool:
        """Whether an earlier step installs the same, or another stage brings what was installed."""
        build = self._taken.build
        is_before = self._is_before(run)
        for source in filter(is_before, build.sources):
            is_foreign = source.from_ is not None
            if is_foreign and any(name(path.path) in _PACKAGES for path in source.paths):
                return True
        for earlier in filter(is_before, build.runs):
            for other in install_commands(earlier.script):
                if other.installer.tool == command.installer.tool:
                    # What is not known to be another project is taken for this one.
                    read = self._manifests(earlier, other)
                    if not read or manifest in read:
                        return True
        return False

    def _needs_more(self, command: InstallCommand, manifests: Sequence[str]) -> bool:
        """Whether an install reads more than manifests, or has nothing to fetch."""
        installer = command.installer
        folder = parent(manifests[0])
        if any(self._existing(folder, path) for path in installer.stopped_by):
            return True
        first = self._files.text(manifests[0])
        if not re.search(installer.asks_for, first):
            return True
        if re.search(installer.scripts, first) and "--ignore-scripts" not in command.words:
            return True
        read = [path for path in manifests if not re.search(_LOCKS, path)]
        return any(re.search(installer.reads_more, self._files.text(path)) for path in read)

    def _lines(
        self, run: RunStep, source: Source, command: InstallCommand, manifests: Mapping[str, str]
    ) -> tuple[str, ...]:
        """Return what to write above ``source`` so that the packages are there before the sources come."""
        if not command.installer.has_lines:
            return ()
        # A relative folder would be another one where WORKDIR comes between.
        start = ""
        if posixpath.join(source.workdir, ".") != posixpath.join(run.workdir, "."):
            start = run.workdir
        copies: dict[str, list[str]] = {}
        for path, place in manifests.items():
            dest = posixpath.normpath(posixpath.join(start, place)) + "/"
            copies.setdefault(dest.removeprefix("./") or "./", []).append(path)
        lines = [f"COPY {' '.join(paths)} {dest}" for dest, paths in copies.items()]
        if self._are_there(run, source, manifests):
            lines = []
        flags = "".join(f"{flag} " for flag in self._flags.get(run.line, ()))
        return (*lines, f"RUN {flags}{_script(command, start)}")

    def _has_more_first(self, run: RunStep, source: Source, command: InstallCommand) -> bool:
        """Whether steps between, or other parts of its own, run before a command that is moved up without them."""
        if not is_setup(command.before):
            return True
        order = self._order(run)
        first = (order[source.stage], source.line)
        between = filter(self._is_before(run), self._taken.build.runs)
        return any(first < (order[other.stage], other.line) for other in between)

    def _are_there(self, run: RunStep, source: Source, manifests: Iterable[str]) -> bool:
        """Whether other instructions bring all of ``manifests`` before ``source`` does."""
        brought: set[str] = set()
        for taking in self._takings(run):
            if taking.source is source:
                break
            brought.update(taking.roots)
        return brought.issuperset(manifests)


def _script(command: InstallCommand, start: str) -> str:
    """Return what the early step runs: the command, after what its own step does before it where that needs no sources."""
    installer = command.installer
    text = command.text
    first = command.before
    if installer.instead:
        program, _, rest = installer.instead.partition(" ")
        wrapper = f"{program}w"
        if wrapper in command.words:
            program = f"./{wrapper}"
        text = " ".join((program, rest, *command.named))
    if installer.instead or not is_setup(command.before):
        # What stands in for the command has none of its options.
        folder = command.folder if installer.instead else command.entered
        first = f"cd {folder} &&" if folder else ""
    if start and not command.named:
        first = f"cd {start} && {first}".rstrip()
    missing = (flag for flag in installer.flags if flag not in command.words)
    return " ".join((first, text, *missing)).strip()
