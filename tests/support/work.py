"""How much work a call is, counted, so that no test reads a clock."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_run(call: Callable[[], object]) -> int:
    """Return how many lines of Python ``call`` runs, the same on every machine."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def grows_in_step(call: Callable[[int], object], size: int) -> bool:
    """Whether a call of twice the size runs about twice the lines; the square would be four times."""
    call(1)  # what is read once and kept is no part of it
    return lines_run(lambda: call(2 * size)) < 2.5 * lines_run(lambda: call(size))
