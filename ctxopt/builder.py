"""The builders and in what their clients differ, one row each; no other module compares names.

What only the classic client does, before and while it walks, is in ``build.classic``.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

BuilderName = Literal["buildkit", "classic"]
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
BUILDER_NAMES: tuple[BuilderName, ...] = get_args(BuilderName)


class Builder(NamedTuple):
    """What one builder's client does with a context. Compare with ``is``: each exists once."""

    name: BuilderName
    loads_on_demand: bool
    """Whether only what instructions ask for is transferred; else all that is permitted."""
    reads_own_ignore_file: bool
    """Whether ``<Dockerfile>.dockerignore`` counts; else ``.dockerignore`` at the root alone."""
    sends_excluded_parents: bool
    """Whether excluded folders above what an exception brings back are entries of their own."""
    sends_sockets: bool
    sends_unreadable_empty: bool
    """Whether a file that cannot be opened arrives without content; else the build fails."""
    prunes_locally: bool
    """Whether patterns that cannot match below a folder have no say in skipping it.

    ``Matcher.pruner`` turns it into the question that a walk asks.
    """
    figure_template: str
    """How the client writes a number and its unit.

    Sources: moby/buildkit util/progress/progressui/display.go with tonistiigi/units, ``%.2f`` after
    ``transferring context:``; docker/go-units HumanSize, ``%.4g`` after ``Sending build context``.
    """

    def __str__(self) -> str:
        """Return the name that ``--builder`` takes."""
        return self.name

    @property
    def other(self) -> Builder:
        """The other one of Docker's two builders, which reads the same ``.dockerignore``."""
        if self is BUILDKIT:
            return CLASSIC
        return BUILDKIT

    def printed(self, size: int) -> str:
        """Return ``size`` bytes as this builder's client prints them, in powers of 1000."""
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
        return self.reads_own_ignore_file or ignore_path in (None, ".dockerignore")


BUILDKIT = Builder(
    name="buildkit",
    loads_on_demand=True,
    reads_own_ignore_file=True,
    sends_excluded_parents=True,
    sends_sockets=True,
    sends_unreadable_empty=True,
    prunes_locally=True,
    figure_template="{:.2f}{}",
)
CLASSIC = Builder(
    name="classic",
    loads_on_demand=False,
    reads_own_ignore_file=False,
    sends_excluded_parents=False,
    sends_sockets=False,
    sends_unreadable_empty=False,
    # An exception anywhere in the file keeps the classic client from skipping folders.
    prunes_locally=False,
    figure_template="{:.4g}{}",
)
BUILDERS = (BUILDKIT, CLASSIC)
