"""The program: called in this process, which is fast, or as a process of its own, where that is the matter."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, NamedTuple
from unittest import mock

import typer.main

from ctxopt.__main__ import main
from ctxopt.build.standard_input import read_standard_input
from tests.support.places import ROOT

_built = cache(typer.main.get_command)
"""Commands made of their signatures, once: each call would take longer for that than for its work."""
# The last one has processes measured for coverage, too.
_KEPT = ("PATH", "HOME", "XDG_STATE_HOME", "GIT_CONFIG_NOSYSTEM", "COVERAGE_PROCESS_CONFIG")


def environment(**more: str) -> dict[str, str]:
    """Return an environment that says the same on every machine, with ``more`` in it."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "COLUMNS": "80"} | more


def ctxopt(
    *arguments: str, cwd: object, stdin: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Call the program in ``cwd`` as a process would, with ``stdin`` to read and ``more`` in its environment."""
    with _scratch() as given, _scratch() as out, _scratch() as err:
        given.write(stdin.encode())
        given.seek(0)
        streams = _Streams(given, out, err)
        with _as_process(arguments, str(cwd), environment(**more), streams):
            code = _exit_code()
        done = subprocess.CompletedProcess(arguments, code, _text(out), _text(err))
    return _without_traceback(done)


def _scratch() -> IO[bytes]:
    # Not where TMPDIR says: a test may be another user by now.
    return TemporaryFile(dir="/tmp")


class _Streams(NamedTuple):
    given: IO[bytes]
    out: IO[bytes]
    err: IO[bytes]


def ctxopt_process(*arguments: str, cwd: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a process in ``cwd``, with ``more`` in its environment."""
    done = subprocess.run(
        [sys.executable, "-m", "ctxopt", *arguments],
        cwd=str(cwd), env=environment(**more), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return _without_traceback(done)


def _exit_code() -> int:
    try:
        main()
    except SystemExit as exit_:
        if isinstance(exit_.code, int):
            return exit_.code
        raise  # a process would print this and end with 1, which the program never means
    return 0


@contextmanager
def _as_process(
    arguments: tuple[str, ...],
    cwd: str,
    variables: Mapping[str, str],
    streams: _Streams,
) -> Iterator[None]:
    """Put in place what a process is started with, and put back whatever the program changes of it."""
    before, collecting = os.getcwd(), gc.isenabled()
    with ExitStack() as stack:
        # Real files: the program asks the streams for their numbers. As Python opens them in C.UTF-8.
        stdin = TextIOWrapper(streams.given, "utf-8", "surrogateescape")
        stdout = TextIOWrapper(streams.out, "utf-8", "surrogateescape", write_through=True)
        stderr = TextIOWrapper(streams.err, "utf-8", "backslashreplace", write_through=True)
        for name, value in (("stdin", stdin), ("stdout", stdout), ("stderr", stderr)):
            stack.enter_context(mock.patch.object(sys, name, value))
        stack.enter_context(mock.patch.object(typer.main, "get_command", _built))
        stack.enter_context(mock.patch.object(sys, "argv", ["ctxopt", *arguments]))
        stack.enter_context(mock.patch.dict(os.environ, variables, clear=True))
        os.chdir(cwd)
        try:
            yield
        finally:
            os.chdir(before)
            if collecting:
                gc.enable()
            read_standard_input.cache_clear()
            for stream in (stdin, stdout, stderr):
                stream.detach()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n").replace("\r", "\n")


def _without_traceback(
    done: subprocess.CompletedProcess[str],
) -> subprocess.CompletedProcess[str]:
    assert "Traceback" not in done.stderr
    return done
