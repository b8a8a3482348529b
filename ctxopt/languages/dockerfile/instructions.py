"""Instructions with their arguments checked, gathered into stages; knows nothing of variables' values.

Source: moby/buildkit frontend/dockerfile/instructions/parse.go
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, NoReturn

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile import healthcheck as health
from ctxopt.languages.dockerfile import mounts
from ctxopt.languages.dockerfile.flags import FlagKind, Flags, parse_flags
from ctxopt.languages.dockerfile.heredocs import Heredoc, as_heredoc
from ctxopt.languages.golang.strings import SPACE, did_you_mean, quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctxopt.languages.dockerfile.syntax import Instruction


_STAGE_NAME = r"[a-z][a-z0-9\-_.]*"
_ONBUILD = r"(?ia)[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*"
_NETWORKS = ("default", "none", "host")
_SECURITY = ("insecure", "sandbox")

_TEXT, _SWITCH, _LIST = FlagKind.TEXT, FlagKind.SWITCH, FlagKind.LIST
_FLAGS: dict[str, dict[str, FlagKind]] = {
    "ADD": {
        "chown": _TEXT, "chmod": _TEXT, "link": _SWITCH, "keep-git-dir": _SWITCH, "checksum": _TEXT,
        "unpack": _SWITCH, "exclude": _LIST,
    },
    "COPY": {
        "chown": _TEXT, "from": _TEXT, "chmod": _TEXT, "link": _SWITCH, "exclude": _LIST, "parents": _SWITCH,
    },
    "FROM": {"platform": _TEXT},
    "HEALTHCHECK": dict.fromkeys((*health.DURATIONS, "retries"), _TEXT),
    "RUN": {"mount": _LIST, "network": _TEXT, "security": _TEXT, "device": _LIST},
}  # fmt: skip


class Copy(NamedTuple):
    """COPY or ADD: what is copied, as written. ``from_`` is empty for the main context."""

    instruction: Instruction
    sources: tuple[str, ...]
    heredocs: tuple[Heredoc, ...]
    dest: str
    flags: Flags

    @property
    def is_add(self) -> bool:
        """Whether it is ADD, which takes more than paths."""
        return self.instruction.keyword == "ADD"

    @property
    def instruction_name(self) -> Literal["ADD", "COPY"]:
        """The instruction in upper case."""
        if self.is_add:
            return "ADD"
        return "COPY"

    @property
    def from_(self) -> str:
        """The stage, context or image copied from, as written."""
        return self.flags.text("from")


class Run(NamedTuple):
    """RUN with its ``--mount`` values, and each one's ``from`` as written."""

    instruction: Instruction
    mounts: tuple[str, ...]
    froms: tuple[str, ...]


class Assign(NamedTuple):
    """ARG, ENV or LABEL: names and values as written; an ARG without a value has None."""

    instruction: Instruction
    pairs: tuple[tuple[str, str | None], ...]


class Onbuild(NamedTuple):
    """ONBUILD with its trigger as the child stage will read it."""

    instruction: Instruction
    expression: str


class Other(NamedTuple):
    """Any other instruction; ``words`` are those of its arguments that undergo expansion."""

    instruction: Instruction
    words: tuple[str, ...]


Command = Copy | Run | Assign | Onbuild | Other


class From(NamedTuple):
    """FROM as written; ``name`` is in lower case, None where the stage has none."""

    instruction: Instruction
    base: str
    name: str | None
    platform: str


class Block(NamedTuple):
    """A FROM and the instructions up to the next one."""

    start: From
    commands: tuple[Command, ...]


def check(instruction: Instruction) -> Command | From:
    """Check one instruction's flags and arguments; raises DockerfileError without a line.

    Source: moby/buildkit frontend/dockerfile/instructions/parse.go ParseInstruction
    """
    checker = _CHECKERS.get(instruction.keyword)
    if checker is None:
        reason = f"unknown instruction: {instruction.name}"
        raise DockerfileError(
            reason + did_you_mean(instruction.name, _CHECKERS, case_sensitive=False)
        )
    return checker(instruction)


def gather(instructions: tuple[Instruction, ...]) -> tuple[tuple[Assign, ...], tuple[Block, ...]]:
    """Return the ARGs before the first FROM, and the stages; raises DockerfileError with the line.

    Source: moby/buildkit frontend/dockerfile/instructions/parse.go Parse
    """
    arguments: list[Assign] = []
    starts: list[From] = []
    commands: list[list[Command]] = []
    for instruction in instructions:
        try:
            checked = check(instruction)
            if isinstance(checked, From):
                starts.append(checked)
                commands.append([])
            elif commands:
                commands[-1].append(checked)
            elif isinstance(checked, Assign) and instruction.keyword == "ARG":
                arguments.append(checked)
            else:
                _refuse("no build stage in current context")
        except DockerfileError as error:
            raise DockerfileError(error.reason, line=instruction.line) from None
    if not starts:
        _refuse("dockerfile contains no stages to build")
    blocks = (Block(start, tuple(inner)) for start, inner in zip(starts, commands, strict=True))
    return tuple(arguments), tuple(blocks)


def _refuse(reason: str) -> NoReturn:
    raise DockerfileError(reason)


def _flags(instruction: Instruction) -> Flags:
    return parse_flags(instruction.flags, _FLAGS.get(instruction.keyword, {}))


def _from(instruction: Instruction) -> From:
    args = instruction.args
    name = None
    if len(args) == 3 and args[1].lower() == "as":
        name = args[2].lower()
        if not re.fullmatch(_STAGE_NAME, name):
            problem = "name can't start with a number or contain symbols"
            _refuse(f"invalid name for build stage: {quote(args[2])}, {problem}")
    elif len(args) != 1:
        _refuse("FROM requires either one or three arguments")
    return From(instruction, args[0], name, _flags(instruction).text("platform"))


