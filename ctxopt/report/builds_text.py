"""The builds that a repository declares as text: one line each, with what else is known of it below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctxopt.projects.location import shown_path
from ctxopt.report.console import printable, visible
from ctxopt.report.wording import at_line

if TYPE_CHECKING:
    from ctxopt.projects.declared import Declared, DeclaredBuild, Problem

_MOST_SHOWN = 60


def render_builds(declared: Declared, root: str, *, verbose: bool) -> Iterator[str]:
    """Yield the report; paths are relative to ``root``. Values of arguments are for the ``verbose``."""
    if not (declared.builds or declared.apart or declared.problems):
        yield "no builds are declared here\n"
    yield from _table(declared.builds, root, verbose=verbose)
    if declared.apart:
        told = "" if verbose else "; -v lists them"
        yield f"\nset apart, as vendored or an example: {len(declared.apart)}{told}\n"
        if verbose:
            yield from _table(declared.apart, root, verbose=verbose)


def render_problem(problem: Problem, root: str) -> str:
    """Return ``FILE:LINE: message`` for a problem."""
    if problem.file is None:
        return visible(problem.message)
    place = at_line(printable(shown_path(problem.file, root)), problem.line)
    return f"{place}: {visible(problem.message)}"


def _table(builds: Sequence[DeclaredBuild], root: str, *, verbose: bool) -> Iterator[str]:
    rows = [_row(build, root) for build in builds]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row, build in zip(rows, builds, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[3]]).rstrip() + "\n"
        for detail in _details(build, root, verbose=verbose):
            yield f"    {detail}\n"


def _row(build: DeclaredBuild, root: str) -> tuple[str, str, str, str]:
    """Name, place, context and Dockerfile."""
    dockerfile = "its Dockerfile is not known"
    if build.dockerfile_inline is not None:
        dockerfile = "inline Dockerfile"
    elif build.dockerfile is not None:
        dockerfile = printable(shown_path(build.dockerfile, root))
    context = "not known" if build.context is None else shown_path(build.context, root)
    return printable(build.name), printable(build.place(root)), printable(context), dockerfile


def _details(build: DeclaredBuild, root: str, *, verbose: bool) -> Iterator[str]:
    if build.target:
        yield f"target {printable(build.target)}"
    if build.args:
        yield "args " + ", ".join(_arguments(build, verbose=verbose))
    for name, place in build.contexts.items():
        yield f"context {printable(name)}: {printable(shown_path(place, root))}"
    if build.profiles:
        yield "profiles " + ", ".join(map(printable, build.profiles))
    if build.note:
        yield visible(build.note)


def _arguments(build: DeclaredBuild, *, verbose: bool) -> Iterator[str]:
    for name, value in build.args.items():
        shown = visible(f"{name}={value}")
        if len(shown) > _MOST_SHOWN and not verbose:
            shown = shown[:_MOST_SHOWN] + "…"
        yield shown
