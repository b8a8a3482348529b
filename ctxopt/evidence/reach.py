"""How far the bytes of a path travel in a build, and which instruction takes them there. Never asks the disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from ctxopt.build.analysis import Analysis
from ctxopt.build.sources import SourceUse
from ctxopt.errors import IgnoreFileError
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.paths import parent, relative, topmost, upwards

if TYPE_CHECKING:
    from ctxopt.build.image import Image
    from ctxopt.evidence.git_history import BuildTakings
    from ctxopt.languages.dockerfile import Build

Reach: TypeAlias = Literal["permitted", "sent", "builder", "final"]
"""How far bytes travel: past the ignore file, to the builder's cache, into a stage, into the image."""

_RANK: Final = {"mount": 0, "builder": 1, "final": 2}
# A mount lends the bytes to one step and leaves them in no stage.
_REACH: Final[Mapping[str, Reach]] = {"mount": "sent", "builder": "builder", "final": "final"}


def uses_of(taken: BuildTakings) -> Iterator[SourceUse]:
    """Yield what the instructions of a build take, which was not measured: all sizes are zero."""
    # What reads Dockerfiles is loaded by then: there is a build.
    from ctxopt.build.source_report import unmeasured_use

    for source, roots in taken.takings:
        yield unmeasured_use(taken.build, source, roots)


def image_of(analysis: Analysis, build: Build) -> Image:
    """Return what of the context, as it is permitted, ends in the image of a build that was not measured."""
    from ctxopt.build.image import Image
    from ctxopt.build.sources import Load
    from ctxopt.build.transfer import TransferView

    view = analysis.permitted
    whole = TransferView(view=view, loaded=True, paths=(), includes=None)
    load = Load(None, analysis.tree.root, analysis.matcher, view, whole)
    return Image(build, [load], [])


class Reached(NamedTuple):
    """How far one path travels, and with what."""

    reach: Reach
    use: SourceUse | None = None
    """The instruction that takes it furthest; None where none does."""
    root: str = ""
    """The most that an instruction takes with it: the path alone, a folder above it, or ``""`` for everything."""
    nearest: str = ""
    """What the instruction closest to it names: the path itself, a folder above it, or ``""``."""
    through: tuple[int, ...] = ()
    """The lines of the COPY --from that take it on into the final image."""
    may_be_remade: bool = False
    """Whether a RUN step has run between, which may have removed it or put another in its place."""
    parts: tuple[str, ...] = ()
    """What of it gets so far, where not all does."""


class _Taker(NamedTuple):
    """An instruction that takes a path, and the root by which it does."""

    use: SourceUse
    root: str
    takes_part: bool = False
    """Whether it takes only something below the path."""

    @property
    def furthest(self) -> tuple[int, int, int]:
        """A key that is largest for the instruction to name: it takes furthest, then most, then first."""
        return _RANK[self.use.reach], -len(self.root), -self.use.source.line


class Reaches:
    """How far each path travels, by lookups on the folders above it."""

    def __init__(self, analysis: Analysis, uses: Sequence[SourceUse]) -> None:
        self._untaken = _reach_without_instruction(analysis)
        self._plan = analysis.plan
        self._takes: dict[str, list[SourceUse]] = defaultdict(list)
        self._passes: dict[str, list[SourceUse]] = defaultdict(list)
        for use in uses:
            for root in use.roots:
                self._takes[root].append(use)
                while root:
                    root = parent(root)
                    self._passes[root].append(use)

    def of(self, path: str) -> Reached:
        """Return how far ``path`` travels, and the instruction to blame."""
        takers = self._takers(path)
        if not takers:
            return Reached(self._untaken)
        use = max(takers, key=lambda taker: taker.furthest).use
        roots = sorted((taker.root for taker in takers), key=len)
        found = Reached(
            _REACH[use.reach],
            use,
            root=roots[0],
            nearest=roots[-1],
            parts=_parts(path, [taker for taker in takers if taker.use.reach == use.reach]),
        )
        if use.reach == "builder":
            return self._through_stages(path, found, takers)
        return found

    def gets_somewhere(self, path: str) -> bool:
        """Tell whether ``path`` may get past the ignore file; without a Dockerfile all may."""
        return self._plan is None or self.of(path).reach != "permitted"

    def _through_stages(self, path: str, found: Reached, takers: Sequence[_Taker]) -> Reached:
        """Return how far ``path`` gets from a stage that is not the image's own, by the instructions of its build."""
        # What other Dockerfiles do with what they take is not followed.
        if self._plan is None:
            return found
        way = self._plan.image.way_of(path)
        if way is None:
            return found
        for taker in takers:
            if taker.use.source is way.source:
                return found._replace(
                    reach="final",
                    use=taker.use,
                    through=way.via,
                    may_be_remade=way.ran,
                    parts=self._plan.image.roots_in(path),
                )
        return found

    def _takers(self, path: str) -> list[_Taker]:
        if not self._takes:
            return []  # without a Dockerfile there is no need to climb from every path to the root
        found = [
            _Taker(use, root)
            for root in upwards(path)
            for use in self._takes.get(root, ())
            if not _leaves_out(use, path, root)
        ]
        # Who takes something below a folder takes part of it: that counts as naming the folder.
        return found + [_Taker(use, path, takes_part=True) for use in self._passes.get(path, ())]


def _parts(path: str, takers: Sequence[_Taker]) -> tuple[str, ...]:
    """Return what ``takers`` take below ``path``, the topmost; nothing where one of them takes all of it."""
    if not all(taker.takes_part for taker in takers):
        return ()
    roots = (root for taker in takers for root in taker.use.roots)
    return tuple(topmost(root for root in roots if relative(root, path)))


def _reach_without_instruction(analysis: Analysis) -> Reach:
    """How far a path travels that no instruction takes: all the way to a builder that is sent everything."""
    if analysis.plan is None:
        is_sent = not analysis.context.builder.loads_on_demand
    else:
        is_sent = analysis.plan.main.transfer.is_whole
    if is_sent:
        return "sent"
    return "permitted"


def _leaves_out(use: SourceUse, path: str, root: str) -> bool:
    """Whether ``--exclude`` keeps the instruction from taking ``path``."""
    if not use.source.exclude or path == root:
        return False
    try:
        matcher = read_matcher((None, pattern) for pattern in use.source.exclude)
        return matcher.decide(relative(path, root) or "").excluded
    except IgnoreFileError:
        # Docker refuses this build: there is nothing that its instruction leaves out.
        return False
