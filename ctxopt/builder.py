"""The builders and in what their clients differ, one row each; no other module compares names.

What only the classic client does, before and while it walks, is in ``build.classic``, what only Podman does in the
``build.podman_*`` modules; how they read ignore patterns in ``languages.ignore.dialect``.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

BuilderName = Literal["buildkit", "classic", "podman"]
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
BUILDER_NAMES: tuple[BuilderName, ...] = get_args(BuilderName)


class Builder(NamedTuple):
    """What one builder's client does with a context. Compare with ``is``: each exists once."""

    name: BuilderName
    loads_on_demand: bool
    """Whether only what instructions ask for is transferred; else all that is permitted."""
    reads_own_ignore_file: bool
    """Whether ``<Dockerfile>.dockerignore`` counts; else ``.dockerignore`` at the root alone."""
    dockerfiles: tuple[str, ...]
    """The names of a Dockerfile for which no ``-f`` is needed; the first that is there is built."""
    ignore_endings: tuple[str, ...]
    """What ignore files are called, or end in; at the root the first that is there counts."""
    sends_excluded_parents: bool
    """Whether excluded folders above what an exception brings back are entries of their own."""
    sends_sockets: bool
    sends_unreadable_empty: bool
    """Whether a file that cannot be opened arrives without content; else the build fails."""
    filters_mounts: bool
    """Whether a bind mount shows only what the ignore file permits; else the folder as it is on disk.

    Source: containers/buildah internal/volumes/volumes.go GetBindMount.
    """
    figure_template: str | None
    """How the client writes a number and its unit; None where it sends nothing, and prints no size.

    Sources: moby/buildkit util/progress/progressui/display.go with tonistiigi/units, ``%.2f`` after
    ``transferring context:``; docker/go-units HumanSize, ``%.4g`` after ``Sending build context``.
    """

    def __str__(self) -> str:
        """Return the name that ``--builder`` takes."""
        return self.name

    @property
    def brand(self) -> str:
        """What messages call it, where Docker's two do the same."""
        if self.name == "podman":
            return "Podman"
        return "Docker"

    @property
    def sends_context(self) -> bool:
        """Whether the client sends the context, and tells how large it was; else instructions read the folder."""
        return self.figure_template is not None

    @property
    def verb(self) -> str:
        """What it does with a file that is not kept back, as messages say it."""
        if self.sends_context:
            return "sends"
        return "takes"

    @property
    def participle(self) -> str:
        """What becomes of a file that is not kept back, as messages say it."""
        if self.sends_context:
            return "sent"
        return "taken"

    def words_for(self, view: str) -> str:
        """Return what reports call a view: what is permitted ``could be sent``, what is transferred is ``sent``."""
        if view == "permitted" and self.loads_on_demand:
            return f"could be {self.participle}"
        return self.participle

    def printed(self, size: int) -> str:
        """Return ``size`` bytes as this builder's client prints them, in powers of 1000; nothing where it does not."""
        if self.figure_template is None:
            return ""
        # Both clients write bytes without decimals, whatever their template says.
        if size < 1000:
            return f"{size}B"
        value = float(size)
        unit = 0
        while value >= 1000 and unit < len(_UNITS) - 1:
            value /= 1000
            unit += 1
        return self.figure_template.format(value, _UNITS[unit])

    def reads(self, ignore_path: str | None) -> bool:
        """Tell whether an ignore file at this path, relative to the context, can be in force."""
        if ignore_path is None or ignore_path in self.ignore_endings:
            return True
        # An ending that only another builder knows.
        foreign = {name for builder in BUILDERS for name in builder.ignore_endings}
        if ignore_path.endswith(tuple(foreign.difference(self.ignore_endings))):
            return False
        return self.reads_own_ignore_file


BUILDKIT = Builder(
    name="buildkit",
    loads_on_demand=True,
    reads_own_ignore_file=True,
    dockerfiles=("Dockerfile",),
    ignore_endings=(".dockerignore",),
    sends_excluded_parents=True,
    sends_sockets=True,
    sends_unreadable_empty=True,
    filters_mounts=True,
    figure_template="{:.2f}{}",
)
CLASSIC = Builder(
    name="classic",
    loads_on_demand=False,
    reads_own_ignore_file=False,
    dockerfiles=("Dockerfile",),
    ignore_endings=(".dockerignore",),
    sends_excluded_parents=False,
    sends_sockets=False,
    sends_unreadable_empty=False,
    filters_mounts=True,
    figure_template="{:.4g}{}",
)
PODMAN = Builder(
    name="podman",
    # Nothing is sent at all: each COPY and ADD reads from the disk what it takes.
    loads_on_demand=True,
    reads_own_ignore_file=True,
    dockerfiles=("Containerfile", "Dockerfile"),
    ignore_endings=(".containerignore", ".dockerignore"),
    # They are made in the image for what is copied into them.
    sends_excluded_parents=True,
    sends_sockets=False,
    sends_unreadable_empty=False,
    filters_mounts=False,
    figure_template=None,
)
BUILDERS = (BUILDKIT, CLASSIC, PODMAN)
DOCKERS = (BUILDKIT, CLASSIC)
"""Docker's two, which read the same ``.dockerignore``."""
