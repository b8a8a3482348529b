"""The Dockerfile that ``-f -`` reads from standard input; decides nothing about it."""

from __future__ import annotations

import functools
import sys

from ctxopt.errors import ContextError


@functools.cache
def read_standard_input() -> bytes:
    """Return what standard input holds; kept, as it can be read once and a fix looks for its context twice.

    Raises ContextError where it is closed.
    """
    if sys.stdin is None:
        raise ContextError("-f - reads the Dockerfile from standard input, which is closed")
    return sys.stdin.buffer.read()
