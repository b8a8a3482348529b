"""What of the main context ends in the image that is built, and on which way. Simulates when it is first asked.

An instruction of the image's own stages copies straight into it; ``COPY --from`` takes on what earlier stages hold.
What RUN steps remove, make or put elsewhere is not known: see ``Image.possible``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ctxopt.build.share_out import ResolvedSource, Share, Shares, share_out
from ctxopt.build.sources import Load, SourceUse
from ctxopt.languages.dockerfile import Build, Source
from ctxopt.paths import parent, topmost, upwards
from ctxopt.tree.lookup import ViewLookup

if TYPE_CHECKING:
    from ctxopt.build.image_tree import ImageTree
    from ctxopt.build.placement import Placed
    from ctxopt.build.podman_copy import Taken


class Image:
    """The image of one build, as far as its instructions fill it from contexts."""

    def __init__(
        self,
        build: Build,
        loads: Sequence[Load],
        uses: Sequence[SourceUse],
        taken: Sequence[Taken] = (),
    ) -> None:
        """``taken`` is what each instruction takes by itself, for a builder that sends nothing."""
        self._build = build
        self.taken = {part.source: part for part in taken}
        self._loads = loads
        self._uses = [use for use in uses if use.context is None]

    @cached_property
    def arrivals(self) -> tuple[Placed, ...]:
        """What COPY --from brings of the main context, unless a RUN step has removed it before."""
        if self._tree is None:
            return ()
        return tuple(part for part in self._tree.placed if part.via and self._is_main(part))

    @cached_property
    def possible(self) -> tuple[Placed, ...]:
        """What a RUN step may have put into the image, somewhere."""
        if self._tree is None:
            return ()
        return tuple(part for part in self._tree.loose if self._is_main(part))

    def way_of(self, path: str) -> Placed | None:
        """Return the best known part of ``arrivals`` that holds the context's ``path``, or something below it."""
        found = [part for part in self._holding(path) if part.has(path)]
        found += self._below.get(path, ())
        return min(found, key=lambda part: (part.ran, len(part.via)), default=None)

    def roots_in(self, path: str) -> tuple[str, ...]:
        """Return what of ``arrivals`` lies below the context's ``path``, the topmost; nothing where that arrives whole."""
        if any(part.has(path) for part in self._holding(path)):
            return ()
        return tuple(topmost(part.root for part in self._below.get(path, ())))

    def may_hold(self, use: SourceUse) -> bool:
        """Tell whether a RUN step may have put something into the image that ``use`` took."""
        return any(part.source is use.source for part in self.possible)

    @cached_property
    def may_hold_more(self) -> bool:
        """Whether a RUN step may have put something into the image that nothing copies there."""
        if not self.possible:
            return False
        most = range(len(self._uses), len(self._uses) + len(self._arriving) + len(self.possible))
        return self._shares.taken_by([*self._straight_places(), *most]).files > self.total.files

    @cached_property
    def may_hold_less(self) -> bool:
        """Whether a RUN step may have removed something before COPY --from took it."""
        return any(part.ran for part in self.arrivals)

    @cached_property
    def total(self) -> Share:
        """The files of the main context that are copied into the image, each once, and their bytes."""
        return self._shares.taken_by(self.final_sources)

    @cached_property
    def through_stages(self) -> Share:
        """The part of ``total`` that only COPY --from brings."""
        straight = self._shares.taken_by(self._straight_places())
        return Share(self.total.files - straight.files, self.total.bytes - straight.bytes)

    def share_of(self, use: SourceUse) -> Share:
        """Return what ``use`` takes that ends in the image."""
        if use.context is not None:
            return Share()
        if use.reach == "final":
            return Share(use.files, use.bytes)
        return self._shares.taken_by(self._places_of(use.source))

    def lines_of(self, use: SourceUse) -> tuple[int, ...]:
        """Return the lines of the COPY --from that take on what ``use`` took, up to the image."""
        lines = {line for part in self.arrivals if part.source is use.source for line in part.via}
        return tuple(sorted(lines))

    def _is_main(self, part: Placed) -> bool:
        if part.source is None:
            return False
        if part.source in self.taken:
            return part.source.from_ is None
        return part.lookup is self._main

    @cached_property
    def _main(self) -> ViewLookup:
        return ViewLookup(self._loads[0].transfer.view)

    @cached_property
    def _tree(self) -> ImageTree | None:
        """What lies in the image; None where no stage takes from another one and no step sees the context."""
        if not any(_carries(source) for source in self._build.sources):
            return None
        # Most builds end in the stage that copies, and need none of this.
        from ctxopt.build.archive import is_archive
        from ctxopt.build.image_steps import ImageSteps

        root = self._loads[0].root
        contexts: dict[str | None, ViewLookup] = {None: self._main}
        for load in self._loads[1:]:
            if load.name not in contexts:
                contexts[load.name] = ViewLookup(load.permitted)
        steps = ImageSteps(self._build, contexts, lambda path: is_archive(os.path.join(root, path)))
        steps.taken = self.taken
        return steps.stage(self._build.target)

    @cached_property
    def _at(self) -> dict[str, list[Placed]]:
        found: dict[str, list[Placed]] = {}
        for part in self.arrivals:
            found.setdefault(part.root, []).append(part)
        return found

    @cached_property
    def _below(self) -> dict[str, list[Placed]]:
        """What arrives of a folder, though not the folder."""
        found: dict[str, list[Placed]] = {}
        for part in self.arrivals:
            for folder in upwards(parent(part.root)):
                if part.root:
                    found.setdefault(folder, []).append(part)
        return found

    def _holding(self, path: str) -> Iterator[Placed]:
        for root in upwards(path):
            yield from self._at.get(root, ())

    @cached_property
    def _shares(self) -> Shares:
        """Who takes what: first the instructions, then what arrives of what they took, then what may."""
        possible = (resolved for _, resolved in _by_source(self.possible))
        return share_out(self._loads[0].transfer.view, [*self.sources, *possible])

    @cached_property
    def sources(self) -> tuple[ResolvedSource, ...]:
        """What each instruction takes, then what arrives in the image of what other stages took."""
        straight = (ResolvedSource(use.source, use.roots) for use in self._uses)
        return (*straight, *(resolved for _, resolved in self._arriving))

    @property
    def final_sources(self) -> list[int]:
        """The places in ``sources`` of what ends in the image."""
        first = len(self._uses)
        return self._straight_places() + list(range(first, first + len(self._arriving)))

    @cached_property
    def _arriving(self) -> list[tuple[Source, ResolvedSource]]:
        return list(_by_source(self.arrivals))

    def _straight_places(self) -> list[int]:
        return [place for place, use in enumerate(self._uses) if use.reach == "final"]

    def _places_of(self, source: Source) -> list[int]:
        first = len(self._uses)
        return [
            first + place
            for place, (taken_by, _) in enumerate(self._arriving)
            if taken_by is source
        ]


def _by_source(parts: Iterable[Placed]) -> Iterator[tuple[Source, ResolvedSource]]:
    """Yield the instructions with what they took: all that is whole together, each part with holes by itself."""
    whole: dict[int, tuple[Source, list[str]]] = {}
    for part in parts:
        source = part.source
        if source is None:
            continue
        if part.holes:
            # What ``--exclude`` leaves out is among the holes.
            bare = source._replace(exclude=())
            yield source, ResolvedSource(bare, (part.root,), part.holes)
        else:
            whole.setdefault(id(source), (source, []))[1].append(part.root)
    for source, roots in whole.values():
        yield source, ResolvedSource(source._replace(exclude=()), tuple(roots))


def _carries(source: Source) -> bool:
    """Whether an instruction may take on what another one copied, or lend the context to a step."""
    if not source.reachable:
        return False
    if source.from_ is not None:
        return source.from_.kind == "stage"
    return source.mount == "bind"


def describe_way(lines: Sequence[int]) -> str:
    """Name the instructions that take something from stage to stage, by their ``lines``."""
    if len(lines) == 1:
        return f"COPY --from in line {lines[0]}"
    listed = ", ".join(map(str, lines[:-1]))
    return f"COPY --from in lines {listed} and {lines[-1]}"
