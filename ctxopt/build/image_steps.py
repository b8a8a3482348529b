"""Run a build's instructions as far as they place files: what lies in each stage at its end. Asks no disk itself.

Sources: moby/buildkit frontend/dockerfile/dockerfile2llb/convert.go dispatchCopy, pathRelativeToWorkingDir.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ctxopt.build.image_tree import SOMEWHERE, ImageTree, SourceMatch
from ctxopt.build.placement import LeftOut, Placed, context_at_root, own_file
from ctxopt.errors import IgnoreFileError
from ctxopt.languages.dockerfile import Build, Origin, RunStep, Source, SourcePath, Workdir
from ctxopt.languages.golang.strings import clean_join
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.paths import name, relative
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import DIR, FILE

if TYPE_CHECKING:
    from ctxopt.build.podman_copy import Taken

IsArchive: TypeAlias = Callable[[str], bool]
"""Whether ADD would unpack a file of the main context."""

_Step: TypeAlias = Source | RunStep | Workdir
_MOUNTS = ("bind", "cache")


class _Destination(NamedTuple):
    """Where an instruction copies to; ``is_folder`` where it says that this is a folder."""

    path: str
    is_folder: bool


class _Taken(NamedTuple):
    """What a source takes: a file or folder, of which ``patterns`` take all or leave something out."""

    match: SourceMatch
    patterns: tuple[tuple[Matcher, bool], ...]


class ImageSteps:
    """The stages of one build, each run when it is first asked for."""

    def __init__(
        self, build: Build, contexts: Mapping[str | None, ViewLookup], is_archive: IsArchive
    ) -> None:
        self._build = build
        self._is_archive = is_archive
        self._stages: dict[int, ImageTree] = {}
        self._contexts: dict[str | None, ImageTree] = {}
        for context, lookup in contexts.items():
            tree = ImageTree(is_known=True)
            tree.place(context_at_root(lookup))
            self._contexts[context] = tree
        self._nothing = ImageTree(is_known=False)
        self.taken: Mapping[Source, Taken] = {}
        """What instructions take by themselves; for the others all of a context is there that is sent."""
        self._steps: dict[int, list[_Step]] = {}
        # In this order for one line: a RUN comes behind its own mounts.
        every: list[_Step] = [*build.workdirs, *build.sources, *build.runs]
        for step in every:
            self._steps.setdefault(step.stage, []).append(step)
        for steps in self._steps.values():
            # Triggers of the base come first.
            steps.sort(key=lambda step: (step.onbuild is None, step.line))

    def stage(self, index: int) -> ImageTree:
        """Return what lies in a stage at its end."""
        done = self._stages
        waiting = [index]
        # By hand: a long chain of stages would be too deep for Python.
        while waiting:
            needed = [other for other in self._needed(waiting[-1]) if other not in done]
            if needed:
                waiting += needed
                continue
            here = waiting.pop()
            if here not in done:
                done[here] = self._run(here)
        return done[index]

    def _needed(self, index: int) -> Iterator[int]:
        steps = self._steps.get(index, ())
        origins = [step.from_ for step in steps if isinstance(step, Source)]
        for origin in (self._build.stages[index].base, *origins):
            if origin is not None and origin.stage is not None:
                yield origin.stage

    def _run(self, index: int) -> ImageTree:
        base = self._build.stages[index].base
        start = self._nothing
        if base.kind in ("stage", "context"):
            start = self._tree_of(base)
        tree = ImageTree(is_known=start.is_known or base.kind == "scratch", base=start)
        for step in self._steps.get(index, ()):
            if isinstance(step, RunStep):
                tree.run(step.script)
            elif isinstance(step, Workdir):
                tree.make_folder(step.path.strip("/"))
            elif step.mount is not None:
                self._mount(step, tree)
            else:
                self._copy(step, tree)
        return tree

    def _copy(self, step: Source, tree: ImageTree) -> None:
        taken = self.taken.get(step)
        origin = self._tree_of(step.from_)
        if taken is not None:
            origin = ImageTree(is_known=True)
            origin.place(context_at_root(ViewLookup(taken.view)))
        _Copy(step, origin, tree, self._is_archive, taken).run()

    def _tree_of(self, origin: Origin | None) -> ImageTree:
        if origin is None:
            return self._contexts[None]
        if origin.stage is not None:
            return self._stages[origin.stage]
        # Of an image nothing is known, and nothing of a context that is no folder.
        return self._contexts.get(origin.text, self._nothing)

    def _mount(self, source: Source, tree: ImageTree) -> None:
        """Let a RUN step see a mount: what is in it, the step may put anywhere."""
        if source.mount not in _MOUNTS:
            return
        origin = self._tree_of(source.from_)
        tree.loosen(origin.loose)
        for path in source.paths:
            for named in origin.named_by(path.path.strip("/")):
                parts = origin.take(named.real, SOMEWHERE, source.line)
                tree.loosen(_started(part, source) for part in parts)


class _Copy:
    """One COPY or ADD."""

    def __init__(
        self,
        source: Source,
        origin: ImageTree,
        tree: ImageTree,
        is_archive: IsArchive,
        taken: Taken | None = None,
    ) -> None:
        self._source = source
        self._matches: dict[SourcePath, tuple[SourceMatch, ...]] | None = None
        """What its paths name, where that is known already."""
        if taken is not None:
            self._matches = dict(zip(source.paths, taken.matches, strict=True))
        self._origin = origin
        self._tree = tree
        self._is_archive = is_archive
        self._dest = _destination(source)
        self._folder: str | None = None
        """The destination behind its links, where it says that it is a folder."""
        self._exclude: tuple[tuple[Matcher, bool], ...] = ()
        # What was taken is without what it leaves out.
        if taken is None:
            self._exclude = tuple(_matchers(source.exclude, takes=False))

    def run(self) -> None:
        source, tree = self._source, self._tree
        if self._dest.is_folder:
            self._folder = tree.resolve_new(self._dest.path)
            tree.make_folder(self._folder)
        tree.loosen(self._origin.loose)
        for path in source.paths:
            if path.kind != "local":
                continue
            if path.vague and source.from_ is not None:
                tree.loosen(self._origin.placed)
                continue
            for taken in self._taken(path):
                self._put(taken)
        for heredoc in source.heredocs:
            tree.place(own_file(self._file_at(heredoc)[0]))

    def _taken(self, path: SourcePath) -> Iterator[_Taken]:
        patterns = self._exclude
        inside = path.path.strip("/")
        if self._source.parents:
            start, pivot, pattern = path.text.partition("/./")
            if not pivot:
                start, pattern = "/", path.text
            inside = clean_join("/", start).strip("/")
            wanted = clean_join("/", pattern).strip("/")
            if wanted and self._matches is None:
                patterns += tuple(_matchers([wanted], takes=True))
        self._tree.loosen(self._origin.possible(inside))
        if self._matches is None or self._source.parents:
            matches = self._origin.named_by(inside)
        else:
            matches = list(self._matches.get(path, ()))
        for found in matches:
            yield _Taken(found, patterns)

    def _put(self, taken: _Taken) -> None:
        """Place what was taken; a folder's content goes into the destination, a file goes in or is called so."""
        tree = self._tree
        found = taken.match
        is_vague = is_archive = False
        if found.kind != DIR:
            is_archive = self._unpacks(found)
        if found.kind == DIR or is_archive:
            at = tree.resolve_new(self._dest.path)
            tree.make_folder(at)
        else:
            at, is_vague = self._file_at(name(found.path))
        for part in self._origin.take(found.real, at, self._source.line):
            left = _without(_started(part, self._source), at, taken.patterns)
            if left is not None:
                tree.place(left._replace(unpacked=part.unpacked or is_archive, is_vague=is_vague))

    def _unpacks(self, found: SourceMatch) -> bool:
        is_add = self._source.instruction == "ADD" and self._source.from_ is None
        return is_add and found.kind == FILE and self._is_archive(found.real)

    def _file_at(self, called: str) -> tuple[str, bool]:
        """Return where a file called so comes to lie, and whether the destination may be a folder all the same."""
        tree = self._tree
        if self._folder is not None:
            return tree.enter(self._folder, called), False
        at = tree.resolve_new(self._dest.path)
        kind = tree.kind(at)
        if kind == DIR:
            return tree.enter(at, called), False
        return at, kind is None and not tree.is_known


