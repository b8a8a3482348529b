"""The tests: folders as in the package, Docker's recorded answers in ``recorded``, helpers in ``support``."""

from __future__ import annotations
