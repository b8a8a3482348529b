"""What goes to the terminal: the two streams, whether there is colour, and names that stay whole.

Reports go to stdout, everything else to stderr: a pipe gets the report alone.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Literal

from ctxopt.errors import WriteError

if TYPE_CHECKING:
    from rich.console import Console


ColorChoice = Literal["auto", "always", "never"]

_SECONDS = 0.2
"""How long a wait for a key may be before interrupts are looked at."""
_PIPED_WIDTH = 100
"""Columns where nothing tells the width; a pipe is read in an editor or a log."""

_SHELL_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e", "'": "\\'", "\\": "\\\\"}


def printable(name: str) -> str:
    r"""Return ``name`` as it is, or as ``$'a\nb'``, which a shell reads, if it cannot be shown."""
    if name.isprintable():
        return name
    text = "".join(_escape(char) for char in name)
    return f"$'{text}'"


def visible(text: str) -> str:
    """Return a sentence with escapes for what cannot be shown in it."""
    if text.isprintable():
        return text
    return "".join(_escape(char) for char in text)


def _escape(char: str) -> str:
    if char in _SHELL_ESCAPES:
        return _SHELL_ESCAPES[char]
    if char.isprintable():
        return char
    # Half of a surrogate pair is no byte of a name; a text that was spelled with escapes may hold one.
    if "\ud800" <= char < "\udc80" or "\udcff" < char <= "\udfff":
        return f"\\u{ord(char):04x}"
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(char))


def wants_color(choice: ColorChoice, stream: IO[str]) -> bool:
    """Decide on colour: the option beats NO_COLOR, which beats FORCE_COLOR, CLICOLOR_FORCE and the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width_of(stream: IO[str]) -> int:
    """Return the columns to write for: COLUMNS, the terminal's, or a fixed width for a pipe."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _PIPED_WIDTH
    except (OSError, ValueError):
        return _PIPED_WIDTH


def make_console(stream: IO[str], width: int) -> Console:
    """Return a Rich console that only colours: no markup, no highlighting, no wrapping."""
    from rich.console import Console

    return Console(
        file=stream,
        width=width,
        force_terminal=True,
        color_system="standard",  # the sixteen colours that a person chose for the terminal, light or dark
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=True,
        legacy_windows=False,
        _environ={},  # it would read COLUMNS again, and fail on digits such as ²
    )


def write_out(text: str) -> None:
    """Write a report to stdout; bytes that are not UTF-8 leave as they came.

    Raises BrokenPipeError for a reader that has gone and WriteError for anything else.
    """
    try:
        sys.stdout.flush()
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:
            sys.stdout.write(text)
        else:
            buffer.write(text.encode("utf-8", "surrogateescape"))
            buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise WriteError(f"cannot write to stdout: {error.strerror}") from error


def write_error(message: str, hint: str | None = None) -> None:
    """Write ``error: …`` and, below it, the next step to stderr."""
    text = f"error: {message}"
    if hint:
        text += f"\nhint: {hint}"
    note(text)


def note(text: str) -> None:
    """Write a line to stderr, where everything but the report goes."""
    encoding = sys.stderr.encoding or "utf-8"
    shown = "\n".join(_fitted(visible(line)) for line in text.split("\n"))
    shown = shown.encode(encoding, "backslashreplace").decode(encoding)
    try:
        sys.stderr.write(shown + "\n")
        sys.stderr.flush()
    except OSError:
        pass  # stderr is gone; the exit code still says that something went wrong


def _fitted(line: str) -> str:
    """Return a line of stderr, broken between words where a terminal would break it anywhere."""
    if not sys.stderr.isatty():
        return line
    from textwrap import wrap

    width = width_of(sys.stderr)
    parts = wrap(
        line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(parts)


def prompt(text: str) -> None:
    """Write drawn text to stderr as it is, colours included, and leave the cursor behind it; raises WriteError."""
    encoding = sys.stderr.encoding or "utf-8"
    try:
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()
    except OSError as error:
        raise WriteError(f"cannot write to stderr: {error.strerror}") from error


def read_typed() -> str | None:
    """Return a line that was typed on stdin; None, on a new line, at the end of the input."""
    import select

    try:
        # An interrupt that comes just before a read begins is not seen until that ends: no wait is a long one.
        while not select.select([sys.stdin], [], [], _SECONDS)[0]:
            pass
        typed = sys.stdin.buffer.readline()
    except OSError:
        typed = b""  # the terminal has gone
    if not typed.endswith(b"\n"):
        prompt("\n")
        return None
    return typed.decode("utf-8", "replace")


def forget_typed() -> None:
    """Forget what was typed ahead on the terminal behind stdin."""
    import termios

    with suppress(OSError, termios.error):
        termios.tcflush(sys.stdin, termios.TCIFLUSH)