def _destination(source: Source) -> _Destination:
    text = source.dest
    if text in ("", "."):
        text = "./"
    start = "/"
    if source.vague_dest:
        start = f"/{SOMEWHERE}{source.line}"
    elif not text.startswith("/"):
        start = source.dest_root or f"/{SOMEWHERE}"
    path = clean_join(start, text.lstrip("/")).strip("/")
    if SOMEWHERE in start and not path.startswith(SOMEWHERE):
        # Above a folder that is not known there is another one.
        path = f"{SOMEWHERE}{source.line}"
    return _Destination(path, text.endswith(("/", "/.")))


def _matchers(
    patterns: tuple[str, ...] | list[str], *, takes: bool
) -> Iterator[tuple[Matcher, bool]]:
    if not patterns:
        return
    try:
        yield read_matcher((None, pattern) for pattern in patterns), takes
    except IgnoreFileError:
        # Docker refuses this build: there is nothing that its instruction leaves out.
        return


def _started(part: Placed, source: Source) -> Placed:
    """Return a part with the instruction that took it from its context."""
    if source.from_ is None or source.from_.kind == "context":
        return part._replace(source=source, via=())
    return part


def _without(part: Placed, at: str, patterns: tuple[tuple[Matcher, bool], ...]) -> Placed | None:
    """Return the part, which was put at ``at`` with others, without what the patterns leave out; None where that is all."""
    above = relative(part.at, at) or ""
    holes = tuple(LeftOut(part.root, above, matcher, takes) for matcher, takes in patterns)
    return part._replace(holes=(*part.holes, *holes)).settled()