def _copy(instruction: Instruction) -> Copy:
    keyword, args = instruction.keyword, instruction.args
    if len(args) < 2:
        problem = "requires at least two arguments, but only one was provided. Destination could not be determined"
        _refuse(f"{keyword} {problem}")
    flags = _flags(instruction)
    if as_heredoc(args[-1]) is not None:
        _refuse(f"{keyword} cannot accept a heredoc as a destination")
    contents = {heredoc.name: heredoc for heredoc in instruction.heredocs}
    sources: list[str] = []
    heredocs: list[Heredoc] = []
    for word in args[:-1]:
        heredoc = as_heredoc(word)
        if heredoc is None:
            sources.append(word)
        else:
            heredocs.append(contents.get(heredoc.name, heredoc))
    return Copy(instruction, tuple(sources), tuple(heredocs), args[-1], flags)


def _run(instruction: Instruction) -> Run:
    flags = _flags(instruction)
    given = flags.lists.get("mount", ())
    # Stages are linked before any variable has a value, so ``from`` is read as it is written.
    froms = tuple(mounts.unexpanded_from(value) for value in given)
    network = flags.texts.get("network", "default")
    if network not in _NETWORKS:
        _refuse(f"invalid network mode {quote(network)}")
    security = flags.texts.get("security", "sandbox")
    if security not in _SECURITY:
        _refuse(f"security {quote(security)} is not valid")
    return Run(instruction, given, froms)


def _pairs(instruction: Instruction) -> Assign:
    _flags(instruction)
    keyword, args = instruction.keyword, instruction.args
    _at_least_one(instruction)
    if "" in args[::2]:
        _refuse(f"{keyword} names can not be blank")
    return Assign(instruction, tuple(zip(args[::2], args[1::2], strict=True)))


def _arg(instruction: Instruction) -> Assign:
    _at_least_one(instruction)
    pairs: list[tuple[str, str | None]] = []
    for word in instruction.args:
        name, equals, value = word.partition("=")
        if equals and not name:
            _refuse("ARG names can not be blank")
        if equals:
            pairs.append((name, value))
        else:
            # ``ARG X`` takes a value from outside, and without one X stays unset.
            pairs.append((name, None))
    return Assign(instruction, tuple(pairs))


def _onbuild(instruction: Instruction) -> Onbuild:
    if instruction.trigger is None:
        _refuse("ONBUILD requires at least one argument")
    _flags(instruction)
    trigger = instruction.trigger.keyword
    if trigger == "ONBUILD":
        _refuse("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if trigger in ("MAINTAINER", "FROM"):
        _refuse(f"{trigger} isn't allowed as an ONBUILD trigger")
    bodies = (f"\n{heredoc.content}{heredoc.name}" for heredoc in instruction.heredocs)
    return Onbuild(instruction, "".join((re.sub(_ONBUILD, "", instruction.text, count=1), *bodies)))


def _one_word(instruction: Instruction) -> Other:
    if len(instruction.args) != 1:
        _refuse(f"{instruction.keyword} requires exactly one argument")
    # STOPSIGNAL never looks at its flags.
    if instruction.keyword != "STOPSIGNAL":
        _flags(instruction)
    # A name is not expanded: a dollar in it is a dollar.
    if instruction.keyword == "MAINTAINER":
        return Other(instruction, ())
    return Other(instruction, instruction.args)


def _expose(instruction: Instruction) -> Other:
    _at_least_one(instruction)
    _flags(instruction)
    # BuildKit sorts them before it looks at them, which decides what it complains of first.
    return Other(instruction, tuple(sorted(instruction.args)))


def _volume(instruction: Instruction) -> Other:
    _at_least_one(instruction)
    _flags(instruction)
    volumes = tuple(volume.strip(SPACE) for volume in instruction.args)
    if "" in volumes:
        _refuse("VOLUME specified can not be an empty string")
    return Other(instruction, volumes)


def _plain(instruction: Instruction) -> Other:
    _flags(instruction)
    return Other(instruction, ())


def _shell(instruction: Instruction) -> Other:
    _flags(instruction)
    _at_least_one(instruction)
    if not instruction.is_json:
        _refuse("SHELL requires the arguments to be in JSON form")
    return Other(instruction, ())


def _healthcheck(instruction: Instruction) -> Other:
    _at_least_one(instruction)
    kind = instruction.args[0].upper()
    if kind == "NONE":
        if len(instruction.args) > 1:
            _refuse("HEALTHCHECK NONE takes no arguments")
        return Other(instruction, ())
    flags = _flags(instruction)
    if kind != "CMD":
        _refuse(f"Unknown type {quote(kind)} in HEALTHCHECK (try CMD)")
    if len(instruction.args) < 2:
        _refuse("Missing command after HEALTHCHECK CMD")
    health.verify(flags)
    return Other(instruction, ())


def _at_least_one(instruction: Instruction) -> None:
    if not instruction.args:
        _refuse(f"{instruction.keyword} requires at least one argument")


_CHECKERS: dict[str, Callable[[Instruction], Command | From]] = {
    "ADD": _copy,
    "ARG": _arg,
    "CMD": _plain,
    "COPY": _copy,
    "ENTRYPOINT": _plain,
    "ENV": _pairs,
    "EXPOSE": _expose,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _pairs,
    "MAINTAINER": _one_word,
    "ONBUILD": _onbuild,
    "RUN": _run,
    "SHELL": _shell,
    "STOPSIGNAL": _one_word,
    "USER": _one_word,
    "VOLUME": _volume,
    "WORKDIR": _one_word,
}
