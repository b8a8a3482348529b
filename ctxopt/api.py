"""The Python API: what Docker would send, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from ctxopt.build.analysis import ViewName
from ctxopt.build.context import find_context, read_dockerfile
from ctxopt.build.listing import analyze_for, select_view
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BuilderName
from ctxopt.errors import ContextError
from ctxopt.tree.model import Entry


@dataclass(frozen=True, slots=True)
class Measurement:
    """One view of one build context."""

    root: str
    dockerfile: str | None
    ignore_file: str | None
    builder: BuilderName
    target: str | None
    view: ViewName
    files: int
    bytes: int
    """The sum of the sizes of the files, in bytes."""
    context_bytes: int | None
    """The figure Docker prints for a first build; None for ``excluded``, and where Docker stops before it prints one."""
    entries: tuple[Entry, ...]
    """In Docker's order."""
    errors: tuple[str, ...]
    """What could not be read, one sentence each; with any, the sums are lower bounds."""


def measure(
    root: str = ".",
    *,
    dockerfile: str | None = None,
    target: str | None = None,
    build_args: Mapping[str, str] | None = None,
    builder: BuilderName = "buildkit",
    view: ViewName = "permitted",
) -> Measurement:
    """Measure the build context at ``root``; ``dockerfile`` is relative to the working directory.

    Raises ContextError, IgnoreFileError or DockerfileError, all of them CtxoptError.
    """
    if view not in get_args(ViewName):
        raise ContextError(f"there is no view {view!r}", hint="permitted, transferred or excluded")
    context = find_context(root, dockerfile=dockerfile, builder=builder)
    if view == "transferred" and not context.dockerfile.found:
        read_dockerfile(context)  # says what Docker says
    analysis = analyze_for(context, BuildRequest(target, dict(build_args or {})), view)
    shown, figure = select_view(analysis, view)
    found = shown.entries()
    if view == "excluded":
        found = shown.excluded()
    entries = tuple(found)
    # A build without a Dockerfile of this name is measured all the same, by its ignore file alone.
    dockerfile_path = None
    if context.dockerfile.found:
        dockerfile_path = context.dockerfile.path
    files = [entry.size for entry in entries if entry.type == "file"]
    return Measurement(
        root=context.root,
        dockerfile=dockerfile_path,
        ignore_file=context.ignore.path,
        builder=builder,
        target=target,
        view=view,
        files=len(files),
        bytes=sum(files),
        context_bytes=figure,
        entries=entries,
        errors=tuple(f"{error.path or '.'}: {error.reason}" for error in shown.tree.errors),
    )
