"""In what the builders' readings of ignore patterns differ, side by side; the matcher is one for all of them.

Sources: moby/patternmatcher and tonistiigi/fsutil filter.go for BuildKit, moby/go-archive for the classic client,
openshift/imagebuilder builder.go with containers/storage pkg/fileutils and buildah copier for Podman.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from ctxopt.builder import Builder, BuilderName


class Dialect(NamedTuple):
    """How one builder reads lines, compares them with paths, and skips folders."""

    slashes_first: bool
    """Whether slashes at the ends of a line go before white space does, a comment starts with ``#`` and no
    mark before it, and a line has any length."""
    escaped: str
    """Characters that are written into the expression as themselves, and are no operators in it."""
    covers_below: bool
    """Whether every pattern is an expression that also matches all below what it names, all of them are tried and
    the last that matches decides. Else a pattern without wildcards is compared as text, only one that may change
    the decision is tried, and a match is handed down from folder to folder."""
    skips: Literal["unless stems match", "unless an exception is below", "unless an exception starts so"]  # fmt: skip
    """When an excluded folder is skipped: BuildKit drops wildcards at the end of exceptions and looks into every
    folder if others remain; the others compare exceptions as plain text, Podman without a slash behind the folder."""

    @property
    def prunes_locally(self) -> bool:
        """Whether patterns that cannot match below a folder have no say in skipping it."""
        # An exception anywhere in the file keeps the others from skipping folders.
        return self.skips == "unless stems match"


_BUILDKIT: Final = Dialect(
    slashes_first=False, escaped=".+()$", covers_below=False, skips="unless stems match"
)
_CLASSIC: Final = Dialect(
    slashes_first=False, escaped=".+()$", covers_below=False, skips="unless an exception is below"
)
_PODMAN: Final = Dialect(
    slashes_first=True, escaped=".$", covers_below=True, skips="unless an exception starts so"
)
_DIALECTS: Final[dict[BuilderName, Dialect]] = {
    "buildkit": _BUILDKIT, "classic": _CLASSIC, "podman": _PODMAN,
}  # fmt: skip

DOCKER: Final = _BUILDKIT
"""The reading of Docker's two builders, where it does not matter which."""


def dialect_of(builder: Builder) -> Dialect:
    """Return how ``builder`` reads ignore patterns."""
    return _DIALECTS[builder.name]
