"""A progress line on stderr, for a person who has waited longer than a moment."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tqdm import tqdm


_MOMENT = 0.7
"""Seconds before the line appears: a short scan stays silent."""


class ScanProgress:
    """Call it with the number of entries seen; it shows nothing unless stderr is a terminal."""

    def __init__(self, *, enabled: bool = True) -> None:
        self._wanted = enabled and sys.stderr.isatty()
        self._started = time.monotonic()
        self._bar: tqdm[None] | None = None

    def __call__(self, seen: int) -> None:
        """Show that ``seen`` entries have been looked at so far."""
        if not self._wanted:
            return
        if self._bar is None:
            if time.monotonic() - self._started < _MOMENT:
                return
            self._bar = self._open()
        self._bar.update(seen - self._bar.n)

    def _open(self) -> tqdm[None]:
        from tqdm import tqdm

        tqdm.monitor_interval = 0  # its thread would keep the walk from using several processes
        return tqdm(
            desc="scanning", unit=" entries", leave=False, file=sys.stderr, dynamic_ncols=True
        )

    def close(self) -> None:
        """Remove the line."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
