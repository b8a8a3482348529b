"""A command at a terminal: stdin and stderr on one, stdout on another, so that each is seen alone."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import termios
import time
from typing import Self

from tests.support.program import environment

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_PATIENCE = 20
"""Seconds."""


class Terminal:
    """A running command; everything waits for what it should show, and fails if that never comes."""

    def __init__(self, *arguments: str, cwd: object, width: int = 80, **more: str) -> None:
        self._keys, keys = os.openpty()
        self._out, out = os.openpty()
        for side in (keys, out):
            termios.tcsetwinsize(side, (40, width))
        variables = environment(**({"TERM": "xterm"} | more))
        del variables["COLUMNS"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ctxopt", *arguments],
            cwd=str(cwd), env=variables, stdin=keys, stderr=keys, stdout=out,
            start_new_session=True, preexec_fn=_take_terminal,
        )  # fmt: skip
        os.close(keys)
        os.close(out)
        self.raw = ""
        """All that stderr showed so far, the echo of what was typed among it."""
        self._seen = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._keys)
        os.close(self._out)

    @property
    def shown(self) -> str:
        """What stderr showed, without colours."""
        return _STYLE.sub("", self.raw)

    def expect(self, text: str) -> str:
        """Wait for ``text``; return what came since the last one, without colours."""
        deadline = time.monotonic() + _PATIENCE
        while (place := self.shown.find(text, self._seen)) < 0:
            left = deadline - time.monotonic()
            more = _read(self._keys, left) if left > 0 else ""
            assert more, f"{text!r} did not come, but {self.shown[self._seen :]!r}"
            self.raw += more
        start, self._seen = self._seen, place + len(text)
        return self.shown[start : self._seen]

    def press(self, keys: str) -> None:
        """Type; a line needs its end."""
        os.write(self._keys, keys.encode())

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and stdout."""
        stdout = ""
        while more := _read(self._out, _PATIENCE):
            stdout += more
        while more := _read(self._keys, _PATIENCE):
            self.raw += more
        assert "Traceback" not in self.raw
        return self.process.wait(_PATIENCE), stdout


def _take_terminal() -> None:
    """Make stdin the terminal whose keys interrupt: the first that a new session opens is."""
    os.close(os.open(os.ttyname(0), os.O_RDWR))


def _read(terminal: int, seconds: float) -> str:
    """Return what comes next; nothing where the other side is closed, or nothing comes."""
    if not select.select([terminal], [], [], seconds)[0]:
        return ""
    try:
        return os.read(terminal, 65536).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return ""  # closed
