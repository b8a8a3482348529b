"""Run git as a process of its own; knows nothing of what is asked.

It takes no locks, reaches no network, and starts no program that a repository's configuration
names: the repository may be anybody's.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from typing import IO

from ctxopt.errors import GitError

PARTIAL = "in a partial clone, check the commit out once, or clone without --filter"
"""The hint where git lacks content and must not fetch it."""

_FOR_HOOKS = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE",
    "GIT_IMPLICIT_WORK_TREE", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_CONFIG", "GIT_ATTR_SOURCE",
)  # fmt: skip
"""Set by git for its hooks: they would answer for the hook's repository, not for the path's."""

_COMMAND = (
    "git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never",
)  # fmt: skip


class NoGitError(GitError):
    """There is no git to run."""


def clean_environment() -> dict[str, str]:
    """Return the variables git is run with: its messages in English, and no question to a person."""
    environment = {name: value for name, value in os.environ.items() if name not in _FOR_HOOKS}
    environment |= {
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }
    return environment


def start_git(
    folder: str,
    arguments: Sequence[str],
    environment: dict[str, str],
    stdin: IO[bytes] | int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start git in ``folder``; raises NoGitError where there is none. The caller ends it."""
    try:
        return subprocess.Popen(  # noqa: S603 - no shell, and what users name is never an option
            [*_COMMAND, "-C", folder, *arguments],
            env=environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise NoGitError(f"git cannot be run: {error.strerror}", hint="install git") from error


def run_git(
    folder: str,
    arguments: Sequence[str],
    environment: dict[str, str],
    stdin: bytes | None = None,
    accept: tuple[int, ...] = (0,),
) -> bytes:
    """Run git in ``folder`` and return what it prints; raises GitError for an exit code not accepted."""
    source = subprocess.DEVNULL if stdin is None else subprocess.PIPE
    with start_git(folder, arguments, environment, source) as process:
        # Writes and reads at once: git may answer before it has read everything.
        output, complaint = process.communicate(stdin)
    check_exit(process.returncode, complaint, accept)
    return output


def run_two(
    folder: str, first: Sequence[str], second: Sequence[str], environment: dict[str, str]
) -> tuple[bytes, bytes]:
    """Run two commands at once and return what each prints; raises GitError if one fails."""
    with ExitStack() as stack:
        processes = [
            stack.enter_context(start_git(folder, arguments, environment))
            for arguments in (first, second)
        ]
        outputs = [process.communicate() for process in processes]
    for process, (_, complaint) in zip(processes, outputs, strict=True):
        check_exit(process.returncode, complaint)
    return outputs[0][0], outputs[1][0]


def read_object(process: subprocess.Popen[bytes], name: str) -> tuple[str, bytes]:
    """Return the id and the content of the object that ``git cat-file --batch`` was asked for by ``name``.

    Raises GitError where this clone does not hold it, or git cannot read it whole.
    """
    output = process.stdout
    if output is None:
        raise GitError("git is not listened to")
    header = output.readline().split()
    if not header:
        _refuse_end(process)
    if len(header) == 3:
        size = int(header[2])
        content = output.read(size)
        output.read(1)  # the newline behind the content
        if len(content) == size:
            return os.fsdecode(header[0]), content
    # What it complains of stands there before its answer does.
    process.kill()
    raise missing_object(name, process.communicate()[1])


def _refuse_end(process: subprocess.Popen[bytes]) -> None:
    """Raise GitError with the reason for which git has ended, but where it missed what it must not fetch."""
    complaint = b""
    if process.stderr is not None:
        complaint = process.stderr.read()
    code = process.wait()
    if b"promisor" not in complaint:
        check_exit(code, complaint, accept=())


def missing_object(name: str, complaint: bytes) -> GitError:
    """Return the error about an object that this clone does not hold, or cannot read for what git complained of."""
    lines = [line.strip() for line in os.fsdecode(complaint).splitlines() if line.strip()]
    if lines and not any("promisor" in line for line in lines):
        reason = lines[0].removeprefix("fatal: ").removeprefix("error: ")
        return GitError(
            f"object {name} is damaged: {reason}",
            hint="`git fsck` lists what is; a fresh clone has it whole",
        )
    return GitError(f"object {name} is not in this clone", hint=PARTIAL)


def check_exit(code: int, stderr: bytes, accept: tuple[int, ...] = (0,)) -> None:
    """Raise GitError with what git complained of, unless ``code`` is accepted."""
    if code in accept:
        return
    lines = [line.strip() for line in os.fsdecode(stderr).splitlines() if line.strip()]
    # Warnings may come first; without any complaint at all, the code is all there is to tell.
    fatal = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    reason = (fatal or lines or [f"it ended with code {code}"])[0]
    reason = reason.removeprefix("fatal: ").removeprefix("error: ")
    raise GitError(f"git refused: {reason}", hint=_cure(reason, lines))


def _cure(reason: str, lines: list[str]) -> str | None:
    if "dubious ownership" in reason:
        # Git itself says which command would make it trust the folder.
        return next((line for line in lines if line.startswith("git config ")), None)
    if any("promisor" in line or "not allowed" in line for line in lines):
        return PARTIAL
    return None
