"""What a Dockerfile asks for, as frozen values; computes nothing.

Lines are 1-based. Paths of the context are cleaned and start with ``/``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctxopt.languages.dockerfile.directives import Directive
    from ctxopt.languages.dockerfile.heredocs import Heredoc
    from ctxopt.languages.dockerfile.instructions import Assign, Block
    from ctxopt.languages.dockerfile.syntax import Instruction


OriginKind = Literal["stage", "scratch", "image", "context"]
PathKind = Literal["local", "http", "git"]
Widening = Literal["explicit", "empty-variable", "mount-without-source", "tmpfs-mount"]
UnknownKind = Literal["frontend", "base-env", "base-onbuild", "base-workdir", "unread"]


class Dockerfile(NamedTuple):
    """A Dockerfile whose syntax and arguments are in order.

    ``directives`` are those BuildKit's own frontend obeys; ``syntax`` names an external frontend, if one is asked for.
    ``arguments`` are the ARGs before the first FROM.
    """

    path: str | None
    directives: tuple[Directive, ...]
    syntax: Directive | None
    escape: str
    instructions: tuple[Instruction, ...]
    arguments: tuple[Assign, ...]
    blocks: tuple[Block, ...]


class Origin(NamedTuple):
    """What a stage is built on, or a COPY or mount takes from.

    ``text`` is the name after expansion; ``stage`` the index of a stage. A named context may turn out to be an image:
    that depends on how it was given.
    """

    kind: OriginKind
    text: str
    stage: int | None = None


class Unknown(NamedTuple):
    """Something no Dockerfile tells: what might depend on it is as if it were not there.

    ``frontend``: an external frontend (``text``) reads the file. ``base-env``: a source depends on variable
    ``text``, which only the base image can set. ``base-onbuild``: the base image ``text`` may have triggers. ``base-workdir``: a mount's
    target is relative to the working directory of the base ``text``. ``unread``: an instruction of a stage that is
    not built could not be expanded, for the reason ``text``.
    """

    kind: UnknownKind
    text: str
    line: int | None = None
    stage: int | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One FROM; ``reachable`` if the target needs it, ``replaced_by`` the named context that takes its place."""

    index: int
    name: str | None
    base: Origin
    line: int
    reachable: bool
    platform: str = ""
    replaced_by: str | None = None


class SourcePath(NamedTuple):
    """One source of a COPY, ADD or mount.

    ``raw`` is as written, ``text`` after expansion, ``path`` cleaned and rooted (empty for http sources, which ask
    nothing of the context). ``unset`` are the variables without a value, ``empty`` those that were unset or empty.
    ``widens`` says why ``path`` is the whole context where it is. ``vague`` is whether it depends on variables that only
    the base image can set.
    """

    raw: str
    text: str
    path: str
    kind: PathKind = "local"
    unset: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    widens: Widening | None = None
    vague: bool = False


class Source(NamedTuple):
    """One COPY, ADD or mount of type bind, tmpfs or cache-with-from.

    ``from_`` is None for the main context. ``mount`` is the mount's type, None for COPY and ADD. ``exclude`` are the
    patterns as written: BuildKit expands no variables in them. ``heredocs`` are inline files, which ask nothing of
    the context. ``raw`` are the words as written, for a mount its whole value. ``workdir`` is as in RunStep. For an ONBUILD trigger ``line`` is the trigger's, and ``onbuild`` the FROM of the stage that runs it.
    ``flags`` are the instruction's flags as written. ``dest_root`` is what a relative ``dest`` starts from, None where the
    base image decides; ``vague_dest`` is whether ``dest`` depends on variables that only it can set.
    """

    instruction: Literal["COPY", "ADD", "RUN"]
    line: int
    stage: int
    reachable: bool
    raw: tuple[str, ...]
    paths: tuple[SourcePath, ...]
    dest: str
    from_: Origin | None = None
    mount: str | None = None
    exclude: tuple[str, ...] = ()
    parents: bool = False
    heredocs: tuple[str, ...] = ()
    onbuild: int | None = None
    flags: tuple[str, ...] = ()
    workdir: str = ""
    dest_root: str | None = "/"
    vague_dest: bool = False

    @property
    def local(self) -> tuple[SourcePath, ...]:
        """The paths that name files of the main context."""
        if self.from_ is not None or self.mount in ("tmpfs", "cache"):
            return ()
        return tuple(path for path in self.paths if path.kind == "local")

    @property
    def unset(self) -> tuple[str, ...]:
        """The variables used in the sources that have no value."""
        return tuple(dict.fromkeys(name for path in self.paths for name in path.unset))


class RunStep(NamedTuple):
    """One RUN: ``shell`` is what the shell is given (the words joined by blanks for a JSON array).

    ``workdir`` is the working directory; without a slash at its start it lies below that of the base image.
    """

    line: int
    stage: int
    reachable: bool
    shell: str
    args: tuple[str, ...]
    is_json: bool
    heredocs: tuple[Heredoc, ...] = ()
    onbuild: int | None = None
    workdir: str = ""

    @property
    def script(self) -> str:
        """All that the shell is given, here-documents included."""
        return "\n".join((self.shell, *(heredoc.content for heredoc in self.heredocs)))


class Workdir(NamedTuple):
    """One WORKDIR, which makes the folder ``path`` where there is none; only those that no base image decides."""

    line: int
    stage: int
    path: str
    onbuild: int | None = None


class Transfer(NamedTuple):
    """One load of a context: None is the main one. ``paths`` as ``context_paths`` gives them."""

    context: str | None
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Build:
    """A Dockerfile built for one target, arguments and platform; ``target`` is a stage's index."""

    dockerfile: Dockerfile
    target: int
    stages: tuple[Stage, ...]
    sources: tuple[Source, ...]
    runs: tuple[RunStep, ...]
    transfers: tuple[Transfer, ...]
    unknowns: tuple[Unknown, ...] = field(default=())
    workdirs: tuple[Workdir, ...] = ()

    def lineage(self, stage: int) -> Iterator[int]:
        """Yield a stage and those that it is built on."""
        here: int | None = stage
        while here is not None:
            yield here
            # None where it is no stage that it is built on.
            here = self.stages[here].base.stage

    def scripts(self) -> Iterator[str]:
        """Yield what each RUN step that is reached gives to the shell."""
        return (run.script for run in self.runs if run.reachable)
