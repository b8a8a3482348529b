"""Where a Dockerfile declares an argument; knows nothing of values."""

from __future__ import annotations

from ctxopt.languages.dockerfile.instructions import Assign
from ctxopt.languages.dockerfile.model import Build


def line_of_argument(build: Build, stage: int, name: str) -> int | None:
    """Return the line of the ARG that lets a stage take ``name``; None where no ARG of the stage does.

    A stage has the arguments of those that it is built on.
    """
    for index in build.lineage(stage):
        for command in build.dockerfile.blocks[index].commands:
            if isinstance(command, Assign) and command.instruction.keyword == "ARG":
                names = (declared for declared, _ in command.pairs)
                if name in names:
                    return command.instruction.line
    return None


def is_global_argument(build: Build, name: str) -> bool:
    """Whether an ARG before the first FROM declares ``name``, which a stage has to repeat."""
    arguments = build.dockerfile.arguments
    return any(name == declared for argument in arguments for declared, _ in argument.pairs)
