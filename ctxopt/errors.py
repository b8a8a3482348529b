"""The exceptions ctxopt raises for its users' mistakes, and the exit codes they end in.

CtxoptError                 exit 2
├── ConfigError             an unknown key, a bad value, two configurations
├── ContextError            the context root or the Dockerfile is missing or unusable
├── IgnoreFileError         an ignore file that Docker itself refuses
├── DockerfileError         a Dockerfile that Docker itself refuses
├── ProjectError            a Compose, Bake or other file that its tool refuses, or that cannot be read
├── AllowListError          a build for which no list of exceptions can be written
├── GitError                git is missing, or refused what was asked of it
└── WriteError              a file could not be written, or must not be
"""

from __future__ import annotations

from copy import copy
from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """What the process tells its caller."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    BUG = 3
    INTERRUPTED = 130


class CtxoptError(Exception):
    """A mistake that one sentence explains; ``hint`` is the next step, if there is one."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def seen_in(self, where: str) -> Self:
        """Return the same error with ``where`` before its message; what else it says stays."""
        other = copy(self)
        other.message = f"{where}: {self.message}"
        other.args = (other.message,)
        return other


class ConfigError(CtxoptError):
    """The configuration or a command-line value cannot be used."""


class ContextError(CtxoptError):
    """The context root or the Dockerfile is missing or cannot be read."""


class GitError(CtxoptError):
    """Git is missing or refused what was asked of it."""


class WriteError(CtxoptError):
    """A file could not be written, or must not be."""


class LocatedError(CtxoptError):
    """A refusal with a place: ``path`` as the user knows it and a 1-based ``line``, either may be None."""

    def __init__(
        self,
        reason: str,
        *,
        path: str | None = None,
        line: int | None = None,
        hint: str | None = None,
    ) -> None:
        place = ":".join(str(part) for part in (path, line) if part is not None)
        message = reason
        if place:
            message = f"{place}: {reason}"
        super().__init__(message, hint=hint)
        self.reason = reason
        self.path = path
        self.line = line


class IgnoreFileError(LocatedError):
    """An ignore file that Docker refuses, with Docker's reason."""


class DockerfileError(LocatedError):
    """A Dockerfile that Docker refuses, with Docker's reason."""


class ProjectError(LocatedError):
    """A file that declares builds is refused by its tool, or cannot be read without running it."""


class AllowListError(LocatedError):
    """No list of exceptions can be written for this build, with the reason."""
