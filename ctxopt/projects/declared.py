"""A build that a file declares, and what could not be read: the values that every reader returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ctxopt.errors import ProjectError
from ctxopt.projects.location import shown_path


class DeclaredBuild(NamedTuple):
    """One build. Paths are absolute, URLs as they stand; ``line`` is 1-based, None where it is not known.

    ``context`` is None where only a run of the workflow would tell it, and ``note`` says so.
    """

    name: str
    kind: str
    declared_in: str
    line: int | None
    context: str | None
    dockerfile: str | None = None
    dockerfile_inline: str | None = None
    target: str | None = None
    args: Mapping[str, str] = {}
    contexts: Mapping[str, str] = {}
    profiles: tuple[str, ...] = ()
    # The context is what git has at that path: no ignore file of the working tree, no untracked file counts.
    from_git: bool = False
    note: str | None = None

    def place(self, root: str) -> str:
        """Return where it is declared, as ``FILE:LINE`` seen from ``root``."""
        place = shown_path(self.declared_in, root)
        if self.line is None:
            return place
        return f"{place}:{self.line}"


class Problem(NamedTuple):
    """Something that could not be read or that a tool passes over in silence; ``file`` is absolute.

    A ``refused`` one is a file whose builds are missing here.
    """

    file: str | None
    line: int | None
    message: str
    refused: bool = True


class Declared(NamedTuple):
    """The builds that were found, the problems, the files that were read; ``apart`` are builds of examples.

    ``repeated`` are those that are the same as one of the others, in another file or by another name.
    """

    builds: tuple[DeclaredBuild, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    apart: tuple[DeclaredBuild, ...] = ()
    repeated: tuple[DeclaredBuild, ...] = ()


def unique_names(builds: Sequence[DeclaredBuild], root: str) -> list[str]:
    """Return what to call each of the builds: its name, with the place where another one has the same."""
    times = Counter(build.name for build in builds)
    names = []
    for build in builds:
        name = build.name
        if times[name] > 1:
            name += f" ({build.place(root)})"
        names.append(name)
    return names


def build_key(build: DeclaredBuild) -> tuple[object, ...]:
    """Return what makes two builds the same, wherever they are declared and whatever they are called."""
    contexts = sorted(
        (name, place.replace("service:", "target:", 1)) for name, place in build.contexts.items()
    )
    return (
        build.context or (build.declared_in, build.line),
        build.dockerfile,
        build.dockerfile_inline,
        build.target,
        tuple(sorted(build.args.items())),
        tuple(contexts),
        build.from_git,
    )


def problem_of(error: ProjectError) -> Problem:
    """Return a refusal as a problem that does not stop the others."""
    return Problem(error.path, error.line, error.reason)
